"""A caller's own appointment: its time is told at once; only with the reference can a caller move or cancel it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ivr.desk.own_appointments import TRIES
from ivr.diary.appointments import Appointment, AppointmentStatus, DiaryEvent
from ivr.diary.desk_diary import DeskBooking
from ivr.line.hours import DeskClosure
from ivr.line.phones import Phone as Number
from ivr.storage.audit import By
from ivr.storage.database import sqlite_path
from tests.clinic import SHIPPED
from tests.people import CALLER, OTHER, Clock, Phone
from tests.test_faults import moved
from tests.web import Serves
from tests.web.desk.test_times import TWO
from tests.web.diary import booked_for_an_hour
from workers import jobs
from workers.services import build as build_workers

AT_THREE = datetime.fromisoformat("2026-11-23T15:00+05:30")
HALF_AN_HOUR = timedelta(minutes=30)
EARLIEST = ("1", "1")
HEARS = "You have an appointment today at three in the afternoon."
WRONG = "Those are not the last two digits."
NOBODY = "Nobody at the reception can take your call just now."
CANNOT = "It cannot be changed on the phone today. We can call you about it."


def books(phone: Phone, caller: str = CALLER) -> str:
    """Book the earliest free time by telephone; return the appointment's reference."""
    reference = phone.rings(caller=caller).press(*EARLIEST).spoken_reference
    assert reference
    return reference


def only(phone: Phone, caller: str = CALLER) -> Appointment:
    (found,) = phone.services.diary.reads.of_phone(caller)
    return found


def other_digits(reference: str) -> str:
    return f"{(int(reference[-2:]) + 1) % 100:02}"


def test_a_caller_hears_the_time_and_nothing_else_of_it(line: Phone) -> None:
    reference = books(line)
    heard = line.rings().words
    assert HEARS in heard
    assert reference not in heard.replace(" ", "").replace(",", "")
    assert "आपका अपॉइंटमेंट आज दोपहर तीन बजे का है।" in line.rings(lang="hi").press("5").words
    assert "You have an appointment" not in line.rings(caller=OTHER).words
    assert "You have an appointment" not in line.rings(caller="anonymous").words


def test_who_knows_the_last_two_digits_moves_it_and_the_old_time_is_free(line: Phone) -> None:
    reference = books(line)
    call = line.rings().press("5", "1", reference[-2:], "1", "1")
    assert "Your appointment is now today at half past three in the afternoon." in call.words
    found = only(line)
    assert (found.starts, found.reference) == (AT_THREE + HALF_AN_HOUR, reference)
    assert "The earliest time is today at three in the afternoon." in line.rings(caller=OTHER).press("1").words
    assert [entry.what for entry in line.services.diary.reads.history(found.id)][-1] == DiaryEvent.MOVED


def test_a_longer_visit_is_offered_only_times_that_fit_and_stays_as_long(line: Phone, clock: Clock) -> None:
    """A visit of an hour, among those of half an hour, is not moved to half an hour between two other visits."""
    services, hour = line.services, timedelta(hours=1)
    made = booked_for_an_hour(services, AT_THREE, CALLER)
    other = DeskBooking(AT_THREE + 3 * HALF_AN_HOUR, None, "Other One", "main", "en", "000002")
    services.diary.desk.book(other, By("asha", clock()))
    call = line.rings().press("5", "1", "01")
    assert "four in the" not in call.words
    assert "Your appointment is now today at five in the evening." in call.press("1", "1").words
    moved = only(line)
    assert (moved.id, moved.starts, moved.ends) == (made, AT_THREE + 2 * hour, AT_THREE + 3 * hour)
    assert "The earliest time is today at three" in line.rings(caller=OTHER).press("1").words, "a new one is not longer"


def test_a_cancelled_appointment_is_free_at_once_and_the_caller_hears_of_it_no_more(line: Phone) -> None:
    reference = books(line)
    call = line.rings().press("5", "2", reference[-2:], "1")
    assert "Your appointment is cancelled." in call.words
    assert only(line).status is AppointmentStatus.CANCELLED
    assert HEARS not in line.rings().words
    assert "Your appointment is booked today at three" in line.rings(caller=OTHER).press(*EARLIEST).words


def test_three_wrong_tries_in_a_day_are_the_last_ones_and_the_wish_goes_to_the_desk(line: Phone, clock: Clock) -> None:
    reference = books(line)
    wrong = other_digits(reference)
    call = line.rings().press("5", "2", wrong)
    assert WRONG in call.words
    call.press(wrong)
    assert WRONG in line.rings().press("5", "1", wrong).words
    call = line.rings().press("5", "2", reference[-2:])
    assert CANNOT in call.words, "not even the right ones"
    call.press("1", "1", "1")
    assert only(line).status is AppointmentStatus.BOOKED
    (wish,) = line.services.desk.store.waiting()
    assert (wish.kind, wish.about, wish.why) == ("callback", only(line).id, "cancel")
    clock.goes_on(hours=24)


SURE = {"move": ("5", "1", "{digits}", "1"), "cancel": ("5", "2", "{digits}")}
"""The keys of a caller who has proved that an appointment is theirs and is asked to confirm the change."""


@pytest.mark.parametrize("change", SURE)
def test_a_caller_who_asks_for_the_reception_in_vain_goes_on_with_the_change(line: Phone, change: str) -> None:
    reference = books(line)
    call = line.rings().press(*(each.format(digits=reference[-2:]) for each in SURE[change]), "0")
    assert (call.heard[0], call.place) == (NOBODY, f"{change}_sure")
    call.press("1")
    assert DiaryEvent(line.services.diary.reads.history(only(line).id)[-1].what) in {"moved", "cancelled"}


@pytest.mark.parametrize("change", SURE)
def test_the_desk_learns_what_a_caller_who_was_lost_wished_to_change(line: Phone, change: str) -> None:
    """A caller who gives up in the middle of a change and asks for a call back is called about this change."""
    reference = books(line)
    keys = [each.format(digits=reference[-2:]) for each in SURE[change]]
    line.rings().press(*keys).stays_silent(3).press("1", "1", "1", "1")
    line.rings().press(*keys[:2]).stays_silent(3).press("1", "1", "1", "1")
    wishes = line.services.desk.store.waiting()
    assert [(each.kind, each.about, each.why) for each in wishes] == [("callback", only(line).id, change)] * 2
    line.rings().press(*keys).stays_silent(3).press("#", "2", "1", "1", "1")
    assert line.services.desk.store.waiting()[-1].about is None, "the main menu begins anew"


@pytest.mark.parametrize("change", SURE)
def test_a_call_back_after_a_change_was_made_is_not_about_it(line: Phone, change: str) -> None:
    reference = books(line)
    call = line.rings().press(*(each.format(digits=reference[-2:]) for each in SURE[change]), "1")
    call.press("0", "1", "1", "1")
    assert [each.about for each in line.services.desk.store.waiting()] == [None]


def test_a_wish_to_cancel_that_waited_in_redis_is_still_about_its_appointment(
    serves: Serves, sqlite_url: str, clock: Clock
) -> None:
    """A wish to cancel still names its appointment if the database goes away before the caller confirms the wish."""
    with serves(CLINIC_FILE=str(SHIPPED)) as phone:
        reference = books(phone)
        for _ in range(3):
            phone.rings().press("5", "2", other_digits(reference))
        call = phone.rings().press("5", "2", reference[-2:])
        assert CANNOT in call.words
        call.press("1", "1")
        with moved(sqlite_path(sqlite_url)):
            assert "Thank you. We have your request." in call.press("1").words
        with closing(build_workers(phone.services.settings, clock)) as worker:
            jobs.save(worker)
        (wish,) = phone.services.desk.store.waiting()
        assert (wish.kind, wish.about, wish.why) == ("callback", only(phone).id, "cancel")


def test_wrong_digits_whose_webhook_comes_again_are_wrong_once(line: Phone) -> None:
    reference = books(line)
    call = line.rings().press("5", "1", other_digits(reference))
    for _ in range(TRIES):
        assert WRONG in call.hears_again()
    for _ in range(TRIES - 2):
        call.press(other_digits(reference))
    assert call.press(reference[-2:]).place == "times"
    wrong = [each for each in line.services.diary.reads.history(only(line).id) if each.what == DiaryEvent.WRONG_DIGITS]
    assert len(wrong) == TRIES - 1
    last = line.rings().press("5", "1", other_digits(reference))
    assert WRONG in last.hears_again(), "also for the last try that is left"
    assert CANNOT in last.press(reference[-2:]).words


def test_from_another_telephone_it_takes_the_number_and_the_whole_reference(line: Phone) -> None:
    reference = books(line)
    for caller in (OTHER, "anonymous"):
        call = line.rings(caller=caller).press("5", f"{CALLER[3:]}#", reference[:5] + other_digits(reference)[1])
        assert "We found no appointment with this number and reference number." in call.words
        call.press(f"{CALLER[3:]}#", reference)
        assert "Your appointment is today at three in the afternoon." in call.words
    call.press("2", "1")
    assert only(line).status is AppointmentStatus.CANCELLED


def test_each_of_many_coming_appointments_is_found_by_its_reference(line: Phone, clock: Clock) -> None:
    """A course of treatment has more appointments than a caller is read; the last one can be changed as the first."""
    for day in range(6):
        wanted = DeskBooking(AT_THREE + timedelta(days=day), Number(CALLER), "", "main", "en", f"20000{day}")
        line.services.diary.desk.book(wanted, By("asha", clock()))
    call = line.rings(caller=OTHER).press("5", f"{CALLER[3:]}#", "200005")
    assert "We found no appointment" not in call.words
    assert call.place == "appointment"


def test_a_time_that_was_taken_meanwhile_leaves_the_old_one(line: Phone) -> None:
    reference = books(line)
    call = line.rings().press("5", "1", reference[-2:], "1")
    books(line, OTHER)
    assert "that time has just been taken" in call.press("1").words
    assert only(line).starts == AT_THREE
    assert "Your appointment is now today at four" in call.press("1", "1").words


def test_what_the_desk_has_changed_meanwhile_is_told(line: Phone, clock: Clock) -> None:
    reference = books(line)
    call = line.rings().press("5", "2", reference[-2:])
    clock.goes_on(hours=2)
    assert "this appointment was changed in the meantime" in call.press("1").words


def test_what_the_desk_has_put_back_meanwhile_is_told(line: Phone, clock: Clock) -> None:
    """Check that a caller cancels nothing after the desk has undone the move whose time the caller heard."""
    reference, desk = books(line), line.services.diary.desk
    made = only(line).id
    clock.goes_on(minutes=1)
    desk.move(made, AT_THREE + 2 * HALF_AN_HOUR, By("asha", clock()))
    call = line.rings().press("5", "2", reference[-2:])
    clock.goes_on(seconds=10)
    assert desk.undo(made, DiaryEvent.MOVED, By("asha", clock()))
    told = "this appointment was changed in the meantime. You have an appointment today at three in the afternoon."
    assert told in call.press("1").words
    assert (only(line).status, only(line).starts) == (AppointmentStatus.BOOKED, AT_THREE)
    assert "Your appointment is today at three" in call.press("5").words, "and goes on with what there is now"


@pytest.mark.parametrize("does", ["cancels", "moves", "marks"])
def test_right_digits_of_what_the_desk_has_changed_meanwhile_are_not_wrong(
    line: Phone, clock: Clock, does: str
) -> None:
    """The caller hears that it was changed, and can go on with what there is now; nothing counts as a wrong entry."""
    reference, desk, by = books(line), line.services.diary.desk, By("asha", clock())
    made = only(line).id
    call = line.rings().press("5", "1")
    if does == "cancels":
        desk.cancel(made, by)
    elif does == "moves":
        desk.move(made, AT_THREE + HALF_AN_HOUR, by)
    else:
        desk.mark(made, AppointmentStatus.ARRIVED, by)
    before = line.services.diary.reads.history(made)
    call.press(reference[-2:])
    assert (call.heard[0], call.place) == ("Sorry, this appointment was changed in the meantime.", "main")
    now = "You have an appointment today at half past three in the afternoon."
    assert (now in call.words, "You have an appointment" in call.words) == (does == "moves", does == "moves")
    assert line.services.diary.reads.history(made) == before
    call.press("5")
    assert ("half past three" in call.words, call.place) == (
        (True, "appointment") if does == "moves" else (False, "find_number")
    )


def test_the_reference_of_a_cancelled_appointment_locks_no_number(line: Phone) -> None:
    reference = books(line)
    line.rings().press("5", "2", reference[-2:], "1")
    call = line.rings(caller=OTHER).press("5")
    for _ in range(4):
        call.press(f"{CALLER[3:]}#", reference)
        assert "We found no appointment with this number and reference number." in call.words
    (again,) = [books(line)]
    assert "Your appointment is" in line.rings(caller=OTHER).press("5", f"{CALLER[3:]}#", again).words


def test_while_the_database_is_away_the_call_goes_on_without_it(serves: Serves, sqlite_url: str) -> None:
    with serves(CLINIC_FILE=str(SHIPPED)) as phone:
        reference = books(phone)
        call = phone.rings().press("5", "2")
        with moved(sqlite_path(sqlite_url)):
            assert "Arunalaya" in phone.rings().words
            assert "nothing has changed" in call.press(reference[-2:]).words


@pytest.fixture
def silent(tmp_path: Path, serves: Serves) -> Iterator[Phone]:
    """A telephone at a clinic whose first line tells nobody of their appointment."""
    file = tmp_path / "clinic.toml"
    words = SHIPPED.read_text(encoding="utf-8")
    file.write_text(words.replace('key = "main"', 'key = "main"\ntells_own_appointment = false', 1), encoding="utf-8")
    with serves(CLINIC_FILE=str(file)) as phone:
        yield phone


def test_a_line_may_keep_silent_about_it(silent: Phone) -> None:
    books(silent)
    assert HEARS not in silent.rings().words
    assert HEARS in silent.rings("second").words


# -- an appointment with a practitioner


@pytest.fixture
def two(tmp_path: Path, serves: Serves) -> Iterator[Phone]:
    """A telephone at a clinic with two practitioners, one of whom has two free times until tomorrow night."""
    words = SHIPPED.read_text(encoding="utf-8").replace("patients_at_once = 1\n", "")
    file = tmp_path / "clinic.toml"
    file.write_text(words.replace("days_ahead = 14", "days_ahead = 2") + TWO, encoding="utf-8")
    with serves(CLINIC_FILE=str(file)) as phone:
        yield phone


AT_THE_SHOULDERS = ("1", "2", "1")
"""The keys that book the earliest time of the shoulder specialist."""


def test_an_appointment_is_moved_to_another_time_of_its_practitioner(two: Phone) -> None:
    reference = two.rings().press(*AT_THE_SHOULDERS).spoken_reference
    for found in (("5",), ("5", f"{CALLER[3:]}#", reference)):
        call = two.rings(caller=CALLER if len(found) == 1 else OTHER).press(*found, "1")
        call = call.press(reference[-2:]) if len(found) == 1 else call
        assert "For today" not in call.words
        before = only(two).starts
        call.press("1", "1")
        assert (only(two).schedule, only(two).starts != before) == ("shoulder", True)


def test_where_the_practitioner_has_no_time_the_wish_to_move_goes_to_the_desk(two: Phone) -> None:
    reference = two.rings().press(*AT_THE_SHOULDERS).spoken_reference
    two.rings(caller=OTHER).press(*AT_THE_SHOULDERS)
    call = two.rings().press("5", "1", reference[-2:])
    assert "No time is free in the next few days." in call.words
    call.press("1", "1", "1", "1")
    (wish,) = two.services.desk.store.waiting()
    assert (wish.kind, wish.about, wish.why) == ("booking", only(two).id, "move")


def test_a_time_of_the_practitioner_that_is_taken_is_not_given_with_another(two: Phone) -> None:
    reference = two.rings().press(*AT_THE_SHOULDERS).spoken_reference
    call = two.rings().press("5", "1", reference[-2:], "1")
    two.rings(caller=OTHER).press(*AT_THE_SHOULDERS)
    before = only(two)
    assert "that time has just been taken" in call.press("1").words
    assert only(two) == before


def test_where_its_practitioner_is_not_there_any_more_an_appointment_gets_any_time(two: Phone, serves: Serves) -> None:
    reference = two.rings().press(*AT_THE_SHOULDERS).spoken_reference
    with serves(CLINIC_FILE=str(SHIPPED)) as phone:
        assert "For today" in phone.rings().press("5", "1", reference[-2:]).words


# -- a family with one telephone

WHOSE = "We already have a request from this number."


def test_somebody_else_of_the_family_has_an_appointment_and_a_request_of_their_own(line: Phone) -> None:
    books(line)
    call = line.rings().press("1", "1")
    assert WHOSE in call.words
    call.press("2", "1")
    assert [each.whose for each in line.services.diary.reads.of_phone(CALLER)] == ["own", "other"]
    line.rings().press("2", "1", "1", "1")
    call = line.rings().press("2", "1")
    assert WHOSE in call.words
    assert "Thank you. We have your request." in call.press("2", "1", "1").words
    assert len(line.services.desk.store.waiting()) == 2
    again = line.rings().press("2", "1", "1", "1", "1")
    assert "Your request is already with us." in again.words
    assert len(line.services.desk.store.waiting()) == 2


def test_a_line_that_tells_of_no_appointment_joins_no_two_peoples_requests(silent: Phone) -> None:
    books(silent)
    silent.rings().press("2", "1", "1", "1")
    call = silent.rings().press("2", "1")
    assert WHOSE in call.words
    assert "Thank you. We have your request." in call.press("2", "1", "1").words
    assert [each.rang_again for each in silent.services.desk.store.waiting()] == [0, 0]
    assert WHOSE not in silent.rings().press("1", "1").words, "the appointment is told of by no question"


def test_a_caller_who_is_asked_again_whose_it_is_can_answer_otherwise(line: Phone) -> None:
    books(line)
    call = line.rings().press("1", "1", "2")
    books(line, OTHER)
    assert "that time has just been taken" in call.press("1").words
    assert WHOSE in call.press("1").words
    call.press("1", "1")
    assert [each.whose for each in line.services.diary.reads.of_phone(CALLER)] == ["own", "own"]


def test_nobody_is_asked_whose_it_is_on_a_number_that_was_entered(line: Phone) -> None:
    books(line)
    call = line.rings(caller=OTHER).press("1", "3", f"{CALLER[3:]}#", "1", "1")
    assert "Your appointment is booked today at half past three" in call.words
    assert [each.whose for each in line.services.diary.reads.of_phone(CALLER)] == ["own", "keyed"]


def test_a_second_wish_in_the_same_call_is_asked_whose_it_is(line: Phone) -> None:
    """For a second request in one call, the line asks whom it is for, perhaps a child, and keeps it separately."""
    call = line.rings().press("2", "1", "1", "1", "#", "2", "1")
    assert WHOSE in call.words
    call.press("2", "1", "1", "#", "1", "1", "#", "1", "1")
    assert WHOSE in call.words, "and after an appointment"
    assert len(line.services.desk.store.waiting()) == 2


def test_what_the_clinic_has_to_tell_is_no_wish_of_the_number(line: Phone, clock: Clock) -> None:
    """The line does not count a request to tell a patient of a closure among the requests from the patient's number."""
    books(line)
    line.services.hours.closures.set([DeskClosure(AT_THREE.date(), "")], By("asha", clock()))
    line.services.hours.closures_file.follow(line.services.hours.closures, AT_THREE.date())
    line.services.desk.upkeep.keep(line.services.hours.clinic_now(), By("asha", clock()))
    assert [each.why for each in line.services.desk.store.waiting()] == ["closed"]
    assert WHOSE not in line.rings().press("2", "1").words


@pytest.mark.parametrize("change", [("1", "{digits}", "1", "1"), ("2", "{digits}", "1")], ids=["moves", "cancels"])
def test_a_webhook_that_comes_again_after_another_change_changes_nothing(
    line: Phone, clock: Clock, change: tuple[str, ...]
) -> None:
    """A repeated webhook that moves or cancels an appointment does nothing once somebody has changed it since."""
    reference = books(line)
    kept = line.rings().press("5", *(each.format(digits=reference[-2:]) for each in change))
    found, desk = only(line), line.services.diary.desk
    if found.status is AppointmentStatus.CANCELLED:
        clock.goes_on(minutes=1)
        desk.reopen(found.id, By("asha", clock()))
    else:
        clock.goes_on(minutes=1)
        desk.move(found.id, AT_THREE, By("asha", clock()))
    assert only(line).starts == AT_THREE
    clock.goes_on(minutes=1)
    kept.repeats_last_webhook()
    after = only(line)
    assert (after.status, after.starts) == (AppointmentStatus.BOOKED, AT_THREE)


def test_a_caller_changes_twice_in_one_call(line: Phone, clock: Clock) -> None:
    """A caller can change an appointment twice in one call: their own change does not count as somebody else's."""
    reference = books(line)
    call = line.rings().press("5", "1", reference[-2:], "1", "1")
    call.press("#", "5", "1", reference[-2:], "1", "1")
    assert "Your appointment is now today at three in the afternoon." in call.words
    call.press("#", "5", "2", reference[-2:], "1")
    assert only(line).status is AppointmentStatus.CANCELLED
    call = line.rings().press(*EARLIEST)
    call.press("#", "5", "2", call.spoken_reference[-2:], "1")
    assert [each.status for each in line.services.diary.reads.of_phone(CALLER)] == ["cancelled", "cancelled"]
