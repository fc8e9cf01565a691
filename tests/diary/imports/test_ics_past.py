"""Past events of a calendar: events that are long over are removed before parsing, and all other events stay."""

from datetime import date

from ivr.diary.imports.ics_past import without_past
from tests.diary.imports import calendar, event, read_calendar, reasons, spans

BEFORE = date(2026, 11, 20)


def stay(*events: str) -> list[str]:
    """Return the UIDs of the events that remain after `without_past` has removed the past events."""
    lines = calendar(*events).split("\r\n")
    kept, gone = without_past(lines, BEFORE)
    assert len(lines) - len(kept) == sum(len(each.split("\r\n")) for each in events if _uid(each) in gone)
    return [each.partition(":")[2] for each in kept if each.startswith("UID")]


def _uid(text: str) -> str:
    return text.partition("UID:")[2].partition("\r\n")[0]


def ended(uid: str, day: str, *more: str) -> str:
    return event(uid, f";TZID=Asia/Kolkata:{day}T100000", *more, ends=f"DTEND;TZID=Asia/Kolkata:{day}T103000")


def test_what_ended_before_the_day_goes_and_the_rest_stays() -> None:
    over, today = ended("over", "20261101"), ended("today", "20261120")
    long = event("long", ";VALUE=DATE:20261101", ends="DTEND;VALUE=DATE:20261201")
    assert stay(over, today, long) == ["today", "long"]


def test_an_event_whose_end_is_not_written_in_it_stays() -> None:
    repeated, lasts = ended("repeated", "20200101", "RRULE:FREQ=DAILY"), event("lasts", ":20261101T043000Z")
    moved = ended("moved", "20261101", "RECURRENCE-ID:20261124T043000Z")
    assert stay(repeated, lasts, moved) == ["repeated", "lasts", "moved"]


def test_an_older_version_of_an_event_stays_beside_the_newer() -> None:
    assert stay(ended("one", "20261101", "SEQUENCE:2"), ended("one", "20261124", "SEQUENCE:1")) == ["one", "one"]
    newest = calendar(ended("one", "20261124", "SEQUENCE:1"), ended("one", "20261101", "SEQUENCE:2"))
    assert spans(read_calendar(newest)) == []


def test_what_went_is_counted_and_spoken_of() -> None:
    found = read_calendar(calendar(ended("over", "20261101"), ended("ahead", "20261124")))
    assert (reasons(found), found.uids) == (["event over: over already"], frozenset({"over", "ahead"}))
