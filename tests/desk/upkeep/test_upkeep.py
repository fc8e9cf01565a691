"""The upkeep of promises when the hours change, done by sweeps of the clock process on SQLite and PostgreSQL."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from ivr.desk.requests import HistoryEvent, Request
from ivr.diary.appointments import AppointmentStatus, Source
from ivr.diary.blocked_times import TimeBlock
from ivr.diary.desk_diary import DeskBooking
from ivr.diary.diary import Diary, book, cancel, move
from ivr.line.hours import DeskClosure, Shift
from ivr.line.phones import Phone as Number
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.upsert import lock_key
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW, asked, wished
from tests.people import DELHI, Clock, Phone
from tests.workers import books, the_clock_runs
from workers.services import WorkerServices

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)
CLOSED = DeskClosure(TODAY, "")
ASHA, CALLER = By("asha", NOW), By("caller", NOW)
NINE = datetime(2026, 11, 24, 9, 0, tzinfo=DELHI)


def closes(worker: WorkerServices, *closures: DeskClosure) -> list[int]:
    """Set these closures in the database only, as another host would; return their ids."""
    return worker.hours.closures.set(closures, By("asha", worker.clock()))


def closed(worker: WorkerServices, *closures: DeskClosure) -> list[int]:
    """Set these closures as another host would, run the clock process once, and return the closures' ids."""
    ids = closes(worker, *closures)
    the_clock_runs(worker)
    return ids


def opens(worker: WorkerServices, ids: list[int]) -> None:
    for each in ids:
        assert worker.hours.closures.undo(each, By("asha", worker.clock()))


def booked(worker: WorkerServices, starts: datetime = AT_FOUR, number: int = 1, **more: object) -> int:
    with worker.database.writing() as write:
        return book(write, wished(starts, number, **more), asked(starts))


def to_tell(worker: WorkerServices) -> list[tuple[int | None, str | None, str]]:
    return [(each.about, each.why, each.reference) for each in worker.desk.store.waiting()]


def waiting(worker: WorkerServices) -> Request:
    (found,) = worker.desk.store.waiting()
    return found


def events(worker: WorkerServices, request_id: int = 1) -> list[str]:
    return [each.what for each in worker.desk.store.history(request_id)]


# -- due times


def test_a_call_that_is_due_in_closed_hours_moves_to_the_next_opening_and_back(
    phone: Phone, worker: WorkerServices
) -> None:
    books(phone)
    before = waiting(worker).due
    ids = closed(worker, CLOSED)
    assert waiting(worker).due == NINE
    opens(worker, ids)
    the_clock_runs(worker, lambda: None)
    assert waiting(worker).due == before
    assert events(worker) == ["made", HistoryEvent.DUE_MOVED, HistoryEvent.DUE_BACK], "once each"


def test_a_call_back_keeps_its_part_of_the_day(phone: Phone, worker: WorkerServices) -> None:
    """A call back for this evening moves to the evening in two days if the clinic is closed on the evenings before."""
    phone.rings().press("2", "3", "1", "1")
    assert waiting(worker).part == "evening"
    closed(worker, CLOSED, DeskClosure(TOMORROW, "", (Shift(time(9), time(11)),)))
    due = waiting(worker).due.astimezone(DELHI)
    assert (due.date(), due.hour) == (date(2026, 11, 25), 17)


def test_closures_that_follow_each_other_are_undone_one_by_one(phone: Phone, worker: WorkerServices) -> None:
    books(phone)
    before = waiting(worker).due
    today, tomorrow = closed(worker, CLOSED, DeskClosure(TOMORROW, ""))
    assert waiting(worker).due == NINE + timedelta(days=1)
    opens(worker, [tomorrow])
    the_clock_runs(worker)
    assert waiting(worker).due == NINE
    opens(worker, [today])
    the_clock_runs(worker)
    assert waiting(worker).due == before


def test_a_time_that_somebody_has_set_since_is_left_alone(phone: Phone, worker: WorkerServices) -> None:
    books(phone)
    ids = closed(worker, CLOSED)
    later = NINE + timedelta(hours=2)
    with worker.database.writing() as write:
        write.execute(update(schema.requests).values(due=later))
    opens(worker, ids)
    the_clock_runs(worker)
    assert waiting(worker).due == later


def test_one_line_closes_and_the_calls_of_the_others_stay(phone: Phone, worker: WorkerServices) -> None:
    phone.rings("main").press("1", "1", "1", "1", "1")
    phone.rings("second", caller="+919999900002").press("1", "1", "1", "1", "1")
    closed(worker, DeskClosure(TODAY, "second"))
    assert {each.line: each.due == NINE for each in worker.desk.store.waiting()} == {"main": False, "second": True}


def test_a_due_time_that_cannot_be_read_stops_nothing(phone: Phone, worker: WorkerServices) -> None:
    books(phone)
    with worker.database.writing() as write:
        write.execute(update(schema.requests).values(part="noon", line="gone"))
    closed(worker, CLOSED)
    with worker.database.reading() as read:
        assert read.scalar(select(schema.requests.c.due)) == NINE


# -- appointments


def test_the_patient_of_a_closed_hour_is_on_the_list_once_and_off_it_when_it_opens(worker: WorkerServices) -> None:
    appointment_id = booked(worker)
    booked(worker, NINE, number=2)
    ids = closes(worker, CLOSED)
    the_clock_runs(worker, lambda: None)
    assert to_tell(worker) == [(appointment_id, "closed", "000001")]
    assert waiting(worker).due == NINE, "nobody is there before"
    opens(worker, ids)
    the_clock_runs(worker, lambda: None)
    assert to_tell(worker) == []
    assert [each.what for each in Diary(worker.database).history(appointment_id)] == [
        *("booked", "to_tell", "not_to_tell"),
    ]
    closed(worker, CLOSED)
    assert to_tell(worker) == [(appointment_id, "closed", "000001")], "closed after all"


def test_the_staff_are_told_of_what_the_clock_has_found(worker: WorkerServices) -> None:
    booked(worker)
    closed(worker, CLOSED)
    with worker.database.reading() as read:
        assert read.execute(select(schema.errands.c.request_id, schema.errands.c.task)).all() == [(1, "tell_staff")]


def test_whoever_was_told_is_not_told_again(worker: WorkerServices, phone: Phone, clock: Clock) -> None:
    booked(worker)
    closed(worker, CLOSED)
    with worker.database.writing() as write:
        write.execute(update(schema.requests).values(status="closed", outcome="settled", touched=clock()))
    the_clock_runs(worker, lambda: None)
    assert to_tell(worker) == []


@pytest.mark.parametrize("what", ["cancelled", "moved"])
def test_a_patient_who_has_called_meanwhile_need_not_be_told(worker: WorkerServices, clock: Clock, what: str) -> None:
    appointment_id = booked(worker)
    closed(worker, CLOSED)
    clock.goes_on(minutes=5)
    by = By("caller", clock())
    with worker.database.writing() as write:
        if what == "cancelled":
            cancel(write, appointment_id, by)
        else:
            move(write, appointment_id, asked(NINE), by)
    the_clock_runs(worker)
    assert to_tell(worker) == []


def test_what_the_desk_has_moved_stays_on_the_list_until_somebody_has_told_the_patient(
    worker: WorkerServices, clock: Clock
) -> None:
    appointment_id = booked(worker)
    closed(worker, CLOSED)
    clock.goes_on(minutes=5)
    with worker.database.writing() as write:
        move(write, appointment_id, asked(NINE), By("asha", clock()))
    the_clock_runs(worker)
    assert to_tell(worker) == [(appointment_id, "closed", "000001")]


def test_what_somebody_has_taken_stays_with_them(worker: WorkerServices, clock: Clock) -> None:
    booked(worker)
    ids = closed(worker, CLOSED)
    worker.desk.moves.take(1, By("asha", clock()))
    opens(worker, ids)
    the_clock_runs(worker)
    assert waiting(worker).taken_by == "asha"


def test_a_time_that_the_desk_gives_on_purpose_needs_no_telling(worker: WorkerServices, clock: Clock) -> None:
    """An appointment that staff made in closed hours, despite a warning, is not put on the list of patients to tell."""
    closes(worker, CLOSED)
    clock.goes_on(minutes=1)
    wanted = DeskBooking(AT_FOUR, Number("+919999900003"), "Made Up", "main", "en", "000003")
    worker.diary.desk.book(wanted, By("asha", clock()))
    the_clock_runs(worker, lambda: clock.goes_on(minutes=10))
    assert to_tell(worker) == []


def test_a_closure_and_a_booking_that_cross_each_other_are_seen(worker: WorkerServices, clock: Clock) -> None:
    """Bookings at the moment of a closure, by people who saw the clinic open, come to the list of patients to tell."""
    booked(worker)
    booked(worker, AT_FOUR + HALF_AN_HOUR, number=2, made_by="asha", source=Source.DESK)
    closed(worker, CLOSED)
    assert len(to_tell(worker)) == 2


def test_a_blocked_time_is_told_too(worker: WorkerServices, clock: Clock) -> None:
    appointment_id = booked(worker)
    block = TimeBlock(Shift(time(15), time(17)), TODAY, TODAY, words="a meeting")
    block_id = worker.diary.blocked_times.set(block, By("asha", clock()))
    the_clock_runs(worker)
    assert to_tell(worker) == [(appointment_id, "blocked", "000001")]
    worker.diary.blocked_times.undo(block_id, By("asha", clock()))
    the_clock_runs(worker)
    assert to_tell(worker) == []


def test_an_appointment_without_a_number_is_marked_and_stops_nothing(worker: WorkerServices) -> None:
    appointment_id = booked(worker, phone=None)
    closes(worker, CLOSED)
    the_clock_runs(worker, lambda: None)
    assert to_tell(worker) == []
    assert [each.what for each in Diary(worker.database).history(appointment_id)] == ["booked", "to_tell"]


def test_what_is_over_is_told_to_nobody(worker: WorkerServices, clock: Clock) -> None:
    booked(worker)
    booked(worker, AT_FOUR + HALF_AN_HOUR, number=2)
    with worker.database.writing() as write:
        second = update(schema.appointments).where(schema.appointments.c.id == 2)
        write.execute(second.values(status=AppointmentStatus.ARRIVED))
    clock.goes_on(hours=3)
    closed(worker, CLOSED)
    assert to_tell(worker) == []


def test_looking_keeps_nobody_from_writing_where_there_is_nothing_to_do(worker: WorkerServices) -> None:
    """Check that the clock process takes no lock to look for patients to tell, if the list has all of them already."""
    for number in range(1, 4):
        booked(worker, AT_FOUR + number * HALF_AN_HOUR, number)
    closed(worker, CLOSED)
    assert len(to_tell(worker)) == 3
    with worker.database.writing() as write:
        lock_key(write, "tell", "1")
        assert worker.desk.upkeep.keep(worker.hours.clinic_now(), By("the clock", worker.clock())).is_nobody
