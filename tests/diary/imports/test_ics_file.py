"""Calendars that other programs export: time zones, repeats, exceptions, statuses; and unreadable events."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.diary import DELHI, NOW
from tests.diary.imports import calendar, event, read_calendar, reasons, spans

BERLIN = ZoneInfo("Europe/Berlin")
IN_DELHI = ";TZID=Asia/Kolkata"

OUTLOOK_ZONE = """BEGIN:VTIMEZONE
TZID:Clinic Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0530
TZOFFSETTO:+0530
END:STANDARD
END:VTIMEZONE""".replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("starts", "head"),
    [
        (":20261124T043000Z", ()),
        (f"{IN_DELHI}:20261124T100000", ()),
        (";TZID=India Standard Time:20261124T100000", ()),
        (";TZID=Europe/London:20261124T043000", ()),
        (";TZID=Clinic Time:20261124T100000", (OUTLOOK_ZONE,)),
        (":20261124T100000", ()),
    ],
    ids=["utc", "iana", "windows", "abroad", "its own", "none"],
)
def test_a_time_is_the_same_moment_however_it_is_written(starts: str, head: tuple[str, ...]) -> None:
    assert spans(read_calendar(calendar(event("one", starts), head=head))) == ["2026-11-24 10:00/24 10:30"]


def test_an_end_may_be_given_and_a_whole_day_is_a_day() -> None:
    found = read_calendar(
        calendar(
            event("one", f"{IN_DELHI}:20261124T100000", ends=f"DTEND{IN_DELHI}:20261124T114500"),
            event("two", ";VALUE=DATE:20261125", ends=""),
            event("three", ";VALUE=DATE:20261126", ends="DTEND;VALUE=DATE:20261129"),
        )
    )
    assert spans(found) == [
        "2026-11-24 10:00/24 11:45",
        "2026-11-25 00:00/26 00:00",
        "2026-11-26 00:00/29 00:00",
    ]


def test_a_leave_without_an_end_in_sight_ends_with_the_second_year() -> None:
    endless = event("leave", ";VALUE=DATE:20261125", ends="DTEND;VALUE=DATE:99991231")
    (entry,) = read_calendar(calendar(endless)).entries
    assert f"{entry.ends:%Y-%m-%d}" == "2029-01-01"


def test_a_weekly_event_goes_on_over_the_turn_of_the_year_without_its_exceptions() -> None:
    weekly = event(
        "week",
        f"{IN_DELHI}:20261222T130000",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        f"EXDATE{IN_DELHI}:20261229T130000",
    )
    found = read_calendar(calendar(weekly))
    assert spans(found) == ["2026-12-22 13:00/22 13:30", "2027-01-05 13:00/05 13:30", "2027-01-12 13:00/12 13:30"]
    assert len({each.recurrence for each in found.entries}) == 3


def test_a_daily_event_keeps_its_hour_when_the_clocks_change() -> None:
    summer = datetime(2026, 3, 27, tzinfo=BERLIN)  # the clocks change in the night of the 29th
    daily = event("day", ";TZID=Europe/Berlin:20260327T090000", "RRULE:FREQ=DAILY;COUNT=4")
    found = read_calendar(calendar(daily), now=summer, zone=BERLIN)
    assert [each[11:16] for each in spans(found, BERLIN)] == ["09:00"] * 4
    assert [f"{each.starts:%H}" for each in found.entries] == ["08", "08", "07", "07"]


def test_an_occurrence_that_was_moved_stands_at_its_new_time_under_its_own_name() -> None:
    weekly = event("week", f"{IN_DELHI}:20261124T130000", "RRULE:FREQ=WEEKLY;COUNT=2")
    moved = event("week", f"{IN_DELHI}:20261202T150000", f"RECURRENCE-ID{IN_DELHI}:20261201T130000")
    plain, with_move = read_calendar(calendar(weekly)), read_calendar(calendar(weekly, moved))
    assert spans(with_move) == ["2026-11-24 13:00/24 13:30", "2026-12-02 15:00/02 15:30"]
    assert [each.recurrence for each in with_move.entries] == [each.recurrence for each in plain.entries]


def test_an_occurrence_that_was_cancelled_is_left_out() -> None:
    weekly = event("week", f"{IN_DELHI}:20261124T130000", "RRULE:FREQ=WEEKLY;COUNT=2")
    gone = event("week", f"{IN_DELHI}:20261201T130000", f"RECURRENCE-ID{IN_DELHI}:20261201T130000", "STATUS:CANCELLED")
    found = read_calendar(calendar(weekly, gone))
    assert (len(found.entries), reasons(found)) == (1, ["event week: cancelled there"])


def test_a_repeat_without_an_end_is_read_for_a_year_and_said() -> None:
    found = read_calendar(calendar(event("day", f"{IN_DELHI}:20200101T130000", "RRULE:FREQ=DAILY")))
    assert (len(found.entries), found.repeats) == (366, True)


def test_what_takes_no_time_is_left_out_with_its_reason() -> None:
    found = read_calendar(
        calendar(
            event("past", ":20261101T043000Z"),
            event("over", ":20261101T043000Z", "RRULE:FREQ=DAILY;COUNT=3"),
            event("cancelled", ":20261124T043000Z", "STATUS:CANCELLED"),
            event("free", ":20261124T043000Z", "TRANSP:TRANSPARENT"),
            event("short", ":20261124T043000Z", ends=""),
            event("far", ":20301124T043000Z"),
        )
    )
    assert found.entries == ()
    assert reasons(found) == [
        "event past: over already",
        "event over: over already",
        "event cancelled: cancelled there",
        "event free: shown as free there",
        "event short: without a length",
        "event far: more than two years ahead",
    ]


def test_a_cancelling_calendar_cancels_all_its_events() -> None:
    assert reasons(read_calendar(calendar(event("one", ":20261124T043000Z"), head=("METHOD:CANCEL",)))) == [
        "event one: cancelled there"
    ]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (event("bad", ":tomorrow"), "its DTSTART cannot be read"),
        (event("bad", ":20261124T043000Z", ends="DTEND:later"), "its DTEND cannot be read"),
        (event("bad", ";TZID=Nowhere/Known:20261124T100000"), "its time zone is not known"),
        (event("bad", ":20261124T043000Z", "RRULE:FREQ=SECONDLY"), "it is repeated more often than daily"),
        (event("bad", ":20261124T043000Z", "RRULE:FREQ=DAILY;BYMINUTE=0,5,10"), "it is repeated more often than daily"),
        (event("bad", ":20261124T043000Z", "RRULE:often"), "its RRULE cannot be read"),
        (event("bad", ":20261124T043000Z", "RRULE:COUNT=3"), "its RRULE cannot be read"),
        (event("bad", ":20261124T043000Z", "RRULE:FREQ=DAILY;INTERVAL=0"), "its RRULE cannot be read"),
        (event("bad", ":20261124T043000Z", "RRULE:FREQ=WEEKLY;BYDAY=XX"), "its RRULE cannot be read"),
        (event("bad", ":20261124T043000Z", "RRULE:FREQ=WEEKLY", "EXDATE:never"), "its EXDATE cannot be read"),
        (
            event("bad", ":20261124T043000Z", "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Nowhere/Known:20261201T100000"),
            "its time zone is not known",
        ),
        (event("bad", f"{IN_DELHI}:00010101T000000"), "its times or its rule are not understood"),
        (event("bad", ":20261124T043000Z", ends="DTEND:20261123T043000Z"), "it ends before it begins"),
        ("BEGIN:VEVENT\r\nUID:bad\r\nEND:VEVENT", "its DTSTART cannot be read"),
    ],
)
def test_an_event_that_cannot_be_read_is_named_and_the_others_are_read(broken: str, why: str) -> None:
    found = read_calendar(calendar(broken, event("good", ":20261124T043000Z")))
    assert (reasons(found), len(found.entries), found.uids) == ([f"event bad: {why}"], 1, frozenset({"good"}))


def test_alarms_guests_and_damage_in_what_is_not_read_do_no_harm() -> None:
    noisy = event(
        "one",
        ":20261124T043000Z",
        "ATTENDEE;CN=Made Up;broken",
        "no colon at all",
        "DESCRIPTION:DTSTART:20261125T043000Z",
        "BEGIN:VALARM\r\nTRIGGER:-PT10M\r\nDTSTART:20261126T043000Z\r\nEND:VALARM",
    )
    todo = "BEGIN:VTODO\r\nUID:two\r\nDTSTART:20261124T043000Z\r\nEND:VTODO"
    assert spans(read_calendar(calendar(noisy, todo))) == ["2026-11-24 10:00/24 10:30"]


@pytest.mark.parametrize(
    ("title", "number", "name", "words"),
    [
        ("Made Up 99999 00021", "+919999900021", "Made Up", ""),
        ("+91-99999-00021 (Made Up)", "+919999900021", "Made Up", ""),
        ("बना हुआ ९९९९९०००२१", "+919999900021", "बना हुआ", ""),
        ("Lunch", None, "", "Lunch"),
        ("Room 5", None, "", "Room 5"),
        ("Made Up 99999 00021 or 99999 00022", None, "", ""),
        ("", None, "", ""),
    ],
)
def test_a_title_is_taken_over_where_that_is_asked(title: str, number: str | None, name: str, words: str) -> None:
    text = calendar(event("one", ":20261124T043000Z", f"SUMMARY:{title}"))
    (entry,) = read_calendar(text, names=True).entries
    assert (entry.phone and entry.phone.e164, entry.name, entry.words) == (number, name, words)
    (bare,) = read_calendar(text).entries
    assert (bare.phone, bare.name, bare.words) == (None, "", "")


def test_a_whole_day_with_a_number_in_its_title_is_nobodys_appointment() -> None:
    (entry,) = read_calendar(
        calendar(event("one", ";VALUE=DATE:20261124", "SUMMARY:Made Up 99999 00021", ends="")), names=True
    ).entries
    assert (entry.is_visit, entry.words) == (False, "")


def test_an_event_without_a_uid_is_the_same_each_time() -> None:
    text = calendar(event("x", ":20261124T043000Z").replace("UID:x\r\n", ""))
    (first,), (again,) = read_calendar(text).entries, read_calendar(text).entries
    assert (first.where, first.uid) == ("an event without a UID", again.uid)


def test_the_latest_of_two_versions_of_an_event_holds() -> None:
    old = event("one", ":20261124T043000Z", "SEQUENCE:0")
    new = event("one", ":20261125T043000Z", "SEQUENCE:3")
    assert spans(read_calendar(calendar(new, old))) == ["2026-11-25 10:00/25 10:30"]


def test_lines_are_unfolded_and_line_ends_may_be_of_any_kind() -> None:
    folded = calendar(event("one", ":2026112\r\n 4T043000Z", "SUMMARY:Lun\r\n\tch"))
    for text in (folded, folded.replace("\r\n", "\n")):
        (entry,) = read_calendar(text, names=True).entries
        assert (entry.starts.astimezone(DELHI), entry.words) == (NOW.replace(day=24, hour=10), "Lunch")
