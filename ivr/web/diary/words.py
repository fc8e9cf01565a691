"""Puts the diary into words, in the language of the reader at the desk. Words only; no routes, no stores."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from ivr.diary.appointments import Appointment, DiaryEntry, DiaryEvent, Source
from ivr.diary.blocked_times import TimeBlock
from ivr.diary.concerns import Concern, Doubt
from ivr.diary.floods import FLOOD
from ivr.diary.patients import Patient
from ivr.line.diary import Schedule
from ivr.line.phones import Phone
from ivr.storage.odd import text_of
from ivr.web.i18n import _, day, hour, language, later, moment, weekday
from ivr.web.services import services
from ivr.web.wording import person_words, span_words


def column_words(schedule: Schedule, *, of: int = 1) -> str:
    """Return the name of a column, or its key if unnamed; "" if it is the only one. `of` is the number of columns."""
    if schedule.name:
        name = schedule.name[language()]
        return name[:1].upper() + name[1:]
    return _("Place %(key)s", key=schedule.key) if of > 1 else ""


def columns_to_choose() -> list[tuple[str, str]]:
    """Return the columns of the diary that a form offers, each as key and name."""
    found = services().clinic.diary.schedules
    return [(each.key, column_words(each, of=len(found)) or _("the only one")) for each in found]


def who_words(appointment: Appointment, patients: Mapping[int, Patient]) -> str:
    """Return the name of an appointment's patient; without a name, the number; without both, words that say so."""
    known = patients.get(appointment.patient_id or 0)
    return known.name if known else number_words(appointment.phone) or _("without a name")


def number_words(phone: Phone | None) -> str:
    """Return the telephone number of an appointment in groups; empty where there is none."""
    return " ".join(phone.groups) if phone else ""


SOURCES: Mapping[Source, str] = {
    Source.PHONE: later("booked by phone"),
    Source.DESK: later("booked at the desk"),
    Source.IMPORT: later("entered from another diary"),
    Source.OLDER: later("booked before there was this diary"),
}
"""The words for each way in which an appointment came about."""


# -- history


def entry_words(entry: DiaryEntry) -> str:
    """Return an event of an appointment's history as a sentence; if it cannot be read, return the stored text."""
    what, detail = text_of(entry.what), text_of(entry.detail)
    try:
        return HISTORY[DiaryEvent(what)](detail)
    except (ValueError, KeyError, OverflowError):
        return " ".join(filter(None, (what.replace("_", " "), detail)))


def _moment(written: str) -> str:
    return moment(datetime.fromisoformat(written))


HISTORY: Mapping[DiaryEvent, Callable[[str], str]] = {
    DiaryEvent.BOOKED: lambda detail: _("booked the appointment: %(moment)s", moment=_moment(detail)),
    DiaryEvent.MOVED: lambda detail: _("gave another time: %(moment)s", moment=_moment(detail)),
    DiaryEvent.CANCELLED: lambda why: _("cancelled many at once") if why == FLOOD else _("cancelled the appointment"),
    DiaryEvent.ARRIVED: lambda _detail: _("marked: has come"),
    DiaryEvent.NOSHOW: lambda _detail: _("marked: did not come"),
    DiaryEvent.REOPENED: lambda _detail: _("booked the appointment again"),
    DiaryEvent.NAMED: lambda _detail: _("entered the name"),
    DiaryEvent.NOTE: lambda detail: detail,
    DiaryEvent.UNDONE: lambda _detail: _("undid that"),
    DiaryEvent.WRONG_DIGITS: lambda _detail: _("entered wrong digits of the reference"),
    DiaryEvent.NOT_TOLD: lambda _detail: _("nobody could be told of it"),
    DiaryEvent.NOT_CONFIRMED: lambda _detail: _("the caller could not be sent a text"),
    DiaryEvent.TRIED_AGAIN: lambda _detail: _("had the notification sent again"),
    DiaryEvent.TOLD: lambda _detail: _("told the patient"),
    DiaryEvent.TO_TELL: lambda _detail: _("the patient is to be told of a change"),
    DiaryEvent.NOT_TO_TELL: lambda _detail: _("there is nothing to tell any more"),
    DiaryEvent.ADOPTED: lambda _detail: _("entered it into the diary"),
    DiaryEvent.VOUCHED: lambda _detail: _("confirmed that it is a patient's"),
    DiaryEvent.ON_PURPOSE: lambda _detail: _("gave this time on purpose"),
}
"""The functions, by event, that describe an event of an appointment's history in a sentence, given its detail."""


NO_ACTS = frozenset(
    {
        *(DiaryEvent.NOTE, DiaryEvent.NOT_TOLD, DiaryEvent.NOT_CONFIRMED),
        *(DiaryEvent.TO_TELL, DiaryEvent.NOT_TO_TELL),
    }
)
"""The history events that a page shows as "name: event", such as a note. They are no act of the person named."""


def author_words(entry: DiaryEntry) -> str:
    """Return who caused a history event, in the words with which the event's sentence begins."""
    who = person_words(text_of(entry.who))
    return f"{who}:" if text_of(entry.what) in NO_ACTS else who


# -- what speaks against a time


def concern_words(concern: Concern, patients: Mapping[int, Patient]) -> str:
    """Return a reason against an appointment's time as a sentence. `patients` has the other patient's name, by id."""
    return CONCERNS[concern.doubt](concern, patients)


def _beside(concern: Concern, patients: Mapping[int, Patient]) -> str:
    other = concern.appointment
    if other is None:
        return _("Somebody else has that time.")
    values = {"name": who_words(other, patients), "from_": hour(other.starts), "until": hour(other.ends)}
    if concern.doubt is Doubt.NEAR:
        return _("%(name)s has %(from_)s to %(until)s: too little time would stay free between.", **values)
    return _("%(name)s has that time: %(from_)s to %(until)s.", **values)


def _blocked(concern: Concern, _patients: Mapping[int, Patient]) -> str:
    if concern.words:
        return _("That time is blocked: %(words)s.", words=concern.words)
    return _("That time is blocked.")


CONCERNS: Mapping[Doubt, Callable[[Concern, Mapping[int, Patient]], str]] = {
    Doubt.TAKEN: _beside,
    Doubt.NEAR: _beside,
    Doubt.CLOSED: lambda _concern, _patients: _("The clinic is closed then."),
    Doubt.AWAY: lambda _concern, _patients: _("The practitioner does not work then."),
    Doubt.BLOCKED: _blocked,
    Doubt.PAST: lambda _concern, _patients: _("That time is over."),
    Doubt.FAR: lambda _concern, _patients: _("That is more than two months ahead."),
}
"""The functions that make a sentence of a concern about a time, by the kind of concern."""


# -- blocked times


def block_hours(block: TimeBlock) -> str:
    """Return the days and hours of a block of time in words."""
    hours = span_words(block.shift)
    if block.weekday is not None:
        return _("every %(weekday)s, %(hours)s", weekday=weekday(_a_day_of(block.weekday)), hours=hours)
    if block.last_day == block.first_day:
        return f"{day(block.first_day)}, {hours}"
    if block.last_day is None:
        return _("every day from %(day)s, %(hours)s", day=day(block.first_day), hours=hours)
    return f"{day(block.first_day)} – {day(block.last_day)}, {hours}"


def _a_day_of(weekday_of: int) -> datetime:
    return datetime(2024, 1, 1) + timedelta(days=weekday_of)  # noqa: DTZ001 - a Monday, for its name alone


def in_words(found: Sequence[Concern], patients: Mapping[int, Patient]) -> list[str]:
    """Return the concerns about a time as sentences, each once."""
    return list(dict.fromkeys(concern_words(each, patients) for each in found))
