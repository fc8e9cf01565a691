"""Restoring appointments from a backup. Bookings, moves and cancellations made after the backup are kept."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from ivr.desk.requests import Outcome, OutcomeReport
from ivr.diary.appointments import Appointment
from ivr.diary.desk_diary import DeskBooking, NameAndNote
from ivr.diary.diary import cancel
from ivr.line.hours import DeskClosure
from ivr.line.phones import Phone as Number
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By
from ivr.web.services import Services
from tests.commands.test_backup import books as asks
from tests.commands.test_backup import made, restored, runs
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW
from tests.people import BOOK, Clock, Phone
from tests.workers import the_clock_runs
from workers.services import WorkerServices

ASHA = By("asha", NOW)


def books(services: Services, starts: datetime, number: int) -> int:
    phone = Number(f"+9199999{number:05}")
    wanted = DeskBooking(starts, phone, f"Made Up {number}", "main", "en", f"{number:06}")
    return services.diary.desk.book(wanted, ASHA)


def diary(services: Services) -> list[tuple[str, datetime, str, int]]:
    """Return the reference, time, status and extra place of every appointment in this service's diary."""
    return [(each.reference, each.starts, each.status, each.extra) for each in appointments(services)]


def appointments(services: Services) -> list[Appointment]:
    found = services.diary.reads.between(NOW - timedelta(days=1), NOW + timedelta(days=30))
    return [each for each in found if isinstance(each, Appointment)]


def test_an_appointment_of_the_backup_comes_back(app: Flask, services: Services) -> None:
    books(services, AT_FOUR, 1)
    backup, before = made(app), diary(services)
    services.diary.desk.move(1, AT_FOUR + HALF_AN_HOUR, By("asha", NOW + timedelta(minutes=1)))
    assert runs(app, "restore", str(backup), "--yes", "--drop-newer").exit_code == 0
    assert diary(services) == before


@pytest.mark.parametrize("what", ["booked", "moved", "cancelled", "swapped"])
def test_what_has_happened_since_stays(app: Flask, services: Services, what: str) -> None:
    books(services, AT_FOUR, 1)
    books(services, AT_FOUR + HALF_AN_HOUR, 2)
    backup, by = made(app), By("asha", NOW + timedelta(minutes=1))
    if what == "booked":
        books(services, AT_FOUR + 2 * HALF_AN_HOUR, 3)
    if what == "moved":
        services.diary.desk.move(1, AT_FOUR + 3 * HALF_AN_HOUR, by)
    if what in {"cancelled", "swapped"}:
        with services.database.writing() as write:
            cancel(write, 1, by)
    if what == "swapped":
        services.diary.desk.move(2, AT_FOUR, by)
    before = diary(services)
    told = restored(app, backup)
    assert "Promised or booked since this backup was made: " in told
    assert diary(services) == before
    free = [each.start for each in services.diary.free_times.of_day(services.clinic, "main", NOW.date())]
    assert not {starts for _, starts, status, _ in before if status == "booked"} & set(free)
    names = services.diary.patients.called({1, 2, 3})
    assert len(names) == (3 if what == "booked" else 2)


def test_a_note_and_a_name_since_stay_on_an_appointment(app: Flask, services: Services, clock: Clock) -> None:
    books(services, AT_FOUR, 1)
    backup = made(app)
    clock.goes_on(minutes=1)
    services.diary.desk.keep(1, NameAndNote("Made Up Too", "a made-up note"), By("asha", clock()))
    before = services.diary.reads.history(1)
    assert "  000001  +919999900001  appointment" in restored(app, backup)
    assert services.diary.reads.history(1) == before
    (visit,) = appointments(services)
    assert services.diary.patients.called({visit.patient_id or 0})[visit.patient_id or 0].name == "Made Up Too"


def test_one_that_was_erased_since_and_comes_back_gives_its_hour_to_the_newer(app: Flask, services: Services) -> None:
    """An erased appointment that a backup brings back gets an extra place if a newer appointment has its time."""
    books(services, AT_FOUR, 1)
    backup = made(app)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    books(services, AT_FOUR, 2)
    restored(app, backup)
    assert {(reference, extra) for reference, _, _, extra in diary(services)} == {("000001", 0), ("000002", 1)}


def test_one_who_was_erased_since_and_had_an_appointment_only_is_named(app: Flask, services: Services) -> None:
    books(services, AT_FOUR, 1)
    backup = made(app)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    for _ in range(2):
        assert "ERASED since, and back now; please erase again: 000001\n" in restored(app, backup)


def test_a_newer_appointment_keeps_its_name_and_who_is_to_be_told_where_another_has_its_ids(
    app: Flask, services: Services, worker: WorkerServices
) -> None:
    """SQLite gives an erased patient's and appointment's id to the next, and the backup brings back the erased one."""
    books(services, AT_FOUR, 1)
    backup = made(app)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    books(services, AT_FOUR + HALF_AN_HOUR, 2)
    services.hours.closures.set([DeskClosure(NOW.date(), "")], ASHA)
    the_clock_runs(worker)
    restored(app, backup)
    found = {each.reference: each for each in appointments(services)}
    people = services.diary.patients.called({each.patient_id or 0 for each in found.values()})
    names = {key: people[each.patient_id or 0].name for key, each in found.items()}
    assert names == {"000001": "Made Up 1", "000002": "Made Up 2"}
    (told,) = services.desk.store.waiting()
    newer = found["000002"]
    assert (told.reference, told.about, told.patient_id) == ("000002", newer.id, newer.patient_id)


def test_one_to_tell_since_stays_where_the_backup_has_another_to_tell_under_its_id(
    app: Flask, services: Services, worker: WorkerServices, clock: Clock
) -> None:
    books(services, AT_FOUR, 1)
    services.hours.closures.set([DeskClosure(NOW.date(), "")], ASHA)
    the_clock_runs(worker)
    backup = made(app)
    clock.goes_on(minutes=1)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    books(services, AT_FOUR + HALF_AN_HOUR, 2)
    the_clock_runs(worker)
    assert "NOT kept" not in restored(app, backup)
    waiting = {each.reference: each.about for each in services.desk.store.waiting()}
    found = {each.reference: each.id for each in appointments(services)}
    assert waiting == found
    assert len(waiting) == 2


def test_a_name_typed_since_for_a_request_of_the_backup_is_not_anothers(
    phone: Phone, app: Flask, services: Services
) -> None:
    books(services, AT_FOUR, 1)
    backup = made(app)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    phone.rings(caller="+919999900002").press(*BOOK)
    services.desk.moves.name(1, "Made Up 2", ASHA)
    restored(app, backup)
    (request,) = services.desk.store.waiting()
    (patient,) = services.diary.patients.called({request.patient_id or 0}).values()
    assert (patient.name, patient.phone) == ("Made Up 2", "+919999900002")


def test_a_name_that_was_erased_and_had_no_reference_does_not_come_back(app: Flask, services: Services) -> None:
    """An appointment may be another number's, such as a relative's; others keep their names."""
    books(services, AT_FOUR, 1)
    books(services, AT_FOUR + HALF_AN_HOUR, 2)
    with services.database.writing() as write:
        write.execute(update(schema.appointments).values(phone="+919999900002"))
    backup = made(app)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    assert [each.detail for each in services.staff.audit.page() if each.what == AuditAction.ERASED] == ["1 names"]
    restored(app, backup)
    assert {each[3] for each in whose(services)} == {None, "Made Up 2"}
    assert list(services.diary.patients.called({1, 2})) == [2]


# -- restored twice


def is_called_and_booked(services: Services, request_id: int, number: int, by: By) -> None:
    """Name the patient of a request and give them an appointment, as somebody at the desk does."""
    services.desk.moves.name(request_id, f"Made Up {number}", by)
    services.desk.moves.take(request_id, by)
    report = OutcomeReport(Outcome.BOOKED, AT_FOUR + timedelta(days=1) + number * HALF_AN_HOUR)
    services.desk.moves.report(request_id, report, by)


def whose(services: Services) -> list[tuple[str, str, str, str]]:
    """Return the reference, the request's reference, the number and the patient's name of every appointment."""
    visits, requests, patients = schema.appointments.c, schema.requests.c, schema.patients.c
    with services.database.reading() as read:
        assert read.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        found = read.execute(
            select(visits.reference, requests.reference, visits.phone, patients.name)
            .select_from(schema.appointments)
            .outerjoin(schema.requests, requests.id == visits.request_id)
            .outerjoin(schema.patients, patients.id == visits.patient_id)
            .order_by(visits.phone)
        )
        return [(row[0], row[1], row[2], row[3]) for row in found]


@pytest.mark.parametrize("second", ["what was kept", "a newer backup"])
def test_a_second_restore_books_nobody_twice_and_mixes_no_two_patients(
    phone: Phone, app: Flask, services: Services, clock: Clock, second: str
) -> None:
    """The first restore has brought an erased patient back, whose ids others had by then."""
    asks(phone, 1)
    is_called_and_booked(services, 1, 1, By("asha", clock()))
    older = made(app)
    clock.goes_on(minutes=1)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    for number in (2, 3):
        asks(phone, number)
        is_called_and_booked(services, number - 1, number, By("asha", clock()))
    clock.goes_on(minutes=1)
    newer, before = made(app), whose(services)
    told = restored(app, older)
    assert "NOT kept" not in told
    everybody = whose(services)
    assert everybody[1:] == before
    assert [(each[0] == each[1], each[3]) for each in everybody] == [(True, f"Made Up {n}") for n in (1, 2, 3)]
    clock.goes_on(minutes=1)
    kept = Path(told.partition("is kept as ")[2].splitlines()[0])
    told = restored(app, kept if second == "what was kept" else newer)
    assert "NOT kept" not in told
    assert whose(services) == everybody
    assert {each.extra for each in appointments(services)} == {0}


def test_a_link_to_a_patient_whom_the_backup_lacks_leads_to_nobody_elses_name(
    phone: Phone, app: Flask, services: Services
) -> None:
    """An older version left such links when it erased a number."""
    asks(phone, 1)
    with services.database.writing() as write:
        write.execute(update(schema.requests).values(patient_id=1))
    backup = made(app)
    asks(phone, 2)
    services.desk.moves.name(2, "Made Up 2", ASHA)
    restored(app, backup)
    assert [each.patient_id for each in services.desk.store.waiting()] == [None, 1]


def test_a_later_backup_is_right_after_a_restore_of_an_older_one(
    phone: Phone, app: Flask, services: Services, clock: Clock
) -> None:
    """The rows that the older one brought back are not newer than the later backup. A note since then is named."""
    books(services, AT_FOUR, 1)
    asks(phone, 2)
    is_called_and_booked(services, 1, 2, ASHA)
    older, request = made(app), services.desk.store.all()
    clock.goes_on(minutes=1)
    later = By("asha", clock())
    for each in appointments(services):
        services.diary.desk.move(each.id, each.starts + 4 * HALF_AN_HOUR, later)
    services.desk.moves.reopen(1, later)
    right, before, reopened = made(app), diary(services), services.desk.store.all()
    clock.goes_on(minutes=1)
    assert runs(app, "restore", str(older), "--yes", "--drop-newer").exit_code == 0
    assert services.desk.store.all() == request
    assert diary(services) != before
    services.diary.desk.keep(1, NameAndNote(note="a made-up note"), By("asha", clock()))
    told = restored(app, right)
    assert "Promised or booked since" not in told
    assert "Worked on since, and as in the backup again; look before you call: 000001\n" in told
    assert diary(services) == before
    assert services.desk.store.all() == reopened
