"""Lists everything that can happen next in a call: keys, numbers, silence, outcomes, and errors of the service.

Pure. An event holds a function. The turn after the event is made only when somebody calls this function.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from ivr.line.engine.call import NOT_BOOKED, RESTART, STANDING, enter, keys_of, press, resume
from ivr.line.menu import SIGNS
from ivr.line.paths.transitions import BOOKED, CHANGED, KEPT, PROVED
from ivr.line.phones import Phone
from ivr.line.places import ChangeWish, Changing, Checking, Filing, Keying, Menu, Ringing
from ivr.line.standing import warns
from ivr.line.turn import (
    Call,
    ChangeAppointment,
    CheckDigits,
    Facts,
    File,
    KeyNumber,
    OwnAppointment,
    PressKey,
    RingReception,
    Turn,
)

KEYPAD = "0123456789*#"

GONE = "a place of last year"
"""A name that no place and no outcome has, as if an update had removed it."""

NO_NUMBER = "1"
ABROAD = "0012025550123"
"""A number in the United States, from the range reserved for films, which the line refuses to call back."""
PREMIUM = "18600000000"
"""A premium number that nobody has, which the line refuses to call back."""

SOMEBODY_KEYED = "9999900001"
SOMEBODY = Phone(f"+91{SOMEBODY_KEYED}")
"""A made-up number that stands for the caller's and for the reception's. It is never called."""

AN_APPOINTMENT = OwnAppointment(0, datetime(2100, 1, 1, 10, 30, tzinfo=UTC))
"""A made-up appointment that stands for the one whose reference a caller has entered."""

A_REFERENCE = "000000"
"""A placeholder for the reference of a stored request."""


class EventKind(StrEnum):
    """The kind of an event in a call; the value is its wording in the reports of the checks."""

    BEGINS = "the call begins"
    KEY = "key"
    WRONG = "wrong key"
    SILENCE = "silence"
    OUTCOME = "outcome"
    ERROR = "our error:"


class CallerEvent(NamedTuple):
    """An event of a call: its kind, the key or outcome, and the function that makes the turn after it."""

    what: EventKind
    by: str
    turn: Callable[[], Turn]

    def __str__(self) -> str:
        return f"{self.what} {self.by}".strip()


def next_events(turn: Turn, facts: Facts) -> Iterator[CallerEvent]:
    """Return the events that can follow this turn of a call; none after the end of the call."""
    follow = FOLLOW.get(type(turn.wait))
    return follow(turn.call, facts) if follow else iter(())


def _keys(call: Call, facts: Facts) -> Iterator[CallerEvent]:
    """Yield silence, every key that means something in a menu, and the first and the last of the wrong keys.

    After a miss, yield only silence and one wrong key, since the other keys were tried before the miss.
    """
    place = facts.menu[call.place]
    if not isinstance(place, Menu):
        return
    yield _pressed(EventKind.SILENCE, None, call, facts)
    signs = (SIGNS,) if warns(place, call) else ()
    means = {*keys_of(place, call, facts), *(STANDING if place.standing else ()), *signs}
    wrong = [key for key in KEYPAD if key not in means]
    if call.silences or call.wrongs:
        yield from (_pressed(EventKind.WRONG, key, call, facts) for key in wrong[:1])
        return
    yield from (_pressed(EventKind.KEY, key, call, facts) for key in KEYPAD if key in means)
    yield from (_pressed(EventKind.WRONG, key, call, facts) for key in dict.fromkeys((*wrong[:1], *wrong[-1:])))


def _numbers(call: Call, facts: Facts) -> Iterator[CallerEvent]:
    place = facts.menu[call.place]
    digits = place.digits if isinstance(place, Keying) else 0
    yield _pressed(EventKind.SILENCE, None, call, facts)
    for refused in (NO_NUMBER,) if digits else (NO_NUMBER, ABROAD, PREMIUM, _ours(facts)):
        yield _pressed(EventKind.WRONG, refused, call, facts)
    if not (call.silences or call.wrongs):
        for keys in (A_REFERENCE[:digits],) if digits else (SOMEBODY_KEYED, RESTART):
            yield _pressed(EventKind.KEY, keys, call, facts)


def _ours(facts: Facts) -> str:
    return min(facts.line.reached_by).e164.removeprefix("+")


def _filed(call: Call, facts: Facts) -> Iterator[CallerEvent]:
    place = facts.menu[call.place]
    for outcome in _of_filing(place, call) if isinstance(place, Filing) else ():
        if outcome == BOOKED:
            yield _became(outcome, call.with_promise(A_REFERENCE, joined=False), facts)
        elif outcome == KEPT:
            yield _became(outcome, call.with_promise(A_REFERENCE, joined=False), facts)
            if facts.caller and facts.number(call) == facts.caller:  # a caller is never told of somebody else's request
                yield _became(outcome, call.with_promise(None, joined=True), facts)
        else:
            yield _became(outcome, call, facts)


def _of_filing(place: Filing, call: Call) -> list[str]:
    """Return the outcomes that filing may have for this call: those of a chosen time, or those of a wish."""
    of_a_time = {BOOKED, *NOT_BOOKED}
    return [each for each in place.on if each == "refused" or (each in of_a_time) == (call.slot is not None)]


def _checked(call: Call, facts: Facts) -> Iterator[CallerEvent]:
    place = facts.menu[call.place]
    for outcome in place.on if isinstance(place, Checking) else ():
        found = replace(call, chosen=call.chosen or AN_APPOINTMENT, proved=True) if outcome == PROVED else call
        yield _became(outcome, found, facts)


def _changed(call: Call, facts: Facts) -> Iterator[CallerEvent]:
    place = facts.menu[call.place]
    done = "cancelled" if call.change is ChangeWish.CANCEL else "moved"
    for outcome in place.on if isinstance(place, Changing) else ():
        if outcome not in CHANGED - {done} and (call.change is ChangeWish.MOVE or outcome != "taken"):
            yield _became(outcome, call, facts)


def _rung(call: Call, facts: Facts) -> Iterator[CallerEvent]:
    place = facts.menu[call.place]
    yield from (_became(outcome, call, facts) for outcome in (place.on if isinstance(place, Ringing) else ()))


FOLLOW: Mapping[type, Callable[[Call, Facts], Iterator[CallerEvent]]] = {
    PressKey: _keys,
    KeyNumber: _numbers,
    File: _filed,
    RingReception: _rung,
    CheckDigits: _checked,
    ChangeAppointment: _changed,
}


def errors(call: Call, facts: Facts) -> Iterator[CallerEvent]:
    """Yield the events of a call that has lost its data, or whose place no longer exists, as after an update.

    Yields nothing at a menu that needs no data, because a call without data is a normal one there.
    """
    place, where = facts.menu.get(call.place), f"with nothing gathered at {call.place!r},"
    if isinstance(place, Menu | Keying) and not place.needs:
        return
    yield CallerEvent(EventKind.ERROR, f"{where} silence", partial(press, call, None, facts))
    yield CallerEvent(EventKind.ERROR, f"{where} key 1", partial(press, call, "1", facts))
    if place is None or isinstance(place, Filing | Ringing | Checking | Changing):
        yield CallerEvent(EventKind.ERROR, f"{where} an unknown outcome", partial(resume, call, GONE, facts))
    if isinstance(place, Filing):
        yield CallerEvent(EventKind.ERROR, f"{where} a request", partial(enter, call, call.place, facts))


def _pressed(what: EventKind, key: str | None, call: Call, facts: Facts) -> CallerEvent:
    return CallerEvent(what, key or "", partial(press, call, key, facts))


def _became(outcome: str, call: Call, facts: Facts) -> CallerEvent:
    return CallerEvent(EventKind.OUTCOME, outcome, partial(resume, call, outcome, facts))
