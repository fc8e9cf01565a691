"""Tests of pages that were opened before an upgrade. The service still knows every address that their forms post to."""

import re
from html import unescape

import pytest
from werkzeug.test import TestResponse

from tests.people import BOOK, Clock, Phone, Staff

GONE = {"rebook": {"day": "2026-11-26", "hour": "10:35"}, "call_off": {}}
"""The fields of forms on an older version's card, by the last part of the form's address. Today's cards lack them."""


@pytest.fixture
def booked(staff: Staff, phone: Phone) -> Staff:
    """Somebody at the desk who has closed the first request as booked, for tomorrow at ten."""
    phone.rings().press(*BOOK)
    staff.does("take", 1)
    staff.does("report", 1, outcome="booked", day="2026-11-24", hour="10:00")
    return staff


def sends(staff: Staff, form: str, request_id: int = 1) -> TestResponse:
    given = {"csrf_token": staff.csrf(), **GONE[form]}
    return staff.browser.post(f"/desk/requests/{request_id}/{form}", data=given, follow_redirects=True)


@pytest.mark.parametrize(
    ("form", "button"), [("rebook", "Move the appointment"), ("call_off", "Cancel the appointment")]
)
def test_an_older_pages_form_leads_to_the_appointment_and_says_what_to_tap(
    booked: Staff, phone: Phone, form: str, button: str
) -> None:
    answer = sends(booked, form)
    (made,) = phone.services.diary.reads.of_phone("+919999900001")
    assert (answer.status_code, answer.request.path) == (200, f"/desk/diary/{made.id}")
    words = unescape(answer.text)
    assert f"Nothing was changed: that page was older than the program. Please tap “{button}” here." in words
    assert f">{button}</button>" in words
    assert made.starts.isoformat() == "2026-11-24T04:30:00+00:00"


def test_what_was_typed_on_the_older_page_stands_there_and_one_tap_moves_it(booked: Staff, phone: Phone) -> None:
    page = sends(booked, "rebook").text
    fields = dict(re.findall(r'name="(day|hour)"[^>]*value="([^"]*)"', page))
    assert fields == GONE["rebook"]
    (made,) = phone.services.diary.reads.of_phone("+919999900001")
    form = {"csrf_token": booked.csrf(), **fields}
    booked.browser.post(f"/desk/diary/{made.id}/move", data=form, follow_redirects=True)
    (moved,) = phone.services.diary.reads.of_phone("+919999900001")
    assert moved.starts.isoformat() == "2026-11-26T05:05:00+00:00"
    assert "has not been sent" not in booked.sees(), "it is a draft no more"


@pytest.mark.parametrize("form", GONE)
def test_of_a_request_that_is_not_booked_any_more_its_card_is_shown(staff: Staff, phone: Phone, form: str) -> None:
    reference = phone.rings().press(*BOOK).reference
    answer = sends(staff, form)
    assert (answer.status_code, answer.request.path) == (200, f"/desk/requests/{reference}")
    assert "Nothing was changed: this request is not booked any more." in unescape(answer.text)
    assert sends(staff, form, 99).status_code == 404


def test_whoever_is_not_logged_in_is_led_to_the_login(booked: Staff, phone: Phone, clock: Clock) -> None:
    token = booked.csrf()
    clock.goes_on(hours=13)
    answer = booked.browser.post("/desk/requests/1/rebook", data={"csrf_token": token, **GONE["rebook"]})
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/login")


def test_every_address_to_which_an_older_page_posts_is_there(phone: Phone) -> None:
    """Every address to which the pages of commit 837caff post is still a route of the application."""
    routes = phone.app.url_map.bind("line.example")
    assert [each for each in OLDER if not routes.test(each, "POST")] == []


OLDER = (
    *("/login", "/login/code", "/logout", "/logout/everywhere", "/language", "/invitation/1"),
    *(f"/desk/me/second-factor{each}" for each in ("", "/codes", "/off")),
    *(f"/desk/people{each}" for each in ("", "/second-factor", "/1/1", "/1/reset", "/1/remove_second_factor")),
    *("/desk/errands/1/again", "/desk/new", "/desk/blocked", "/desk/blocked/1/lift", "/desk/hours", "/desk/hours/undo"),
    *("/desk/appointments/link", "/desk/appointments/link/off"),
    *(
        f"/desk/requests/1/{each}"
        for each in ("take", "put_back", "pass_on", "note", "report", "undo", "merge", "rebook", "call_off")
    ),
    *("/voice", "/voice/again", "/voice/1", "/voice/again/1", "/voice/answered", "/voice/status", "/voice/fallback"),
    *("/phone/ring", "/phone/go-on", "/phone/hang-up"),
)
