"""What many calls come to: what was chosen first, what came of it, and when in the day.

Pure. What many requests come to stands in request_stats.py, what is read from the database for both in reports.py.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.line.menu import HOME, MENU, PERSON_PLACE
from ivr.line.places import Menu, Passage, Place
from ivr.reports.call_records import FAULTS, Ending

NOTHING = "nothing"
"""The choice of a caller who chose nothing. Any other is the name of the place that it leads to first."""


def choices_of(menu: Mapping[str, Place]) -> tuple[str, ...]:
    """What a caller can first choose: what the main menu offers, and a person."""
    home = menu[HOME]
    options = home.options if isinstance(home, Menu) else ()
    return tuple(dict.fromkeys((*(option.leads for option in options), PERSON_PLACE)))


class Fate(StrEnum):
    """Whether a caller got what they rang for, as far as a path can tell."""

    ASKED = "asked"
    """They left a request."""
    TALKED = "talked"
    """They talked to the reception."""
    HEARD = "heard"
    """They heard the hours or advice."""
    FAILED = "failed"
    """The line had a fault, or could not keep their request."""
    REFUSED = "refused"
    """They are blocked or over a limit, and left nothing."""
    NOT_ANSWERED = "not_answered"
    """They wanted a person, it was open, and nobody was there."""
    BEFORE = "before"
    """They hung up before choosing."""
    MIDWAY = "midway"
    """They chose something and did not get to its end."""


FATES: Mapping[str, Fate] = {
    "kept": Fate.ASKED,
    "talked": Fate.TALKED,
    "not_kept": Fate.FAILED,
    "refused": Fate.REFUSED,
    "nobody": Fate.NOT_ANSWERED,
}
"""The word of a path that settles it, before any place that answers; the first of these that is in it."""

SERVED = (Fate.ASKED, Fate.TALKED, Fate.HEARD)
GOT_THROUGH = (Fate.ASKED, Fate.TALKED)
"""What no fault that comes after it takes away."""


class Reading:
    """Reads the paths of calls that walked this table."""

    def __init__(self, menu: Mapping[str, Place]) -> None:
        self._choices = frozenset(choices_of(menu))
        answers = (name for name, place in menu.items() if isinstance(place, Menu | Passage) and place.answers)
        self._fates = {**FATES, **dict.fromkeys(answers, Fate.HEARD)}

    def choice(self, path: Sequence[str]) -> str:
        """The first thing that was chosen on this path."""
        return next((word for word in path if word in self._choices), NOTHING)

    def fate(self, path: Sequence[str]) -> Fate:
        """What came of a call with this path."""
        settled = next((found for word, found in self._fates.items() if word in path), None)
        if FAULTS.intersection(path[-1:]) and settled not in GOT_THROUGH:
            return Fate.FAILED
        return settled or (Fate.BEFORE if self.choice(path) == NOTHING else Fate.MIDWAY)


@dataclass(frozen=True)
class CallStats:
    """The calls of a period."""

    hours: Mapping[int, int]
    """Calls that came in, by hour of the clinic's day."""
    choices: Mapping[str, int]
    endings: Mapping[Ending, int]
    fates: Mapping[Fate, int]

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.fates.values())

    @property
    def served(self) -> int:
        """How many heard what they wanted, talked to somebody, or left a request."""
        return sum(self.fates.get(each, 0) for each in SERVED)


@dataclass(frozen=True)
class Calls:
    """So many calls of one path and end."""

    path: str
    ended: Ending
    count: int


def call_stats(groups: Iterable[Calls], hours: Mapping[int, int], menu: Mapping[str, Place] = MENU) -> CallStats:
    """What these calls of the menu's table come to; how many came in at which hour is counted already."""
    reading = Reading(menu)
    choices: Counter[str] = Counter()
    endings: Counter[Ending] = Counter()
    fates: Counter[Fate] = Counter()
    for each in groups:
        words = each.path.split()
        choices[reading.choice(words)] += each.count
        fates[reading.fate(words)] += each.count
        endings[each.ended] += each.count
    return CallStats(hours, choices, endings, fates)
