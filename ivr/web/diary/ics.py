"""Writes appointments as a calendar (RFC 5545 and 7986) that programs subscribe to.

Values in, bytes out: no store, no clock, no request. Moments are UTC; every program shows them in its own time zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from ivr.web.errors import ASK_AGAIN

END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class CalendarEvent:
    """An appointment as an entry of a calendar file."""

    uid: str
    """The id of the calendar's entry: globally unique, and unchanged when the appointment is moved."""
    start: datetime
    end: datetime
    changed: datetime
    revision: int
    summary: str
    description: str
    url: str


def written(name: str, zone: str, entries: Iterable[CalendarEvent]) -> bytes:
    """Return a calendar file with these entries. `zone` is the time zone in which a program may show the entries."""
    from icalendar import Calendar, vText  # noqa: PLC0415 - large, and only subscribers need it

    calendar = Calendar()
    calendar.add("prodid", "-//clinic-line//appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for label in ("name", "x-wr-calname"):
        calendar.add(label, vText(name))
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    head: bytes = calendar.to_ical()
    return head.removesuffix(END) + (b"".join(map(_event, entries)) or _time_zone(zone)) + END


@lru_cache(maxsize=4)
def _time_zone(zone: str) -> bytes:
    """Return the time zone as a part of a calendar. A calendar without entries needs at least this part to be valid."""
    from icalendar import Timezone  # noqa: PLC0415 - as above

    lines: bytes = Timezone.from_tzid(zone).to_ical()
    return lines


@lru_cache(maxsize=4096)
def _event(entry: CalendarEvent) -> bytes:
    """Return an appointment's entry as calendar text.

    Cached, since the library takes a millisecond and most entries do not change.
    """
    from icalendar import Event  # noqa: PLC0415 - as above

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstart", entry.start)
    event.add("dtend", entry.end)
    for label in ("dtstamp", "last-modified"):  # without a METHOD both mean when the entry was last changed
        event.add(label, entry.changed)
    event.add("sequence", entry.revision)
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("url", entry.url)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")  # the subscriber's own calendar stays free: it is the clinic's appointment
    lines: bytes = event.to_ical()
    return lines
