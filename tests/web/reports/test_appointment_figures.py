"""Appointments in the reports: booked by telephone or at the desk, moved, cancelled, attended; and filled hours."""

import csv
import re
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import update

from config.settings import Settings
from ivr.desk.phone_bookings import TOO_LATE
from ivr.desk.requests import THE_CLOCK, Outcome, Why
from ivr.desk.upkeep.tell import ToTell, tell_no_more, tell_patient
from ivr.diary.appointments import Appointment, AppointmentStatus
from ivr.diary.blocked_times import TimeBlock
from ivr.diary.desk_diary import DeskBooking
from ivr.diary.diary import cancel
from ivr.line.hours import DeskClosure, Shift
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.web.services import Services
from tests.clinic import SHIPPED
from tests.conftest import settings_for
from tests.desk import takes_and_reports
from tests.people import CALLBACK, DELHI, Clock, Phone, Staff
from tests.web.reports import hangs_up, numbers, rows_of, sees
from workers.services import WorkerServices

EARLIEST = ("1", "1")
OTHERS = ("+919999900002", "+919999900003")

HALF_AN_HOUR = timedelta(minutes=30)
A_DAY = 690
"""The minutes for which the clinic is open on each day but Sunday."""


@pytest.fixture
def settings(tmp_path: Path, desk_url: str, redis_url: str) -> Settings:
    """The settings of a service at which callers can book."""
    return settings_for(tmp_path, desk_url, redis_url, CLINIC_FILE=str(SHIPPED))


def november(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=DELHI)


def books(services: Services, clock: Clock, starts: datetime, *, beside: bool = False, line: str = "main") -> int:
    """Book an appointment at the desk that begins at `starts`, and return its id; `beside` allows an extra place."""
    wanted = DeskBooking(starts, None, "Made Up", line, "en", "000001", beside=beside)
    return services.diary.desk.book(wanted, By("asha", clock()))


def marks(services: Services, clock: Clock, appointment_id: int, status: AppointmentStatus) -> None:
    services.diary.desk.mark(appointment_id, status, By("asha", clock()))


def of_caller(services: Services, caller: str) -> Appointment:
    (found,) = services.diary.reads.of_phone(caller)
    return found


def books_by_phone(phone: Phone, caller: str) -> str:
    """Book an appointment by telephone; return the last two digits of its reference."""
    call = hangs_up(phone.rings(caller=caller).press(*EARLIEST))
    assert "Your appointment is booked today" in call.words
    return call.spoken_reference[-2:]


def filled(found: dict[tuple[str, str, str], str], figure: str = "filled_by_day") -> dict[str, tuple[int, ...]]:
    """Return the minutes of the diary in the report's table, by day or week: filled, missed and free minutes."""
    columns = ("filled_minutes", "missed_minutes", "free_minutes")
    keys = dict.fromkeys(row for table, row, _ in found if table == figure)
    return {key: tuple(int(found[figure, key, column]) for column in columns) for key in keys}


def test_what_callers_and_the_desk_did_in_a_day_is_told(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    first, *others = ("+919999900001", *OTHERS)
    books_by_phone(phone, first)  # at three
    moves, cancels = (books_by_phone(phone, each) for each in others)  # at half past three and at four
    hangs_up(phone.rings(caller=others[1]).press("5", "2", cancels, "1"))
    hangs_up(phone.rings(caller=others[0]).press("5", "1", moves, "1", "1"))  # to four, which is free again
    walk_in = books(services, clock, november(23, 14, 0))
    marks(services, clock, walk_in, AppointmentStatus.ARRIVED)
    moved_by_the_desk = books(services, clock, november(23, 18, 0))
    services.diary.desk.move(moved_by_the_desk, november(23, 19, 0), By("asha", clock()))
    clock.shows(2026, 11, 23, 15, 40)
    marks(services, clock, of_caller(services, first).id, AppointmentStatus.NOSHOW)
    clock.shows(2026, 11, 23, 16, 35)
    found = numbers(staff, worker, clock, period="today")
    assert rows_of(found, "appointments_booked") == {("phone", "appointments"): 3, ("desk", "appointments"): 2}
    assert rows_of(found, "appointments_changed") == {
        ("moved", "caller"): 1,
        ("moved", "desk"): 1,
        ("cancelled", "caller"): 1,
    }
    assert rows_of(found, "appointments_came_to") == {
        ("came", "appointments"): 1,
        ("did_not_come", "appointments"): 1,
        ("not_marked", "appointments"): 1,
        ("ahead", "appointments"): 1,
        ("cancelled", "appointments"): 1,
    }
    assert filled(found) == {"2026-11-23": (90, 30, A_DAY - 120)}
    assert found["summary", "appointments", ""] == "4"
    assert rows_of(found, "calls_came_to") == {("booked", "calls"): 5}
    assert found["summary", "requests", ""] == "0", "an appointment is no request"
    page = sees(staff, period="today")
    for words in (
        "Appointments in these days: 4. Came: 1, did not come: 1, not marked: 1.",
        "Hours filled: 1.5 of 11.5. Hours of patients who did not come: 0.5.",
        "Booked in these days, for any day: 3 by phone, 2 at the desk.",
        "Moved in these days: 2. Cancelled: 1.",
        '<td class="number">1.5</td><td class="number">0.5</td><td class="number">9.5</td>',
    ):
        assert words in page
    sheet = staff.browser.get("/desk/reports.csv", query_string={"period": "today", "words": "yes"}).text
    told = [row for row in csv.reader(StringIO(sheet)) if row[0] == "Filled hours by day"]
    assert [row[2:] for row in told] == [["Filled", "1.5"], ["Did not come", "0.5"], ["Free", "9.5"]], "as on the page"


def test_a_booking_counts_when_it_is_made_and_a_visit_when_it_is(
    staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    clock.shows(2026, 10, 1, 12, 0)
    visit = books(services, clock, november(23, 10, 0))
    clock.shows(2026, 11, 23, 14, 0)
    books(services, clock, november(30, 10, 0))
    services.diary.desk.cancel(visit, By("asha", clock()))
    found = numbers(staff, worker, clock, period="month")
    assert rows_of(found, "appointments_booked") == {("desk", "appointments"): 1}, "the one of the 30th"
    assert rows_of(found, "appointments_came_to") == {("cancelled", "appointments"): 1}, "the one of the 23rd"
    assert rows_of(found, "appointments_changed") == {("cancelled", "desk"): 1}


def test_filled_hours_are_told_by_day_and_by_week_and_a_closed_day_has_none(
    staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    """Filled hours count the open time: a closed day has none, and one that closes early has less."""
    clock.shows(2026, 11, 22, 12, 0)  # a Sunday, of ten hours
    for day in (13, 14, 20, 21):
        books(services, clock, november(day, 10, 0))
    closed = [DeskClosure(date(2026, 11, 21), "", (Shift(time(9), time(13)),)), DeskClosure(date(2026, 11, 19), "")]
    services.hours.closures.set(closed, By("asha", clock()))
    found = numbers(staff, worker, clock, period="month")
    days = filled(found)
    assert {day: days[f"2026-11-{day}"] for day in (13, 14, 15, 19, 20, 21)} == {
        13: (30, 0, A_DAY - 30),
        14: (30, 0, A_DAY - 30),
        15: (0, 0, 600),
        19: (0, 0, 0),
        20: (30, 0, A_DAY - 30),
        21: (30, 0, 210),
    }
    weeks = filled(found, "filled_by_week")
    assert weeks["2026-11-09"] == (60, 0, 6 * A_DAY + 600 - 60)
    assert weeks["2026-11-16"] == (60, 0, 4 * A_DAY + 240 + 600 - 60)
    assert list(weeks) == ["2026-10-24", "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"]
    page = re.sub(r"\s+", " ", sees(staff, period="month"))
    assert '<th scope="row">Mon 16 Nov – Sun 22 Nov</th>' in page
    assert '<th scope="row">Sat 24 Oct – Sun 25 Oct</th>' in page, "of a week that is there in part, that part"


def test_a_blocked_time_can_be_given_to_nobody_and_one_beside_another_fills_it_twice(
    staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    day = clock().date()
    services.diary.blocked_times.set(TimeBlock(Shift(time(13), time(15)), day, day), By("asha", clock()))
    for _ in range(2):
        books(services, clock, november(23, 16, 0), beside=True)
    assert filled(numbers(staff, worker, clock, period="today")) == {"2026-11-23": (60, 0, A_DAY - 120 - 30)}


def test_a_visit_and_what_happened_to_it_count_on_the_clinics_own_day(
    staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    """A booking and a visit around midnight count on the day by the clinic's own clock, not by the server's."""
    clock.shows(2026, 11, 22, 23, 59)
    books(services, clock, november(22, 23, 30))
    books(services, clock, november(23, 0, 0))
    clock.shows(2026, 11, 23, 0, 0)
    books(services, clock, november(24, 0, 0))
    found = numbers(staff, worker, clock, period="today")
    assert rows_of(found, "appointments_booked") == {("desk", "appointments"): 1}
    assert rows_of(found, "appointments_came_to") == {("ahead", "appointments"): 1}
    assert filled(found) == {"2026-11-23": (30, 0, A_DAY)}
    week = numbers(staff, worker, clock)
    assert rows_of(week, "appointments_booked") == {("desk", "appointments"): 3}
    assert {day: each[0] for day, each in filled(week).items() if each[0]} == {"2026-11-22": 30, "2026-11-23": 30}


def test_a_request_that_was_fulfilled_is_one_request_and_one_appointment(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    phone.rings().press(*CALLBACK)
    takes_and_reports(services, 1, Outcome.BOOKED, november(23, 16, 0))
    found = numbers(staff, worker, clock, period="today")
    assert rows_of(found, "appointments_booked") == {("desk", "appointments"): 1}
    assert rows_of(found, "appointments_came_to") == {("ahead", "appointments"): 1}
    assert rows_of(found, "outcomes") == {("booked", "requests"): 1}
    assert (found["summary", "requests", ""], found["summary", "appointments", ""]) == ("1", "1")


def test_a_booking_that_was_undone_or_never_told_did_not_happen(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    """A booking is in no report if the desk has undone it, or if it was stored too late to be told to its caller."""
    phone.rings().press(*CALLBACK)
    staff.does("take", 1)
    page = staff.does("report", 1, outcome="booked", day="2026-11-23", hour="16:00")
    staff.takes_back(page)
    form = {"phone": "99999 00002", "name": "Made Up", "day": "2026-11-23", "hour": "17:00", "column": "1"}
    staff.browser.post("/desk/diary/book", data={"csrf_token": staff.csrf(), **form})
    staff.browser.post("/desk/diary/2/undo", data={"csrf_token": staff.csrf(), "what": "booked"})
    books_by_phone(phone, OTHERS[1])
    with services.database.writing() as write:
        cancel(write, of_caller(services, OTHERS[1]).id, By(THE_CLOCK, clock()), TOO_LATE)
    found = numbers(staff, worker, clock, period="today")
    statuses = [each.status for number in (1, 2, 3) if (each := stored(services, number))]
    assert statuses == [AppointmentStatus.CANCELLED] * 3
    for figure in ("appointments_booked", "appointments_changed", "appointments_came_to"):
        assert rows_of(found, figure) == {}, figure
    assert "No appointments yet." in sees(staff, period="today")


def stored(services: Services, appointment_id: int) -> Appointment:
    found = services.diary.reads.appointment(appointment_id)
    assert isinstance(found, Appointment)
    return found


def test_who_is_to_be_told_of_a_change_has_made_no_request(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    caller = OTHERS[0]
    books_by_phone(phone, caller)
    about = of_caller(services, caller)
    with services.database.writing() as write:
        tell_patient(write, about, ToTell(Why.CLOSED, clock()), By("asha", clock()))
    takes_and_reports(services, 1, Outcome.SETTLED)
    found = numbers(staff, worker, clock, period="today")
    for row in ("requests", "requests_to_reach", "requests_reached"):
        assert found["summary", row, ""] == "0", row
    for figure in ("requests_made", "outcomes", "reached", "first_try", "reached_by_day"):
        assert rows_of(found, figure) == {}, figure
    assert (found["summary", "to_be_told", ""], found["summary", "told", ""]) == ("1", "1")
    page = sees(staff, period="today")
    assert "No requests yet." in page
    assert "Patients to be told of a change: 1, reached: 1." in page


@pytest.mark.parametrize("rung", [False, True])
def test_nobody_is_to_be_told_of_a_closure_that_was_taken_back(  # noqa: PLR0913, PLR0917 - fixtures
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock, rung: bool
) -> None:
    books_by_phone(phone, OTHERS[0])
    about, by = of_caller(services, OTHERS[0]), By("asha", clock())
    with services.database.writing() as write:
        tell_patient(write, about, ToTell(Why.CLOSED, clock()), by)
    found = numbers(staff, worker, clock, period="today")
    assert (found["summary", "to_be_told", ""], found["summary", "told", ""]) == ("1", "0")
    if rung:
        takes_and_reports(services, 1, Outcome.NO_ANSWER)
    with services.database.writing() as write:
        assert tell_no_more(write, 1, about.id, by)
    found = numbers(staff, worker, clock, period="today")
    assert (found["summary", "to_be_told", ""], found["summary", "told", ""]) == ("0", "0")
    assert "to be told of a change" not in sees(staff, period="today")


def test_one_line_is_looked_at_alone_but_for_the_time_that_all_share(
    staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    books(services, clock, november(23, 16, 0), line="main")
    books(services, clock, november(23, 17, 0), line="third")
    found = numbers(staff, worker, clock, period="today", line="third")
    assert rows_of(found, "appointments_booked") == {("desk", "appointments"): 1}
    assert found["summary", "appointments", ""] == "1"
    assert filled(found) == {"2026-11-23": (60, 0, A_DAY - 60)}, "one column, in which one patient is at a time"


@pytest.mark.parametrize(
    "odd", [{"status": "waitlist"}, {"ends": november(22, 9)}, {"ends": november(25, 9)}, {"source": "fax"}], ids=str
)
def test_an_appointment_that_cannot_be_read_is_left_out_and_counted(
    staff: Staff, worker: WorkerServices, services: Services, clock: Clock, odd: dict[str, object]
) -> None:
    books(services, clock, november(23, 16, 0))
    spoilt = books(services, clock, november(23, 17, 0))
    table = schema.appointments
    with services.database.writing() as write:
        write.execute(update(table).where(table.c.id == spoilt).values(odd))
    found = numbers(staff, worker, clock, period="today")
    assert found["summary", "not_readable", ""] == "1"
    booked, ahead = (1, 2) if "source" in odd else (2, 1)
    assert rows_of(found, "appointments_booked") == {("desk", "appointments"): booked}
    assert rows_of(found, "appointments_came_to") == {("ahead", "appointments"): ahead}
    assert "Not counted, because this version cannot read them: 1." in sees(staff, period="today")


def test_a_diary_that_nobody_uses_shows_one_sentence_and_no_empty_pictures(phone: Phone, staff: Staff) -> None:
    page = sees(staff)
    assert 'id="filled_by_day"' not in page
    assert page.count("Nothing to show for these days.") == 4, "one for each subject"
