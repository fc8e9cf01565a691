"""Answers questions about a call: does it have the data that a place needs, and which way does a fork lead.

Pure: everything comes from the call and the facts.
"""

from collections.abc import Callable, Mapping

from ivr.line.booking import Kind
from ivr.line.free_offers import bookable
from ivr.line.offers import open_days
from ivr.line.places import ChangeWish, Keying, Menu
from ivr.line.standing import reception
from ivr.line.turn import Call, Facts


def has(call: Call, facts: Facts, needs: tuple[str, ...]) -> bool:
    """Return whether the call has all the data that a place needs; `needs` are the names of these data."""
    return all(KNOWN[need](call, facts) for need in needs)


def answer(fork: str, call: Call, facts: Facts) -> str:
    """Return the answer to the question of a fork; the answer names the way that the call takes."""
    return FORKS[fork](call, facts)


def _requests_left(call: Call, facts: Facts) -> str:
    return "yes" if call.filed < facts.clinic.limits.requests_of_a_call else "no"


def _practitioners(call: Call, facts: Facts) -> str:
    several = len(facts.clinic.diary.of_line(call.line)) > 1 and bool(facts.clinic.diary.practitioners)
    return "several" if several and facts.clinic.diary.phone_books else "one"


def _diary(call: Call, facts: Facts) -> str:
    if not facts.clinic.diary.phone_books:
        return "off"
    found = bookable(call, facts)
    if found is None:
        return "away"
    return "free" if found else "none"


def _for_whom(call: Call, facts: Facts) -> str:
    """Return "moves" to move an appointment, "known" if the number has one or a request of `call.kind`, else "new"."""
    if call.change is ChangeWish.MOVE and call.proved and call.slot:
        return "moves"
    booked = call.kind is Kind.BOOKING and bool(call.own.appointments)
    known = facts.caller is not None and call.change is None and (booked or call.kind in call.own.requests)
    return "known" if known else "new"


def _at_once(call: Call, facts: Facts) -> str:
    """Return "yes" if one key can book a time for the calling number, with no further question; else "no"."""
    plain = facts.caller is not None and call.keyed is None and call.change is None
    return "yes" if plain and _for_whom(call, facts) == "new" else "no"


def _number(call: Call, facts: Facts) -> str:
    """Return the kind of number that a request is for: "entered", "withheld", "time" or "own".

    "entered" is a keyed number. "own" is the calling number, which the caller must confirm. "time" is the calling
    number too, once a free time is chosen. The caller then confirms only the time, but may enter another number.
    """
    if call.keyed is not None:
        return "entered"
    if facts.caller is None:
        return "withheld"
    return "time" if call.slot else "own"


NEEDED_BY_A_WISH = frozenset({"kind", "change"})
"""Names of call data. A place that needs one of them is in the middle of a wish for a request or for a change."""


def _wish_left(call: Call, facts: Facts) -> str:
    """Return "yes" if a caller who pressed 0 within a wish can go on with the wish when nobody answers, else "no"."""
    place = facts.menu.get(call.left)
    needs = place.needs if isinstance(place, Menu | Keying) else ()
    return "yes" if not NEEDED_BY_A_WISH.isdisjoint(needs) and has(call, facts, needs) else "no"


def _own(call: Call, _facts: Facts) -> str:
    count = len(call.own.appointments)
    return "none" if not count else "one" if count == 1 else "several"


def _proved(call: Call, _facts: Facts) -> str:
    return "no" if not call.proved or call.change is None else call.change


KNOWN: Mapping[str, Callable[[Call, Facts], bool]] = {
    "kind": lambda call, _: call.kind is not None,
    "day": lambda call, _: call.day is not None,
    "part": lambda call, _: call.part is not None,
    "slot": lambda call, _: call.slot is not None,
    "own": lambda call, _: bool(call.own.appointments),
    "chosen": lambda call, _: call.chosen is not None,
    "proved": lambda call, _: call.proved,
    "change": lambda call, _: call.change is not None,
    "keyed": lambda call, _: call.keyed is not None,
    "caller": lambda _, facts: facts.caller is not None,
    "number": lambda call, facts: facts.number(call) is not None,
    "warned": lambda call, _: call.warned,
    "promise": lambda call, _: call.reference is not None or call.joined,
    "topic": lambda call, facts: any(topic.key == call.topic for topic in facts.clinic.topics),
}

FORKS: Mapping[str, Callable[[Call, Facts], str]] = {
    "at_once": _at_once,
    "number": _number,
    "wish_left": _wish_left,
    "caller_known": lambda _, facts: "yes" if facts.caller else "no",
    "days_left": lambda call, facts: "yes" if open_days(call, facts, count=1) else "no",
    "requests_left": _requests_left,
    "reception": reception,
    "practitioners": _practitioners,
    "diary": _diary,
    "for_whom": _for_whom,
    "own": _own,
    "proved": _proved,
}
