"""The tables of the reports: their names for a spreadsheet, their words for whoever reads, and what they say in short.

Values in the reader's language; no routes, no stores. The pictures are drawn from these tables in the browser.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from ivr.desk.calls import Ending
from ivr.desk.reports import Report
from ivr.desk.tallies import WAITING, CallTally, Choice, Fate, RequestTally, share
from ivr.line.booking import Kind
from ivr.web.cards import kind_words, outcome_words
from ivr.web.words import _, how_long

Name = TypeVar("Name", bound=str)

STEPS = (15, 30, 60, 120, 240)
"""Minutes of opening time within which a first try is counted."""

SOURCES = ("call", "counter")


@dataclass(frozen=True)
class Figure:
    """A table, and the sentence that says the main thing of it."""

    key: str
    title: str
    says: str
    of_what: str
    """What the rows are."""
    columns: tuple[tuple[str, str], ...]
    """Each with its name and its words."""
    rows: Sequence["Row"]
    upright: bool = False
    """Whether its bars stand: those of a row of hours do."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to be seen."""
        return not any(value for row in self.rows for value in row.values)


@dataclass(frozen=True)
class Row:
    """A row of a table."""

    key: str
    words: str
    values: tuple[int, ...]


def figures(report: Report) -> list[Figure]:
    """All tables of a report."""
    return [*_of_calls(report.calls), *_of_requests(report.requests)]


def _of_calls(calls: CallTally) -> Iterator[Figure]:
    count = (("calls", _("Calls")),)
    hours = [Row(f"{hour:02}", f"{hour:02}:00", (calls.hours.get(hour, 0),)) for hour in range(24)]
    yield Figure("calls_by_hour", _("Calls by hour"), _busiest(hours), _("Hour"), count, hours, upright=True)
    chosen = _rows(choice_words(), calls.choices)
    yield Figure("choices", _("What callers chose first"), _most(chosen), _("Choice"), count, chosen)
    came = _rows(fate_words(), calls.fates)
    yield Figure("calls_came_to", _("What came of the calls"), _most(came), _("What came of it"), count, came)
    ended = _rows(ending_words(), calls.endings)
    yield Figure("calls_ended", _("How calls ended"), _most(ended), _("End"), count, ended)


def _of_requests(requests: RequestTally) -> Iterator[Figure]:
    count = (("requests", _("Requests")),)
    sources = (("call", _("From a call")), ("counter", _("From the counter")))
    made = [Row(kind, kind_words(kind), tuple(requests.made.get((kind, each), 0) for each in SOURCES)) for kind in Kind]
    yield Figure("requests_made", _("Requests made"), _most(made), _("Request"), sources, made)
    waits = list(_waits(requests.waits))
    counted = _("Counted in opening hours, from when it was due: at once, or when the wished part of the day begins.")
    says = f"{half_and_most(requests.waits)} {counted}".strip()
    yield Figure("first_try", _("Time to the first try"), says, _("First rung within"), count, waits)
    tries = range(1, max(requests.reached, default=0) + 1)
    reached = [Row(str(number), _("try %(number)s", number=number), (requests.reached[number],)) for number in tries]
    yield Figure("reached", _("Reached at which try"), _most(reached), _("Try"), count, reached)
    words = {WAITING: _("Still waiting"), **{str(key): said for key, said in outcome_words().items()}}
    outcomes = _rows(words, requests.outcomes)
    seen = [each for each in outcomes if any(each.values)]
    yield Figure("outcomes", _("What came of the requests"), _most(seen), _("Outcome"), count, seen)


def half_and_most(waits: Sequence[timedelta]) -> str:
    """How soon half of the patients and nine in ten were rung; empty where none was."""
    middle, most = share(waits, 5), share(waits, 9)
    if middle is None or most is None:
        return ""
    return _(
        "Half of the patients were first rung within %(middle)s of opening time, nine in ten within %(most)s.",
        middle=how_long(middle),
        most=how_long(most),
    )


def _rows(words: Mapping[Name, str], counts: Mapping[Name, int]) -> list[Row]:
    return [Row(key, said, (counts.get(key, 0),)) for key, said in words.items()]


def _waits(waits: Sequence[timedelta]) -> Iterator[Row]:
    """How many first tries lie in each step, and how many beyond the last."""
    before = 0
    for minutes in STEPS:
        within = bisect_right(waits, timedelta(minutes=minutes))
        yield Row(f"within_{minutes}_min", _("%(count)s min", count=minutes), (within - before,))
        before = within
    yield Row("longer", _("longer"), (len(waits) - before,))


def _most(rows: Sequence[Row]) -> str:
    """The row with the most in it, in words."""
    if not any(sum(row.values) for row in rows):
        return _("Nothing here.")
    most = max(rows, key=lambda row: sum(row.values))
    count, of_all = sum(most.values), sum(sum(row.values) for row in rows)
    return _("Most of all: %(words)s, %(count)s of %(all)s.", words=most.words, count=count, all=of_all)


def _busiest(hours: Sequence[Row]) -> str:
    if not any(row.values[0] for row in hours):
        return _("No calls yet.")
    most = max(hours, key=lambda row: row.values[0])
    return _("Busiest from %(hour)s: %(count)s calls.", hour=most.words, count=most.values[0])


# -- words


def choice_words() -> Mapping[Choice, str]:
    """What a caller can first choose."""
    return {
        Choice.BOOK: _("an appointment"),
        Choice.CALLBACK: _("to be rung back"),
        Choice.ADVICE: _("advice"),
        Choice.HOURS: _("opening hours"),
        Choice.PERSON: _("a person"),
        Choice.NOTHING: _("nothing"),
    }


def fate_words() -> Mapping[Fate, str]:
    """What can come of a call."""
    return {
        Fate.ASKED: _("left a request"),
        Fate.TALKED: _("talked to the reception"),
        Fate.HEARD: _("heard hours or advice"),
        Fate.NOT_ANSWERED: _("asked for a person, and nobody was there"),
        Fate.REFUSED: _("were refused: blocked, or over a limit"),
        Fate.FAILED: _("met a fault of the line"),
        Fate.MIDWAY: _("chose something and went before its end"),
        Fate.BEFORE: _("chose nothing"),
    }


def ending_words() -> Mapping[Ending, str]:
    """How a call can end."""
    return {
        Ending.HUNG_UP: _("the caller hung up"),
        Ending.GOODBYE: _("the line said goodbye"),
        Ending.TALKED: _("after a talk with the reception"),
        Ending.FAULT: _("with a fault"),
        Ending.UNKNOWN: _("not known"),
    }
