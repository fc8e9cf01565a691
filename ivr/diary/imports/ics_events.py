"""Parses a calendar (ICS) into its events, and tells whether each can be read and why it may be left out. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from icalendar import Calendar

from ivr.diary.imports.entries import LeftOutWhy, UnreadableFile
from ivr.diary.imports.ics_lines import DAMAGED

RawEvent = Any
"""An event of a calendar as the calendar library represents it; its properties may be of any type."""

REPEATS = ("RRULE", "RDATE", "RECURRENCE-ID")
NEEDED = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})
"""The properties of an event that must be readable, because they give the event's time."""

MOMENTS = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")

DAILY_AT_MOST = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")

LONGEST_UID = 60
"""The longest part of an event's UID that people are shown, in characters."""


class EventTrouble(ValueError):
    """An event of the calendar cannot be read; the message says why."""


def calendars(lines: Sequence[str]) -> list[Any]:
    """Return the calendars in the lines of a file, usually only one. Raises UnreadableFile."""
    try:
        found: list[Any] = Calendar.from_ical("\r\n".join((*lines, "")), multiple=True)
    except (ValueError, IndexError, KeyError, TypeError):
        raise UnreadableFile(DAMAGED) from None
    return found


def by_uid(found_calendars: Sequence[Any]) -> Mapping[str, list[RawEvent]]:
    """Return the events of these calendars by their UID; an event without one is known by its time and title."""
    found: dict[str, list[RawEvent]] = {}
    for calendar in found_calendars:
        for event in calendar.walk("VEVENT"):
            if str(calendar.get("METHOD", "")).upper() == "CANCEL":
                event["STATUS"] = "CANCELLED"
            found.setdefault(str(event.get("UID", "")).strip() or _likeness(event), []).append(event)
    return found


def _likeness(event: RawEvent) -> str:
    parts = (event[name].to_ical() for name in ("DTSTART", "DTEND", "DURATION", "SUMMARY") if name in event)
    return " ".join(["without a UID", *(each.decode(errors="replace") for each in parts)])


def place(uid: str) -> str:
    """Return the name by which people find an event of the calendar: its UID, shortened, without invisible signs."""
    if uid.startswith("without a UID"):
        return "an event without a UID"
    return f"event {''.join(filter(str.isprintable, uid))[:LONGEST_UID]}"


def require_whole(event: RawEvent) -> None:
    """Check that an event's times and rules of repetition are usable. Raises EventTrouble."""
    wrong = {name for name, _ in event.errors} & NEEDED
    if wrong or "DTSTART" not in event:
        raise EventTrouble(f"its {', '.join(sorted(wrong)) or 'DTSTART'} cannot be read")
    if not all(_has_known_zone(value) for name in MOMENTS for value in _values(event, name)):
        raise EventTrouble("its time zone is not known")
    if not all(map(_is_rule, rules_of(event))):
        raise EventTrouble("its RRULE cannot be read")
    if not all(map(_is_daily_at_most, rules_of(event))):
        raise EventTrouble("it is repeated more often than daily")


def _has_known_zone(value: Any) -> bool:
    moments = [each.dt for each in value.dts] if hasattr(value, "dts") else [value.dt]
    floating = (isinstance(each, datetime) and each.tzinfo is None for each in moments)
    return not (value.params.get("TZID") and any(floating))


def _values(event: RawEvent, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _is_rule(rule: Any) -> bool:
    """Return whether a rule of repetition has a frequency and no interval of zero, which would repeat for ever."""
    return bool(rule.get("FREQ")) and all(step > 0 for step in rule.get("INTERVAL", []))


def _is_daily_at_most(rule: Any) -> bool:
    return DAILY_AT_MOST.issuperset(rule.get("FREQ", [])) and all(len(rule.get(it, [])) < 2 for it in WITHIN_A_DAY)


def rules_of(event: RawEvent) -> list[Any]:
    """Return the rules (RRULE) by which an event is repeated."""
    return _values(event, "RRULE")


def has_no_end(event: RawEvent) -> bool:
    """Return whether an event of the calendar is repeated for ever."""
    return any("UNTIL" not in rule and "COUNT" not in rule for rule in rules_of(event))


def why_left_out(event: RawEvent) -> LeftOutWhy | None:
    """Return why a readable event takes no time: cancelled, or shown as free; None if the event takes time."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return LeftOutWhy.CANCELLED
    return LeftOutWhy.FREE if str(event.get("TRANSP", "")).upper() == "TRANSPARENT" else None
