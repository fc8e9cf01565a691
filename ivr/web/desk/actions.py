"""The actions of staff on a request. Each is a small form that works without JavaScript.

Where a colleague has changed the request meanwhile, the answer says so and changes nothing.
"""

import secrets
from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.moves import LONGEST_NOTE
from ivr.desk.requests import OUTCOMES, HistoryEvent, MoveRefused, NewRequest, Outcome, OutcomeReport, Request, Status
from ivr.line.booking import Kind, Part, Wish
from ivr.line.phones import NumberRefused, Refusal
from ivr.storage.audit import AuditAction, By
from ivr.web import typed
from ivr.web.desk import cards
from ivr.web.desk.card_form import NoteTooLong, length_of_a_note, moment_of, note_beside
from ivr.web.desk.pages import LAST_REPORT, card_page
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, day, language
from ivr.web.services import services
from ivr.web.sessions import by, who
from ivr.web.wording import languages_of_the_line, outcome_words

moves = Blueprint("moves", __name__)

DAYS_TO_CHOOSE = 7
"""Number of open days that the form for a new request offers."""

CHOSEN_BY_STAFF = {str(each): each for each in OUTCOMES if each is not Outcome.NOT_REACHED}
"""Outcomes that staff can report. NOT_REACHED is set by itself when the tries are used up."""

HAND = "by-hand"
"""Call id of a request that was written at the desk."""


@moves.post("/desk/errands/<int(max=2147483647):errand_id>/again")
@guarded_by(staff_only)
def try_again(errand_id: int) -> ResponseReturnValue:
    """Have an outbox task that failed for good tried again. The clock process queues it at its next sweep."""
    services().desk.outbox.begin_again(errand_id, by())
    return redirect(url_for("console.worklist"))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/take")
@guarded_by(staff_only)
def take(request_id: int) -> ResponseReturnValue:
    """Take the request and show its card."""
    return _done(request_id, lambda: services().desk.moves.take(request_id, by(), note_beside()))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/put_back")
@guarded_by(staff_only)
def put_back(request_id: int) -> ResponseReturnValue:
    """Release the request, so that it waits again."""
    return _done(request_id, lambda: services().desk.moves.put_back(request_id, by(), note_beside()), to_list=True)


@moves.post("/desk/requests/<int(max=2147483647):request_id>/pass_on")
@guarded_by(staff_only)
def pass_on(request_id: int) -> ResponseReturnValue:
    """Hand the request over to a colleague."""
    to = request.form.get("to", "")
    if to not in {each.name for each in services().staff.people.all() if each.active}:
        return card_page(services().desk.store.request(request_id), _("Please choose a colleague."), 400)
    return _done(request_id, lambda: services().desk.moves.pass_on(request_id, to, by(), note_beside()))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/note")
@guarded_by(staff_only)
def write_note(request_id: int) -> ResponseReturnValue:
    """Add a note to the request."""
    words = request.form.get("note", "").strip()
    if not 0 < len(words) <= LONGEST_NOTE:
        return card_page(services().desk.store.request(request_id), length_of_a_note(), 400)
    return _done(request_id, lambda: services().desk.moves.write_note(request_id, words, by()))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/report")
@guarded_by(staff_only)
def report(request_id: int) -> ResponseReturnValue:
    """Report the outcome of calling the patient."""
    try:
        outcome = CHOSEN_BY_STAFF[request.form.get("outcome", "")]
        said = OutcomeReport(outcome, moment_of(outcome))
    except (KeyError, ValueError):
        trouble = _("Please give the day and the hour, from now on.")
        return card_page(services().desk.store.request(request_id), trouble, 400)
    answer = _done(
        request_id, lambda: services().desk.moves.report(request_id, said, by(), note_beside()), to_list=True
    )
    if _status_of(answer) == 302:
        found = services().desk.store.request(request_id)
        words = outcome_words()[found.outcome or outcome]
        offer_undo(found, outcome, found.reference, words)
    return answer


@moves.post("/desk/requests/<int(max=2147483647):request_id>/undo")
@guarded_by(staff_only)
def undo(request_id: int) -> ResponseReturnValue:
    """Undo the action that the form names, unless something has happened to the request since."""
    session.pop(LAST_REPORT, None)
    if _undone(request_id, request.form.get("what", ""), services().clock()):
        return redirect(card_of(services().desk.store.request(request_id)))
    flash(_("It is too late to take that back, or something has happened since. It stays as it is."), "trouble")
    return redirect(url_for("console.worklist"))


def _undone(request_id: int, what: str, now: datetime) -> bool:
    if what == HistoryEvent.TOOK_IN:
        return services().desk.merging.undo(request_id, By(who(), now))
    return services().desk.moves.undo(request_id, what, By(who(), now))


@moves.get("/desk/new")
@guarded_by(staff_only)
def ask_new() -> ResponseReturnValue:
    """Show the form for a new request at the counter."""
    return _new_page()


@moves.post("/desk/new")
@guarded_by(staff_only)
def add_new() -> ResponseReturnValue:
    """Add a request for a patient at the counter, and show its card."""
    try:
        new = _written()
    except NumberRefused as refused:
        return _new_page(_refusal_words(refused.why), 400)
    except ValueError:
        return _new_page(_("Please check what you have chosen."), 400)
    promise = (*new.promise, secrets.token_hex(8))
    keyed_ids = services().reports.keyed_ids
    kept = services().desk.store.keep(new, keyed_ids.mark(promise), keyed_ids.reference(promise)).kept
    found = services().desk.worklist.referred(kept.reference)[0]
    words = request.form.get("note", "").strip()
    if words:
        services().desk.moves.write_note(found.id, words, by())
    services().staff.audit.write(by(), AuditAction.WROTE_DOWN_REQUEST, found.reference)
    flash(_("It is written down."), "done")
    return redirect(card_of(found))


def _new_page(trouble: str = "", status: int = 200) -> ResponseReturnValue:
    clinic = services().hours.clinic_now()
    page = render_template(
        "new.html",
        trouble=trouble,
        typed=typed.typed("new"),
        lines=[(line.key, line.name[language()]) for line in clinic.lines.values()],
        days=[(each.isoformat(), day(each)) for each in clinic.line("").offer.days(services().clock(), DAYS_TO_CHOOSE)],
        parts=list(cards.part_words().items()),
        spoken=languages_of_the_line(),
        longest_note=LONGEST_NOTE,
    )
    return page, status


def _written() -> NewRequest:
    """Return the request that the form describes. Raises NumberRefused, ValueError."""
    form, now = request.form, services().clock()
    number = services().clinic.dialling.to_ring(form.get("phone", ""))
    line = services().hours.clinic_now().lines.get(form.get("line", ""))
    if line is None or form.get("language") not in services().script.languages:
        raise ValueError
    wish = Wish(Kind(form.get("kind", "")), *_wish())
    return NewRequest(
        kind=wish.kind,
        line=line.key,
        phone=number,
        language=form["language"],
        day=wish.day,
        part=wish.part,
        due=line.offer.due(wish, now),
        call_id=HAND,
        created=now,
        asked=now,
        own_number=True,
        made_by=who(),
    )


def _wish() -> tuple[date | None, Part | None]:
    wished, part = request.form.get("day", ""), request.form.get("part", "")
    if not wished and not part:
        return None, None
    return date.fromisoformat(wished), Part(part)


def _done(request_id: int, move: Callable[[], None], *, to_list: bool = False) -> ResponseReturnValue:
    """Make the move and redirect; where it is refused, show the card with the reason and with what was typed."""
    try:
        move()
    except NoteTooLong:
        return card_page(services().desk.store.request(request_id), length_of_a_note(), 400)
    except MoveRefused as refused:
        return card_page(services().desk.store.request(request_id), _too_late(refused), 409)
    _offer_no_more(request_id)
    return redirect(url_for("console.worklist") if to_list else card_of(services().desk.store.request(request_id)))


def offer_undo(found: Request, what: str, reference: str, words: str) -> None:
    """Offer on the next pages to undo what was just done to a request; they name it by `reference`.

    `what` is its name in the history, so that a later action is not undone instead.
    """
    now = services().clock().isoformat()
    session[LAST_REPORT] = {"id": found.id, "what": what, "words": words, "reference": reference, "at": now}


def _offer_no_more(request_id: int) -> None:
    """Withdraw the offer to undo, since something else was done to the request."""
    if session.get(LAST_REPORT, {}).get("id") == request_id:
        session.pop(LAST_REPORT)


def card_of(found: Request) -> str:
    """Return the URL of a request's card."""
    return url_for("console.show", reference=found.reference, id=found.id)


def _status_of(answer: ResponseReturnValue) -> int:
    return answer[1] if isinstance(answer, tuple) else getattr(answer, "status_code", 200)  # type: ignore[return-value]


def _too_late(refused: MoveRefused) -> str:
    if refused.status is Status.TAKEN:
        return _("%(name)s has taken this request.", name=refused.taken_by)
    return _("This request is closed already.") if refused.status is Status.CLOSED else _("This request is open again.")


def _refusal_words(why: Refusal) -> str:
    return {
        Refusal.NO_SUCH_NUMBER: _("That is not a complete Indian number."),
        Refusal.COUNTRY: _("We can only ring numbers in India."),
        Refusal.PREMIUM: _("We cannot ring that kind of number."),
        Refusal.OUR_OWN: _("That is one of the clinic's own numbers."),
    }[why]
