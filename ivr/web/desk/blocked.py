"""The page of blocked numbers: shows them, blocks one, lifts a block.

A blocked caller can neither leave a request nor reach the reception. The number to block comes from a form's field or
from the request of a card. A number never appears in a URL.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.blocked import LONGEST_REASON
from ivr.desk.requests import NoSuchRequest, Request
from ivr.line.phones import NumberRefused, Refusal
from ivr.web import typed
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _
from ivr.web.lengths import TooLong, id_of, words
from ivr.web.services import services
from ivr.web.sessions import by

blocked = Blueprint("blocked", __name__)


@blocked.get("/desk/blocked")
@guarded_by(staff_only)
def page() -> ResponseReturnValue:
    """Show the blocked numbers, and a form to block another; if the URL names a card, the form has its number."""
    return _page(_seen_on(request.args.get("request", "")))


@blocked.post("/desk/blocked")
@guarded_by(staff_only)
def block() -> ResponseReturnValue:
    """Block the number that the form names, for the reason that was typed."""
    card = _seen_on(request.form.get("request", ""))
    try:
        reason = words("reason", _("Reason"), LONGEST_REASON)
    except TooLong as too_long:
        return _page(card, str(too_long)), 400
    if not reason:
        return _page(card, _("Please write the reason, for your colleagues.")), 400
    try:
        number = card.phone if card else services().clinic.dialling.anybodys(request.form.get("phone", ""))
    except NumberRefused as refused:
        return _page(card, _refusal_words(refused.why)), 400
    if services().desk.blocked.block(number, reason, by(), card.reference if card else ""):
        flash(_("The number is blocked."), "done")
    else:
        flash(_("Somebody has blocked this number already."), "trouble")
    return redirect(url_for("blocked.page"))


@blocked.post("/desk/blocked/<int(max=2147483647):block_id>/lift")
@guarded_by(staff_only)
def lift(block_id: int) -> ResponseReturnValue:
    """Lift the block of a number."""
    if services().desk.blocked.lift(block_id, by()):
        flash(_("The number is no longer blocked."), "done")
    else:
        flash(_("Somebody has unblocked this number already."), "trouble")
    return redirect(url_for("blocked.page"))


def _page(card: Request | None, trouble: str = "") -> str:
    return render_template(
        "blocked.html",
        blocks=services().desk.blocked.all(),
        card=card,
        typed=typed.typed(f"blocked {card.id}" if card else "blocked"),
        trouble=trouble,
    )


def _seen_on(written: str) -> Request | None:
    """Return the request on whose card the block was asked for; None if there was no card or the request is gone."""
    found = id_of(written)
    try:
        return None if found is None else services().desk.store.request(found)
    except NoSuchRequest:
        return None


def _refusal_words(why: Refusal) -> str:
    return {
        Refusal.OUR_OWN: _("That is one of the clinic's own numbers."),
    }.get(why, _("That is not a complete number. Please write a foreign number with + and its country code."))
