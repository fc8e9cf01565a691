"""Chooses the sentences of the greeting: the clinic's name, the languages, open or closed, the caller's appointment.

Pure: the words are in config/prompts, and script.py fills their blanks.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from ivr.line.blanks import HourToday, MomentName, Say
from ivr.line.engine.speech import Speech, moment
from ivr.line.hours import Closure, Hours, day_of_night
from ivr.line.menu import LANGUAGE
from ivr.line.standing import others
from ivr.line.turn import Call, Facts

MOST_NAMED = 2
"""The most other languages that the greeting names; the menu of languages names all."""


def _closed_first(call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the clinic's name and the emergency number if the clinic is closed; no key cuts these sentences off."""
    if not facts.is_open:
        yield _name(facts)
        yield Say("emergency")


def _welcome(_call: Call, facts: Facts) -> Iterator[Say]:
    if facts.is_open:
        yield _name(facts)


def _name(facts: Facts) -> Say:
    greeting = facts.line.greeting
    return (
        Say("greeting_of_line", {"greeting": greeting}) if greeting else Say("welcome", {"clinic": facts.clinic.name})
    )


def _languages(call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the sentence that offers key 9, once in each other language, for two languages at most."""
    yield from (Say("option_language", {"key": LANGUAGE}, each) for each in others(call, facts)[:MOST_NAMED])


def _status(_call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the sentences about the clinic now: open and until what time, or closed, why, and until what time."""
    hours, now = facts.line.hours, facts.now
    until = hours.closes(now)
    if until:
        yield Say("open_until", {"until": _closing(until, hours.local(now))})
        yield from _changed_today(hours, now)
        return
    yield _closed(hours, now)
    yield opens(facts)


def _closing(until: datetime, here: datetime) -> HourToday | MomentName:
    """Return a closing time as the value of a blank: an hour of today or tonight, or of a later day with its day."""
    day = day_of_night(until)
    return HourToday(until) if day <= here.date() else MomentName(datetime.combine(day, until.timetz()), here)


def opens(facts: Facts) -> Say:
    """Return the sentence that tells when a closed clinic opens."""
    at = facts.line.hours.opens_next(facts.now)
    return Say("opens_next", {"opens": moment(at, facts)}) if at else Say("opens_unknown")


def _changed_today(hours: Hours, now: datetime) -> Iterator[Say]:
    closure = hours.closure(hours.local(now).date())
    if closure and closure.reason:
        yield Say("hours_changed_for", {"reason": closure.reason})


def _closed(hours: Hours, now: datetime) -> Say:
    here = hours.local(now)
    closure, shifts = hours.closure(here.date()), hours.shifts(here.date())
    if not shifts:
        return because("closed_today", closure)
    if closure is None or not hours.usually_open(now):
        return Say("closed_now")  # it is closed at this time on every such weekday, so there is no reason to give
    early = here >= shifts[-1].on(here.date(), hours.zone)[1]
    return because("closed_early" if early and closure.reason else "closed_now", closure)


def because(name: str, closure: Closure | None) -> Say:
    """Return the sentence of this name, or its variant that tells the reason if the closure has a reason."""
    return Say(f"{name}_for", {"reason": closure.reason}) if closure and closure.reason else Say(name)


def _own_appointments(call: Call, facts: Facts) -> Iterator[Say]:
    """Yield the sentence with the time of the caller's next appointment, and nothing else about the appointment."""
    if call.own.appointments:
        yield Say("own_appointment", {"at": moment(call.own.appointments[0].starts, facts)})


OPENS: Mapping[str, tuple[str, ...]] = {"opens_next": ("opens",), "opens_unknown": ()}
NAME: Mapping[str, tuple[str, ...]] = {"welcome": ("clinic",), "greeting_of_line": ("greeting",)}

GREETING: Mapping[str, Speech] = {
    "closed_first": Speech(_closed_first, {**NAME, "emergency": ()}),
    "welcome": Speech(_welcome, NAME),
    "languages": Speech(_languages, {"option_language": ("key",)}),
    "status": Speech(
        _status,
        {
            **dict.fromkeys(("closed_now", "closed_today"), ()),
            **{f"{name}_for": ("reason",) for name in ("hours_changed", "closed_now", "closed_today", "closed_early")},
            "open_until": ("until",),
            **OPENS,
        },
    ),
    "own_appointments": Speech(_own_appointments, {"own_appointment": ("at",)}),
}
