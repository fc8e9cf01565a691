"""Removes past events from a calendar before it is parsed, because they are most of a long export. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

OPEN = re.compile("RRULE|RDATE|RECURRENCE-ID|DURATION", re.IGNORECASE)
"""The properties by which an event may last longer than its DTSTART and DTEND say."""

TIMES = re.compile(r"DT(?:START|END)\b[^\n]*:(\d{8})", re.IGNORECASE)
UID = re.compile(r"UID\b[^\n:]*:([^\n]*)", re.IGNORECASE)


def without_past(lines: Sequence[str], before: date) -> tuple[list[str], list[str]]:
    """Return a calendar's lines without the events that ended before a day, and the UIDs of the events taken out.

    An event stays if it is repeated, or if another event has the same UID.
    """
    events = _events(lines)
    uids = Counter(_uid(event) for event in events.values())
    past = {first: event for first, event in events.items() if uids[_uid(event)] == 1 and _is_past(event, before)}
    gone = {line for first, event in past.items() for line in range(first, first + len(event))}
    return [each for line, each in enumerate(lines) if line not in gone], [_uid(event) for event in past.values()]


def _events(lines: Sequence[str]) -> dict[int, Sequence[str]]:
    """Return the lines of each event of a calendar, by the number of the event's first line."""
    marks = [(line, each.strip().upper()) for line, each in enumerate(lines)]
    begins = [line for line, each in marks if each == "BEGIN:VEVENT"]
    ends = [line for line, each in marks if each == "END:VEVENT"]
    return {first: lines[first : last + 1] for first, last in zip(begins, ends, strict=True)}


def _uid(event: Sequence[str]) -> str:
    return next((found[1].strip() for line in event if (found := UID.match(line))), "")


def _is_past(event: Sequence[str], before: date) -> bool:
    if not _uid(event) or any(OPEN.match(line) for line in event):
        return False
    days = [found[1] for line in event if (found := TIMES.match(line))]
    return bool(days) and max(days) < f"{before:%Y%m%d}"
