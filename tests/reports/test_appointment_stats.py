"""Statistics of appointments in a report: who booked, moved and cancelled them, and whether the patients came."""

from datetime import UTC, datetime, timedelta

import pytest

from ivr.desk.requests import CALLER
from ivr.diary.appointments import AppointmentStatus, DiaryEvent, Source
from ivr.reports.appointment_stats import (
    Attendance,
    DiaryChange,
    Hand,
    ReportedVisit,
    appointment_stats,
    standing,
)

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


def changed(what: str, who: str = CALLER, *, appointment: int = 1, undone: str = "") -> DiaryChange:
    """Return a change of an appointment by a caller, or by the person at the desk with this name.

    The changed appointment was booked by telephone if `who` is a caller, else at the desk.
    """
    source = Source.PHONE if who == CALLER else Source.DESK
    return DiaryChange(appointment, NOW, what, who, undone, source)


def visit(status: AppointmentStatus, starts: datetime = NOW - timedelta(hours=2)) -> ReportedVisit:
    return ReportedVisit("main", "1", starts, starts + HALF_AN_HOUR, status)


def test_bookings_are_counted_by_how_they_came_about_and_changes_by_who_made_them() -> None:
    lines = [
        changed("booked", appointment=1),
        changed("booked", "asha", appointment=2),
        changed("moved", appointment=2),
        changed("moved", "asha", appointment=1),
        changed("cancelled", appointment=1),
        changed("cancelled", "the clock", appointment=2),
    ]
    found = appointment_stats([], standing(lines), NOW)
    assert found.booked == {Source.PHONE: 1, Source.DESK: 1}
    assert found.changed == {
        (DiaryEvent.MOVED, Hand.CALLER): 1,
        (DiaryEvent.MOVED, Hand.DESK): 1,
        (DiaryEvent.CANCELLED, Hand.CALLER): 1,
        (DiaryEvent.CANCELLED, Hand.DESK): 1,
    }


def test_what_was_undone_did_not_happen_and_takes_nothing_else_with_it() -> None:
    lines = [
        changed("booked"),
        changed("moved", "asha"),
        changed("cancelled", "asha"),
        changed("undone", "asha", undone="cancelled"),
        changed("undone", "asha", undone="moved"),
        changed("moved"),
    ]
    assert [(each.what, each.who) for each in standing(lines)] == [("booked", CALLER), ("moved", CALLER)]


def test_of_two_like_changes_the_last_is_undone() -> None:
    lines = [changed("moved"), changed("moved", "asha"), changed("undone", "asha", undone="moved")]
    assert [each.who for each in standing(lines)] == [CALLER]


def test_a_booking_that_never_stood_is_none_and_the_next_appointments_stay() -> None:
    lines = [
        changed("booked", appointment=1),
        changed("booked", appointment=2),
        changed("undone", "the clock", appointment=1, undone="booked"),
    ]
    assert [each.appointment_id for each in standing(lines)] == [2]


def test_an_undoing_of_what_came_before_the_period_takes_nothing_away() -> None:
    lines = [changed("undone", "asha", undone="cancelled"), changed("moved"), changed("arrived", "asha")]
    assert [each.what for each in standing(lines)] == ["moved"]


@pytest.mark.parametrize(
    ("status", "starts", "came"),
    [
        (AppointmentStatus.ARRIVED, NOW, Attendance.CAME),
        (AppointmentStatus.NOSHOW, NOW, Attendance.DID_NOT_COME),
        (AppointmentStatus.CANCELLED, NOW, Attendance.CANCELLED),
        (AppointmentStatus.BOOKED, NOW - HALF_AN_HOUR, Attendance.NOT_MARKED),
        (AppointmentStatus.BOOKED, NOW - timedelta(minutes=29), Attendance.AHEAD),
    ],
)
def test_an_appointment_has_one_outcome(status: AppointmentStatus, starts: datetime, came: Attendance) -> None:
    assert visit(status, starts).attendance(NOW) is came


def test_a_cancelled_appointment_is_told_and_not_counted_among_them() -> None:
    booked, arrived, cancelled = (AppointmentStatus(each) for each in ("booked", "arrived", "cancelled"))
    found = appointment_stats([visit(booked), visit(arrived), visit(booked, NOW), visit(cancelled)], [], NOW)
    assert found.attendance == {
        Attendance.NOT_MARKED: 1,
        Attendance.CAME: 1,
        Attendance.AHEAD: 1,
        Attendance.CANCELLED: 1,
    }
    assert (found.count, found.empty) == (3, False)


def test_of_nothing_there_is_nothing_to_tell() -> None:
    found = appointment_stats([], [], NOW)
    assert (found.count, found.empty) == (0, True)
