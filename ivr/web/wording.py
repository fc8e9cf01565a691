"""Words that several rooms of the desk show. Words only; no routes, no stores."""

from collections.abc import Mapping

from ivr.desk.requests import Outcome
from ivr.line.booking import Kind
from ivr.storage.audit import AuditAction
from ivr.web.i18n import _, language, later
from ivr.web.services import services


def kind_words(kind: Kind) -> str:
    """Return the kind of a request in words."""
    return _("Appointment") if kind is Kind.BOOKING else _("Ring back")


def language_words(key: str) -> str:
    """Return the name of a language of the line in the reader's language; the key where the line has it no longer."""
    about = services().script.about(key)
    return about.named_in(language()) if about else key


def languages_of_the_line() -> Mapping[str, str]:
    """Return the languages of the line: name in the reader's language by key."""
    return {key: language_words(key) for key in services().script.languages}


def outcome_words() -> Mapping[Outcome, str]:
    """Return the words of every outcome of calling a patient."""
    return {
        Outcome.BOOKED: _("Reached and booked"),
        Outcome.SETTLED: _("Reached and settled"),
        Outcome.NO_ANSWER: _("No answer"),
        Outcome.BUSY: _("Busy"),
        Outcome.WRONG_NUMBER: _("Wrong number"),
        Outcome.LATER: _("Ring later"),
        Outcome.DUPLICATE: _("Duplicate"),
        Outcome.CANCELLED: _("Cancelled by the caller"),
        Outcome.NOT_REACHED: _("Not reached"),
    }


def audit_words(what: str) -> str:
    """Return an audit entry's action in words; unchanged where a newer version of the program wrote it."""
    return _(AUDIT[AuditAction(what)]) if what in set(AuditAction) else what


AUDIT: Mapping[AuditAction, str] = {
    AuditAction.LOGGED_IN: later("logged in"),
    AuditAction.LOGGED_OUT: later("logged out"),
    AuditAction.FAILED_LOGIN: later("failed login"),
    AuditAction.WRONG_CODE: later("wrong code"),
    AuditAction.ENDED_SESSIONS: later("ended sessions"),
    AuditAction.ADDED_PERSON: later("added person"),
    AuditAction.INVITED_PERSON: later("invited person"),
    AuditAction.DISABLED_PERSON: later("disabled person"),
    AuditAction.ENABLED_PERSON: later("enabled person"),
    AuditAction.MADE_MANAGER: later("made manager"),
    AuditAction.MADE_STAFF: later("made staff"),
    AuditAction.RESET_PASSWORD: later("reset password"),
    AuditAction.CHOSE_PASSWORD: later("chose password"),
    AuditAction.SWITCHED_ON_SECOND_FACTOR: later("switched on second factor"),
    AuditAction.SWITCHED_OFF_SECOND_FACTOR: later("switched off second factor"),
    AuditAction.REMOVED_SECOND_FACTOR: later("removed second factor"),
    AuditAction.REQUIRED_SECOND_FACTOR: later("required second factor"),
    AuditAction.MADE_SECOND_FACTOR_OPTIONAL: later("made second factor optional"),
    AuditAction.USED_RECOVERY_CODE: later("used recovery code"),
    AuditAction.MADE_RECOVERY_CODES: later("made recovery codes"),
    AuditAction.SAW_REQUEST: later("saw request"),
    AuditAction.WROTE_DOWN_REQUEST: later("wrote down request"),
    AuditAction.TOOK_REQUEST: later("took request"),
    AuditAction.PUT_BACK_REQUEST: later("put back request"),
    AuditAction.PASSED_ON_REQUEST: later("passed on request"),
    AuditAction.REPORTED_REQUEST: later("reported request"),
    AuditAction.NOTED_ON_REQUEST: later("noted on request"),
    AuditAction.UNDID_REQUEST: later("undid request"),
    AuditAction.REOPENED_REQUEST: later("reopened request"),
    AuditAction.NAMED_PATIENT: later("named patient"),
    AuditAction.MERGED_REQUEST: later("merged request"),
    AuditAction.UNDID_MERGING_REQUEST: later("undid merging request"),
    AuditAction.SAW_APPOINTMENT: later("saw appointment"),
    AuditAction.BOOKED_APPOINTMENT: later("booked appointment"),
    AuditAction.MARKED_APPOINTMENT: later("marked appointment"),
    AuditAction.NOTED_ON_APPOINTMENT: later("wrote a note on appointment"),
    AuditAction.UNDID_APPOINTMENT: later("undid a change of appointment"),
    AuditAction.CHANGED_APPOINTMENT: later("changed appointment"),
    AuditAction.CANCELLED_APPOINTMENT: later("cancelled appointment"),
    AuditAction.FREED_APPOINTMENT: later("cancelled an appointment of a flood"),
    AuditAction.VOUCHED_APPOINTMENT: later("said to be a patient's: appointment"),
    AuditAction.BLOCKED_TIME: later("blocked time"),
    AuditAction.UNBLOCKED_TIME: later("unblocked time"),
    AuditAction.EXPORTED: later("exported"),
    AuditAction.ERASED: later("erased"),
    AuditAction.MADE_CALENDAR_LINK: later("made calendar link"),
    AuditAction.SWITCHED_OFF_CALENDAR: later("switched off calendar"),
    AuditAction.CALENDAR_NAMES: later("had the calendar show whole names"),
    AuditAction.CALENDAR_INITIALS: later("had the calendar show initials"),
    AuditAction.SET_HOURS: later("set hours"),
    AuditAction.UNDID_HOURS: later("undid hours"),
    AuditAction.SWITCHED_PHONE_BOOKING: later("changed booking by telephone"),
    AuditAction.BLOCKED_NUMBER: later("blocked number"),
    AuditAction.UNBLOCKED_NUMBER: later("unblocked number"),
    AuditAction.CALLED_MISSED_CALL: later("called back missed call"),
    AuditAction.UNDID_MISSED_CALL: later("said not to have called back missed call"),
    AuditAction.COUNTED_AFRESH: later("counted calls afresh"),
}
"""Words of each action in the audit; the request or person is named beside them."""
