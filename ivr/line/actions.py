"""Returns the action that a call waits for at a place: file, book, check digits, change, ring, hang up.

Pure: the web does the action, and resumes the call with the outcome.
"""

from datetime import timedelta

from ivr.line.places import ChangeWish, Changing, Checking, End, Filing, Ringing
from ivr.line.turn import Call, ChangeAppointment, CheckDigits, Facts, File, HangUp, RingReception, Wait

Doing = Filing | Checking | Changing | Ringing | End

LONGEST_CALL = timedelta(hours=24)
"""The age from which a caller's wish is too old to be filed by a webhook, because no real call lasts so long."""


def wait_at(place: Doing, call: Call, facts: Facts) -> Wait | None:
    """Return the action that the call waits for at this place; None if the call lacks data for that action."""
    match place:
        case Filing():
            return _file(call, facts)
        case Checking():
            return _check(call, facts)
        case Changing():
            return _change(call)
        case Ringing():
            return _ring(place, facts)
    return HangUp()


def _file(call: Call, facts: Facts) -> File | None:
    number = facts.number(call)
    if call.kind is None or number is None or not _is_going_on(call, facts):
        return None
    due, asked = facts.line.offer.due(call.wish, facts.now), call.offered_at or facts.now
    about = call.chosen.id if call.chosen and call.change else None
    return File(call.wish, number, due, asked, call.slot, call.other, about, call.change)


def _is_going_on(call: Call, facts: Facts) -> bool:
    """Return whether the call's wish is younger than `LONGEST_CALL`; an older webhook files no request."""
    return call.offered_at is not None and facts.now - call.offered_at < LONGEST_CALL


def _check(call: Call, facts: Facts) -> CheckDigits | None:
    number = facts.number(call)
    if number is None or not call.entered:
        return None
    return CheckDigits(number, call.entered, call.chosen)


def _change(call: Call) -> ChangeAppointment | None:
    if call.chosen is None or not call.proved or call.change is None:
        return None
    if call.change is ChangeWish.CANCEL:
        return ChangeAppointment(call.chosen, None)
    return ChangeAppointment(call.chosen, call.slot) if call.slot else None


def _ring(place: Ringing, facts: Facts) -> RingReception | None:
    reception = facts.clinic.reception
    if reception.caller_id is None:
        return None
    return RingReception(facts.line.reception, reception.caller_id, reception.seconds, place.screening)
