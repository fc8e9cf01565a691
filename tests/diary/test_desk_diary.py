"""The desk's changes in the diary, on both databases. A change cannot be undone once somebody else has the time."""

from datetime import timedelta

import pytest

from ivr.diary.appointments import AppointmentStatus, DiaryEvent, TimeTaken
from ivr.diary.desk_diary import DeskBooking, DeskDiary, NameAndNote, NotMeant
from ivr.diary.diary import Diary, book
from ivr.diary.patients import Patients
from ivr.diary.times import agreed
from ivr.line.diary import Schedule
from ivr.line.phones import Phone
from ivr.storage.audit import By
from ivr.storage.database import Database
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW, the_clinic, wished

ASHA, RAVI = By("asha", NOW), By("ravi", NOW)
PATIENT = Phone("+919999900001")


@pytest.fixture
def desk(database: Database) -> DeskDiary:
    return DeskDiary(database, the_clinic)


def wanted(starts: object = AT_FOUR, name: str = "Made Up", **more: object) -> DeskBooking:
    return DeskBooking(starts, PATIENT, name, "main", "en", "000001", **more)  # type: ignore[arg-type]


def test_a_name_is_typed_once_and_known_for_the_number(desk: DeskDiary, database: Database) -> None:
    first = desk.book(wanted(name="  Made  Up "), ASHA)
    second = desk.book(wanted(AT_FOUR + HALF_AN_HOUR, "made up"), ASHA)
    desk.book(wanted(AT_FOUR + 2 * HALF_AN_HOUR, "Somebody Else"), ASHA)
    assert [each.name for each in Patients(database).of_phone(PATIENT)] == ["Somebody Else", "Made Up"]
    found = [Diary(database).appointment(each) for each in (first, second)]
    assert len({getattr(each, "patient_id", 0) for each in found}) == 1


@pytest.mark.parametrize("days", [-3650, 3650, 365 * 7900])
def test_a_year_that_cannot_be_meant_is_refused(desk: DeskDiary, days: int) -> None:
    with pytest.raises(NotMeant):
        desk.book(wanted(AT_FOUR + timedelta(days=days)), ASHA)


def test_a_change_is_undone_by_whoever_made_it_and_nobody_else(desk: DeskDiary, database: Database) -> None:
    first = desk.book(wanted(words="brings an x-ray"), ASHA)
    assert not desk.undo(first, DiaryEvent.BOOKED, RAVI)
    assert desk.undo(first, DiaryEvent.BOOKED, ASHA)
    desk.reopen(first, ASHA)
    desk.move(first, AT_FOUR + HALF_AN_HOUR, ASHA)
    assert not desk.undo(first, DiaryEvent.MOVED, RAVI)
    assert not desk.undo(first, DiaryEvent.CANCELLED, ASHA)
    assert desk.undo(first, DiaryEvent.MOVED, ASHA)
    assert Diary(database).appointment(first).starts == AT_FOUR
    assert not desk.undo(first, DiaryEvent.MOVED, ASHA), "once"
    desk.cancel(first, ASHA)
    assert desk.undo(first, DiaryEvent.CANCELLED, ASHA)
    desk.mark(first, AppointmentStatus.ARRIVED, ASHA)
    assert not desk.undo(first, DiaryEvent.ARRIVED, By("asha", NOW + timedelta(minutes=1))), "too late"


def test_an_undo_gives_way_to_who_has_the_time_by_now(desk: DeskDiary, database: Database) -> None:
    first = desk.book(wanted(), ASHA)
    desk.cancel(first, ASHA)
    desk.book(wanted(), RAVI)
    with pytest.raises(TimeTaken):
        desk.undo(first, DiaryEvent.CANCELLED, ASHA)
    assert getattr(Diary(database).appointment(first), "status", None) is AppointmentStatus.CANCELLED


def test_a_moved_visit_takes_its_new_columns_length_unless_it_was_longer(database: Database) -> None:
    """A visit of 90 minutes, as an import brings one, stays as long; any other is as long as those beside it."""
    of_half_an_hour, of_an_hour = columns = (Schedule("1", HALF_AN_HOUR), Schedule("2", 2 * HALF_AN_HOUR))
    desk = DeskDiary(database, lambda: the_clinic(*columns))

    def moved(appointment_id: int, column: Schedule) -> timedelta:
        desk.move(appointment_id, AT_FOUR, ASHA, schedule=column.key, beside=True)
        found = Diary(database).appointment(appointment_id)
        return getattr(found, "ends", NOW) - AT_FOUR

    short, long = (desk.book(wanted(schedule=each.key), ASHA) for each in columns)
    with database.writing() as write:
        imported = book(write, wished(), agreed(AT_FOUR, [of_half_an_hour], 3 * HALF_AN_HOUR))
    for column in (of_an_hour, of_half_an_hour):
        assert [moved(each, column) for each in (short, long, imported)] == [
            column.length,
            column.length,
            3 * HALF_AN_HOUR,
        ]


def test_a_note_stands_in_the_history(desk: DeskDiary, database: Database) -> None:
    first = desk.book(wanted(words="brings an x-ray"), ASHA)
    desk.keep(first, NameAndNote(note="comes by car"), ASHA)
    said = [(entry.what, entry.detail) for entry in Diary(database).history(first)]
    booked = (DiaryEvent.BOOKED, AT_FOUR.isoformat())
    assert said == [(DiaryEvent.NOTE, "brings an x-ray"), booked, (DiaryEvent.NOTE, "comes by car")]
