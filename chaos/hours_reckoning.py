"""Compares what callers heard of their appointments' times with the diary's contents. Only computes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import combinations

from chaos.callers import HeardHour

WordsOf = Callable[[str, datetime, datetime], frozenset[str]]
"""A function that returns the words, in each language, which tell that an appointment is booked, moved or cancelled.

Its arguments: the kind of change, the appointment's time, and the moment at which a caller hears the words, on which
the word "today" or "tomorrow" depends.
"""


@dataclass(frozen=True)
class Change:
    """A change of an appointment, read from its history: booked, moved or cancelled, and by whom."""

    what: str
    by_caller: bool
    starts: datetime | None
    """The appointment's time after this change; None if its history does not say."""


@dataclass(frozen=True)
class InDiary:
    """An appointment of a campaign, as the diary holds it at the end."""

    reference: str
    phone: str
    schedule: str
    starts: datetime
    ends: datetime
    takes_time: bool
    call_id: str
    changes: tuple[Change, ...]
    """The appointment's bookings, moves and cancellations, oldest first."""
    recorded: bool = True
    """False if a call made the appointment's last change and no record of that call is stored."""
    to_be_told: bool = False
    """True if some request, open or closed, is to tell the patient of an unheard booking, move or cancellation."""
    waits: bool = False
    """True while a request about this appointment waits at the desk."""


@dataclass(frozen=True)
class HoursReckoning:
    """The appointments of a campaign in numbers: the changes that callers heard, and each kind of wrong appointment."""

    booked: int = 0
    moved: int = 0
    cancelled: int = 0
    given_twice: int = 0
    not_in_diary: int = 0
    """The number of bookings, moves and cancellations that a caller heard and that the diary lacks."""
    untold: int = 0
    """The number of appointments that lie in closed hours and have no request by which their patients are told."""
    unheard: int = 0
    """The number of appointments whose caller neither heard of the latest change nor is to be told of the change."""
    unrecorded: int = 0
    """The number of unheard appointments whose call has no record yet; the clock process lists them later."""

    @property
    def wrong(self) -> int:
        """The number of appointments for which a promise was broken, summed over all kinds of faults."""
        return self.given_twice + self.not_in_diary + self.untold + self.unheard

    def line(self) -> str:
        """Return the figures about appointments in one line of text."""
        return ", ".join(f"{_called(each.name)} {getattr(self, each.name)}" for each in fields(self)[:-1])


def _called(name: str) -> str:
    return {
        "given_twice": "hours given twice",
        "not_in_diary": "heard and not in the diary",
        "untold": "in closed hours and not to be told",
        "unheard": "kept unheard",
    }.get(name, name)


def reckoned(
    heard: Sequence[HeardHour], diary: Sequence[InDiary], is_open: Callable[[InDiary], bool], words_of: WordsOf
) -> HoursReckoning:
    """Return the check of a campaign's appointments: what callers heard of them, compared with the diary."""
    wholly_unheard = [each for each in diary if not each.to_be_told and not _has_heard(heard, each, words_of)]
    return HoursReckoning(
        booked=_count(heard, "booked"),
        moved=_count(heard, "moved"),
        cancelled=_count(heard, "cancelled"),
        given_twice=given_twice(diary),
        not_in_diary=len(list(not_in_diary(heard, diary, words_of))),
        untold=sum(each.takes_time and not each.waits and not is_open(each) for each in diary),
        unheard=len(wholly_unheard),
        unrecorded=sum(not each.recorded for each in wholly_unheard),
    )


def _count(heard: Iterable[HeardHour], what: str) -> int:
    return sum(each.what == what for each in heard)


def given_twice(diary: Iterable[InDiary]) -> int:
    """Return the number of pairs of appointments that overlap in the same column of the diary."""
    pairs = combinations((each for each in diary if each.takes_time), 2)
    return sum(a.schedule == b.schedule and a.starts < b.ends and b.starts < a.ends for a, b in pairs)


def not_in_diary(heard: Iterable[HeardHour], diary: Iterable[InDiary], words_of: WordsOf) -> Iterator[HeardHour]:
    """Yield each change of an appointment that a caller heard and that the appointment's history in the diary lacks."""
    there = {(each.phone, each.reference): each for each in diary}
    for each in heard:
        held = there.get((each.phone, each.reference))
        if not any(_says(each, change, words_of) for change in (held.changes if held else ())):
            yield each


def _has_heard(heard: Iterable[HeardHour], held: InDiary, words_of: WordsOf) -> bool:
    """Return whether a caller has heard the appointment's last change; also True if no caller made that change."""
    last = held.changes[-1] if held.changes else None
    if last is None or not last.by_caller:
        return True
    own = (each for each in heard if (each.phone, each.reference) == (held.phone, held.reference))
    return any(_says(each, last, words_of) for each in own)


def _says(heard: HeardHour, change: Change, words_of: WordsOf) -> bool:
    """Return whether the words that a caller heard tell of this change of the appointment.

    Words of a booking or a move may tell of either, if the time agrees. A cancellation must be heard as one.
    """
    at = datetime.fromtimestamp(heard.heard, UTC)
    if (heard.what == "cancelled") != (change.what == "cancelled"):
        return False
    return any(words in heard.words for words in words_of(heard.what, change.starts or at, at))
