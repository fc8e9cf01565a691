"""The store of the diary, on both databases: a time is given once, however many ask for it at the same moment."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.diary.appointments import (
    AppointmentStatus,
    ChangeRefused,
    DiaryEvent,
    NoSuchAppointment,
    TimeTaken,
)
from ivr.diary.diary import Diary, book, cancel, mark, move, reopen
from ivr.diary.free_times import FreeTimes
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.upsert import in_turn
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW, ONE, TWO, asked, at_once, the_clinic, wished

ASHA = By("asha", NOW)
RULES = the_clinic().diary
CALLERS = 100


@pytest.fixture
def diary(database: Database) -> Diary:
    return Diary(database)


def booked(database: Database, number: int = 1, starts: object = AT_FOUR, **more: object) -> int:
    new, wanted = wished(number=number), asked(starts, **more)  # type: ignore[arg-type]
    return in_turn(database, lambda write: book(write, new, wanted))


def test_a_booked_time_is_in_the_diary_and_free_no_more(database: Database, diary: Diary) -> None:
    (found,) = [diary.appointment(booked(database))]
    assert (found.reference, found.starts, getattr(found, "ends", None)) == ("000001", AT_FOUR, AT_FOUR + HALF_AN_HOUR)
    assert AT_FOUR not in [slot.start for slot in FreeTimes(database).offered(the_clinic(), "main", NOW)]
    assert [entry.what for entry in diary.history(found.id)] == [DiaryEvent.BOOKED]
    with pytest.raises(TimeTaken):
        booked(database, 2)


@pytest.mark.parametrize("minutes", [-25, -5, 5, 25])
def test_a_time_that_overlaps_is_taken_too(database: Database, minutes: int) -> None:
    booked(database)
    with pytest.raises(TimeTaken):
        booked(database, 2, AT_FOUR + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [-30, 30])
def test_the_times_beside_it_are_free(database: Database, diary: Diary, minutes: int) -> None:
    booked(database)
    booked(database, 2, AT_FOUR + timedelta(minutes=minutes))
    assert len(diary.between(NOW, NOW + timedelta(days=1))) == 2


def test_of_a_hundred_at_once_one_has_the_last_hour(database: Database, diary: Diary) -> None:
    told = at_once([lambda n=n: booked(database, n) for n in range(1, CALLERS + 1)])  # type: ignore[misc]
    assert Counter(type(each) for each in told) == {int: 1, TimeTaken: CALLERS - 1}
    assert len(diary.between(NOW, NOW + timedelta(days=1))) == 1


def test_two_columns_are_given_to_two_of_twenty(database: Database, diary: Diary) -> None:
    told = at_once([lambda n=n: booked(database, n, schedules=TWO) for n in range(1, 21)])  # type: ignore[misc]
    assert Counter(type(each) for each in told) == {int: 2, TimeTaken: 18}
    found = diary.between(NOW, NOW + timedelta(days=1))
    assert {(getattr(each, "schedule", ""), getattr(each, "extra", None)) for each in found} == {("1", 0), ("2", 0)}


def test_a_moved_appointment_leaves_its_old_time_free(database: Database, diary: Diary) -> None:
    first, later = booked(database), AT_FOUR + timedelta(days=1)
    in_turn(database, lambda write: move(write, first, asked(later), ASHA))
    assert diary.appointment(first).starts == later
    booked(database, 2)
    assert [entry.what for entry in diary.history(first)] == [DiaryEvent.BOOKED, DiaryEvent.MOVED]


def test_a_move_by_a_few_minutes_is_not_in_its_own_way(database: Database, diary: Diary) -> None:
    first = booked(database)
    in_turn(database, lambda write: move(write, first, asked(AT_FOUR + timedelta(minutes=10)), ASHA))
    assert diary.appointment(first).starts == AT_FOUR + timedelta(minutes=10)


def test_a_move_to_a_taken_time_leaves_all_as_it_was(database: Database, diary: Diary) -> None:
    first, second = booked(database), booked(database, 2, AT_FOUR + HALF_AN_HOUR)
    with pytest.raises(TimeTaken):
        in_turn(database, lambda write: move(write, second, asked(), ASHA))
    assert diary.appointment(second).starts == AT_FOUR + HALF_AN_HOUR
    with pytest.raises(TimeTaken):
        booked(database, 3, AT_FOUR + HALF_AN_HOUR)
    assert len(diary.history(first)) == len(diary.history(second)) == 1


def test_a_cancelled_time_is_free_at_once_and_can_be_taken_back_only_while_it_is(database: Database) -> None:
    first = booked(database)
    in_turn(database, lambda write: cancel(write, first, ASHA))
    in_turn(database, lambda write: reopen(write, first, lambda found: asked(found.starts), ASHA))
    in_turn(database, lambda write: cancel(write, first, ASHA))
    booked(database, 2)
    with pytest.raises(TimeTaken):
        in_turn(database, lambda write: reopen(write, first, lambda found: asked(found.starts), ASHA))


def test_the_desk_may_book_two_at_once_and_each_is_marked(database: Database, diary: Diary) -> None:
    booked(database)
    extra = [booked(database, number, beside=True) for number in (2, 3)]
    assert [getattr(diary.appointment(each), "extra", None) for each in extra] == [1, 2]
    with pytest.raises(TimeTaken):
        booked(database, 4)


def test_the_telephone_gets_no_time_at_which_an_extra_patient_comes(database: Database) -> None:
    first = booked(database)
    booked(database, 2, beside=True)
    in_turn(database, lambda write: cancel(write, first, ASHA))
    with pytest.raises(TimeTaken):
        booked(database, 3)


def test_who_has_come_or_not_is_marked_and_only_a_booked_one_is_cancelled(database: Database, diary: Diary) -> None:
    first = booked(database)
    in_turn(database, lambda write: mark(write, first, AppointmentStatus.ARRIVED, RULES, ASHA))
    with pytest.raises(ChangeRefused):
        in_turn(database, lambda write: cancel(write, first, ASHA))
    in_turn(database, lambda write: mark(write, first, AppointmentStatus.NOSHOW, RULES, ASHA))
    assert getattr(diary.appointment(first), "status", None) is AppointmentStatus.NOSHOW
    with pytest.raises(NoSuchAppointment):
        in_turn(database, lambda write: mark(write, 99, AppointmentStatus.ARRIVED, RULES, ASHA))


def test_a_number_has_its_coming_appointments_and_a_promise_its_own(database: Database, diary: Diary) -> None:
    first = booked(database)
    booked(database, 2, AT_FOUR + HALF_AN_HOUR)
    number = wished().phone
    assert number
    assert [each.id for each in diary.ahead(number.e164, NOW)] == [first]
    assert diary.ahead(number.e164, AT_FOUR + HALF_AN_HOUR) == []
    promised = diary.promised("mark 1")
    assert promised
    assert promised.id == first
    assert diary.promised("mark 9") is None


def test_a_visit_after_a_buffer_that_was_shortened_since_is_booked(database: Database, diary: Diary) -> None:
    """Check that a step of the older, longer buffer stands in nobody's way, once the clinic has shortened it."""
    ten = timedelta(minutes=10)
    in_turn(database, lambda write: book(write, wished(), replace(asked(), buffer=ten)))
    later = replace(asked(AT_FOUR + HALF_AN_HOUR), buffer=ten)
    with pytest.raises(TimeTaken):
        in_turn(database, lambda write: book(write, wished(number=2), later))
    second = in_turn(database, lambda write: book(write, wished(number=2), replace(later, buffer=timedelta())))
    assert getattr(diary.appointment(second), "extra", None) == 0
    with pytest.raises(TimeTaken):
        booked(database, 3)


def test_one_column_of_the_shipped_clinic() -> None:
    assert the_clinic().diary.schedules == ONE
