"""The page of telephone lines that are over their limit of calls: how many calls came, and what can be done.

Shows counts only, no caller. The limits are in ivr/desk/call_limits.py.
"""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.call_limits import LineLoad
from ivr.storage.audit import AuditAction
from ivr.storage.redis import QueueAway
from ivr.web.guards import guarded_by, staff_only
from ivr.web.i18n import _
from ivr.web.services import services
from ivr.web.sessions import by

busy_lines = Blueprint("busy_lines", __name__)


@busy_lines.get("/desk/busy-lines")
@guarded_by(staff_only)
def page() -> str:
    """Show how many calls each telephone line has had within the last hour."""
    return render_template("busy_lines.html", loads=loads(), lines=services().clinic.lines)


@busy_lines.post("/desk/busy-lines")
@guarded_by(staff_only)
def count_afresh() -> ResponseReturnValue:
    """Forget the calls counted for a line, so that it takes requests from everybody again."""
    line = services().clinic.lines.get(request.form.get("line", ""))
    if line is None:
        abort(400)
    try:
        services().telephone.limits.forget(line.key)
    except QueueAway:
        flash(_("The calls are not counted at the moment, so nobody is refused."), "trouble")
    else:
        services().staff.audit.write(by(), AuditAction.COUNTED_AFRESH, line.key)
        flash(_("The line takes requests from everybody again."), "done")
    return redirect(url_for("busy_lines.page"))


def loads() -> Sequence[LineLoad]:
    """Return the load of each telephone line. The result is empty where Redis, which counts the calls, is away."""
    try:
        return services().telephone.limits.loads(services().clinic.lines, services().clock())
    except QueueAway:
        return ()
