"""The order of the waiting list: requests that came in since closing, late ones, due ones, later ones, taken ones."""

import re
from datetime import timedelta

import pytest

from ivr.desk.requests import Outcome, OutcomeReport
from ivr.line.hours import DeskClosure
from ivr.storage.audit import By
from tests.people import CALLBACK, Clock, Phone, Staff


@pytest.fixture(params=["sqlite", "postgres"])
def desk_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def listed(staff: Staff) -> list[str]:
    """Return the headings of the list and the ids of its requests, in the order of the page."""
    page = staff.sees()
    return [name or f"{number}" for name, number in re.findall(r'id="group-(\w+)"|id="request-(\d+)"', page)]


def rings(phone: Phone, number: int) -> None:
    phone.rings(caller=f"+9199999000{number:02}").press(*CALLBACK)


def test_the_list_says_late_now_later_and_taken_in_this_order(staff: Staff, phone: Phone, clock: Clock) -> None:
    by = By("asha", clock())
    rings(phone, 1)
    staff.does("take", 1)
    rings(phone, 2)
    staff.does("take", 2)
    phone.services.desk.moves.report(2, OutcomeReport(Outcome.NO_ANSWER), by)
    rings(phone, 3)
    clock.goes_on(minutes=5)
    rings(phone, 4)
    assert listed(staff) == ["late", "3", "now", "4", "later", "2", "taken", "1"]


def test_in_the_morning_the_list_begins_with_what_came_in_since_closing(
    staff: Staff, phone: Phone, clock: Clock
) -> None:
    rings(phone, 1)
    clock.shows(2026, 11, 23, 23, 0)
    rings(phone, 2)
    clock.shows(2026, 11, 24, 7, 0)
    rings(phone, 3)
    clock.shows(2026, 11, 24, 9, 10)
    staff.logs_in()
    rings(phone, 4)
    assert listed(staff) == ["night", "2", "3", "late", "1", "now", "4"]
    staff.does("take", 2)
    assert listed(staff) == ["night", "3", "late", "1", "now", "4", "taken", "2"]
    clock.shows(2026, 11, 24, 12, 30)
    staff.logs_in()
    assert listed(staff)[0] == "late"


@pytest.mark.parametrize("days", [7, 14, 21])
def test_after_a_long_closure_the_list_begins_with_what_came_in_meanwhile(
    staff: Staff, phone: Phone, clock: Clock, days: int
) -> None:
    shut = [DeskClosure(clock().date() + timedelta(days=ahead), "") for ahead in range(1, days)]
    phone.services.hours.closures.set(shut, By("asha", clock()))
    phone.services.hours.closures_file.follow(phone.services.hours.closures, clock().date())
    clock.goes_on(days=1)
    rings(phone, 1)
    clock.goes_on(days=days - 1)
    clock.now = clock.now.replace(hour=9, minute=10)
    staff.logs_in()
    rings(phone, 2)
    assert listed(staff) == ["night", "1", "now", "2"]


def test_an_open_page_is_told_which_requests_are_due(staff: Staff, phone: Phone, clock: Clock) -> None:
    rings(phone, 1)
    rings(phone, 2)
    staff.does("take", 2)
    assert 'data-due="1"' in staff.sees()
    staff.does("report", 2, outcome="no_answer")
    assert 'data-due="1"' in staff.sees()
    clock.goes_on(minutes=31)
    staff.logs_in()
    assert 'data-due="1 2"' in staff.sees()


def test_the_card_shows_a_familys_other_requests_and_appointments(staff: Staff, phone: Phone, clock: Clock) -> None:
    rings(phone, 1)
    staff.does("take", 1, name="Made Up")
    staff.does("report", 1, outcome="booked", day="2026-11-24", hour="10:30")
    rings(phone, 1)
    page = staff.does("take", 2, name="Some Body")
    assert "Tue 24 Nov, 10:30, Made Up</a>" in page
    assert "Made Up, Call back, Mon 23 Nov, 14:00</a>" in page
