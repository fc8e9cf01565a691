"""Reads a calendar (ICS, RFC 5545) of another diary: events with their time zones, repeats, exceptions and statuses.

An event is read as a busy time without a title. If titles are wanted, an event with a telephone number in its title
is an appointment of the patient with that number. Values in, values out: no store, no clock.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events  # type: ignore[import-untyped]  # it has no types of its own
from icalendar import Calendar

from ivr.diary.imports.entries import REPEATED, FileContent, FoundEntries, ImportedEntry, LeftOut, LeftOutWhy, Reach
from ivr.diary.imports.ics_events import (
    REPEATS,
    EventTrouble,
    RawEvent,
    by_uid,
    calendars,
    has_no_end,
    place,
    require_whole,
    why_left_out,
)
from ivr.diary.imports.ics_lines import needed_lines
from ivr.diary.imports.ics_past import without_past
from ivr.diary.patients import LONGEST_NAME
from ivr.line.phones import Dialling, NumberRefused, Phone, digits_of

BEGINS = "BEGIN:VCALENDAR"

LONG_OVER = timedelta(days=3)
"""The age after which an event of the calendar is over in every time zone."""

LIKE_A_NUMBER = 7
"""The fewest digits of an event's title that may be a telephone number. Such a title is not stored as a reason."""


OF_A_NAME = " .'\u2019-"
"""The signs, besides letters, that a patient's name in an event's title may have."""


@dataclass(frozen=True)
class CalendarReader:
    """Reads a calendar (ICS) for a clinic. Times without a time zone are in the clinic's."""

    reach: Reach
    dialling: Dialling
    schedule: str = ""
    """The key of the diary's column that the calendar belongs to; empty if it belongs to no single column."""
    names: bool = False
    """True if events' titles are stored. A title with a number is a patient's name, any other a busy time's reason."""

    def read(self, text: str) -> FileContent:
        """Return the calendar's events as entries, and the events left out, with reasons. Raises UnreadableFile."""
        lines, past = without_past(needed_lines(text), self.reach.now.date() - LONG_OVER)
        found = FoundEntries(uids=set(past), left_out=[LeftOut(place(uid), LeftOutWhy.PAST) for uid in past])
        for uid, events in by_uid(calendars(lines)).items():
            try:
                self._take(found, uid, events)
            except (ValueError, TypeError, OverflowError, AttributeError, KeyError) as trouble:
                why = str(trouble) if isinstance(trouble, EventTrouble) else "its times or its rule are not understood"
                found.leave_out(place(uid), LeftOutWhy.UNREADABLE, why)
        return found.content()

    def _take(self, found: FoundEntries, uid: str, events: Sequence[RawEvent]) -> None:
        """Add the coming occurrences of an event to those found. Raises EventTrouble, and the libraries' errors."""
        for each in events:
            require_whole(each)
        is_single = len(events) == 1 and not any(name in events[0] for name in REPEATS)
        found.take([self._entry_or_why(uid, events[0])] if is_single else list(self._repeated(uid, events)))
        found.repeats |= any(has_no_end(each) for each in events)
        found.uids.add(uid)

    def _repeated(self, uid: str, events: Sequence[RawEvent]) -> Iterator[ImportedEntry | LeftOut]:
        """Yield a repeated event's occurrences of the next year; if there are none, yield the event as left out."""
        whole = Calendar()
        for each in events:
            whole.add_component(each)
        now = self.reach.now
        occurrences = recurring_ical_events.of(whole).between(now, now + REPEATED)
        for each in occurrences:
            yield self._entry_or_why(uid, each, self._occurrence(each))
        if not occurrences:
            yield LeftOut(place(uid), LeftOutWhy.PAST)

    def _occurrence(self, event: RawEvent) -> str:
        """Return the name of a repeated event's occurrence, its original moment (ISO 8601), even if it was moved."""
        at = event["RECURRENCE-ID"].dt if "RECURRENCE-ID" in event else event["DTSTART"].dt
        return self._moment(at).isoformat()

    def _entry_or_why(self, uid: str, event: RawEvent, recurrence: str = "") -> ImportedEntry | LeftOut:
        starts = self._moment(event.start)
        ends = self.reach.end(starts, self._moment(event.end))
        if ends < starts:
            raise EventTrouble("it ends before it begins")
        why = why_left_out(event) or self.reach.misses(starts, ends)
        if why:
            return LeftOut(place(uid), why)
        entry = ImportedEntry(place(uid), uid, starts, ends, recurrence, self.schedule)
        return self._with_title(entry, event) if self.names else entry

    def _with_title(self, entry: ImportedEntry, event: RawEvent) -> ImportedEntry:
        title = " ".join(str(event.get("SUMMARY", "")).split())
        phone = self._phone(title)
        if phone and entry.may_be_visit:
            return replace(entry, phone=phone, name=_without_number(title))
        return replace(entry, words="" if len(digits_of(title)) >= LIKE_A_NUMBER else title[:LONGEST_NAME])

    def _phone(self, title: str) -> Phone | None:
        try:
            return self.dialling.to_ring(title)
        except NumberRefused:
            return None

    def _moment(self, at: date | datetime) -> datetime:
        return in_utc(at, self.reach.zone)


def in_utc(at: date | datetime, zone: ZoneInfo) -> datetime:
    """Return a calendar's time in UTC. A day means its midnight in `zone`; a time without a time zone is in `zone`."""
    whole = at if isinstance(at, datetime) else datetime.combine(at, time.min)
    return (whole if whole.tzinfo else whole.replace(tzinfo=zone)).astimezone(UTC)


def _without_number(title: str) -> str:
    """Return a title without its number. Only letters, Hindi vowel signs and the signs of `OF_A_NAME` remain."""
    kept = (each if unicodedata.category(each)[0] in "LM" or each in OF_A_NAME else " " for each in title)
    return " ".join("".join(kept).split()).strip(" .'-")[:LONGEST_NAME]
