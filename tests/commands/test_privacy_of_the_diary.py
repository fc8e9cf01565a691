"""Appointments and names of a number, which are exported and erased together with it, on SQLite and on PostgreSQL."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ivr.desk.requests import Outcome, OutcomeReport
from ivr.desk.store import add_task
from ivr.desk.tasks import TELL_STAFF, NewTask
from ivr.diary.appointments import DiaryEntry, DiaryEvent
from ivr.diary.diary import book, note
from ivr.diary.patients import known_as, set_patient
from ivr.line.phones import Phone as Number
from ivr.operations.personal_rows import CHILDREN_OF_AN_APPOINTMENT
from ivr.storage import schema
from ivr.storage.audit import By
from tests.commands.test_privacy import MARKED, exported, runs
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW, asked, wished
from tests.people import BOOK, Clock, Phone, Staff
from tests.web.test_typed import types
from workers.clock import adopt_bookings, keep_sheet
from workers.services import WorkerServices

OTHERS = "+919999900077"


@pytest.fixture
def desk_url(database_url: str) -> str:
    return database_url


def visits(phone: Phone, number: str | None, nth: int, note_words: str = "", patient_of: str = "") -> str:
    """Book an appointment `nth` half hours after four, for a patient with a name; return its reference."""
    starts, whose = AT_FOUR + nth * HALF_AN_HOUR, Number(number) if number else None
    with phone.services.database.writing() as write:
        new = wished(starts, nth, phone=whose)
        appointment_id = book(write, new, asked(starts))
        known = known_as(write, Number(patient_of) if patient_of else whose, "Made Up", NOW)
        set_patient(write, schema.appointments, appointment_id, known)
        add_task(write, None, NewTask(TELL_STAFF), NOW, appointment_id=appointment_id)
        if note_words:
            note(write, appointment_id, DiaryEntry(NOW, "asha", DiaryEvent.NOTE, note_words))
    return new.reference


def erases(phone: Phone) -> str:
    return phone.runs("privacy", "erase", MARKED, "--yes")


def counts(phone: Phone) -> list[int]:
    tables = (schema.appointments, schema.patients, *CHILDREN_OF_AN_APPOINTMENT)
    with phone.services.database.reading() as read:
        return [read.scalar(select(func.count()).select_from(each)) or 0 for each in tables]


def test_appointments_and_names_are_handed_out_whole(phone: Phone) -> None:
    ours, by_patient = visits(phone, MARKED, 1, "brings an x-ray"), visits(phone, None, 2, patient_of=MARKED)
    visits(phone, OTHERS, 3, f"the daughter of {MARKED[3:]}")
    found = exported(phone)
    assert [each["reference"] for each in found["appointments"]] == [ours, by_patient]
    assert [each["name"] for each in found["patients"]] == ["Made Up"]
    first = found["appointments"][0]
    assert [each["detail"] for each in first["appointment_history"]][1] == "brings an x-ray"
    assert len(first["appointment_times"]) == 6
    assert [each["task"] for each in first["errands"]] == ["tell_staff"]
    assert found["mentioned_in_notes_of"] == ["000003"]
    assert set(first) == {each.name for each in schema.appointments.columns} | {
        each.name for each in CHILDREN_OF_AN_APPOINTMENT
    }


def test_they_are_erased_with_the_number_and_those_of_others_stay(phone: Phone) -> None:
    visits(phone, OTHERS, 3)
    before = counts(phone)
    ours = [visits(phone, MARKED, 1), visits(phone, None, 2, patient_of=MARKED)]
    said = erases(phone)
    assert "2 appointments with their history, and 1 names." in said
    assert f"STILL IN THE DIARY, and then nobody expects the patient: {', '.join(ours)}" in said
    assert counts(phone) == before
    assert exported(phone)["appointments"] == []


def test_a_request_and_the_appointment_that_fulfilled_it_go_together(phone: Phone) -> None:
    phone.rings(caller=MARKED).press("1", "1", "1", "1", "1")
    with phone.services.database.writing() as write:
        book(write, wished(phone=Number(MARKED), request_id=1), asked())
    phone.services.desk.moves.write_note(1, "made up", By("asha", NOW))
    erases(phone)
    assert counts(phone) == [0] * 5
    assert phone.services.desk.store.all() == []


def test_a_visit_of_another_number_stays_when_the_number_of_its_name_is_erased(
    phone: Phone, clock: Clock, worker: WorkerServices
) -> None:
    """A merge by an older version gave one number's request, and so its visit, the patient of another number."""
    theirs, ours = (phone.rings(caller=each).press(*BOOK).reference for each in (OTHERS, MARKED))
    moves, by = phone.services.desk.moves, By("asha", clock())
    moves.name(2, "Made Up", by)
    with phone.services.database.writing() as write:
        set_patient(write, schema.requests, 1, 1)
    moves.take(1, by)
    moves.report(1, OutcomeReport(Outcome.BOOKED, AT_FOUR + timedelta(days=1)), by)
    assert [each["reference"] for each in exported(phone)["requests"]] == [ours]
    assert "STILL IN THE DIARY" not in erases(phone)
    adopt_bookings(worker)
    with phone.services.database.writing() as write:
        assert known_as(write, Number("+919999900078"), "Made Up Too", NOW)
    adopt_bookings(worker)
    found = phone.services.diary.reads.between(NOW, NOW + timedelta(days=30))
    assert [(each.reference, getattr(each, "patient_id", None)) for each in found] == [(theirs, None)]
    assert phone.services.desk.store.request(1).patient_id is None


def test_what_was_typed_on_the_pages_of_a_visit_and_not_sent_goes_with_it(phone: Phone, staff: Staff) -> None:
    """The next request and the next appointment may get the ids of the erased ones, and would show what was typed."""
    phone.rings(caller=MARKED).press(*BOOK)
    visits(phone, MARKED, 1)
    visits(phone, OTHERS, 2)
    for place in ("booking 1", "appointment 1", "appointment 2"):
        types(staff, place, name="Made Up", note="pain in the made-up knee")
    assert "Typed about it at the desk and not sent: 2." in erases(phone)
    assert [each.place for each in phone.services.staff.drafts.of(1)] == ["appointment 2"]


def test_the_file_for_when_the_desk_is_down_is_written_anew(phone: Phone, worker: WorkerServices) -> None:
    visits(phone, MARKED, 1)
    theirs = visits(phone, OTHERS, 2)
    keep_sheet(worker)
    sheet = phone.services.settings.state_dir / "diary.txt"
    assert "98765 01234" in sheet.read_text()
    erases(phone)
    assert ("98765 01234" in sheet.read_text(), theirs in sheet.read_text()) == (False, True)


def test_a_file_for_when_the_desk_is_down_that_cannot_be_written_is_named(phone: Phone) -> None:
    visits(phone, MARKED, 1)
    (phone.services.settings.state_dir / "diary.txt").mkdir()
    told = runs(phone, "erase", MARKED, "--yes")
    assert told.exit_code == 1
    assert "may still be in STATE_DIR/diary.txt: it cannot be written (Is a directory); please delete it" in told.output
