"""Booking by telephone: managers confirm, pause and resume it on the diary's page, with effect from the next call."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ivr.hours.phone_booking import BookingSwitch
from tests.clinic import SHIPPED
from tests.conftest import at_the_desk
from tests.people import Phone, Staff
from tests.web import Serves

PAUSE, AGAIN = "Pause booking by phone", "Let callers book by phone again"


@pytest.fixture
def booking(serves: Serves) -> Iterator[Phone]:
    """A telephone at the shipped clinic, whose callers can book appointments."""
    with serves(CLINIC_FILE=str(SHIPPED)) as phone:
        yield phone


def switches(staff: Staff, what: str) -> str:
    form = {"what": what, "csrf_token": staff.csrf()}
    return staff.browser.post("/desk/diary/by-phone", data=form, follow_redirects=True).text


def sees(staff: Staff) -> str:
    return staff.browser.get("/desk/diary").text


def test_one_tap_pauses_and_one_resumes(booking: Phone) -> None:
    staff = at_the_desk(booking)
    assert PAUSE in sees(staff)
    assert "To book it, press 1." in booking.rings().press("1").heard
    switches(staff, BookingSwitch.PAUSED)
    assert AGAIN in sees(staff)
    assert "Please choose a day, and we will call you to fix the time." in booking.rings().press("1").heard
    switches(staff, BookingSwitch.RESUMED)
    assert "To book it, press 1." in booking.rings().press("1").heard


def test_in_production_it_is_off_until_a_manager_confirms_what_the_page_says(booking: Phone) -> None:
    staff, hours = at_the_desk(booking), booking.services.hours
    production = replace(hours, now=replace(hours.now, books_unconfirmed=False))
    booking.app.extensions["services"] = replace(booking.services, hours=production)
    seen = sees(staff)
    assert "1 patient at once; a visit takes 30 minutes." in seen
    assert "flask diary import" in seen, "how to bring over what is booked elsewhere"
    assert "To book it, press 1." not in booking.rings().press("1").heard
    switches(staff, BookingSwitch.CONFIRMED)
    assert PAUSE in sees(staff)
    assert "To book it, press 1." in booking.rings().press("1").heard


def test_a_word_that_is_no_switch_changes_nothing(booking: Phone) -> None:
    staff = at_the_desk(booking)
    switches(staff, "nonsense")
    assert PAUSE in sees(staff)
