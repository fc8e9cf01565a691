"""Somebody at the desk who books, and the forms of the diary's pages, for the tests of these pages."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape

from werkzeug.test import TestResponse

from ivr.diary.desk_diary import DeskBooking
from ivr.line.diary import Schedule
from ivr.line.phones import Phone
from ivr.storage.audit import By
from ivr.web.services import Services
from tests.people import DELHI, Staff

TODAY = date(2026, 11, 23)
"""The day of the diary's tests, a Monday. Their clock begins at two in the afternoon."""

TOMORROW = "2026-11-24"


def at(hour: str, day: str = TOMORROW) -> datetime:
    """Return this time of a day as a moment in Delhi."""
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=DELHI)


def gets(staff: Staff, path: str, **query: str) -> str:
    """Return the text of a page of the diary, fetched by `staff`. `path` is the part of the path after /desk/diary."""
    answer = staff.browser.get(f"/desk/diary{path}", query_string=query, follow_redirects=True)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.text)


def sends(staff: Staff, path: str, **fields: str) -> TestResponse:
    """Send a form of the diary's pages; return the page that follows."""
    form = {"csrf_token": staff.csrf(), **fields}
    return staff.browser.post(f"/desk/diary{path}", data=form, follow_redirects=True)


def books(staff: Staff, hour: str, day: str = TOMORROW, **more: str) -> TestResponse:
    """Book a made-up patient by the diary's form; return the answer."""
    fields = {"phone": "99999 00001", "name": "Made Up", "day": day, "hour": hour, "column": "1", **more}
    return sends(staff, "/book", **fields)


def booked(staff: Staff, hour: str, day: str = TOMORROW, **more: str) -> int:
    """Book a made-up patient by the diary's form; return the appointment's id."""
    answer = books(staff, hour, day, **more)
    assert answer.status_code == 200, unescape(answer.text)
    found = re.search(r"/desk/diary/(\d+)/undo", answer.text)
    assert found, "nothing was booked"
    return int(found[1])


def booked_for_an_hour(services: Services, starts: datetime, phone: str = "+919999900001") -> int:
    """Book an appointment of an hour, as one has that was made while visits took that long; return its id."""
    rules = replace(services.clinic.diary, schedules=(Schedule("1", timedelta(hours=1)),))
    desk = replace(services.diary.desk, clinic_now=lambda: replace(services.clinic, diary=rules))
    wanted = DeskBooking(starts, Phone(phone), "Made Up", "main", "en", "200001")
    return desk.book(wanted, By("asha", services.clock()))


def taps_despite(staff: Staff, path: str, answer: TestResponse, **fields: str) -> TestResponse:
    """Press "Book all the same" on a page with warnings, which takes the time despite the warnings; return the page."""
    found = re.search(r'name="despite" value="([^"]*)"', answer.text)
    assert found, "the page offers no such thing"
    return sends(staff, path, **{**fields, "despite": unescape(found[1])})


def words_of(answer: TestResponse) -> str:
    return unescape(answer.text)


def free_on(page: str) -> list[str]:
    """Return the free times that the page of a day offers, each as its column and hour."""
    return re.findall(r'id="free-(\w+-\d{4})"', page)


def ahead(days: int) -> str:
    """Return the date that is this many days after today."""
    return str(TODAY + timedelta(days=days))
