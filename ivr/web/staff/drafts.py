"""The drafts of a person: texts that an open page saves while the person types. The person may discard a draft."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ivr.web import typed
from ivr.web.guards import guarded_by, staff_only
from ivr.web.services import services
from ivr.web.staff.login import page_before

drafts = Blueprint("drafts", __name__)


@drafts.post("/desk/drafts")
@guarded_by(staff_only)
def keep() -> ResponseReturnValue:
    """Keep as a draft the text that a person is typing on an open page, which counts as use of the session."""
    typed.keep_while_typing()
    return "", 204


@drafts.post("/desk/drafts/<int(max=2147483647):draft_id>/discard")
@guarded_by(staff_only)
def discard(draft_id: int) -> ResponseReturnValue:
    """Forget a draft of the logged-in person, and redirect to the page that was open."""
    services().staff.drafts.discard(int(current_user.id), draft_id)
    return redirect(page_before(request.referrer))
