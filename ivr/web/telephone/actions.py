"""Carries out what a turn of a call waits for: saves a request, books, moves or cancels; then resumes the call.

The engine decides what is to be done; the stores decide the outcome.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from ivr.carrier.port import CallEvent
from ivr.desk.intake_rules import RequestRefused
from ivr.desk.own_appointments import ChangeOutcome, ProofOutcome, WantedChange
from ivr.desk.phone_bookings import BookingOutcome, NewBooking
from ivr.desk.requests import NewRequest
from ivr.line.diary import Slot
from ivr.line.engine.call import resume
from ivr.line.phones import Phone
from ivr.line.turn import Call, ChangeAppointment, CheckDigits, Facts, File, OwnAppointment, RingReception, Turn
from ivr.metrics.table import IN_DATABASE, IN_REDIS, NOTHING_PROMISED, PROMISES
from ivr.web.services import Services
from ivr.web.telephone.webhook import VerifiedWebhook

log = logging.getLogger(__name__)


class NeedsStore(Exception):
    """The error raised where a step of a call must be answered at once, but its answer needs a store."""


def _refuse(_moved: OwnAppointment | None) -> Sequence[Slot] | None:
    raise NeedsStore


class Once:
    """A question to the diary for free times: it is asked when the answer is needed, and only once for each visit."""

    def __init__(self, ask: Callable[[int | None], Sequence[Slot] | None]) -> None:
        self._ask = ask
        self._answers: dict[int | None, Sequence[Slot] | None] = {}

    def __call__(self, moved: OwnAppointment | None) -> Sequence[Slot] | None:
        """Return the free times for a new appointment or the one that is moved; None if the diary cannot be asked."""
        asked = moved.id if moved else None
        if asked not in self._answers:
            self._answers[asked] = self._ask(asked)
        return self._answers[asked]


def facts_of(here: Services, call: Call, happened: CallEvent, *, at_once: bool = False) -> Facts:
    """Return the facts of a call: the clinic with the desk's closures, the caller's number, the time, and free times.

    With `at_once`, no store may be asked, and the first use of the free times raises NeedsStore.
    """
    clinic, now = here.hours.clinic_now(), here.clock()
    line = clinic.line(call.line)
    free_times = _refuse if at_once else Once(partial(here.telephone.bookings.free, clinic, line.key, now))
    return Facts(clinic, line, clinic.dialling.caller_id(happened.sender), now, free_times=free_times)


def sender(here: Services, happened: CallEvent) -> Phone | None:
    """Return the caller's number, even if the clinic must not call it; None if withheld, invalid or our own."""
    return here.clinic.dialling.sender(happened.sender)


STORED = (File, CheckDigits, ChangeAppointment, RingReception)
"""The kinds of action that need a store, because the store decides the outcome."""


def done_for(here: Services, turn: Turn, facts: Facts, asked: VerifiedWebhook) -> Turn:
    """Carry out the action of a turn, and return the turn that follows; return `turn` if nothing is to be done.

    A blocked caller may not ring the reception, and gets the turn of a refusal.
    """
    happened = asked.event
    match turn.wait:
        case File():
            return _filed(here, turn, turn.wait, facts, happened)
        case CheckDigits():
            return _checked(here, turn, turn.wait, facts, asked.webhook.address)
        case ChangeAppointment():
            return _changed(here, turn, turn.wait, facts, happened)
        case RingReception() if here.telephone.intake.is_barred(sender(here, happened)):
            return _refused(here, turn, facts, happened)
        case _:
            return turn


def _refused(here: Services, turn: Turn, facts: Facts, happened: CallEvent) -> Turn:
    """Refuse what a turn waits for; a blocked caller may then leave no request and ring no reception in this call.

    Any other caller may: the refused number may be at a limit that others have used up (docs/decisions/0021).
    """
    log.warning("call %s: is refused on line %s", happened.call_id, turn.call.line)
    barred = here.telephone.intake.is_barred(sender(here, happened))
    return resume(turn.call.but(over_limit=turn.call.over_limit or barred), "refused", facts)


def _filed(here: Services, turn: Turn, file: File, facts: Facts, happened: CallEvent) -> Turn:
    """Save the request that the caller made, or book the time chosen. Return the turn that follows the outcome."""
    if file.slot is not None:
        new = NewBooking(_new_request(here, turn.call, file, facts, happened), file.slot, file.other)
        return _booked(here, turn, new, facts, happened)
    try:
        kept = here.telephone.intake.accept(_new_request(here, turn.call, file, facts, happened))
    except RequestRefused:
        return _refused(here, turn, facts, happened)
    if kept is None:
        here.operations.counters.count(NOTHING_PROMISED, kind=file.wish.kind)
        return resume(turn.call, "lost", facts)
    log.info("call %s: a %s is promised", happened.call_id, file.wish.kind)
    if kept.is_new:
        here.operations.counters.count(PROMISES, kind=file.wish.kind, store=IN_REDIS if kept.waits else IN_DATABASE)
    call = turn.call.with_promise(kept.reference or None, joined=kept.joined)
    if file.number == facts.caller and not kept.waits:  # a further wish in this call may be for somebody else
        call = replace(call, own=call.own.with_request(file.wish.kind))
    return resume(call, "kept", facts)


def _booked(here: Services, turn: Turn, new: NewBooking, facts: Facts, happened: CallEvent) -> Turn:
    """Book the time of a turn, and return the turn that follows the outcome."""
    new = replace(new, practitioner=turn.call.practitioner)
    try:
        found = here.telephone.bookings.book(new)
    except RequestRefused:
        return _refused(here, turn, facts, happened)
    log.info("call %s: a time is %s", new.request.call_id, found.outcome)
    if found.outcome is not BookingOutcome.BOOKED:
        # What was free when this webhook came in is free no more.
        return resume(turn.call, found.outcome, facts_of(here, turn.call, happened))
    if found.is_new:
        here.operations.counters.count(PROMISES, kind=new.request.kind, store=IN_DATABASE)
    call = turn.call.with_promise(found.reference, joined=False)
    if new.request.own_number:
        call = replace(
            call, own=call.own.with_appointment(OwnAppointment(found.appointment_id, new.slot.start, found.as_of))
        )
    return resume(call, found.outcome, facts)


def _checked(here: Services, turn: Turn, asked: CheckDigits, facts: Facts, address: str) -> Turn:
    found = here.telephone.own_appointments.prove(asked, here.reports.keyed_ids.step(address), facts.now)
    call = replace(turn.call, proved=found.appointment is not None, entered="")
    if found.appointment:
        practitioner = facts.clinic.diary.practitioner(found.schedule)
        call = replace(call, chosen=found.appointment, practitioner=practitioner)
    elif found.outcome is ProofOutcome.GONE:
        call = _looked_up(here, call, facts)
    return resume(call, found.outcome, facts)


def _looked_up(here: Services, call: Call, facts: Facts) -> Call:
    """Return the call with the appointments and requests of the caller's number as they are now."""
    return call.but(own=here.telephone.callers.of(facts.caller, facts.line, facts.now).own)


def _changed(here: Services, turn: Turn, wanted: ChangeAppointment, facts: Facts, happened: CallEvent) -> Turn:
    own, call = here.telephone.own_appointments, turn.call
    heard = wanted.appointment
    asked = WantedChange(heard.id, heard.as_of, wanted.slot, call.line, happened.call_id, call.practitioner)
    outcome, as_of = own.change(asked, facts.now)
    log.info("call %s: the change of an appointment is %s", happened.call_id, outcome)
    if outcome is ChangeOutcome.TAKEN:
        facts = facts_of(here, call, happened)  # what was free when this webhook came in is free no more
    elif outcome in {ChangeOutcome.MOVED, ChangeOutcome.CANCELLED}:
        call = call.with_change(wanted.slot, as_of)
    elif outcome is ChangeOutcome.GONE:
        call = _looked_up(here, call, facts)
    return resume(call, outcome, facts)


def _new_request(here: Services, call: Call, file: File, facts: Facts, happened: CallEvent) -> NewRequest:
    return NewRequest(
        kind=file.wish.kind,
        line=call.line,
        phone=file.number,
        language=call.language,
        day=file.wish.day,
        part=file.wish.part,
        due=file.due,
        call_id=happened.call_id,
        created=facts.now,
        asked=file.asked,
        own_number=file.number == facts.caller,
        caller=sender(here, happened),
        other=file.other,
        about=file.about,
        why=file.change,
    )
