"""Merging on a card: staff merge two requests of one person, see where each went, and can undo it for a while."""

import re
from html import unescape

import pytest

from ivr.desk.requests import Status
from ivr.storage.audit import By
from ivr.web.services import Services
from testing.wishes import wish_to_be_rung
from tests.conftest import at_the_desk
from tests.desk.test_merging import DAUGHTERS, TO_BE_RUNG, hers
from tests.people import CALLER, Clock, Conversation, Phone, Staff

__all__ = ["hers"]


@pytest.fixture
def again(phone: Phone, hers: Conversation) -> Conversation:
    """The call in which a mother asks for a call back from her daughter's telephone. The call makes request 2."""
    return phone.rings(caller=DAUGHTERS).press(*TO_BE_RUNG)


def card(staff: Staff, reference: str, **query: str) -> str:
    answer = staff.browser.get(f"/desk/requests/{reference}", query_string=query)
    assert answer.status_code == 200
    return unescape(answer.text)


def tries(staff: Staff, request_id: int, other: str) -> tuple[int, str]:
    """Merge another request into this one by the form of its card; return the status and the message of the answer."""
    form = {"csrf_token": staff.csrf(), "other": other}
    answer = staff.browser.post(f"/desk/requests/{request_id}/merge", data=form)
    said = re.search(r'role="alert">([^<]*)<', answer.text)
    return answer.status_code, unescape(said[1]) if said else ""


def looks_for(staff: Staff, request_id: int, reference: str) -> tuple[int, str]:
    answer = staff.browser.get(f"/desk/requests/{request_id}/merge", query_string={"reference": reference})
    return answer.status_code, unescape(answer.text)


def test_another_request_of_the_number_is_offered_and_merged_with_one_tap(
    staff: Staff, phone: Phone, hers: Conversation
) -> None:
    other = phone.rings().press(*TO_BE_RUNG)
    assert f"Merge with {other.reference}" in card(staff, hers.reference)
    page = staff.does("merge", 1, other="2")
    assert f"{other.reference}: merged with the request {hers.reference}" in page
    assert f"merged the request {other.reference} with this one. It also asked for: Call back, as soon as" in page
    assert "Merge with" not in page
    assert [each.id for each in phone.services.desk.store.waiting()] == [1]


def test_a_request_of_another_number_is_found_by_its_reference_and_shown_before_it_is_merged(
    staff: Staff, services: Services, hers: Conversation, again: Conversation
) -> None:
    assert "Merge with" not in card(staff, hers.reference)
    typed = f"{again.reference[:3]} {again.reference[3:]}"
    status, page = looks_for(staff, 1, typed)
    assert status == 200
    assert "99999 00002" in page
    assert f"Merge with {again.reference}" in page
    assert [(line.what, line.about) for line in services.staff.audit.page()][:1] == [("saw request", again.reference)]
    assert services.desk.store.request(2).status is Status.OPEN
    staff.does("merge", 1, other="2")
    assert services.desk.store.request(2).merged_into == 1


def test_where_two_numbers_share_a_reference_both_are_there_to_choose(
    staff: Staff, services: Services, hers: Conversation, clock: Clock
) -> None:
    for number in ("+919999900003", "+919999900004"):
        new = wish_to_be_rung(number, clock(), "CA" + number)
        services.desk.store.keep(new, services.reports.keyed_ids.mark(new.promise), "424242")
    status, page = looks_for(staff, 1, "424242")
    assert (status, page.count("Merge with 424242</button>")) == (200, 2)
    assert "99999 00003" in page
    assert "99999 00004" in page


def test_what_a_reference_does_not_lead_to_is_said(staff: Staff, hers: Conversation, again: Conversation) -> None:
    nowhere = next(each for each in ("000000", "111111", "222222") if each not in {hers.reference, again.reference})
    for reference, words in {
        nowhere: f"No request has the reference {nowhere}.",
        "12345": "A reference has six digits.",
        "1234567": "A reference has six digits.",
        "": "A reference has six digits.",
        hers.reference: f"The reference {hers.reference} leads to this request already.",
    }.items():
        status, page = looks_for(staff, 1, reference)
        assert (status, words in page) == (404, True), reference


def test_the_old_reference_shows_the_card_that_remains_and_its_own_card_says_where_it_went(
    staff: Staff, hers: Conversation, again: Conversation
) -> None:
    staff.does("merge", 1, other="2")
    page = card(staff, again.reference)
    assert f"Reference {hers.reference}</small></h1>" in page
    assert f"/desk/requests/{again.reference}?id=2" in page, "with what was merged below it"
    gone = card(staff, again.reference, id="2")
    assert f"Reference {again.reference}</small></h1>" in gone
    assert "was merged:" in gone
    assert f"/desk/requests/{hers.reference}?id=1" in gone
    assert f"merged this request into {hers.reference}" in gone
    assert "Merge with" not in gone
    found = staff.searches(again.reference)
    assert f"/desk/requests/{hers.reference}?id=1" in found
    assert CALLER not in unescape(staff.browser.get("/desk/audit").text)


def test_it_can_be_taken_back_for_a_moment_from_the_card(
    staff: Staff, services: Services, hers: Conversation, again: Conversation, clock: Clock
) -> None:
    before = [services.desk.store.request(each) for each in (1, 2)]
    page = staff.takes_back(staff.does("merge", 1, other="2"))
    assert "undid that" in page
    assert f"merged the request {again.reference} with this one</li>" in page
    assert [services.desk.store.request(each) for each in (1, 2)] == before
    page = staff.does("merge", 1, other="2")
    services.desk.moves.write_note(2, "rang", By("meena", clock()))
    assert "too late" in staff.takes_back(page)
    assert services.desk.store.request(2).merged_into == 1
    clock.goes_on(seconds=11)
    assert "/undo" not in card(staff, hers.reference)


def test_where_she_has_moved_it_since_nothing_else_is_taken_back_in_its_place(
    staff: Staff, services: Services, again: Conversation
) -> None:
    offered = staff.does("merge", 1, other="2")
    assert "/undo" not in staff.does("take", 1), "what cannot be taken back is not offered"
    assert "too late" in staff.takes_back(offered), "from a page that is open in another tab"
    assert (services.desk.store.request(1).taken_by, services.desk.store.request(2).merged_into) == ("asha", 1)


def test_a_merge_is_not_taken_apart_in_place_of_a_report_of_before(
    staff: Staff, services: Services, again: Conversation
) -> None:
    staff.does("take", 1)
    offered = staff.does("report", 1, outcome="no_answer")
    staff.does("merge", 1, other="2")
    assert "too late" in staff.takes_back(offered)
    assert (services.desk.store.request(1).tries, services.desk.store.request(2).merged_into) == (1, 1)


def test_who_comes_too_late_is_told_who_has_it_or_that_it_is_closed(
    staff: Staff, phone: Phone, again: Conversation, hers: Conversation, clock: Clock
) -> None:
    services = phone.services
    services.desk.moves.take(2, By("meena", clock()))
    assert tries(staff, 1, "2") == (409, f"meena has the request {again.reference}.")
    status, page = looks_for(staff, 1, again.reference)
    assert (status, "Taken by meena" in page, "Merge with" in page.partition("</h1>")[2]) == (200, True, False)
    assert "Same person as another request" not in card(staff, again.reference), "nor from the card of hers"
    meena = at_the_desk(phone, "meena")
    meena.does("merge", 2, other="1")
    assert services.desk.store.request(1).merged_into == 2
    assert tries(staff, 1, "2") == (409, f"The request {hers.reference} is closed already.")


@pytest.mark.parametrize("other", ["4711", "", "-2", "9" * 30, "٢"])
def test_what_is_not_there_is_not_merged(staff: Staff, services: Services, again: Conversation, other: str) -> None:
    assert tries(staff, 1, other) == (404, "There is no such request any more.")
    assert tries(staff, 1, "1") == (400, "That is this request itself.")
    assert all(each.status is Status.OPEN for each in services.desk.store.all())


def test_the_card_in_hindi_says_what_was_merged(staff: Staff, hers: Conversation, again: Conversation) -> None:
    staff.does("merge", 1, other="2")
    form = {"csrf_token": staff.csrf(), "language": "hi"}
    staff.browser.post("/language", data=form)
    assert f"अनुरोध {again.reference} को इसमें मिलाया" in card(staff, hers.reference)
