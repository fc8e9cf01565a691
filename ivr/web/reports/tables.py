"""The tables of the reports: keys for the spreadsheet, words for the reader, and a summary of each in a sentence.

Values in the reader's language; no routes, no stores. The browser draws the pictures from these tables.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TypeVar

from ivr.line.blanks import Say
from ivr.line.booking import Kind
from ivr.line.menu import HOME, MENU, PERSON_PLACE
from ivr.line.places import Menu, Option, Place
from ivr.line.script import Script
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import NOTHING, CallStats, Fate, choices_of
from ivr.reports.reports import PeriodReport
from ivr.reports.request_stats import WAITING, RequestStats
from ivr.web.i18n import _, language, later, up_to
from ivr.web.wording import kind_words, outcome_words

Name = TypeVar("Name", bound=str)

STEPS = (15, 30, 60, 120, 240)
"""Minutes of opening time: the upper ends of the rows of waiting times."""

SOURCES = ("call", "counter")


@dataclass(frozen=True)
class Figure:
    """A table, and a sentence with its main result."""

    key: str
    title: str
    says: str
    of_what: str
    """Heading of the rows."""
    columns: tuple[tuple[str, str], ...]
    """Each column's key and words."""
    rows: Sequence["Row"]
    upright: bool = False
    """True where its bars are vertical, as for the hours of a day."""

    @property
    def empty(self) -> bool:
        """Return whether all values are zero."""
        return not any(value for row in self.rows for value in row.values)


@dataclass(frozen=True)
class Row:
    """A row of a table."""

    key: str
    words: str
    values: tuple[int, ...]


def figures(report: PeriodReport, script: Script, menu: Mapping[str, Place] = MENU) -> list[Figure]:
    """Return all tables of a report. `menu` and `script` give the words for what callers chose."""
    return [*_of_calls(report.calls, choice_words(menu, script)), *_of_requests(report.requests)]


def _of_calls(calls: CallStats, choices: Mapping[str, str]) -> Iterator[Figure]:
    count = (("calls", _("Calls")),)
    hours = [Row(f"{hour:02}", f"{hour:02}:00", (calls.hours.get(hour, 0),)) for hour in range(24)]
    yield Figure("calls_by_hour", _("Calls by hour"), _busiest(hours), _("Hour"), count, hours, upright=True)
    chosen = _rows(choices, calls.choices)
    yield Figure("choices", _("What callers chose first"), _most(chosen), _("Choice"), count, chosen)
    came = _rows(fate_words(), calls.fates)
    yield Figure("calls_came_to", _("What came of the calls"), _most(came), _("What came of it"), count, came)
    ended = _rows(ending_words(), calls.endings)
    yield Figure("calls_ended", _("How calls ended"), _most(ended), _("End"), count, ended)


def _of_requests(requests: RequestStats) -> Iterator[Figure]:
    count = (("requests", _("Requests")),)
    sources = (("call", _("From a call")), ("counter", _("From the counter")))
    made = [Row(kind, kind_words(kind), tuple(requests.made.get((kind, each), 0) for each in SOURCES)) for kind in Kind]
    yield Figure("requests_made", _("Requests made"), _most(made), _("Request"), sources, made)
    yield _first_try(requests)
    tries = range(1, max(requests.reached, default=0) + 1)
    reached = [Row(str(number), _("try %(number)s", number=number), (requests.reached[number],)) for number in tries]
    yield Figure("reached", _("Reached at which try"), _most(reached), _("Try"), count, reached)
    words = {WAITING: _("Still waiting"), **{str(key): said for key, said in outcome_words().items()}}
    outcomes = _rows(words, requests.outcomes)
    seen = [each for each in outcomes if any(each.values)]
    yield Figure("outcomes", _("What came of the requests"), _most(seen), _("Outcome"), count, seen)


def _first_try(requests: RequestStats) -> Figure:
    counted = _(
        "Counted in opening hours, from when it was due: at once, or when the wished part of the day begins; "
        "until now for those who have not been rung yet."
    )
    columns = (("rung", _("Rung")), ("waiting", _("Not rung yet")))
    rows = [
        Row(key, words, tuple(values))
        for (key, words), *values in zip(_steps(), _waits(requests.rung), _waits(requests.unrung), strict=True)
    ]
    says = " ".join([*how_soon_rung(requests), counted])
    return Figure("first_try", _("Time to the first try"), says, _("Waited"), columns, rows)


def how_soon_rung(requests: RequestStats) -> Iterator[str]:
    """Yield how long half of the patients and nine in ten waited; nothing where they are too few."""
    if requests.middle is not None:
        middle = up_to(requests.middle)
        yield _("Half of the patients waited up to %(middle)s of opening time to be first rung.", middle=middle)
    if requests.most is not None:
        yield _("Nine in ten waited up to %(most)s.", most=up_to(requests.most))


def _rows(words: Mapping[Name, str], counts: Mapping[Name, int]) -> list[Row]:
    return [Row(key, said, (counts.get(key, 0),)) for key, said in words.items()]


def _steps() -> Iterator[tuple[str, str]]:
    """Yield the key and the words of each row of waiting times."""
    yield f"within_{STEPS[0]}_min", _("up to %(count)s min", count=STEPS[0])
    for first, last in pairwise(STEPS):
        yield f"within_{last}_min", _("%(first)s–%(last)s min", first=first, last=last)
    yield "longer", _("more than %(count)s min", count=STEPS[-1])


def _waits(waits: Sequence[timedelta]) -> Iterator[int]:
    """Return how many of the waits, which are sorted, fall into each row."""
    within = [bisect_right(waits, timedelta(minutes=minutes)) for minutes in STEPS]
    return (after - before for before, after in pairwise((0, *within, len(waits))))


def _most(rows: Sequence[Row]) -> str:
    """Return a sentence about the row with the highest count."""
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


CHOSEN: Mapping[str, str] = {
    "book": later("an appointment"),
    "callback": later("to be rung back"),
    "advice": later("advice"),
    "hours": later("opening hours"),
    PERSON_PLACE: later("a person"),
    NOTHING: later("nothing"),
}
"""Words of the choices that are shorter than the sentences on the telephone. A choice may have none."""


def choice_words(menu: Mapping[str, Place], script: Script) -> Mapping[str, str]:
    """Return the words of a caller's first choices; the telephone's sentence where there are no shorter words."""
    home = menu[HOME]
    offered = {each.leads: each for each in home.options} if isinstance(home, Menu) else {}
    return {
        each: _(CHOSEN[each]) if each in CHOSEN else _as_offered(offered[each], script)
        for each in (*choices_of(menu), NOTHING)
    }


def _as_offered(option: Option, script: Script) -> str:
    read = language() if language() in script.languages else script.languages[0]
    return script.say(Say(option.says, {"key": option.key}), read).words


def fate_words() -> Mapping[Fate, str]:
    """Return the words of every result of a call."""
    return {
        Fate.ASKED: _("left a request"),
        Fate.TALKED: _("talked to the reception"),
        Fate.HEARD: _("heard hours or advice"),
        Fate.NOT_ANSWERED: _("asked for a person, found nobody"),
        Fate.REFUSED: _("were refused"),
        Fate.FAILED: _("met a fault of the line"),
        Fate.MIDWAY: _("chose something and went before its end"),
        Fate.BEFORE: _("chose nothing"),
    }


def ending_words() -> Mapping[Ending, str]:
    """Return the words of every way in which a call can end."""
    return {
        Ending.HUNG_UP: _("the caller hung up"),
        Ending.GOODBYE: _("the line said goodbye"),
        Ending.TALKED: _("after a talk with the reception"),
        Ending.FAULT: _("with a fault"),
        Ending.UNKNOWN: _("not known"),
    }
