"""Chooses the sentences that depend on the moment or on the call's data, and the values for their blanks.

Pure: the words are in config/prompts, and script.py fills their blanks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from ivr.line.booking import Kind
from ivr.line.hours import Closure, Hours, Shift
from ivr.line.phones import Phone
from ivr.line.turn import Blanks, Call, Day, Digits, Facts, HourToday, Moment, Say, Spans, Value, WeekDays

CLOSURES_AHEAD_DAYS = 7
"""Days ahead for which closures are announced with the opening hours."""

REFERENCES = ("reference", "reference_again")

Says = Callable[[Call, Facts], Iterator[Say]]


@dataclass(frozen=True)
class Speech:
    """A speech of the menu's table: a function that chooses the sentences, and all sentences that it may choose."""

    says: Says
    sentences: Blanks


def spoken(name: str, call: Call, facts: Facts) -> tuple[Say, ...]:
    """Return the sentences for this name in the menu's table; a name without a speech is a sentence itself."""
    speech = SPEECHES.get(name)
    return tuple(speech.says(call, facts)) if speech else (Say(name),)


def _welcome(_call: Call, facts: Facts) -> Iterator[Say]:
    greeting = facts.line.greeting
    yield (
        Say("greeting_of_line", {"greeting": greeting}) if greeting else Say("welcome", {"clinic": facts.clinic.name})
    )


def _status(_call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the status: open until when; or closed, why, until when, and the emergency number."""
    hours, now = facts.line.hours, facts.now
    until = hours.closes(now)
    if until:
        yield Say("open_until", {"until": HourToday(until)})
        yield from _changed_today(hours, now)
        return
    yield _closed(hours, now)
    opens = hours.opens_next(now)
    yield Say("opens_next", {"opens": Moment(opens, hours.local(now))}) if opens else Say("opens_unknown")
    yield Say("emergency")


def _changed_today(hours: Hours, now: datetime) -> Iterator[Say]:
    closure = hours.closure(hours.local(now).date())
    if closure and closure.reason:
        yield Say("hours_changed_for", {"reason": closure.reason})


def _closed(hours: Hours, now: datetime) -> Say:
    here = hours.local(now)
    closure, shifts = hours.closure(here.date()), hours.shifts(here.date())
    if not shifts:
        return _because("closed_today", closure)
    if closure is None or not hours.usually_open(now):
        return Say("closed_now")  # it is closed at this time on every such weekday, so there is no reason to give
    early = here >= shifts[-1].on(here.date(), hours.zone)[1]
    return _because("closed_early" if early and closure.reason else "closed_now", closure)


def _because(name: str, closure: Closure | None) -> Say:
    """Return the sentence, with the reason of the closure if there is one."""
    return Say(f"{name}_for", {"reason": closure.reason}) if closure and closure.reason else Say(name)


def _week(_call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the opening hours of the week; weekdays in a row with the same hours share a sentence."""
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
        because = _because(name, closure)
        yield Say(because.name, {**values, **because.values})


def _spans(shifts: tuple[Shift, ...], facts: Facts) -> Spans:
    """Return the hours of the shifts. Any day will do, because only the times are said."""
    hours = facts.line.hours
    return Spans(tuple(shift.on(hours.local(facts.now).date(), hours.zone) for shift in shifts))


def _own_number(call: Call, facts: Facts) -> Iterator[Say]:
    yield Say("own_number_time" if call.slot else "own_number", {"number": _groups(facts.number(call))})


def _keyed_number(call: Call, facts: Facts) -> Iterator[Say]:
    yield Say("keyed_number", {"number": _groups(facts.number(call))})


def _groups(number: Phone | None) -> Digits:
    return Digits(number.groups if number else ())


def _warning(call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the emergency number for a caller who books and has not heard it: while closed, the greeting names it."""
    if call.kind is Kind.BOOKING and facts.line.hours.is_open(facts.now):
        yield Say("emergency")


def _time(call: Call, facts: Facts) -> Moment:
    """Return the time that the caller has chosen. Raises ValueError where none is."""
    if call.slot is None:
        raise ValueError("this call has chosen no time")
    return Moment(facts.line.hours.local(call.slot.start), facts.line.hours.local(facts.now))


def _booked(call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the appointment, then its reference twice. Only for one that stands in the diary."""
    yield Say("booked", {"at": _time(call, facts)})
    yield from _references(call)


def _summary(call: Call, facts: Facts) -> Iterator[Say]:
    if call.slot:
        yield Say("summary_time", {"at": _time(call, facts)})
    elif call.day and call.part:
        day = Day(call.day, facts.line.hours.local(facts.now).date())
        yield Say(f"summary_{call.wish.kind}_then", {"day": day, "part": call.part})
    else:
        yield Say(f"summary_{call.wish.kind}")


def _kept(call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the confirmation and when the clinic calls, then the reference twice, unless none may be spoken.

    Only for a request that is stored.
    """
    yield Say("kept_again" if call.joined else "kept")
    if call.kind:
        yield _promise(call, facts)
    yield from _references(call)


def _references(call: Call) -> Iterator[Say]:
    if call.reference:
        groups = Digits((call.reference[:3], call.reference[3:]))
        yield from (Say(name, {"reference": groups}) for name in REFERENCES)


def _promise(call: Call, facts: Facts) -> Say:
    """Return when the clinic calls back: at once, at the next opening, or in the part of the day that was asked for."""
    hours, wish = facts.line.hours, call.wish
    here = hours.local(facts.now)
    due = facts.line.offer.due(wish, facts.now)
    if wish.kind is Kind.CALLBACK and wish.part and wish.day == due.date():
        return Say("promise_then", {"day": Day(wish.day, here.date()), "part": wish.part})
    if due - here > timedelta(minutes=1):
        return Say(f"promise_{wish.kind}_opening", {"opens": Moment(due, here)})
    return Say(f"promise_{wish.kind}")


def _topic(call: Call, _facts: Facts) -> Iterator[Say]:
    yield Say(f"advice_{call.topic}")


SPEECHES: Mapping[str, Speech] = {
    "welcome": Speech(_welcome, {"welcome": ("clinic",), "greeting_of_line": ("greeting",)}),
    "status": Speech(
        _status,
        {
            **dict.fromkeys(("closed_now", "closed_today", "opens_unknown", "emergency"), ()),
            **{f"{name}_for": ("reason",) for name in ("hours_changed", "closed_now", "closed_today", "closed_early")},
            "open_until": ("until",),
            "opens_next": ("opens",),
        },
    ),
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
    "own_number": Speech(_own_number, {"own_number": ("number",), "own_number_time": ("number",)}),
    "keyed_number": Speech(_keyed_number, {"keyed_number": ("number",)}),
    "summary": Speech(
        _summary,
        {
            **{f"summary_{kind}": () for kind in Kind},
            **{f"summary_{kind}_then": ("day", "part") for kind in Kind},
            "summary_time": ("at",),
        },
    ),
    "warning": Speech(_warning, {"emergency": ()}),
    "booked": Speech(_booked, {"booked": ("at",), **dict.fromkeys(REFERENCES, ("reference",))}),
    "kept": Speech(
        _kept,
        {
            **dict.fromkeys(("kept", "kept_again"), ()),
            **{f"promise_{kind}": () for kind in Kind},
            **{f"promise_{kind}_opening": ("opens",) for kind in Kind},
            "promise_then": ("day", "part"),
            **dict.fromkeys(REFERENCES, ("reference",)),
        },
    ),
    "topic": Speech(_topic, {}),  # the clinic defines the sentences of the topics
}
