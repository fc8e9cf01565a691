"""Writes appointments as a calendar (RFC 5545 and 7986) that programs subscribe to.

Values in, bytes out: no store, no clock, no request. Moments are UTC, which every program shows on its own clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Event, vText

from ivr.web.errors import ASK_AGAIN

END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class CalendarEvent:
    """An appointment as a calendar shows it."""

    uid: str
    """The same however often the hour changes, and nobody else's anywhere."""
    start: datetime
    length: timedelta | None
    """None where nobody has said how long an appointment is: then it has a beginning only."""
    changed: datetime
    revision: int
    summary: str
    description: str
    url: str


def written(name: str, zone: str, entries: Iterable[CalendarEvent]) -> bytes:
    """The calendar of this name, with these entries. The zone is what a program may show it in."""
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
    return head.removesuffix(END) + b"".join(map(_event, entries)) + END


@lru_cache(maxsize=4096)
def _event(entry: CalendarEvent) -> bytes:
    """Takes the library a millisecond, and most of a clinic's entries are the same each time that somebody asks."""
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstart", entry.start)
    if entry.length:
        event.add("dtend", entry.start + entry.length)
    for label in ("dtstamp", "last-modified"):  # without a METHOD both say when the entry was last changed
        event.add(label, entry.changed)
    event.add("sequence", entry.revision)
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("url", entry.url)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")  # it is the clinic's hour, and not that of whoever looks at it
    lines: bytes = event.to_ical()
    return lines
