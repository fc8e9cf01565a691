"""The page of blocked numbers: who may use it, blocking by form and on a card, unblocking, and the audit."""

import re
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ivr.line.phones import phone as number
from ivr.staff.people import STAFF
from ivr.storage.audit import By
from tests.conftest import at_the_desk
from tests.people import BOOK, CALLER, Clock, Phone, Staff

OTHER, ABROAD = "+919999900002", "+12025550143"
REASON = "shouts at us"


@pytest.fixture
def devi(app: Flask, phone: Phone, clock: Clock) -> Staff:
    """Somebody logged in at the desk who is not a manager."""
    return at_the_desk(phone, "devi", STAFF)


def blocks(person: Staff, written: str = CALLER, reason: str = REASON, **more: str) -> TestResponse:
    form = {"csrf_token": person.csrf(), "phone": written, "reason": reason, **more}
    return person.browser.post("/desk/blocked", data=form)


def lifts(person: Staff, block: int = 1) -> TestResponse:
    return person.browser.post(f"/desk/blocked/{block}/lift", data={"csrf_token": person.csrf()})


def sees(person: Staff, path: str = "/desk/blocked") -> str:
    """Return the words of this page of the desk."""
    page = person.browser.get(path)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text.split("<main")[1])))


def standing(phone: Phone) -> list[tuple[str, str, str]]:
    return [(each.stored, each.reason, each.who) for each in phone.services.desk.blocked.all()]


def told(phone: Phone) -> list[tuple[str, str, str, str]]:
    """Return the lines of the audit about blocked numbers, the newest first."""
    found = phone.services.staff.audit.page()
    return [(each.who, each.what, each.about, each.detail) for each in found if "block" in each.what]


def test_a_number_is_blocked_by_its_form_and_heard_of_on_the_next_call(devi: Staff, phone: Phone) -> None:
    assert "No number is blocked." in sees(devi)
    assert blocks(devi, "099999 00001").headers["Location"] == "/desk/blocked"
    page = sees(devi)
    assert f"99999 00001 {REASON} #1, blocked by devi, Mon 23 Nov, 14:00" in page
    assert "The number is blocked." in page
    assert phone.rings().press(*BOOK).place == "refused"


def test_a_block_is_lifted_and_the_next_call_leaves_a_request(devi: Staff, phone: Phone) -> None:
    blocks(devi)
    lifts(devi)
    assert "The number is no longer blocked. Blocked numbers" in sees(devi)
    assert standing(phone) == []
    assert phone.rings().press(*BOOK).place == "kept"
    lifts(devi)
    assert "Somebody has unblocked this number already." in sees(devi)
    blocks(devi)
    assert phone.rings().press(*BOOK, "1").place == "refused", "it can be blocked again"


def test_a_number_that_is_blocked_already_is_not_blocked_twice(devi: Staff, phone: Phone) -> None:
    blocks(devi)
    blocks(devi, "9999900001", "again")
    assert "Somebody has blocked this number already." in sees(devi)
    assert standing(phone) == [(CALLER, REASON, "devi")]


def test_the_number_of_a_card_is_blocked_and_stands_in_no_address(devi: Staff, phone: Phone) -> None:
    reference = phone.rings().press(*BOOK).reference
    card = devi.browser.get(f"/desk/requests/{reference}").text
    (link,) = re.findall(r'href="(/desk/blocked[^"]*)"[^>]*>Block this number', card)
    assert link == "/desk/blocked?request=1#block"
    form = devi.browser.get(link).text
    assert f"Reference {reference}" in form
    assert 'name="request" value="1"' in form
    blocks(devi, "", request="1")
    assert standing(phone) == [(CALLER, REASON, "devi")]
    assert "This number is blocked." in sees(devi, f"/desk/requests/{reference}")
    assert told(phone) == [("devi", "blocked number", "#1", reference)]
    assert phone.services.desk.store.request(1).status == "open", "what was promised stays"


@pytest.mark.parametrize("request_id", ["2", "x", "-1", "9" * 30, "१", ""])
def test_a_card_that_never_was_is_a_form_like_any_other(devi: Staff, phone: Phone, request_id: str) -> None:
    assert devi.browser.get("/desk/blocked", query_string={"request": request_id}).status_code == 200
    assert blocks(devi, OTHER, request=request_id).status_code == 302
    assert standing(phone) == [(OTHER, REASON, "devi")]


@pytest.mark.parametrize(
    ("written", "reason", "why"),
    [
        ("", REASON, "That is not a complete number."),
        ("+", REASON, "That is not a complete number."),
        ("98765", REASON, "That is not a complete number."),
        ("anonymous", REASON, "That is not a complete number."),
        ("+266696687", REASON, "That is not a complete number."),
        ("sip:9999900001@example.org", REASON, "That is not a complete number."),
        ("08090080907", REASON, "That is one of the clinic's own numbers."),
        (CALLER, "", "Please write the reason"),
        (CALLER, "   ", "Please write the reason"),
        (CALLER, "x" * 81, "It has 81 letters, and there is room for 80"),
    ],
)
def test_what_cannot_be_blocked_is_said_and_what_was_typed_is_still_there(
    devi: Staff, phone: Phone, written: str, reason: str, why: str
) -> None:
    answer = blocks(devi, written, reason)
    assert answer.status_code == 400
    assert why in unescape(answer.text)
    assert f'value="{written}"' in answer.text
    assert f'value="{reason.strip() and reason}"' in answer.text or not reason.strip()
    assert standing(phone) == []


def test_a_number_abroad_can_be_blocked(devi: Staff, phone: Phone) -> None:
    blocks(devi, "+1 (202) 555-0143", "a" * 80)
    assert standing(phone) == [(ABROAD, "a" * 80, "devi")]
    assert "1 202 555 0143" in sees(devi)


def test_words_of_the_desk_are_shown_as_they_were_typed(devi: Staff) -> None:
    blocks(devi, reason="<b>&\"'")
    assert "&lt;b&gt;&amp;&#34;&#39;" in devi.browser.get("/desk/blocked").text


def test_the_audit_tells_who_blocked_and_lifted_what_but_no_number(devi: Staff, staff: Staff, phone: Phone) -> None:
    blocks(devi)
    lifts(staff)
    lifts(staff)
    assert told(phone) == [("asha", "unblocked number", "#1", ""), ("devi", "blocked number", "#1", "")]
    page = sees(staff, "/desk/audit")
    assert "unblocked number #1" in page
    assert "99999" not in page
    assert REASON not in page, "which may hold a name or a number"


def test_who_is_not_logged_in_neither_sees_nor_changes_what_is_blocked(app: Flask, phone: Phone, clock: Clock) -> None:
    phone.services.desk.blocked.block(number(OTHER), REASON, By("asha", clock()))
    stranger = app.test_client()
    token = Staff.token(stranger.get("/login").text)
    for path in ("/desk/blocked", "/desk/blocked/1/lift"):
        answer = stranger.post(path, data={"csrf_token": token, "phone": CALLER, "reason": REASON})
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login")
    assert stranger.get("/desk/blocked").status_code == 302
    assert standing(phone) == [(OTHER, REASON, "asha")]


def test_a_form_without_its_token_changes_nothing(devi: Staff, phone: Phone, clock: Clock) -> None:
    phone.services.desk.blocked.block(number(OTHER), REASON, By("asha", clock()))
    assert blocks(devi, csrf_token="").status_code == 400
    assert devi.browser.post("/desk/blocked/1/lift").status_code == 400
    assert standing(phone) == [(OTHER, REASON, "asha")]


def test_the_page_is_one_of_the_desks_and_speaks_hindi(devi: Staff, phone: Phone) -> None:
    assert '<a href="/desk/blocked">Blocked</a>' in devi.browser.get("/desk").text
    blocks(devi)
    devi.browser.post("/language", data={"csrf_token": devi.csrf(), "language": "hi"})
    assert f"99999 00001 {REASON} #1, devi ने ब्लॉक किया" in sees(devi)
