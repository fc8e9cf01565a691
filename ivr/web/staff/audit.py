"""The page of the audit, for managers: who saw or changed what at the desk."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from ivr.storage.audit import COMMAND_LINE, PAGE, SOMEBODY
from ivr.web.guards import guarded_by, manager_only
from ivr.web.services import services
from ivr.web.staff.audit_words import audit_line
from ivr.web.wording import person_words

audit = Blueprint("audit", __name__)


@audit.get("/desk/audit")
@guarded_by(manager_only)
def page() -> ResponseReturnValue:
    """Show the audit, the newest line first, of everybody or of one person."""
    names = [person.name for person in services().staff.people.all()] + [COMMAND_LINE, SOMEBODY]
    person = request.args.get("person", "")
    lines = services().staff.audit.page(person, _before()) if person in ("", *names) else []
    older = lines[-1].id if len(lines) == PAGE else None
    shown = [audit_line(each) for each in lines]
    words = {name: person_words(name) for name in names}
    return render_template("audit.html", lines=shown, names=words, person=person, older=older)


def _before() -> int | None:
    """Return the id of the line of the audit before which the page begins; None for the newest page."""
    written = request.args.get("before", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None
