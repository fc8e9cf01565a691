"""What staff do with a request: each a small form that works without JavaScript, and says who was there first."""

import secrets
from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.merge_links import TOOK_IN
from ivr.desk.moves import LONGEST_NOTE
from ivr.desk.requests import OUTCOMES, MoveRefused, NewRequest, Outcome, Report, Request, Status
from ivr.line.booking import Kind, Part, Wish
from ivr.line.phones import NumberRefused, Refusal
from ivr.web.desk import cards
from ivr.web.desk.pages import LAST_REPORT, card_page
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _, day, language, local
from ivr.web.services import house
from ivr.web.sessions import who
from ivr.web.wording import outcome_words

moves = Blueprint("moves", __name__)

DAYS_TO_CHOOSE = 7
"""Open days that the form for the counter offers."""

CHOSEN_BY_STAFF = {str(each): each for each in OUTCOMES if each is not Outcome.NOT_REACHED}
"""The outcomes that somebody can report; NOT_REACHED is what remains when the tries are used up."""

HAND = "by-hand"
"""What stands for the call of a request that somebody at the desk wrote down."""


@moves.post("/desk/errands/<int(max=2147483647):errand_id>/again")
@guarded_by(staff_only)
def try_again(errand_id: int) -> ResponseReturnValue:
    """Has a notification that failed for good tried again; the clock rings for it at its next sweep."""
    house().errands.begin_again(errand_id, who(), house().clock())
    return redirect(url_for("console.worklist"))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/take")
@guarded_by(staff_only)
def take(request_id: int) -> ResponseReturnValue:
    """Takes the request, and shows its card."""
    return _done(request_id, lambda: house().moves.take(request_id, who(), house().clock()))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/put_back")
@guarded_by(staff_only)
def put_back(request_id: int) -> ResponseReturnValue:
    """Puts the request back among those that wait."""
    return _done(request_id, lambda: house().moves.put_back(request_id, who(), house().clock()), to_list=True)


@moves.post("/desk/requests/<int(max=2147483647):request_id>/pass_on")
@guarded_by(staff_only)
def pass_on(request_id: int) -> ResponseReturnValue:
    """Hands the request to a colleague."""
    to = request.form.get("to", "")
    if to not in {each.name for each in house().people.all() if each.active}:
        return card_page(house().desk.request(request_id), _("Please choose a colleague."), 400)
    return _done(request_id, lambda: house().moves.pass_on(request_id, to, who(), house().clock()))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/note")
@guarded_by(staff_only)
def write_note(request_id: int) -> ResponseReturnValue:
    """Adds a note."""
    words = request.form.get("note", "").strip()
    if not 0 < len(words) <= LONGEST_NOTE:
        trouble = _("A note has 1 to %(most)s letters.", most=LONGEST_NOTE)
        return card_page(house().desk.request(request_id), trouble, 400)
    return _done(request_id, lambda: house().moves.write_note(request_id, words, who(), house().clock()))


@moves.post("/desk/requests/<int(max=2147483647):request_id>/report")
@guarded_by(staff_only)
def report(request_id: int) -> ResponseReturnValue:
    """Reports what came of ringing the patient."""
    try:
        outcome = CHOSEN_BY_STAFF[request.form.get("outcome", "")]
        said = Report(outcome, moment_asked())
    except (KeyError, ValueError):
        trouble = _("Please give the day and the hour, from now on.")
        return card_page(house().desk.request(request_id), trouble, 400)
    answer = _done(request_id, lambda: house().moves.report(request_id, said, who(), house().clock()), to_list=True)
    if _status_of(answer) == 302:
        found = house().desk.request(request_id)
        words = outcome_words()[found.outcome or outcome]
        offer_undo(found, outcome, found.reference, words)
    return answer


@moves.post("/desk/requests/<int(max=2147483647):request_id>/undo")
@guarded_by(staff_only)
def undo(request_id: int) -> ResponseReturnValue:
    """Takes back what the form offers to take back, and nothing that was done since."""
    session.pop(LAST_REPORT, None)
    if _undone(request_id, request.form.get("what", ""), house().clock()):
        return redirect(card_of(house().desk.request(request_id)))
    flash(_("It is too late to take that back, or something has happened since. It stays as it is."), "trouble")
    return redirect(url_for("console.worklist"))


def _undone(request_id: int, what: str, now: datetime) -> bool:
    if what == TOOK_IN:
        return house().merging.undo(request_id, who(), now)
    return house().moves.undo(request_id, what, who(), now)


@moves.get("/desk/new")
@guarded_by(staff_only)
def ask_new() -> ResponseReturnValue:
    """A form for somebody at the counter."""
    return _new_page()


@moves.post("/desk/new")
@guarded_by(staff_only)
def add_new() -> ResponseReturnValue:
    """Writes down a request for somebody at the counter."""
    try:
        new = _written()
    except NumberRefused as refused:
        return _new_page(_refusal_words(refused.why), 400)
    except ValueError:
        return _new_page(_("Please check what you have chosen."), 400)
    promise = (*new.promise, secrets.token_hex(8))
    marker = house().front_door.marker
    kept = house().desk.keep(new, marker.mark(promise), marker.reference(promise)).kept
    found = house().worklist.referred(kept.reference)[0]
    words = request.form.get("note", "").strip()
    if words:
        house().moves.write_note(found.id, words, who(), house().clock())
    house().audit.write(who(), "wrote down request", found.reference, house().clock())
    flash(_("It is written down."), "done")
    return redirect(card_of(found))


def _new_page(trouble: str = "", status: int = 200) -> ResponseReturnValue:
    clinic = house().clinic_now()
    page = render_template(
        "new.html",
        trouble=trouble,
        typed=request.form,
        lines=[(line.key, line.name[language()]) for line in clinic.lines.values()],
        days=[(each.isoformat(), day(each)) for each in clinic.line("").offer.days(house().clock(), DAYS_TO_CHOOSE)],
        parts=list(cards.part_words().items()),
        longest_note=LONGEST_NOTE,
    )
    return page, status


def _written() -> NewRequest:
    """What the form asks for. Raises NumberRefused, ValueError."""
    form, now = request.form, house().clock()
    number = house().clinic.dialling.keyed("".join(filter(str.isdigit, form.get("phone", ""))))
    line = house().clinic_now().lines.get(form.get("line", ""))
    if line is None or form.get("language") not in house().script.languages:
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


def moment_asked() -> datetime | None:
    """The day and hour that the form asks for, on the clinic's clock; None where it has none. Raises ValueError."""
    on, hour = request.form.get("day", ""), request.form.get("hour", "")
    if not on and not hour:
        return None
    at = datetime.fromisoformat(f"{on}T{hour}")
    at = at.replace(tzinfo=house().clinic.line("").hours.zone)
    if at < local(house().clock()).replace(second=0, microsecond=0):
        raise ValueError
    return at


def _done(request_id: int, move: Callable[[], None], *, to_list: bool = False) -> ResponseReturnValue:
    """Makes the move and goes on; where somebody was there first, the card says who, and keeps what was typed."""
    try:
        move()
    except MoveRefused as refused:
        return card_page(house().desk.request(request_id), _too_late(refused), 409)
    _offer_no_more(request_id)
    return redirect(url_for("console.worklist") if to_list else card_of(house().desk.request(request_id)))


def offer_undo(found: Request, what: str, reference: str, words: str) -> None:
    """Has the next pages offer to take back what was just done to a request; they name this reference.

    `what` is what the history calls it, so that nothing else is taken back should more have happened by then.
    """
    now = house().clock().isoformat()
    session[LAST_REPORT] = {"id": found.id, "what": what, "words": words, "reference": reference, "at": now}


def _offer_no_more(request_id: int) -> None:
    """Something else was done to the request: what was offered can be taken back no more."""
    if session.get(LAST_REPORT, {}).get("id") == request_id:
        session.pop(LAST_REPORT)


def card_of(found: Request) -> str:
    """The address of a request's card."""
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
