"""Calls that book an appointment: the time that was heard is in the diary, and nobody else has it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from ivr.desk.phone_bookings import TOO_LATE, Booking, BookingOutcome, NewBooking
from ivr.desk.requests import NewRequest
from ivr.diary.appointments import Appointment, AppointmentStatus, DiaryEvent, Source, Whose
from ivr.diary.desk_diary import DeskBooking
from ivr.hours.phone_booking import BookingSwitch
from ivr.line.booking import Kind
from ivr.line.diary import Slot
from ivr.line.hours import DeskClosure
from ivr.line.phones import Phone as Number
from ivr.storage.audit import By
from ivr.storage.database import StoreAway, sqlite_path
from ivr.storage.deadline import Deadline, Result
from testing.servers import until
from tests.clinic import SHIPPED
from tests.people import CALLER, Clock, Conversation, Phone
from tests.test_faults import moved
from tests.web import service
from tests.web.telephone.test_joining import at_once, confirms

OTHER = "+919999900002"
AT_THREE = datetime.fromisoformat("2026-11-23T15:00+05:30")
EARLIEST = ("1", "1")
"""The keys of a call that books the earliest free time for the number that calls."""

BOOKED = "Your appointment is booked today at three in the afternoon."
TAKEN = "Sorry, that time has just been taken."
AWAY = "We cannot see our free times just now. Please choose a day, and we will call you to fix the time."
FULL = "No more appointments can be booked on the phone for this number."
WISH = "Please choose a day, and we will call you to fix the time."


@pytest.fixture
def both(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at the shipped clinic: the test runs on SQLite and on PostgreSQL."""
    with service(tmp_path, database_url, redis_url, clock, CLINIC_FILE=str(SHIPPED)) as phone:
        yield phone


def diary(phone: Phone, day: date = date(2026, 11, 23)) -> list[Appointment]:
    start = datetime.combine(day, datetime.min.time(), AT_THREE.tzinfo)
    found = phone.services.diary.reads.between(start, start + timedelta(days=14))
    return [each for each in found if isinstance(each, Appointment) and each.status is AppointmentStatus.BOOKED]


def somebody_else_books(phone: Phone, starts: datetime) -> None:
    wanted = DeskBooking(starts, None, "Made Up", "main", "en", "000009")
    phone.services.diary.desk.book(wanted, By("asha", phone.services.clock()))


def wishes(phone: Phone) -> list[str]:
    return [each.kind for each in phone.services.desk.store.waiting()]


def said(call: Conversation) -> str:
    return " ".join(call.heard)


def test_two_keys_book_the_earliest_time(both: Phone) -> None:
    call = both.rings().press(*EARLIEST)
    assert BOOKED in said(call)
    (found,) = diary(both)
    assert (found.starts, found.phone, found.source, found.whose) == (AT_THREE, Number(CALLER), Source.PHONE, Whose.OWN)
    assert call.spoken_reference == found.reference
    assert wishes(both) == [], "an appointment is nothing to call about"
    assert (
        "The earliest time is today at half past three in the afternoon." in both.rings(caller=OTHER).press("1").heard
    )


def test_the_same_in_hindi(both: Phone) -> None:
    call = both.rings(lang="hi").press(*EARLIEST)
    assert "आज दोपहर तीन बजे का अपॉइंटमेंट बुक हो गया है।" in said(call)
    assert [each.language for each in diary(both)] == ["hi"]


def test_a_webhook_that_comes_twice_books_once_and_says_the_same(both: Phone) -> None:
    call = both.rings().press(*EARLIEST[:-1])
    asked, again = replace(call), replace(call)
    assert said(asked.press("1")) == said(again.press("1"))
    assert len(diary(both)) == 1


def test_a_webhook_that_comes_again_after_the_desk_has_cancelled_promises_nothing(both: Phone, clock: Clock) -> None:
    call = both.rings().press(*EARLIEST)
    (found,) = diary(both)
    both.services.diary.desk.cancel(found.id, By("asha", clock()))
    assert BOOKED not in call.hears_again()
    assert diary(both) == []


def test_one_webhook_that_comes_often_at_once_books_once_and_says_the_same(both: Phone) -> None:
    """A confirmation that comes six times at once books once, and none of the six hears that the time is taken."""
    call = both.rings().press(*EARLIEST[:-1])
    answers = at_once([confirms(call)] * 6)
    assert [BOOKED in answer for answer in answers] == [True] * 6
    assert len(diary(both)) == 1


def test_calls_of_one_number_at_once_book_no_more_than_the_number_may_have(both: Phone) -> None:
    calls = [both.rings().press("1", "2", str(n % 3 + 1)) for n in range(6)]
    at_once([confirms(each) for each in calls])
    assert len(diary(both)) == 2


def test_who_comes_second_hears_that_it_was_taken_and_the_next_ones(both: Phone) -> None:
    second = both.rings(caller=OTHER).press(*EARLIEST[:-1])
    both.rings().press(*EARLIEST)
    heard = said(second.press("1"))
    assert TAKEN in heard
    assert "The earliest time is today at half past three in the afternoon." in heard
    assert "Your appointment is booked today at half past three" in said(second.press("1"))
    assert [each.starts for each in diary(both)] == [AT_THREE, AT_THREE + timedelta(minutes=30)]


def test_a_day_that_is_closed_while_the_caller_listens_is_not_given(both: Phone, clock: Clock) -> None:
    call = both.rings().press(*EARLIEST[:-1])
    both.services.hours.closures.set([DeskClosure(AT_THREE.date(), "")], By("asha", clock()))
    both.services.hours.closures_file.follow(both.services.hours.closures, AT_THREE.date())
    heard = said(call.press("1"))
    assert TAKEN in heard
    assert "The earliest time is tomorrow, Tuesday, at nine in the morning." in heard
    assert diary(both) == []


def test_a_time_that_is_over_while_the_caller_listens_is_not_given(both: Phone, clock: Clock) -> None:
    call = both.rings().press(*EARLIEST[:-1])
    clock.goes_on(hours=1, minutes=5)
    assert TAKEN in said(call.press("1"))
    assert diary(both) == []


def test_while_paused_the_caller_is_told_and_leaves_a_wish_by_the_old_keys(both: Phone, clock: Clock) -> None:
    switch = both.services.hours.phone_booking
    switch.change(BookingSwitch.PAUSED, both.services.clinic.diary, By("asha", clock()))
    switch.follow()
    call = both.rings().press("1")
    assert WISH in said(call)
    call.press("1", "1", "1", "1")
    assert (diary(both), wishes(both)) == ([], ["booking"])
    switch.change(BookingSwitch.RESUMED, both.services.clinic.diary, By("asha", clock()))
    switch.follow()
    assert "For today at three in the afternoon, press 1." in said(both.rings().press("1"))


def test_in_production_nothing_is_given_before_a_manager_confirms_and_after_the_rules_change(
    both: Phone, clock: Clock
) -> None:
    now = replace(both.services.hours.now, books_unconfirmed=False)
    assert not now.read().diary.phone_books
    switch, rules = both.services.hours.phone_booking, both.services.clinic.diary
    switch.change(BookingSwitch.CONFIRMED, rules, By("asha", clock()))
    switch.follow()
    assert now.read().diary.phone_books
    longer = replace(rules, schedules=(replace(rules.schedules[0], length=timedelta(minutes=45)),))
    assert not replace(now, clinic=replace(now.clinic, diary=longer)).read().diary.phone_books


def test_a_database_that_is_away_costs_the_caller_a_sentence_and_the_wish_is_kept(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock
) -> None:
    with service(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=str(SHIPPED)) as phone:
        before = phone.rings().press(*EARLIEST[:-1])
        with moved(sqlite_path(sqlite_url)):
            assert AWAY in said(phone.rings(caller=OTHER).press("1"))
            assert AWAY in said(before.press("1"))
            assert "Thank you. We have your request." in said(before.press("1", "1", "1", "1"))
        assert phone.services.desk.pending.count() == 1
        assert diary(phone) == []


def test_a_number_has_at_most_two_by_telephone_and_then_leaves_a_wish(both: Phone) -> None:
    assert "Your appointment is booked" in said(both.rings().press(*EARLIEST))
    same_person = ("1", "1", "1", "1")
    assert "Your appointment is booked" in said(both.rings().press(*same_person))
    third = both.rings().press(*same_person)
    assert FULL in said(third)
    third.press("1", "1", "1", "1", "1")
    assert (len(diary(both)), wishes(both)) == (2, ["booking"])


def test_entered_numbers_get_at_most_a_quarter_of_a_days_times(both: Phone) -> None:
    told = []
    for number in range(7):
        call = both.rings(caller="anonymous").press("1", "1", f"99998{number:05}#", "1", "1")
        told.append("Your appointment is booked" in said(call))
    assert told == [True] * 5 + [False] * 2, "of 23 times on a Monday"
    assert {each.whose for each in diary(both)} == {Whose.KEYED}
    assert "Your appointment is booked" in said(both.rings().press(*EARLIEST)), "others go on"


class TooLate(Deadline):
    """A deadline for a store's work that every result misses, though the work was done."""

    def wait_for(self, work: Callable[[], Result], late: Callable[[Result], None] | None = None) -> Result:
        found = work()
        if late:
            late(found)
        raise StoreAway("no answer in time")


def new_booking(clock: Clock) -> NewBooking:
    values = {"day": None, "part": None, "due": clock(), "call_id": "CA1", "created": clock(), "asked": clock()}
    request = NewRequest(Kind.BOOKING, "main", Number(CALLER), "en", own_number=True, **values)  # type: ignore[arg-type]
    return NewBooking(request, Slot(AT_THREE, "1"), other=False)


def test_a_booking_that_was_stored_too_late_to_be_told_is_free_again(both: Phone, clock: Clock) -> None:
    hurried = replace(both.services.telephone.bookings, deadline=Deadline(0))
    assert hurried.book(new_booking(clock)) == Booking(BookingOutcome.UNBOOKED)
    hurried.deadline.close()
    found: Callable[[], list[Appointment]] = lambda: both.services.diary.reads.of_phone(CALLER)  # noqa: E731
    assert until(lambda: [each.status for each in found()] == [AppointmentStatus.CANCELLED])
    history = both.services.diary.reads.history(found()[0].id)
    assert [(entry.what, entry.detail) for entry in history][1:] == [(DiaryEvent.CANCELLED, TOO_LATE)]
    assert BOOKED in said(both.rings(caller=OTHER).press(*EARLIEST))


def test_what_was_stored_in_time_is_not_freed_by_its_own_repetition_that_comes_too_late(
    both: Phone, clock: Clock
) -> None:
    """A booking whose caller was answered stays booked when the same webhook, repeated, misses its deadline."""
    assert both.services.telephone.bookings.book(new_booking(clock)).outcome is BookingOutcome.BOOKED
    hurried = replace(both.services.telephone.bookings, deadline=TooLate(1))
    assert hurried.book(new_booking(clock)).outcome is BookingOutcome.UNBOOKED
    assert [each.status for each in both.services.diary.reads.of_phone(CALLER)] == [AppointmentStatus.BOOKED]


def test_the_staff_are_told_of_a_booking(both: Phone) -> None:
    both.rings().press(*EARLIEST)
    assert len(both.services.desk.job_queue.queued_tasks()) == 1
