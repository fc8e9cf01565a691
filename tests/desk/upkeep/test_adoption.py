"""Bookings that an older version of the program left: each enters the diary once, at its time, on both databases."""

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, text

from ivr.desk.requests import Outcome, OutcomeReport
from ivr.desk.upkeep.adoption import AT_ONCE, Adoption
from ivr.diary.appointments import Appointment, Source
from ivr.diary.diary import Diary, book
from ivr.diary.free_times import FreeTimes
from ivr.diary.patients import known_as
from ivr.line.hours import DeskClosure
from ivr.line.phones import Phone as Number
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW, asked, the_clinic, wished
from tests.storage.test_schema import request
from tests.workers import the_clock_runs
from workers.services import WorkerServices


def closed_as_booked(database: Database, at: datetime | None, **more: object) -> None:
    """Store a request that was closed as booked at this time, as an older version of the program did."""
    values = {**request(status="closed"), "outcome": "booked", "appointment": at, "touched": NOW, "taken_by": "asha"}
    with database.writing() as write:
        write.execute(insert(schema.requests).values({**values, **more}))


def entered(database: Database) -> list[Appointment]:
    found = Diary(database).between(datetime(2000, 1, 1, tzinfo=NOW.tzinfo), datetime(9999, 1, 1, tzinfo=NOW.tzinfo))
    return [each for each in found if isinstance(each, Appointment)]


def test_older_bookings_enter_the_diary_once(database: Database) -> None:
    closed_as_booked(database, AT_FOUR, phone="+919999900001")
    closed_as_booked(database, NOW - timedelta(days=30), phone="+919999900002")
    closed_as_booked(database, None, outcome="settled")
    closed_as_booked(database, AT_FOUR, outcome="cancelled")
    adoption = Adoption(database)
    assert [
        adoption.run(the_clinic(), NOW),
        adoption.run(the_clinic(), NOW),
        Adoption(database).run(the_clinic(), NOW),
    ] == [
        *(2, 0, 0),
    ]
    past, ahead = entered(database)
    assert (ahead.starts, ahead.ends - ahead.starts, ahead.source, ahead.made_by) == (
        *(AT_FOUR, HALF_AN_HOUR, Source.OLDER, "asha"),
    )
    assert (past.request_id, ahead.request_id) == (2, 1)
    assert AT_FOUR not in [each.start for each in FreeTimes(database).of_day(the_clinic(), "main", NOW.date())]


def test_those_that_clash_get_extra_places_and_all_of_them_are_entered(database: Database) -> None:
    with database.writing() as write:
        book(write, wished(number=9), asked())
    for number in range(3):
        closed_as_booked(database, AT_FOUR + timedelta(minutes=7 * number), phone=f"+91999990000{number}")
    assert Adoption(database).run(the_clinic(), NOW) == 3
    assert sorted(each.extra for each in entered(database)) == [0, 1, 2, 3]


def test_what_cannot_be_read_holds_up_no_other(database: Database, desk_url: str) -> None:
    for number in range(4):
        closed_as_booked(database, AT_FOUR + timedelta(hours=number), phone=f"+91999990000{number}")
    with database.writing() as write:
        write.execute(text("UPDATE requests SET phone = '+91999' WHERE id = 2"))
        write.execute(text("UPDATE requests SET appointment = '9999-12-31 23:59:00.000000' WHERE id = 3"))
        if desk_url.startswith("sqlite"):
            write.execute(text("UPDATE requests SET appointment = 'at tea' WHERE id = 1"))
    adoption = Adoption(database)
    assert adoption.run(the_clinic(), NOW) == (2 if desk_url.startswith("sqlite") else 3)
    assert adoption.run(the_clinic(), NOW) == 0
    assert None in [each.phone for each in entered(database)]


def test_one_whose_patient_is_gone_or_another_number_s_is_entered_without_a_name(database: Database) -> None:
    """An erased patient's id, which SQLite may give to the next patient, neither stops the clock nor names a visit."""
    ours, others = "+919999900001", "+919999900002"
    with database.writing() as write:
        same, other = (known_as(write, Number(each), "Made Up", NOW) for each in (ours, others))
    for nth, patient_id in enumerate((same, other, 4711)):
        closed_as_booked(database, AT_FOUR + timedelta(days=nth), phone=ours, patient_id=patient_id)
    assert Adoption(database).run(the_clinic(), NOW) == 3
    assert [each.patient_id for each in entered(database)] == [same, None, None]


def test_more_than_a_batch_is_entered_at_one_look(database: Database) -> None:
    for number in range(AT_ONCE + 5):
        closed_as_booked(database, AT_FOUR + timedelta(days=number), phone=f"+9199999{number:05}")
    assert Adoption(database).run(the_clinic(), NOW) == AT_ONCE + 5


def test_the_clock_enters_what_an_older_process_goes_on_booking(worker: WorkerServices) -> None:
    the_clock_runs(worker)
    closed_as_booked(worker.database, AT_FOUR, phone="+919999900001")
    the_clock_runs(worker, lambda: None)
    with worker.database.reading() as read:
        assert read.scalar(select(func.count()).select_from(schema.appointments)) == 1


def test_an_appointment_that_the_desk_moves_by_its_task_stays_one(worker: WorkerServices) -> None:
    """An appointment that staff moved through its request is not booked again, though the request closed as booked."""
    with worker.database.writing() as write:
        book(write, wished(AT_FOUR, 1), asked(AT_FOUR))
    worker.hours.closures.set([DeskClosure(NOW.date(), "")], By("asha", NOW))
    the_clock_runs(worker)
    (task,) = worker.desk.store.waiting()
    by, tomorrow = By("asha", worker.clock()), AT_FOUR + timedelta(days=1)
    worker.desk.moves.take(task.id, by)
    worker.desk.moves.report(task.id, OutcomeReport(Outcome.BOOKED, tomorrow), by)
    the_clock_runs(worker, lambda: None)
    (moved,) = entered(worker.database)
    assert moved.starts == tomorrow
