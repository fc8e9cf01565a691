"""Chooses the sentences about the opening hours of the week, the closures ahead, and the way to the clinic.

Pure: the words are in config/prompts, and script.py fills their blanks.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby

from ivr.line.blanks import Day, Say, Spans, Value, WeekDays
from ivr.line.engine.greeting import OPENS, because, opens
from ivr.line.engine.speech import Speech
from ivr.line.hours import Shift
from ivr.line.turn import Call, Facts

CLOSURES_AHEAD_DAYS = 7
"""Days ahead for which closures are announced with the opening hours."""


def _week(_call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the sentences of the week's opening hours; adjoining weekdays with equal hours share a sentence."""
    yield Say("week")
    hours = facts.line.hours
    for shifts, days in groupby(range(7), key=lambda day: hours.week[day]):
        run = list(days)
        named = WeekDays(run[0], run[-1])
        if shifts:
            yield Say("week_days", {"days": named, "spans": _spans(shifts, facts)})
        else:
            yield Say("week_days_closed", {"days": named})


def _closures(_call: Call, facts: Facts) -> Iterator[Say]:
    hours = facts.line.hours
    today = hours.local(facts.now).date()
    for day, closure in hours.closures_from(today, CLOSURES_AHEAD_DAYS):
        name = "closure_half" if closure.shifts else "closure"
        values: dict[str, Value] = {"day": Day(day, today), "spans": _spans(closure.shifts, facts)}
        reason = because(name, closure)
        yield Say(reason.name, {**values, **reason.values})


def _spans(shifts: tuple[Shift, ...], facts: Facts) -> Spans:
    """Return the times of these shifts, as moments of today, for the blank of a sentence that says no date."""
    hours = facts.line.hours
    return Spans(tuple(shift.on(hours.local(facts.now).date(), hours.zone) for shift in shifts))


def _address(_call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the sentences of the address and of how to come, where clinic.toml has them."""
    place = facts.clinic.whereabouts
    if place.address:
        yield Say("address", {"address": place.address})
    if place.directions:
        yield Say("directions", {"directions": place.directions})


def _reception_closed(_call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the sentences that say that nobody is at the reception now, and when somebody will be."""
    yield Say("reception_closed")
    yield opens(facts)


OPENING_HOURS: Mapping[str, Speech] = {
    "week": Speech(_week, {"week": (), "week_days": ("days", "spans"), "week_days_closed": ("days",)}),
    "closures": Speech(
        _closures,
        {
            "closure": ("day",),
            "closure_for": ("day", "reason"),
            "closure_half": ("day", "spans"),
            "closure_half_for": ("day", "reason", "spans"),
        },
    ),
    "address": Speech(_address, {"address": ("address",), "directions": ("directions",)}),
    "reception_closed": Speech(_reception_closed, {"reception_closed": (), **OPENS}),
}
