"""A caller's own appointment: heard at once, moved or cancelled only with its reference, and by nobody else."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ivr.diary.appointments import Appointment, AppointmentStatus, DiaryEvent
from ivr.line.hours import DeskClosure
from ivr.storage.audit import By
from ivr.storage.database import sqlite_path
from tests.clinic import SHIPPED
from tests.people import CALLER, Clock, Conversation, Phone
from tests.test_faults import moved
from tests.web import service

OTHER = "+919999900002"
AT_THREE = datetime.fromisoformat("2026-11-23T15:00+05:30")
HALF_AN_HOUR = timedelta(minutes=30)
EARLIEST = ("1", "1")
HEARS = "You have an appointment today at three in the afternoon."
WRONG = "Those are not the last two digits."
CANNOT = "It cannot be changed on the phone today. We can call you about it."


@pytest.fixture
def both(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at the shipped clinic: the test runs on SQLite and on PostgreSQL."""
    with service(tmp_path, database_url, redis_url, clock, CLINIC_FILE=str(SHIPPED)) as phone:
        yield phone


def said(call: Conversation) -> str:
    return " ".join(call.heard)


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


def test_a_caller_hears_the_time_and_nothing_else_of_it(both: Phone) -> None:
    reference = books(both)
    heard = said(both.rings())
    assert HEARS in heard
    assert reference not in heard.replace(" ", "").replace(",", "")
    assert "आपका अपॉइंटमेंट आज दोपहर तीन बजे का है।" in said(both.rings(lang="hi").press("5"))
    assert "You have an appointment" not in said(both.rings(caller=OTHER))
    assert "You have an appointment" not in said(both.rings(caller="anonymous"))


def test_who_knows_the_last_two_digits_moves_it_and_the_old_time_is_free(both: Phone) -> None:
    reference = books(both)
    call = both.rings().press("5", "1", reference[-2:], "1", "1")
    assert "Your appointment is now today at half past three in the afternoon." in said(call)
    found = only(both)
    assert (found.starts, found.reference) == (AT_THREE + HALF_AN_HOUR, reference)
    assert "The earliest time is today at three in the afternoon." in said(both.rings(caller=OTHER).press("1"))
    assert [entry.what for entry in both.services.diary.reads.history(found.id)][-1] == DiaryEvent.MOVED


def test_a_cancelled_appointment_is_free_at_once_and_the_caller_hears_of_it_no_more(both: Phone) -> None:
    reference = books(both)
    call = both.rings().press("5", "2", reference[-2:], "1")
    assert "Your appointment is cancelled." in said(call)
    assert only(both).status is AppointmentStatus.CANCELLED
    assert HEARS not in said(both.rings())
    assert "Your appointment is booked today at three" in said(both.rings(caller=OTHER).press(*EARLIEST))


def test_three_wrong_tries_in_a_day_are_the_last_ones_and_the_wish_goes_to_the_desk(both: Phone, clock: Clock) -> None:
    reference = books(both)
    wrong = other_digits(reference)
    call = both.rings().press("5", "2", wrong)
    assert WRONG in said(call)
    call.press(wrong)
    assert WRONG in said(both.rings().press("5", "1", wrong))
    call = both.rings().press("5", "2", reference[-2:])
    assert CANNOT in said(call), "not even the right ones"
    call.press("1", "1", "1")
    assert only(both).status is AppointmentStatus.BOOKED
    (wish,) = both.services.desk.store.waiting()
    assert (wish.kind, wish.about, wish.why) == ("callback", only(both).id, "cancel")
    clock.goes_on(hours=24)


def test_from_another_telephone_it_takes_the_number_and_the_whole_reference(both: Phone) -> None:
    reference = books(both)
    for caller in (OTHER, "anonymous"):
        call = both.rings(caller=caller).press("5", f"{CALLER[3:]}#", reference[:5] + other_digits(reference)[1])
        assert "We found no appointment with this number and reference number." in said(call)
        call.press(f"{CALLER[3:]}#", reference)
        assert "Your appointment is today at three in the afternoon." in said(call)
    call.press("2", "1")
    assert only(both).status is AppointmentStatus.CANCELLED


def test_a_time_that_was_taken_meanwhile_leaves_the_old_one(both: Phone) -> None:
    reference = books(both)
    call = both.rings().press("5", "1", reference[-2:], "1")
    books(both, OTHER)
    assert "that time has just been taken" in said(call.press("1"))
    assert only(both).starts == AT_THREE
    assert "Your appointment is now today at four" in said(call.press("1", "1"))


def test_what_the_desk_has_changed_meanwhile_is_told(both: Phone, clock: Clock) -> None:
    reference = books(both)
    call = both.rings().press("5", "2", reference[-2:])
    clock.goes_on(hours=2)
    assert "this appointment was changed in the meantime" in said(call.press("1"))


def test_while_the_database_is_away_the_call_goes_on_without_it(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock
) -> None:
    with service(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=str(SHIPPED)) as phone:
        reference = books(phone)
        call = phone.rings().press("5", "2")
        with moved(sqlite_path(sqlite_url)):
            assert "Arunalaya" in said(phone.rings())
            assert "nothing has changed" in said(call.press(reference[-2:]))


def test_a_line_may_keep_silent_about_it(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> None:
    file = tmp_path / "clinic.toml"
    words = SHIPPED.read_text(encoding="utf-8")
    file.write_text(words.replace('key = "main"', 'key = "main"\ntells_own_appointment = false', 1), encoding="utf-8")
    with service(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=str(file)) as phone:
        books(phone)
        assert HEARS not in said(phone.rings())
        assert HEARS in said(phone.rings("second"))


# -- a family with one telephone

WHOSE = "We already have a request from this number."


def test_somebody_else_of_the_family_has_an_appointment_and_a_request_of_their_own(both: Phone) -> None:
    books(both)
    call = both.rings().press("1", "1")
    assert WHOSE in said(call)
    call.press("2", "1")
    assert [each.whose for each in both.services.diary.reads.of_phone(CALLER)] == ["own", "other"]
    both.rings().press("2", "1", "1", "1")
    call = both.rings().press("2", "1")
    assert WHOSE in said(call)
    assert "Thank you. We have your request." in said(call.press("2", "1", "1"))
    assert len(both.services.desk.store.waiting()) == 2
    again = both.rings().press("2", "1", "1", "1", "1")
    assert "Your request is already with us." in said(again)
    assert len(both.services.desk.store.waiting()) == 2


def test_nobody_is_asked_whose_it_is_on_a_number_that_was_entered(both: Phone) -> None:
    books(both)
    call = both.rings(caller=OTHER).press("1", "3", f"{CALLER[3:]}#", "1", "1")
    assert "Your appointment is booked today at half past three" in said(call)
    assert [each.whose for each in both.services.diary.reads.of_phone(CALLER)] == ["own", "keyed"]


def test_a_second_wish_in_the_same_call_is_asked_whose_it_is(both: Phone) -> None:
    """A caller's second request in one call is asked for whom it is, perhaps a child, and becomes one of its own."""
    call = both.rings().press("2", "1", "1", "1", "#", "2", "1")
    assert WHOSE in said(call)
    call.press("2", "1", "1", "#", "1", "1", "#", "1", "1")
    assert WHOSE in said(call), "and after an appointment"
    assert len(both.services.desk.store.waiting()) == 2


def test_what_the_clinic_has_to_tell_is_no_wish_of_the_number(both: Phone, clock: Clock) -> None:
    """No caller is asked for whom they call because the clinic has something to tell their number: that is no wish."""
    books(both)
    both.services.hours.closures.set([DeskClosure(AT_THREE.date(), "")], By("asha", clock()))
    both.services.hours.closures_file.follow(both.services.hours.closures, AT_THREE.date())
    both.services.desk.upkeep.keep(both.services.hours.clinic_now(), By("asha", clock()))
    assert [each.why for each in both.services.desk.store.waiting()] == ["closed"]
    assert WHOSE not in said(both.rings().press("2", "1"))


@pytest.mark.parametrize("change", [("1", "{digits}", "1", "1"), ("2", "{digits}", "1")], ids=["moves", "cancels"])
def test_a_webhook_that_comes_again_after_another_change_changes_nothing(
    both: Phone, clock: Clock, change: tuple[str, ...]
) -> None:
    """A repeated webhook that moves or cancels an appointment does nothing once somebody has changed it since."""
    reference = books(both)
    kept = both.rings().press("5", *(each.format(digits=reference[-2:]) for each in change))
    found, desk = only(both), both.services.diary.desk
    if found.status is AppointmentStatus.CANCELLED:
        clock.goes_on(minutes=1)
        desk.reopen(found.id, By("asha", clock()))
    else:
        clock.goes_on(minutes=1)
        desk.move(found.id, AT_THREE, By("asha", clock()))
    assert only(both).starts == AT_THREE
    clock.goes_on(minutes=1)
    kept.repeats_last_webhook()
    after = only(both)
    assert (after.status, after.starts) == (AppointmentStatus.BOOKED, AT_THREE)


def test_a_caller_changes_twice_in_one_call(both: Phone, clock: Clock) -> None:
    """A caller can change an appointment twice in one call: their own change does not count as somebody else's."""
    reference = books(both)
    call = both.rings().press("5", "1", reference[-2:], "1", "1")
    call.press("#", "5", "1", reference[-2:], "1", "1")
    assert "Your appointment is now today at three in the afternoon." in said(call)
    call.press("#", "5", "2", reference[-2:], "1")
    assert only(both).status is AppointmentStatus.CANCELLED
    call = both.rings().press(*EARLIEST)
    call.press("#", "5", "2", call.spoken_reference[-2:], "1")
    assert [each.status for each in both.services.diary.reads.of_phone(CALLER)] == ["cancelled", "cancelled"]
