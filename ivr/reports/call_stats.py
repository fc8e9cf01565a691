"""Counts the calls of a period: by first choice, by result, by end, and by hour of the day.

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
"""The first choice of a caller who chose nothing. Any other choice is named after the place that it leads to."""


def choices_of(menu: Mapping[str, Place]) -> tuple[str, ...]:
    """Return the first choices that a caller has in this menu: the options of the main menu, and the reception."""
    home = menu[HOME]
    options = home.options if isinstance(home, Menu) else ()
    return tuple(dict.fromkeys((*(option.leads for option in options), PERSON_PLACE)))


class Fate(StrEnum):
    """The result that a call had for the caller, as far as its path tells."""

    BOOKED = "booked"
    """The caller booked, moved or cancelled an appointment."""
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
    """The caller chose an option of the menu, but hung up before it led to a result."""


FATES: Mapping[str, Fate] = {
    **dict.fromkeys(("booked", "moved", "cancelled"), Fate.BOOKED),
    "kept": Fate.ASKED,
    "talked": Fate.TALKED,
    "not_kept": Fate.FAILED,
    "refused": Fate.REFUSED,
    "nobody": Fate.NOT_ANSWERED,
    "filed_enough": Fate.ASKED,
}
"""The result of a call, by a word in its path of places and outcomes. The first word here that the path has decides.

If the path has none of these words, but a place that gives an answer, the result is Fate.HEARD.
"""

GOT_THROUGH = (Fate.BOOKED, Fate.ASKED, Fate.TALKED)
"""The results of a call that a later fault in the call does not change."""

SERVED = (*GOT_THROUGH, Fate.HEARD)
LEFT_SOMETHING = (Fate.BOOKED, Fate.ASKED)
"""The results of a call after which the clinic knows of the caller's wish."""


class ReceptionAnswer(StrEnum):
    """The answer to a caller who asked for the reception, whatever came after that in the call."""

    NOBODY = "nobody"
    """Nobody was there, or nobody took the call."""
    TALKED = "talked"
    CLOSED = "closed"
    """The clinic was closed, which the caller was told."""
    REFUSED = "refused"
    """The caller is blocked or over a limit."""
    HUNG_UP = "hung_up"
    """The caller hung up before there was an answer."""


ANSWERS: Mapping[str, ReceptionAnswer] = {
    **dict.fromkeys(("nobody", "rung_enough"), ReceptionAnswer.NOBODY),
    "talked": ReceptionAnswer.TALKED,
    "closed_now": ReceptionAnswer.CLOSED,
    "refused": ReceptionAnswer.REFUSED,
}
"""The reception's answer by a word of the call's path. The first entry whose word is in the path counts.

So a caller who once found nobody counts as NOBODY, even after a later answer.
"""


class Reading:
    """Reads from a call's path through this menu the caller's first choice and the call's result."""

    def __init__(self, menu: Mapping[str, Place]) -> None:
        self._choices = frozenset(choices_of(menu))
        answers = (name for name, place in menu.items() if isinstance(place, Menu | Passage) and place.answers)
        self._fates = {**FATES, **dict.fromkeys(answers, Fate.HEARD)}

    def __str__(self) -> str:
        """Return the rules by which a call's path is read, as text. Readings with equal texts give equal counts."""
        return f"{sorted(self._choices)} {[*self._fates.items()]}"

    def choice(self, path: Sequence[str]) -> str:
        """Return the caller's first choice on this path of a call, or NOTHING."""
        return next((word for word in path if word in self._choices), NOTHING)

    def fate(self, path: Sequence[str]) -> Fate:
        """Return the result of a call from its path, the places and outcomes that the call has passed."""
        settled = next((found for word, found in self._fates.items() if word in path), None)
        if FAULTS.intersection(path[-1:]) and settled not in GOT_THROUGH:
            return Fate.FAILED
        return settled or (Fate.BEFORE if self.choice(path) == NOTHING else Fate.MIDWAY)

    def served(self, path: Sequence[str]) -> bool:
        """Return whether the caller heard an answer, talked to the reception, booked, or left a request."""
        return self.fate(path) in SERVED


OF_THE_MENU = Reading(MENU)
"""The object that reads calls' paths by the places of this program's own menu."""


def reception(path: Sequence[str]) -> ReceptionAnswer | None:
    """Return the reception's answer, by places and outcomes in `path`; None if the reception was not asked for."""
    if PERSON_PLACE not in path:
        return None
    asked = path[path.index(PERSON_PLACE) :]
    return next((found for word, found in ANSWERS.items() if word in asked), ReceptionAnswer.HUNG_UP)


@dataclass(frozen=True)
class CallStats:
    """The counts of the calls of a period."""

    hours: Mapping[int, int]
    """The number of calls by the hour of the clinic's day in which they began."""
    choices: Mapping[str, int]
    endings: Mapping[Ending, int]
    fates: Mapping[Fate, int]
    receptions: Mapping[tuple[ReceptionAnswer, bool], int]
    """The calls that asked for the reception, counted by its answer and whether they left a booking or request."""

    @property
    def count(self) -> int:
        """The number of all calls of the period."""
        return sum(self.fates.values())

    @property
    def served(self) -> int:
        """The number of calls whose caller heard an answer, talked to the reception, booked, or left a request."""
        return sum(self.fates.get(each, 0) for each in SERVED)

    @property
    def asked_for_reception(self) -> int:
        """The number of calls that asked for the reception."""
        return sum(self.receptions.values())

    @property
    def found_nobody(self) -> int:
        """The number of calls that asked for the reception and reached nobody, with or without a request afterwards."""
        return sum(self.receptions.get((ReceptionAnswer.NOBODY, asked), 0) for asked in (True, False))


@dataclass(frozen=True)
class Calls:
    """The number of calls that went through the same places and outcomes (`path`) and had the same end."""

    path: str
    ended: Ending
    count: int


def call_stats(groups: Iterable[Calls], hours: Mapping[int, int], reading: Reading = OF_THE_MENU) -> CallStats:
    """Return the counts of these groups of calls. `hours` counts the calls by hour; `reading` reads a call's path."""
    choices: Counter[str] = Counter()
    endings: Counter[Ending] = Counter()
    fates: Counter[Fate] = Counter()
    receptions: Counter[tuple[ReceptionAnswer, bool]] = Counter()
    for each in groups:
        words = each.path.split()
        fate, answer = reading.fate(words), reception(words)
        choices[reading.choice(words)] += each.count
        fates[fate] += each.count
        endings[each.ended] += each.count
        if answer:
            receptions[answer, fate in LEFT_SOMETHING] += each.count
    return CallStats(hours, choices, endings, fates, receptions)
