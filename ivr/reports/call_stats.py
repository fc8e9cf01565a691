"""Counts many calls: by first choice, by result, by end, and by hour of the day.

Pure. request_stats.py counts requests; reports.py reads both from the database.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.line.menu import HOME, MENU, PERSON_PLACE
from ivr.line.places import Menu, Passage, Place
from ivr.reports.call_records import FAULTS, Ending

NOTHING = "nothing"
"""The choice of a caller who chose nothing. Any other choice is the name of the place that it leads to."""


def choices_of(menu: Mapping[str, Place]) -> tuple[str, ...]:
    """Return the names of the possible first choices: the options of the main menu, and the reception."""
    home = menu[HOME]
    options = home.options if isinstance(home, Menu) else ()
    return tuple(dict.fromkeys((*(option.leads for option in options), PERSON_PLACE)))


class Fate(StrEnum):
    """The result of a call for the caller, as far as its path tells."""

    ASKED = "asked"
    """The caller left a request."""
    TALKED = "talked"
    """The caller talked to the reception."""
    HEARD = "heard"
    """The caller heard the hours or advice."""
    FAILED = "failed"
    """The line had a fault, or could not store the request."""
    REFUSED = "refused"
    """The caller is blocked or over a limit, and left no request."""
    NOT_ANSWERED = "not_answered"
    """The caller chose the reception in opening hours, and nobody answered."""
    BEFORE = "before"
    """The caller hung up before choosing."""
    MIDWAY = "midway"
    """The caller chose something and did not get to its end."""


FATES: Mapping[str, Fate] = {
    "booked": Fate.ASKED,
    "kept": Fate.ASKED,
    "talked": Fate.TALKED,
    "not_kept": Fate.FAILED,
    "refused": Fate.REFUSED,
    "nobody": Fate.NOT_ANSWERED,
    "filed_enough": Fate.ASKED,
}
"""The result by a word of the path. The first that the path contains counts, before any place that answers."""

SERVED = (Fate.ASKED, Fate.TALKED, Fate.HEARD)
GOT_THROUGH = (Fate.ASKED, Fate.TALKED)
"""Results that a later fault in the call does not change."""


class Reading:
    """Reads the paths of calls through this menu."""

    def __init__(self, menu: Mapping[str, Place]) -> None:
        self._choices = frozenset(choices_of(menu))
        answers = (name for name, place in menu.items() if isinstance(place, Menu | Passage) and place.answers)
        self._fates = {**FATES, **dict.fromkeys(answers, Fate.HEARD)}

    def choice(self, path: Sequence[str]) -> str:
        """Return the first choice on this path, or NOTHING."""
        return next((word for word in path if word in self._choices), NOTHING)

    def fate(self, path: Sequence[str]) -> Fate:
        """Return the result of a call with this path."""
        settled = next((found for word, found in self._fates.items() if word in path), None)
        if FAULTS.intersection(path[-1:]) and settled not in GOT_THROUGH:
            return Fate.FAILED
        return settled or (Fate.BEFORE if self.choice(path) == NOTHING else Fate.MIDWAY)


@dataclass(frozen=True)
class CallStats:
    """The counts of a period's calls."""

    hours: Mapping[int, int]
    """The number of calls by hour of the clinic's day."""
    choices: Mapping[str, int]
    endings: Mapping[Ending, int]
    fates: Mapping[Fate, int]

    @property
    def count(self) -> int:
        """The number of all calls."""
        return sum(self.fates.values())

    @property
    def served(self) -> int:
        """The number of calls in which the caller heard an answer, talked to the reception, or left a request."""
        return sum(self.fates.get(each, 0) for each in SERVED)


@dataclass(frozen=True)
class Calls:
    """The number of calls with the same path and end."""

    path: str
    ended: Ending
    count: int


def call_stats(groups: Iterable[Calls], hours: Mapping[int, int], menu: Mapping[str, Place] = MENU) -> CallStats:
    """Return the counts of these calls through the menu; `hours` has the counts by hour already."""
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
