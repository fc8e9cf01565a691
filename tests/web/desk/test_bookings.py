"""Staff change and cancel an appointment on its card, and take it back; who comes too late is told so."""

import pytest

from ivr.storage.audit import By
from ivr.web.services import Services
from tests.people import DELHI, Clock, Phone, Staff


@pytest.fixture
def booked(staff: Staff, phone: Phone) -> str:
    """The reference of request 1, booked for tomorrow at half past ten."""
    reference = phone.rings().press("2", "1", "1", "1").reference
    staff.does("take", 1)
    staff.does("report", 1, outcome="booked", day="2026-11-24", hour="10:30")
    return reference


def day(staff: Staff, on: str) -> str:
    """The reference of the request, if it is booked for that day; the diary is tried in tests/web/diary."""
    found = staff.browser.application.extensions["services"].desk.store.request(1)
    return str(found.reference) if found.appointment and f"{found.appointment.astimezone(DELHI):%Y-%m-%d}" == on else ""


def test_another_time_stands_on_the_card_and_the_days_list_and_is_taken_back(staff: Staff, booked: str) -> None:
    assert 'value="2026-11-24"' in staff.browser.get(f"/desk/requests/{booked}").text
    page = staff.does("rebook", 1, day="2026-11-26", hour="16:00")
    assert f"{booked}: gave another time: " in page
    assert "Booked for " in page
    assert (booked in day(staff, "2026-11-24"), booked in day(staff, "2026-11-26")) == (False, True)
    assert "took that back" in staff.takes_back(page)
    assert (booked in day(staff, "2026-11-24"), booked in day(staff, "2026-11-26")) == (True, False)


def test_a_cancelled_appointment_stands_in_no_list_and_offers_nothing_but_to_take_it_back(
    staff: Staff, booked: str
) -> None:
    page = staff.does("call_off", 1)
    assert f"{booked}: The appointment is cancelled" in page
    assert "cancelled the appointment</li>" in page
    assert "/call_off" not in page
    assert booked not in day(staff, "2026-11-24")
    page = staff.takes_back(page)
    assert "/call_off" in page
    assert booked in day(staff, "2026-11-24")


@pytest.mark.parametrize(
    ("on", "hour"), [("", ""), ("2026-11-26", ""), ("2026-11-22", "10:00"), ("x", "10:00"), ("2026-11-26", "25:00")]
)
def test_what_is_no_time_ahead_changes_nothing(
    staff: Staff, services: Services, booked: str, on: str, hour: str
) -> None:
    before = services.desk.store.request(1)
    assert "Please give the day and the hour, from now on." in staff.does("rebook", 1, day=on, hour=hour)
    assert services.desk.store.request(1) == before


def test_who_comes_too_late_is_told_so(staff: Staff, services: Services, booked: str, clock: Clock) -> None:
    services.desk.bookings.call_off(1, By("meena", clock()))
    for move in ("rebook", "call_off"):
        assert "This request is not booked any more." in staff.does(move, 1, day="2026-11-26", hour="16:00")


def test_a_request_that_is_not_booked_offers_neither(staff: Staff, phone: Phone) -> None:
    reference = phone.rings().press("2", "1", "1", "1").reference
    assert "/call_off" not in staff.browser.get(f"/desk/requests/{reference}").text


def test_the_card_in_hindi(staff: Staff, booked: str) -> None:
    staff.browser.post("/language", data={"csrf_token": staff.csrf(), "language": "hi"})
    staff.does("rebook", 1, day="2026-11-26", hour="16:00")
    page = staff.does("call_off", 1)
    assert "दूसरा समय दिया" in page
    assert "अपॉइंटमेंट रद्द किया" in page
