"""The pages of a merge: a card's request stays, and another is merged into it. Staff pick or look up the other."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.merging import MergeRefused, SameRequest
from ivr.desk.request_rows import readable
from ivr.desk.requests import HistoryEvent, NoSuchRequest, Request, Status
from ivr.line.phones import digits_of
from ivr.storage.audit import AuditAction
from ivr.web.desk import odd_cards
from ivr.web.desk.actions import card_of, offer_undo
from ivr.web.desk.card_form import note_beside
from ivr.web.desk.card_pages import card_page
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _
from ivr.web.lengths import TooLong, id_of
from ivr.web.services import services
from ivr.web.sessions import by, who

merging = Blueprint("merging", __name__)

REFERENCE_DIGITS = 6


@merging.post("/desk/requests/<int(max=2147483647):request_id>/find")
@guarded_by(staff_only)
def find(request_id: int) -> ResponseReturnValue:
    """Redirect to the page of the requests with the reference typed on the card. Keep other typed text as a draft."""
    return redirect(url_for("merging.ask", request_id=request_id, reference=digits_of(request.form["reference"])[:20]))


@merging.get("/desk/requests/<int(max=2147483647):request_id>/merge")
@guarded_by(staff_only)
def ask(request_id: int) -> ResponseReturnValue:
    """Show the requests with the reference in the URL, to choose one to merge. Two numbers may share a reference."""
    stays, reference = services().desk.store.request(request_id), digits_of(request.args.get("reference", ""))
    found = [each for each in readable(services().desk.worklist.referred(reference)) if each.id != stays.id]
    if not found:
        return card_page(stays, _nothing(stays, reference), 404)
    for each in found:
        services().staff.audit.write(by(), AuditAction.SAW_REQUEST, each.reference)
    shown = odd_cards.any_cards([stays, *found], who())
    return render_template("merge.html", stays=shown[0], cards=shown[1:], reference=reference)


@merging.post("/desk/requests/<int(max=2147483647):request_id>/merge")
@guarded_by(staff_only)
def merge(request_id: int) -> ResponseReturnValue:
    """Merge another request into this one, so that the other request is closed as a duplicate."""
    stays = services().desk.store.request(request_id)
    try:
        other = services().desk.store.request(_number(request.form.get("other", "")))
        services().desk.merging.merge(stays.id, other.id, by(), note_beside())
    except TooLong as too_long:
        return card_page(stays, str(too_long), 400)
    except NoSuchRequest:
        return card_page(stays, _("There is no such request any more."), 404)
    except SameRequest:
        return card_page(stays, _("That is this request itself."), 400)
    except MergeRefused as refused:
        return card_page(services().desk.store.request(request_id), _too_late(refused), 409)
    words = _("merged with the request %(reference)s", reference=stays.reference)
    offer_undo(stays, HistoryEvent.TOOK_IN, other.reference, words)
    return redirect(card_of(stays))


def _nothing(stays: Request, reference: str) -> str:
    if len(reference) != REFERENCE_DIGITS:
        return _("A reference has six digits.")
    if stays in services().desk.worklist.referred(reference):
        return _("The reference %(reference)s leads to this request already.", reference=reference)
    return _("No request has the reference %(reference)s.", reference=reference)


def _too_late(refused: MergeRefused) -> str:
    reference = refused.reference
    if refused.status is Status.TAKEN:
        return _("%(name)s has the request %(reference)s.", name=refused.taken_by, reference=reference)
    return _("The request %(reference)s is closed already.", reference=reference)


def _number(written: str) -> int:
    """Return the id of a request that a form names. Raises NoSuchRequest."""
    found = id_of(written)
    if found is None:
        raise NoSuchRequest
    return found
