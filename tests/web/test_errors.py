"""Error pages: each looks like a page of the desk, and shows no data of any person."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ivr.app import create_app
from ivr.staff.people import STAFF
from ivr.storage.database import sqlite_path
from ivr.web.guards import guarded_by, staff_only
from ivr.web.services import Services
from tests.conftest import PASSWORD
from tests.people import CALLER, Clock, Phone, Staff

Asks = Callable[[Staff], TestResponse]

REFUSALS: dict[str, tuple[int, str, str, Asks]] = {
    "no token": (
        *(400, "This was not accepted", "यह स्वीकार नहीं हुआ"),
        lambda staff: staff.browser.post("/desk/requests/1/take"),
    ),
    "for managers": (
        *(403, "Only managers may do this", "यह केवल मैनेजर कर सकते हैं"),
        lambda staff: staff.browser.get("/desk/people"),
    ),
    "nowhere": (
        *(404, "There is no such page", "ऐसा कोई पेज नहीं है"),
        lambda staff: staff.browser.get("/nowhere"),
    ),
    "a card that is gone": (
        *(404, "There is no such page", "ऐसा कोई पेज नहीं है"),
        lambda staff: staff.browser.get("/desk/requests/000000"),
    ),
    "the live part of a card that is gone": (
        *(404, "There is no such page", "ऐसा कोई पेज नहीं है"),
        lambda staff: staff.browser.get("/desk/requests/99/live"),
    ),
    "a move of a request that is gone": (
        *(404, "There is no such page", "ऐसा कोई पेज नहीं है"),
        lambda staff: staff.browser.post("/desk/requests/99/take", data={"csrf_token": staff.csrf()}),
    ),
    "another method": (
        *(405, "This cannot be done here", "यह यहाँ नहीं हो सकता"),
        lambda staff: staff.browser.delete("/desk"),
    ),
    "too much": (
        *(413, "This is too long", "यह बहुत लंबा है"),
        lambda staff: staff.browser.post("/desk/hours", data={"reason": "x" * 70_000}),
    ),
    "our mistake": (
        *(500, "Something went wrong on our side", "हमारी ओर से कुछ गड़बड़ हुई"),
        lambda staff: staff.browser.get("/broken"),
    ),
}


@pytest.fixture
def meena(services: Services, phone: Phone, clock: Clock) -> Staff:
    """Somebody at the desk who is not a manager, in an application that has a page which breaks."""

    @guarded_by(staff_only)
    def broken() -> str:
        raise ValueError(f"invalid number {CALLER}")

    app = create_app(services)
    app.add_url_rule("/broken", view_func=broken)
    phone.rings().press("1", "1", "1", "1", "1")
    phone.services.staff.people.add("meena", PASSWORD, clock(), STAFF)
    person = Staff(app, "meena", PASSWORD)
    person.logs_in()
    return person


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_is_a_page_of_the_desk_in_the_readers_language(meena: Staff, refusal: str) -> None:
    status, english, hindi, asks = REFUSALS[refusal]
    for language, words in (("en", english), ("hi", hindi)):
        meena.browser.post("/language", data={"csrf_token": meena.csrf(), "language": language})
        answer = asks(meena)
        assert answer.status_code == status
        assert f"<h1>{words}</h1>" in answer.text
        assert f'<html lang="{language}">' in answer.text
        assert 'href="/desk"' in answer.text, "there is a way back"


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_tells_nothing_of_anybody_or_of_our_insides(
    meena: Staff, caplog: pytest.LogCaptureFixture, refusal: str
) -> None:
    answer = REFUSALS[refusal][3](meena)
    for inside in ("Traceback", "ValueError", "werkzeug", "Flask", "sqlite", ".py", CALLER[1:]):
        assert inside not in answer.text
    assert CALLER not in caplog.text


def test_the_log_says_where_a_mistake_of_ours_is_but_not_its_words(
    meena: Staff, caplog: pytest.LogCaptureFixture
) -> None:
    meena.browser.get("/broken?q=9999900001")
    assert "the page broken failed: ValueError" in caplog.text
    assert "in broken" in caplog.text
    assert "99999" not in caplog.text


def test_a_method_that_is_refused_names_those_that_are_not(app: Flask) -> None:
    answer = app.test_client().delete("/login")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_what_no_person_reads_is_refused_in_few_words(app: Flask) -> None:
    for path in ("/voice/a/b/c", "/static/none.css"):
        answer = app.test_client().get(path)
        assert answer.status_code == 404
        assert "<main" not in answer.text


def test_with_the_database_away_a_refusal_is_still_a_page(meena: Staff, sqlite_url: str) -> None:
    path = sqlite_path(sqlite_url)
    path.rename(path.with_suffix(".away"))
    for address, status in (("/nowhere", 404), ("/desk", 503)):
        answer = meena.browser.get(address)
        assert answer.status_code == status
        assert "<h1>" in answer.text
