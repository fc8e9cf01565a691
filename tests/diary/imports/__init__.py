"""Calendars and tables as other programs export them, with made-up people, for the tests of imports."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ivr.diary.imports.csv_file import TableReader
from ivr.diary.imports.entries import FileContent, Reach
from ivr.diary.imports.ics_file import CalendarReader
from ivr.line.clinic import Clinic
from tests.diary import DELHI, NOW, the_clinic

HEADER = "day,starts,ends,phone,name"


def table(*rows: str, header: str = HEADER) -> str:
    """Return a CSV table, as another program exports it, with these rows."""
    return "\n".join((header, *rows)) + "\n"


def event(uid: str, starts: str, *more: str, ends: str = "DURATION:PT30M") -> str:
    """Return an event of an exported iCalendar file; `starts` is all that follows the word DTSTART."""
    lines = ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", f"DTSTART{starts}", ends, *more, "END:VEVENT")
    return "\r\n".join(filter(None, lines))


def calendar(*events: str, head: Sequence[str] = ()) -> str:
    """Return an exported iCalendar file with these events."""
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//made up//EN", *head, *events, "END:VCALENDAR", "")
    return "\r\n".join(lines)


def read_table(text: str, clinic: Clinic | None = None, schedule: str = "", now: datetime = NOW) -> FileContent:
    return TableReader(clinic or the_clinic(), Reach(now, DELHI), schedule).read(text)


def read_calendar(
    text: str, *, names: bool = False, now: datetime = NOW, zone: ZoneInfo = DELHI, schedule: str = ""
) -> FileContent:
    return CalendarReader(Reach(now, zone), the_clinic().dialling, schedule, names).read(text)


def spans(found: FileContent, zone: ZoneInfo = DELHI) -> list[str]:
    """Return the start and the end of each entry that was read from a file, in the clinic's time zone."""
    local = [(each.starts.astimezone(zone), each.ends.astimezone(zone)) for each in found.entries]
    return [f"{starts:%Y-%m-%d %H:%M}/{ends:%d %H:%M}" for starts, ends in local]


def reasons(found: FileContent) -> list[str]:
    """Return, for each entry that the reader of a file has left out, the entry's place in the file and the reason."""
    return [f"{each.where}: {each.detail or each.why}" for each in found.left_out]
