"""Calls that book an appointment: the time that was heard is in the diary, and nobody else has it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from ivr.desk.phone_bookings import TOO_LATE, Booking, BookingOutcome, NewBooking
from ivr.desk.requests import NewRequest
from ivr.diary.appointments import Appointment, AppointmentStatus, DiaryEvent, Source, Whose
from ivr.diary.desk_diary import DeskBooking
from ivr.hours.phone_booking import BookingSwitch
from ivr.line.booking import Kind
from ivr.line.diary import Slot
from ivr.line.hours import DeskClosure
from ivr.line.phones import Phone as Number
from ivr.reports.call_records import LONGEST_PATH
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import StoreAway, sqlite_path
from ivr.storage.deadline import Deadline, Result
from testing.servers import until
from tests.clinic import SHIPPED
from tests.people import CALLER, OTHER, Clock, Phone
from tests.test_faults import moved
from tests.web import Serves
from tests.web.telephone.test_joining import at_once, confirms
from tests.workers import the_clock_runs
from workers.services import WorkerServices
from workers.services import build as build_workers

AT_THREE = datetime.fromisoformat("2026-11-23T15:00+05:30")
EARLIEST = ("1", "1")
"""The keys of a call that books the earliest free time for the number that calls."""

BOOKED = "Your appointment is booked today at three in the afternoon."
TAKEN = "Sorry, that time has just been taken."
AWAY = "We cannot see our free times just now. Please choose a day, and we will call you to fix the time."
FULL = "No more appointments can be booked on the phone for this number."
WISH = "Please choose a day, and we will call you to fix the time."


def diary(phone: Phone, day: date = date(2026, 11, 23)) -> list[Appointment]:
    start = datetime.combine(day, datetime.min.time(), AT_THREE.tzinfo)
    found = phone.services.diary.reads.between(start, start + timedelta(days=14))
    return [each for each in found if isinstance(each, Appointment) and each.status is AppointmentStatus.BOOKED]


def somebody_else_books(phone: Phone, starts: datetime) -> None:
    wanted = DeskBooking(starts, None, "Made Up", "main", "en", "000009")
    phone.services.diary.desk.book(wanted, By("asha", phone.services.clock()))


def wishes(phone: Phone) -> list[str]:
    return [each.kind for each in phone.services.desk.store.waiting()]


def test_who_chose_a_part_of_the_day_is_not_told_a_time_of_another(line: Phone) -> None:
    for lang, evening in (("en", "evening"), ("hi", "शाम")):
        call = line.rings(lang=lang).press("1", "2")
        assert evening not in call.words, "half past four, before the evening"
        call.press("4", "1", "1")
        assert call.place == "free_times"
        assert evening not in call.words
        assert evening in call.press("#", "1", "2", "4", "1", "2").words


def test_two_keys_book_the_earliest_time(line: Phone) -> None:
    call = line.rings().press(*EARLIEST)
    assert BOOKED in call.words
    (found,) = diary(line)
    assert (found.starts, found.phone, found.source, found.whose) == (AT_THREE, Number(CALLER), Source.PHONE, Whose.OWN)
    assert call.spoken_reference == found.reference
    assert wishes(line) == [], "an appointment is nothing to call about"
    assert (
        "The earliest time is today at half past three in the afternoon." in line.rings(caller=OTHER).press("1").heard
    )


def test_the_same_in_hindi(line: Phone) -> None:
    call = line.rings(lang="hi").press(*EARLIEST)
    assert "आज दोपहर तीन बजे का अपॉइंटमेंट बुक हो गया है।" in call.words
    assert [each.language for each in diary(line)] == ["hi"]


def test_a_webhook_that_comes_twice_books_once_and_says_the_same(line: Phone) -> None:
    call = line.rings().press(*EARLIEST[:-1])
    asked, again = replace(call), replace(call)
    assert asked.press("1").words == again.press("1").words
    assert len(diary(line)) == 1


def test_a_webhook_that_comes_again_after_the_desk_has_cancelled_promises_nothing(line: Phone, clock: Clock) -> None:
    call = line.rings().press(*EARLIEST)
    (found,) = diary(line)
    line.services.diary.desk.cancel(found.id, By("asha", clock()))
    assert BOOKED not in call.hears_again()
    assert diary(line) == []


def test_one_webhook_that_comes_often_at_once_books_once_and_says_the_same(line: Phone) -> None:
    """A confirmation that comes six times at once books once, and none of the six hears that the time is taken."""
    call = line.rings().press(*EARLIEST[:-1])
    answers = at_once([confirms(call)] * 6)
    assert [BOOKED in answer for answer in answers] == [True] * 6
    assert len(diary(line)) == 1


def test_calls_of_one_number_at_once_book_no_more_than_the_number_may_have(line: Phone) -> None:
    calls = [line.rings().press("1", "2", str(n % 3 + 1)) for n in range(6)]
    at_once([confirms(each) for each in calls])
    assert len(diary(line)) == 2


def test_who_comes_second_hears_that_it_was_taken_and_the_next_ones(line: Phone) -> None:
    second = line.rings(caller=OTHER).press(*EARLIEST[:-1])
    line.rings().press(*EARLIEST)
    heard = second.press("1").words
    assert TAKEN in heard
    assert "The earliest time is today at half past three in the afternoon." in heard
    assert "Your appointment is booked today at half past three" in second.press("1").words
    assert [each.starts for each in diary(line)] == [AT_THREE, AT_THREE + timedelta(minutes=30)]


def test_a_day_that_is_closed_while_the_caller_listens_is_not_given(line: Phone, clock: Clock) -> None:
    call = line.rings().press(*EARLIEST[:-1])
    line.services.hours.closures.set([DeskClosure(AT_THREE.date(), "")], By("asha", clock()))
    line.services.hours.closures_file.follow(line.services.hours.closures, AT_THREE.date())
    heard = call.press("1").words
    assert TAKEN in heard
    assert "The earliest time is tomorrow, Tuesday, at nine in the morning." in heard
    assert diary(line) == []


def test_a_time_that_is_over_while_the_caller_listens_is_not_given(line: Phone, clock: Clock) -> None:
    call = line.rings().press(*EARLIEST[:-1])
    clock.goes_on(hours=1, minutes=5)
    assert TAKEN in call.press("1").words
    assert diary(line) == []


def test_while_paused_the_caller_is_told_and_leaves_a_wish_by_the_old_keys(line: Phone, clock: Clock) -> None:
    switch = line.services.hours.phone_booking
    switch.change(BookingSwitch.PAUSED, line.services.clinic.diary, By("asha", clock()))
    switch.follow()
    call = line.rings().press("1")
    assert WISH in call.words
    call.press("1", "1", "1", "1")
    assert (diary(line), wishes(line)) == ([], ["booking"])
    switch.change(BookingSwitch.RESUMED, line.services.clinic.diary, By("asha", clock()))
    switch.follow()
    assert "For today at three in the afternoon, press 1." in line.rings().press("1").words


def test_in_production_nothing_is_given_before_a_manager_confirms_and_after_the_rules_change(
    line: Phone, clock: Clock
) -> None:
    now = replace(line.services.hours.now, books_unconfirmed=False)
    assert not now.read().diary.phone_books
    switch, rules = line.services.hours.phone_booking, line.services.clinic.diary
    switch.change(BookingSwitch.CONFIRMED, rules, By("asha", clock()))
    switch.follow()
    assert now.read().diary.phone_books
    longer = replace(rules, schedules=(replace(rules.schedules[0], length=timedelta(minutes=45)),))
    assert not replace(now, clinic=replace(now.clinic, diary=longer)).read().diary.phone_books


def test_a_database_that_is_away_costs_the_caller_a_sentence_and_the_wish_is_kept(
    serves: Serves, sqlite_url: str
) -> None:
    with serves(CLINIC_FILE=str(SHIPPED)) as phone:
        before = phone.rings().press(*EARLIEST[:-1])
        with moved(sqlite_path(sqlite_url)):
            assert AWAY in phone.rings(caller=OTHER).press("1").words
            assert AWAY in before.press("1").words
            assert "Thank you. We have your request." in before.press("1", "1", "1", "1").words
        assert phone.services.desk.pending.count() == 1
        assert diary(phone) == []


def test_a_number_has_at_most_two_by_telephone_and_then_leaves_a_wish(line: Phone) -> None:
    assert "Your appointment is booked" in line.rings().press(*EARLIEST).words
    same_person = ("1", "1", "1", "1")
    assert "Your appointment is booked" in line.rings().press(*same_person).words
    third = line.rings().press(*same_person)
    assert FULL in third.words
    third.press("1", "1", "1", "1", "1")
    assert (len(diary(line)), wishes(line)) == (2, ["booking"])


def test_entered_numbers_get_at_most_a_quarter_of_a_days_times(line: Phone) -> None:
    told = []
    for number in range(7):
        call = line.rings(caller="anonymous").press("1", "1", f"99998{number:05}#", "1", "1")
        told.append("Your appointment is booked" in call.words)
    assert told == [True] * 5 + [False] * 2, "of 23 times on a Monday"
    assert {each.whose for each in diary(line)} == {Whose.KEYED}
    assert "Your appointment is booked" in line.rings().press(*EARLIEST).words, "others go on"


class TooLate(Deadline):
    """A deadline for a store's work: the work is done, but its result always counts as too late."""

    def wait_for(self, work: Callable[[], Result], late: Callable[[Result], None] | None = None) -> Result:
        found = work()
        if late:
            late(found)
        raise StoreAway("no answer in time")


def new_booking(clock: Clock) -> NewBooking:
    values = {"day": None, "part": None, "due": clock(), "call_id": "CA1", "created": clock(), "asked": clock()}
    request = NewRequest(Kind.BOOKING, "main", Number(CALLER), "en", own_number=True, **values)  # type: ignore[arg-type]
    return NewBooking(request, Slot(AT_THREE, "1"), other=False)


def test_a_booking_that_was_stored_too_late_to_be_told_is_free_again(line: Phone, clock: Clock) -> None:
    hurried = replace(line.services.telephone.bookings, deadline=Deadline(0))
    assert hurried.book(new_booking(clock)) == Booking(BookingOutcome.UNBOOKED)
    hurried.deadline.close()
    found: Callable[[], list[Appointment]] = lambda: line.services.diary.reads.of_phone(CALLER)  # noqa: E731
    assert until(lambda: [each.status for each in found()] == [AppointmentStatus.CANCELLED])
    history = line.services.diary.reads.history(found()[0].id)
    assert [(entry.what, entry.detail) for entry in history][1:] == [(DiaryEvent.CANCELLED, TOO_LATE)]
    assert BOOKED in line.rings(caller=OTHER).press(*EARLIEST).words


def test_what_was_stored_in_time_is_not_freed_by_its_own_repetition_that_comes_too_late(
    line: Phone, clock: Clock
) -> None:
    """A booking whose caller was answered stays booked when the same webhook, repeated, misses its deadline."""
    assert line.services.telephone.bookings.book(new_booking(clock)).outcome is BookingOutcome.BOOKED
    hurried = replace(line.services.telephone.bookings, deadline=TooLate(1))
    assert hurried.book(new_booking(clock)).outcome is BookingOutcome.UNBOOKED
    assert [each.status for each in line.services.diary.reads.of_phone(CALLER)] == [AppointmentStatus.BOOKED]


def test_the_staff_are_told_of_a_booking(line: Phone) -> None:
    line.rings().press(*EARLIEST)
    assert len(line.services.desk.job_queue.queued_tasks()) == 1


# -- whether a booking was heard


@pytest.fixture
def worker(line: Phone, clock: Clock) -> Iterator[WorkerServices]:
    with closing(build_workers(line.services.settings, clock, clock.seconds)) as worker:
        yield worker


def untold(line: Phone, worker: WorkerServices, clock: Clock, *minutes: int) -> list[str]:
    """Let the clock process run after each of these pauses; return why the desk is to tell patients."""
    for each in minutes:
        clock.goes_on(minutes=each)
        the_clock_runs(worker)
    with line.services.database.reading() as read:
        return list(read.scalars(select(schema.requests.c.why)))


def test_who_books_for_three_in_one_long_call_has_heard_all_three(
    line: Phone, worker: WorkerServices, clock: Clock
) -> None:
    call = line.rings().press(*"1241111")
    for day in "23":
        call.press("#", *"4#" * 5, "1", "4", day, *"1121")
    call.stays_silent().hangs_up()
    assert len(diary(line)) == 3
    assert untold(line, worker, clock, 1, 1) == []
    with line.services.database.reading() as read:
        (path,) = read.scalars(select(schema.calls.c.path))
    assert len(path.split()) == LONGEST_PATH, "it was cut"


def test_a_booking_that_was_stored_too_late_does_not_make_the_one_before_it_unheard(
    line: Phone, worker: WorkerServices, clock: Clock
) -> None:
    call = line.rings().press(*EARLIEST)
    late = new_booking(clock)
    late = replace(late, request=replace(late.request, call_id=call.sid), slot=Slot(AT_THREE.replace(hour=17), "1"))
    hurried = replace(line.services.telephone.bookings, deadline=TooLate(1))
    assert hurried.book(late).outcome is BookingOutcome.UNBOOKED
    call.hangs_up()
    assert untold(line, worker, clock, 1, 1) == []
    assert [each.starts for each in diary(line)] == [AT_THREE]


@pytest.mark.parametrize("hangs_up", [True, False])
def test_who_stays_on_the_line_after_a_booking_has_heard_it(
    line: Phone, worker: WorkerServices, clock: Clock, hangs_up: bool
) -> None:
    """A booking was heard in a call of over a quarter of an hour, also where the carrier does not report its end."""
    call = line.rings().press(*EARLIEST, "#", "4")
    assert untold(line, worker, clock, 1, 14, 5) == []
    if hangs_up:
        call.press("#").hangs_up()
    assert untold(line, worker, clock, 1, 1, 60) == []


def test_who_did_not_hear_a_booking_in_a_call_that_goes_on_is_told(
    line: Phone, worker: WorkerServices, clock: Clock
) -> None:
    call = line.rings().press("1")
    booking = new_booking(clock)
    line.services.telephone.bookings.book(replace(booking, request=replace(booking.request, call_id=call.sid)))
    assert untold(line, worker, clock, 1, 13) == []
    assert untold(line, worker, clock, 1) == ["unheard"]
