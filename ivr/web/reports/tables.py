"""Makes the figures of the reports about calls and requests, and lists all figures of a report under their subjects.

The figures have their words in the reader's language. No routes, no stores.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from ivr.line.blanks import Say
from ivr.line.booking import Kind
from ivr.line.menu import HOME, MENU, PERSON_PLACE
from ivr.line.places import Menu, Option, Place
from ivr.line.script import Script
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import NOTHING, CallStats, Fate, ReceptionAnswer, choices_of
from ivr.reports.counts.reports import PeriodReport
from ivr.reports.request_stats import WAITING, RequestStats, Waits
from ivr.web.i18n import _, language, later, up_to
from ivr.web.reports.appointment_figures import appointment_figures
from ivr.web.reports.day_figures import day_figures
from ivr.web.reports.figures import Figure, FigureGroup, Row, most_of, rows_of
from ivr.web.wording import kind_words, outcome_words

STEPS = (15, 30, 60, 120, 240)
"""The upper ends of the rows by which waiting times are grouped, in minutes of opening time."""

SOURCES = ("call", "counter")


def figure_groups(
    report: PeriodReport, days: Sequence[date], script: Script, menu: Mapping[str, Place] = MENU
) -> list[FigureGroup]:
    """Return all figures of a report. `menu` and `script` give the words for what callers chose."""
    of_days = day_figures(days, report.days, report.before)
    of_diary = appointment_figures(report.appointments, report.hours)
    return [
        FigureGroup("days", _("Day by day"), [*of_days]),
        FigureGroup("calls", _("Calls"), [*call_figures(report.calls, choice_words(menu, script))]),
        FigureGroup("appointments", _("Appointments"), [*of_diary]),
        FigureGroup("requests", _("Requests"), [*_of_requests(report.requests)]),
    ]


def call_figures(calls: CallStats, choices: Mapping[str, str]) -> Iterator[Figure]:
    """Yield the figures about the calls of a period; `choices` has the words of each first choice."""
    count = (("calls", _("Calls")),)
    hours = [Row(f"{hour:02}", f"{hour:02}:00", (calls.hours.get(hour, 0),)) for hour in range(24)]
    yield Figure("calls_by_hour", _("Calls by hour"), _busiest(hours), _("Time"), count, hours, upright=True)
    chosen = rows_of(choices, calls.choices)
    yield Figure("choices", _("What callers chose first"), most_of(chosen), _("Choice"), count, chosen)
    came = rows_of(fate_words(), calls.fates)
    yield Figure("calls_came_to", _("Outcome of the calls"), most_of(came), _("Outcome"), count, came)
    yield _of_reception(calls)
    ended = rows_of(ending_words(), calls.endings)
    yield Figure("calls_ended", _("How calls ended"), most_of(ended), _("End"), count, ended)


def _of_reception(calls: CallStats) -> Figure:
    columns = (("left_something", _("Booked or left a request")), ("left_nothing", _("Neither")))
    rows = [
        Row(each, words, tuple(calls.receptions.get((each, left), 0) for left in (True, False)))
        for each, words in reception_words().items()
    ]
    title = _("Calls for the reception")
    return Figure("reception", title, asked_for_reception(calls), _("Outcome"), columns, rows)


def asked_for_reception(calls: CallStats) -> str:
    """Return a sentence about the callers who asked for the reception."""
    return _(
        "Asked for the reception: %(asked)s. Nobody answered there: %(nobody)s.",
        asked=calls.asked_for_reception,
        nobody=calls.found_nobody,
    )


def _of_requests(requests: RequestStats) -> Iterator[Figure]:
    count = (("requests", _("Requests")),)
    sources = (("call", _("From a call")), ("counter", _("From the counter")))
    made = [Row(kind, kind_words(kind), tuple(requests.made.get((kind, each), 0) for each in SOURCES)) for kind in Kind]
    yield Figure("requests_made", _("New requests"), most_of(made), _("Request"), sources, made)
    yield _first_try(requests)
    tries = range(1, max(requests.reached, default=0) + 1)
    reached = [Row(str(number), _("try %(number)s", number=number), (requests.reached[number],)) for number in tries]
    yield Figure("reached", _("Reached at which try"), most_of(reached), _("Try"), count, reached)
    words = {WAITING: _("Still waiting"), **{str(key): said for key, said in outcome_words().items()}}
    outcomes = rows_of(words, requests.outcomes)
    seen = [each for each in outcomes if any(each.values)]
    yield Figure("outcomes", _("Outcome of the requests"), most_of(seen), _("Outcome"), count, seen)


def _first_try(requests: RequestStats) -> Figure:
    counted = _(
        "Counted in opening hours, from when the call was due: at once, or when the wished part of the "
        "day begins; until now for those who have not been called yet."
    )
    columns = (("rung", _("Called")), ("waiting", _("Not called yet")))
    rows = [
        Row(key, words, tuple(values))
        for (key, words), *values in zip(_steps(), _waits(requests.rung), _waits(requests.unrung), strict=True)
    ]
    says = " ".join([*how_soon_rung(requests), counted])
    return Figure("first_try", _("Time to the first call"), says, _("Waited"), columns, rows)


def how_soon_rung(requests: RequestStats) -> Iterator[str]:
    """Yield two sentences on waits: of half of the patients, and of nine in ten. Omit a sentence if too few waited."""
    if requests.middle is not None:
        middle = up_to(requests.middle)
        yield _(
            "Half of the patients waited %(middle)s of opening time or less, until the first call or until now.",
            middle=middle,
        )
    if requests.most is not None:
        yield _("Nine in ten waited %(most)s or less.", most=up_to(requests.most))


def _steps() -> Iterator[tuple[str, str]]:
    """Yield the key and the words of each row in the table of waiting times, such as "up to 15 min"."""
    yield f"within_{STEPS[0]}_min", _("up to %(count)s min", count=STEPS[0])
    for first, last in pairwise(STEPS):
        yield f"within_{last}_min", _("%(first)s–%(last)s min", first=first, last=last)
    yield "longer", _("more than %(count)s min", count=STEPS[-1])


def _waits(waits: Waits) -> Iterator[int]:
    """Yield the number of patients' waits for each row of the table of waiting times."""
    within = Counter[int]()
    for minutes, count in waits.items():
        within[bisect_left(STEPS, minutes)] += count
    return (within[step] for step in range(len(STEPS) + 1))


def _busiest(hours: Sequence[Row]) -> str:
    if not any(row.values[0] for row in hours):
        return _("No calls yet.")
    most = max(hours, key=lambda row: row.values[0])
    return _("Busiest from %(hour)s: %(count)s calls.", hour=most.words, count=most.values[0])


# -- words


CHOSEN: Mapping[str, str] = {
    "book": later("an appointment"),
    "callback": later("a call back"),
    "advice": later("advice"),
    "hours": later("opening hours"),
    "own": later("their own appointment"),
    PERSON_PLACE: later("the reception"),
    NOTHING: later("nothing"),
}
"""The short words in reports for callers' choices. For any other choice, reports show the sentence of its option."""


def choice_words(menu: Mapping[str, Place], script: Script) -> Mapping[str, str]:
    """Return the words for each first choice of callers; a choice without short words has its option's sentence."""
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
    """Return the words for each result that a call can have, such as "left a request"."""
    return {
        Fate.BOOKED: _("booked, moved or cancelled an appointment"),
        Fate.ASKED: _("left a request"),
        Fate.TALKED: _("talked to the reception"),
        Fate.HEARD: _("heard hours or advice"),
        Fate.NOT_ANSWERED: _("asked for the reception, got no answer and left nothing"),
        Fate.REFUSED: _("were refused"),
        Fate.FAILED: _("line fault"),
        Fate.MIDWAY: _("chose something and hung up before the end"),
        Fate.BEFORE: _("chose nothing"),
    }


def reception_words() -> Mapping[ReceptionAnswer, str]:
    """Return the words for every answer that a caller who asked for the reception can get."""
    return {
        ReceptionAnswer.TALKED: _("talked to the reception"),
        ReceptionAnswer.NOBODY: _("nobody answered"),
        ReceptionAnswer.CLOSED: _("the clinic was closed"),
        ReceptionAnswer.HUNG_UP: _("hung up before an answer"),
        ReceptionAnswer.REFUSED: _("were refused"),
    }


def ending_words() -> Mapping[Ending, str]:
    """Return the words for every way in which a call can end."""
    return {
        Ending.HUNG_UP: _("the caller hung up"),
        Ending.GOODBYE: _("the line ended the call"),
        Ending.TALKED: _("after a talk with the reception"),
        Ending.FAULT: _("with a fault"),
        Ending.UNKNOWN: _("not known"),
    }
