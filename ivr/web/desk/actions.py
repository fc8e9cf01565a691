"""The actions of staff on a request. Each is a small form that works without JavaScript.

Where a colleague has changed the request meanwhile, the answer says so and changes nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.outcomes import Clash, NotFree
from ivr.desk.request_rows import AnyRequest, OddRequest
from ivr.desk.requests import OUTCOMES, HistoryEvent, MoveRefused, Outcome, OutcomeReport, Request, Status
from ivr.diary.appointments import ChangeRefused, NoSuchAppointment, TimeTaken
from ivr.diary.desk_diary import NotMeant
from ivr.diary.patients import NameChanged
from ivr.storage.audit import By
from ivr.web.desk.card_form import moment_of, name_beside, name_shown, note_beside
from ivr.web.desk.card_pages import LAST_REPORT, any_card_page, card_page
from ivr.web.desk.times import Chip, chosen_time
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, moment
from ivr.web.lengths import TooLong
from ivr.web.services import services
from ivr.web.sessions import by, who
from ivr.web.wording import outcome_words

moves = Blueprint("moves", __name__)

CHOSEN_BY_STAFF = {str(each): each for each in OUTCOMES if each is not Outcome.NOT_REACHED}
"""The outcomes of a call that staff can report. NOT_REACHED is set by the service when the tries are used up."""


@moves.post("/desk/errands/<int(max=2147483647):errand_id>/again")
@guarded_by(staff_only)
def try_again(errand_id: int) -> ResponseReturnValue:
    """Let a task that has failed for good be tried once more. The clock process will queue the task."""
    services().desk.outbox.begin_again(errand_id, by())
    return redirect(url_for("console.worklist"))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/take")
@guarded_by(staff_only)
def take(request_id: int) -> ResponseReturnValue:
    """Take the request for the logged-in person, and show its card."""
    return _done(request_id, lambda: services().desk.moves.take(request_id, by(), note_beside()))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/put_back")
@guarded_by(staff_only)
def put_back(request_id: int) -> ResponseReturnValue:
    """Put the request back on the list, so that it waits again."""
    return _done(request_id, lambda: services().desk.moves.put_back(request_id, by(), note_beside()), to_list=True)


@moves.post("/desk/requests/<int(max=2147483647):request_id>/pass_on")
@guarded_by(staff_only)
def pass_on(request_id: int) -> ResponseReturnValue:
    """Pass the request on to a colleague."""
    to = request.form.get("to", "")
    if to not in {each.name for each in services().staff.people.all() if each.active}:
        return _again(request_id, _("Please choose a colleague."), 400)
    return _done(request_id, lambda: services().desk.moves.pass_on(request_id, to, by(), note_beside()))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/note")
@guarded_by(staff_only)
def write_note(request_id: int) -> ResponseReturnValue:
    """Add the note that was typed to the request's history."""
    try:
        note = note_beside()
    except TooLong as too_long:
        return _again(request_id, str(too_long), 400)
    if not note:
        return _again(request_id, _("Please write the note first."), 400)
    return _done(request_id, lambda: services().desk.moves.write_note(request_id, note, by()))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/name")
@guarded_by(staff_only)
def write_name(request_id: int) -> ResponseReturnValue:
    """Write down the name of the request's patient: the one typed, or one that is known for the number."""

    def noted() -> None:
        if note := note_beside():
            services().desk.moves.write_note(request_id, note, by())

    return _done(request_id, noted)


@moves.post("/desk/requests/<int(max=2147483647):request_id>/times")
@guarded_by(staff_only)
def show_times(request_id: int) -> ResponseReturnValue:
    """Show the request's card with the free times of the day that the form asks for. Changes nothing."""
    return any_card_page(services().desk.store.any_request(request_id))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/reopen")
@guarded_by(staff_only)
def reopen(request_id: int) -> ResponseReturnValue:
    """Open a closed request again, so that it waits on the list."""
    return _done(request_id, lambda: services().desk.moves.reopen(request_id, by(), note_beside()))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/report")
@guarded_by(staff_only)
def report(request_id: int) -> ResponseReturnValue:
    """Report the outcome of calling the request's patient."""
    try:
        outcome = CHOSEN_BY_STAFF[request.form.get("outcome", "")]
        said = OutcomeReport(outcome, moment_of(outcome))
    except (KeyError, ValueError):
        return _again(request_id, _("Please give a day and time from now on."), 400)
    return _reported(request_id, said)


@moves.post("/desk/requests/<int(max=2147483647):request_id>/book")
@guarded_by(staff_only)
def book(request_id: int) -> ResponseReturnValue:
    """Book for the request the free time that was tapped; or, on purpose, a time that is not free."""
    meant = request.form.get("on_purpose", "")
    try:
        at, schedule = chosen_time(meant or request.form.get("at", ""))
    except ValueError:
        return _again(request_id, _("This time has gone by. Please choose another one."), 400)
    return _reported(request_id, OutcomeReport(Outcome.BOOKED, at, schedule, on_purpose=bool(meant)))


def _reported(request_id: int, said: OutcomeReport) -> ResponseReturnValue:
    answer = _done(
        request_id, lambda: services().desk.moves.report(request_id, said, by(), note_beside()), said, to_list=True
    )
    if _status_of(answer) == 302:
        found = services().desk.store.any_request(request_id)
        now = found.outcome if isinstance(found, Request) else None
        words = outcome_words()[now or said.outcome]
        offer_undo(found, said.outcome, found.reference, f"{words}: {moment(said.at)}" if said.at else words)
    return answer


@moves.post("/desk/requests/<int(max=2147483647):request_id>/undo")
@guarded_by(staff_only)
def undo(request_id: int) -> ResponseReturnValue:
    """Undo the move that the form names, unless something has happened to the request since."""
    session.pop(LAST_REPORT, None)
    try:
        if _undone(request_id, request.form.get("what", ""), services().clock()):
            return redirect(card_of(services().desk.store.any_request(request_id)))
        flash(_("It is too late to undo that, or something has happened since. It stays as it is."), "trouble")
    except TimeTaken:
        flash(_("Another patient has the earlier time by now. It stays as it is."), "trouble")
    return redirect(url_for("console.worklist"))


def _undone(request_id: int, what: str, now: datetime) -> bool:
    if what == HistoryEvent.TOOK_IN:
        return services().desk.merging.undo(request_id, By(who(), now))
    return services().desk.moves.undo(request_id, what, By(who(), now))


def _done(
    request_id: int,
    move: Callable[[], None],
    said: OutcomeReport | None = None,
    *,
    to_list: bool = False,
) -> ResponseReturnValue:
    """Make the move; redirect to the card, or the list (`to_list`). On a refusal, show the reason and the typed text.

    A typed name is stored first, because it is true anyway; nothing is stored if a colleague has changed the name. A
    booking `said` whose time is not free is offered again.
    """
    try:
        _write_name_beside(request_id)
        move()
    except TooLong as too_long:
        return _again(request_id, str(too_long), 400)
    except NotMeant:
        return _again(request_id, _("This day is too far away. Please look at the year."), 400)
    except NotFree as clash:
        return _again(request_id, clash_words()[clash.why], 409, said)
    except (MoveRefused, NameChanged, ChangeRefused, NoSuchAppointment) as refused:
        return _again(request_id, _too_late(refused), 409)
    _offer_no_more(request_id)
    return redirect(url_for("console.worklist") if to_list else card_of(services().desk.store.any_request(request_id)))


def _write_name_beside(request_id: int) -> None:
    """Write down the name that was typed on the card, if it is new. Raises TooLong, NameChanged, CannotRead."""
    if (name := name_beside()) is not None:
        services().desk.moves.name(request_id, name, by(), name_shown())


def _again(request_id: int, trouble: str, status: int, said: OutcomeReport | None = None) -> ResponseReturnValue:
    """Return the page of the request's card, with the reason why nothing was done.

    `said` is the report of a booking whose time is not free: the card offers to book it on purpose.
    """
    found = services().desk.store.any_request(request_id)
    if said is None or said.at is None or isinstance(found, OddRequest):
        return any_card_page(found, trouble, status)
    kept = Chip(f"{said.at.isoformat()} {said.schedule}".strip(), moment(said.at))
    return card_page(found, trouble, status, kept)


def clash_words() -> Mapping[Clash, str]:
    """Return the reasons why a time in the diary is not free, in words."""
    return {
        Clash.CLOSED: _("The clinic is closed at that time."),
        Clash.BLOCKED: _("That time is blocked in the diary."),
        Clash.TAKEN: _("Another patient has that time."),
    }


def offer_undo(found: AnyRequest, what: str, reference: str, words: str) -> None:
    """Offer, on the next pages, to undo the last move of a request. `reference` and `words` are shown with the offer.

    `what` is the history event of this move, so that no later move is undone instead.
    """
    now = services().clock().isoformat()
    session[LAST_REPORT] = {"id": found.id, "what": what, "words": words, "reference": reference, "at": now}


def _offer_no_more(request_id: int) -> None:
    """Withdraw the offer to undo the last move, since something else was done to the request."""
    if session.get(LAST_REPORT, {}).get("id") == request_id:
        session.pop(LAST_REPORT)


def card_of(found: AnyRequest) -> str:
    """Return the URL of a request's card."""
    if isinstance(found, OddRequest):
        return url_for("console.show_stored", request_id=found.id)
    return url_for("console.show", reference=found.reference, id=found.id)


def _status_of(answer: ResponseReturnValue) -> int:
    return answer[1] if isinstance(answer, tuple) else getattr(answer, "status_code", 200)  # type: ignore[return-value]


def _too_late(refused: Exception) -> str:
    if isinstance(refused, NameChanged):
        return ""  # the card itself tells the other name
    if not isinstance(refused, MoveRefused):
        return _("The appointment that this is about is over or cancelled already.")
    if refused.status is Status.TAKEN:
        return _("%(name)s has taken this request.", name=refused.taken_by)
    return _("This request is closed already.") if refused.status is Status.CLOSED else _("This request is open again.")
