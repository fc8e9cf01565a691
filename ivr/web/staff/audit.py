"""The page of the audit, for managers: who saw or changed what at the desk, in words of the reader's language.

The audit stores keys and moments, which no reader should have to know. A value that cannot be read, or that a newer
version has written, is shown as it is stored.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from ivr.hours.phone_booking import BookingSwitch
from ivr.staff.people import MANAGER, STAFF
from ivr.storage.audit import COMMAND_LINE, PAGE, SOMEBODY, AuditAction, AuditEntry
from ivr.web.guards import guarded_by, manager_only
from ivr.web.i18n import _, full_moment, language, later, long_day, ngettext
from ivr.web.lengths import id_of
from ivr.web.services import services
from ivr.web.wording import audit_words, changed_words, hours_words, person_words, reported_words, spans_words

audit = Blueprint("audit", __name__)


@audit.get("/desk/audit")
@guarded_by(manager_only)
def page() -> ResponseReturnValue:
    """Show the audit, the newest line first: all lines, or those by and about one person."""
    names = [person.name for person in services().staff.people.all()] + [COMMAND_LINE, SOMEBODY]
    person = request.args.get("person", "")
    lines = services().staff.audit.page(person, id_of(request.args.get("before", ""))) if person in ("", *names) else []
    older = lines[-1].id if len(lines) == PAGE else None
    shown = [audit_line(each) for each in lines]
    words = {name: person_words(name) for name in names}
    return render_template("audit.html", lines=shown, names=words, person=person, older=older)


@dataclass(frozen=True)
class AuditLine:
    """A line of the audit in words."""

    entry: AuditEntry
    who: str
    what: str
    about: str
    detail: str
    leads_to: str
    """The reference of the request that the audit line is about; empty if the line is about no request."""


def audit_line(entry: AuditEntry) -> AuditLine:
    """Return an entry of the audit in words."""
    return AuditLine(
        entry=entry,
        who=person_words(entry.who),
        what=audit_words(entry.what),
        about=_in_words(ABOUT, entry.what, entry.about),
        detail=_in_words(DETAILS, entry.what, entry.detail),
        leads_to=entry.about if entry.what.endswith("request") else "",
    )


Words = Callable[[str], str]


def _in_words(words: Mapping[AuditAction, Words], what: str, stored: str) -> str:
    if not stored or what not in set(AuditAction):
        return stored
    try:
        return words.get(AuditAction(what), str)(stored)
    except (ValueError, KeyError, OverflowError):
        return stored


def _moment(written: str) -> str:
    return full_moment(datetime.fromisoformat(written))


def _line(key: str) -> str:
    """Return the name of the telephone line with this key. Raises KeyError where the clinic no longer has it."""
    return services().clinic.lines[key].name[language()]


def _role(stored: str) -> str:
    return {MANAGER: _("manager"), STAFF: _("staff")}[stored]


CLOSURE = re.compile(r"(?P<line>[^:]+): (?:closed|open (?P<shifts>[\d:,-]+))(?:, (?P<reason>.+))?")


def _hours(stored: str) -> str:
    """Return a stored closure in words, such as "the first line, closed, heavy rain". Raises ValueError."""
    found = CLOSURE.fullmatch(stored)
    if found is None:
        raise ValueError(stored)
    line = "" if found["line"] == "all lines" else found["line"]
    return hours_words(line, spans_words(found["shifts"] or ""), found["reason"] or "")


BLOCK = re.compile(r"(?P<first>\S+) (?:(?P<last>\d{4}-\S+) | )(?P<shift>\d\d:\d\d-\d\d:\d\d)(?: (?P<schedule>\S+))?")


def _block(stored: str) -> str:
    """Return a stored block of time in words: its days and hours. Raises ValueError."""
    found = BLOCK.fullmatch(stored)
    if found is None:
        raise ValueError(stored)
    days = [long_day(date.fromisoformat(each)) for each in (found["first"], found["last"]) if each]
    column = services().clinic.diary.schedule(found["schedule"] or "")
    name = column.name[language()] if column and column.name else ""
    return ", ".join(filter(None, (" – ".join(dict.fromkeys(days)), spans_words(found["shift"]), name)))


RULES = re.compile(r"(?P<num>\d+) at once: (?P<minutes>\d+(?:/\d+)*) minutes")


def _rules(stored: str) -> str:
    """Return the stored rules of the diary in words. Raises ValueError."""
    found = RULES.fullmatch(stored)
    if found is None:
        raise ValueError(stored)
    return ngettext(
        "%(num)s patient at once; a visit takes %(minutes)s minutes.",
        "%(num)s patients at once; a visit takes %(minutes)s minutes.",
        int(found["num"]),
        minutes=" / ".join(dict.fromkeys(found["minutes"].split("/"))),
    )


def _erased(stored: str) -> str:
    """Return in words what was erased with a number: its language, missed calls, blocks or names. Raises ValueError."""
    if stored == "a language":
        return _("the language it is greeted in")
    count, what = stored.split(" ", 1)
    if what == "missed calls":
        return ngettext("%(num)s missed call", "%(num)s missed calls", int(count))
    if what == "names":
        return ngettext("%(num)s name", "%(num)s names", int(count))
    return ngettext("%(num)s block", "%(num)s blocks", int(count))


SWITCHES: Mapping[BookingSwitch, str] = {
    BookingSwitch.CONFIRMED: later("confirmed"),
    BookingSwitch.PAUSED: later("paused"),
    BookingSwitch.RESUMED: later("switched on again"),
}

ABOUT: Mapping[AuditAction, Words] = {
    AuditAction.SET_HOURS: lambda stored: long_day(date.fromisoformat(stored)),
    AuditAction.UNDID_HOURS: lambda stored: long_day(date.fromisoformat(stored)),
    AuditAction.COUNTED_AFRESH: _line,
    AuditAction.SWITCHED_PHONE_BOOKING: lambda stored: _(SWITCHES[BookingSwitch(stored)]),
    AuditAction.REQUIRED_SECOND_FACTOR: person_words,
    AuditAction.MADE_SECOND_FACTOR_OPTIONAL: person_words,
}
"""The functions that put an action's subject into words. The subject of any other action is shown as it is stored."""

DETAILS: Mapping[AuditAction, Words] = {
    AuditAction.ADDED_PERSON: _role,
    AuditAction.INVITED_PERSON: _role,
    AuditAction.REPORTED_REQUEST: reported_words,
    AuditAction.UNDID_REQUEST: reported_words,
    AuditAction.BOOKED_APPOINTMENT: _moment,
    AuditAction.CHANGED_APPOINTMENT: _moment,
    AuditAction.MARKED_APPOINTMENT: changed_words,
    AuditAction.UNDID_APPOINTMENT: changed_words,
    AuditAction.SET_HOURS: _hours,
    AuditAction.UNDID_HOURS: _hours,
    AuditAction.SWITCHED_PHONE_BOOKING: _rules,
    AuditAction.BLOCKED_TIME: _block,
    AuditAction.ERASED: _erased,
}
"""The functions that put an action's detail into words. The detail of any other action is shown as it is stored."""
