"""Words that pages of several rooms of the desk show. Words only; no routes, no stores."""

from collections.abc import Mapping

from ivr.desk.requests import CALLER, THE_CLOCK, HistoryEvent, Outcome
from ivr.diary.appointments import AppointmentStatus, DiaryEvent
from ivr.line.booking import Kind
from ivr.line.clinic import Clinic
from ivr.line.hours import DeskClosure, Shift, shifts_of
from ivr.line.phones import Refusal
from ivr.storage.audit import COMMAND_LINE, EVERYBODY, SOMEBODY, AuditAction
from ivr.web.i18n import _, end_hour, hour, language, later, long_day
from ivr.web.services import services


def kind_words(kind: Kind) -> str:
    """Return the words for the kind of a request: an appointment, or a call back."""
    return _("Appointment") if kind is Kind.BOOKING else _("Call back")


def refusal_words(why: Refusal) -> str:
    """Return the reason for which a number is refused, in words."""
    return {
        Refusal.NO_SUCH_NUMBER: _("That is not a complete Indian number."),
        Refusal.COUNTRY: _("We can only call numbers in India."),
        Refusal.PREMIUM: _("We cannot call that kind of number."),
        Refusal.OUR_OWN: _("That is one of the clinic's own numbers."),
    }[why]


def language_words(key: str) -> str:
    """Return the name of a caller's language in the reader's language; its key where the clinic no longer speaks it."""
    about = services().script.about(key)
    return about.named_in(language()) if about else key


def languages_of_the_line() -> Mapping[str, str]:
    """Return the languages that callers can choose: their names in the reader's language, by key."""
    return {key: language_words(key) for key in services().script.languages}


def outcome_words() -> Mapping[Outcome, str]:
    """Return the words for every outcome of a call to a patient."""
    return {
        Outcome.BOOKED: _("Appointment booked"),
        Outcome.SETTLED: _("Resolved"),
        Outcome.NO_ANSWER: _("No answer"),
        Outcome.BUSY: _("Busy"),
        Outcome.WRONG_NUMBER: _("Wrong number"),
        Outcome.LATER: _("Call later"),
        Outcome.DUPLICATE: _("Duplicate"),
        Outcome.CANCELLED: _("Cancelled by the caller"),
        Outcome.NOT_REACHED: _("Not reached"),
    }


def status_words(status: AppointmentStatus) -> str:
    """Return the words for the status of an appointment."""
    return _(STATUSES[status])


STATUSES: Mapping[AppointmentStatus, str] = {
    AppointmentStatus.BOOKED: later("booked"),
    AppointmentStatus.ARRIVED: later("has come"),
    AppointmentStatus.NOSHOW: later("did not come"),
    AppointmentStatus.CANCELLED: later("cancelled"),
}


def reported_words(what: str) -> str:
    """Return a reported outcome, or another event of a request, as a noun. Raises ValueError, KeyError."""
    if what in EVENTS_AT_REQUEST:
        return _(EVENTS_AT_REQUEST[HistoryEvent(what)])
    return outcome_words()[Outcome(what)]


EVENTS_AT_REQUEST: Mapping[HistoryEvent, str] = {
    HistoryEvent.TOOK_IN: later("merged request"),
    HistoryEvent.REBOOKED: later("moved"),
    HistoryEvent.CALLED_OFF: later("cancelled"),
}
"""The audit's words for events of a request that are no outcome: undone events, and events of older versions."""


def changed_words(what: str) -> str:
    """Return the audit's words for the appointment event `what`. Raises ValueError or KeyError where none are known."""
    return _(CHANGES[DiaryEvent(what)])


CHANGES: Mapping[DiaryEvent, str] = {
    DiaryEvent.BOOKED: later("booked"),
    DiaryEvent.MOVED: later("moved"),
    DiaryEvent.CANCELLED: later("cancelled"),
    DiaryEvent.ARRIVED: later("has come"),
    DiaryEvent.NOSHOW: later("did not come"),
    DiaryEvent.REOPENED: later("booked again"),
    DiaryEvent.NAMED: later("name"),
    DiaryEvent.ADOPTED: later("booked before there was this diary"),
}
"""The words for each change of an appointment that the audit names. An appointment's statuses are among the changes."""


def person_words(who: str) -> str:
    """Return the name of the person who did something, or the words for an actor such as a caller or the service."""
    return _(NOBODYS[who]) if who in NOBODYS else who


NOBODYS: Mapping[str, str] = {
    CALLER: later("the caller"),
    THE_CLOCK: later("the system"),
    COMMAND_LINE: later("the server"),
    SOMEBODY: later("not known"),
    EVERYBODY: later("everybody"),
}
"""The words for actors that are not a person at the desk, such as a caller or the system."""


def line_words(clinic: Clinic, key: str) -> str:
    """Return the name of a telephone line; its key where the clinic no longer has that line."""
    return clinic.lines[key].name[language()] if key in clinic.lines else key


def closure_words(closure: DeskClosure) -> str:
    """Return a closure in words: its day, its line, its hours and the reason that callers hear."""
    spans = ", ".join(map(span_words, closure.shifts))
    return f"{long_day(closure.day)}, {hours_words(closure.line, spans, closure.reason)}"


def hours_words(line: str, spans: str, reason: str) -> str:
    """Return a line's hours under a closure in words, for all lines if `line` is empty. Leave out an unknown reason."""
    clinic = services().clinic
    whose = line_words(clinic, line) if line else _("all lines")
    hours = _("open %(hours)s", hours=spans) if spans else _("closed")
    why = clinic.reasons[reason][language()] if reason in clinic.reasons else ""
    return ", ".join(filter(None, (whose, hours, why)))


def spans_words(stored: str) -> str:
    """Return stored shifts of opening hours in words, such as "09:00–20:30". Raises ValueError for malformed text."""
    return ", ".join(map(span_words, shifts_of(stored)))


def span_words(shift: Shift) -> str:
    """Return a shift of opening hours in words, as in "09:00–20:30"."""
    return f"{hour(shift.start)}–{end_hour(shift.end)}"


def audit_words(what: str) -> str:
    """Return an audit entry's action in words; unchanged where a newer version of the program wrote it."""
    return _(AUDIT[AuditAction(what)]) if what in set(AuditAction) else what


AUDIT: Mapping[AuditAction, str] = {
    AuditAction.LOGGED_IN: later("logged in"),
    AuditAction.LOGGED_OUT: later("logged out"),
    AuditAction.FAILED_LOGIN: later("failed login"),
    AuditAction.WRONG_CODE: later("wrong code"),
    AuditAction.ENDED_SESSIONS: later("logged out everywhere"),
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
    AuditAction.WROTE_DOWN_REQUEST: later("entered new request"),
    AuditAction.TOOK_REQUEST: later("took request"),
    AuditAction.PUT_BACK_REQUEST: later("released request"),
    AuditAction.PASSED_ON_REQUEST: later("handed over request"),
    AuditAction.REPORTED_REQUEST: later("saved outcome of request"),
    AuditAction.NOTED_ON_REQUEST: later("wrote a note on request"),
    AuditAction.UNDID_REQUEST: later("undid outcome of request"),
    AuditAction.REOPENED_REQUEST: later("reopened request"),
    AuditAction.NAMED_PATIENT: later("entered name of patient"),
    AuditAction.MERGED_REQUEST: later("merged request"),
    AuditAction.UNDID_MERGING_REQUEST: later("undid merging request"),
    AuditAction.SAW_APPOINTMENT: later("saw appointment"),
    AuditAction.BOOKED_APPOINTMENT: later("booked appointment"),
    AuditAction.MARKED_APPOINTMENT: later("marked appointment"),
    AuditAction.NOTED_ON_APPOINTMENT: later("wrote a note on appointment"),
    AuditAction.UNDID_APPOINTMENT: later("undid a change of appointment"),
    AuditAction.CHANGED_APPOINTMENT: later("changed appointment"),
    AuditAction.CANCELLED_APPOINTMENT: later("cancelled appointment"),
    AuditAction.FREED_APPOINTMENT: later("cancelled one of many bookings at once"),
    AuditAction.VOUCHED_APPOINTMENT: later("confirmed as a patient's: appointment"),
    AuditAction.BLOCKED_TIME: later("blocked time"),
    AuditAction.UNBLOCKED_TIME: later("unblocked time"),
    AuditAction.EXPORTED: later("exported data"),
    AuditAction.ERASED: later("erased data"),
    AuditAction.MADE_CALENDAR_LINK: later("made calendar link"),
    AuditAction.SWITCHED_OFF_CALENDAR: later("switched off calendar"),
    AuditAction.CALENDAR_NAMES: later("switched the calendar to full names"),
    AuditAction.CALENDAR_INITIALS: later("switched the calendar to initials"),
    AuditAction.SET_HOURS: later("changed hours"),
    AuditAction.UNDID_HOURS: later("undid change of hours"),
    AuditAction.SWITCHED_PHONE_BOOKING: later("changed booking by phone"),
    AuditAction.BLOCKED_NUMBER: later("blocked number"),
    AuditAction.UNBLOCKED_NUMBER: later("unblocked number"),
    AuditAction.CALLED_MISSED_CALL: later("called back missed call"),
    AuditAction.UNDID_MISSED_CALL: later("said not to have called back missed call"),
    AuditAction.COUNTED_AFRESH: later("let a line take requests again"),
}
"""The words for each action in the audit; a line of the audit also names the request or person."""
