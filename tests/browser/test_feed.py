"""A manager makes and copies the calendar's link in a real browser; other staff see whom to ask for the link."""

from icalendar import Calendar
from playwright.sync_api import expect

from tests.browser.conftest import Opens, Service
from tests.browser.test_every_page import violations


def test_a_manager_makes_the_link_and_renews_it_and_staff_are_told_whom_to_ask(opens: Opens, service: Service) -> None:
    manager, staff = opens("asha"), opens("meena", size="phone")
    manager.goto("/desk/diary")
    manager.click("text=In a calendar program")
    manager.click("text=Make the link")
    first = manager.locator("#link").input_value()
    path = first.removeprefix("https://line.example")
    read = manager.request.get(path)
    assert Calendar.from_ical(read.body())["version"] == "2.0"
    manager.click("text=Make a new link")
    expect(manager.get_by_role("status")).to_contain_text("An earlier one no longer works")
    assert manager.locator("#link").input_value() != first
    assert manager.request.get(path).status == 404
    staff.goto("/desk/diary")
    staff.click("text=In a calendar program")
    expect(staff.locator("#calendar")).to_contain_text("Ask a manager for the link")
    expect(staff.locator("#link")).to_have_count(0)
    assert violations(staff) == []
