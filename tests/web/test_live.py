"""The live part of an open page is sent again if its words have changed. Otherwise the answer is an empty 204."""

import re

import pytest

from ivr.line.hours import DeskClosure
from ivr.storage.audit import By
from tests.people import BOOK, Clock, Phone, Staff


def test_an_open_list_is_told_of_no_news_without_other_words(staff: Staff, phone: Phone, clock: Clock) -> None:
    def asks(seen: str) -> tuple[int, str]:
        answer = staff.browser.get("/desk/list", query_string={"seen": seen})
        return answer.status_code, answer.headers.get("Seen", seen)

    seen = re.findall(r'"seen": "([\w-]+)"', staff.sees())[0]
    clock.goes_on(minutes=1)
    status, later = asks(seen)
    assert (status, later != seen) == (204, True), "a minute has gone by, and nobody waits"
    assert asks(later) == (204, later)
    phone.rings().press("1", "2", "1", "1", "1")
    status, later = asks(later)
    assert status == 200
    staff.does("note", 1, note="her knee")
    status, latest = asks(later)
    assert (status, latest != later) == (204, True), "a note is not on the list"


def test_an_open_card_is_told_of_no_news_without_other_words(staff: Staff, phone: Phone) -> None:
    reference = phone.rings().press("1", "2", "1", "1", "1").reference
    page = staff.browser.get(f"/desk/requests/{reference}").text
    seen = re.findall(r'"seen": "([\w-]+)"', page)[0]
    phone.rings(caller="+919999900002").press(*BOOK)
    answer = staff.browser.get("/desk/requests/1/live", query_string={"seen": seen})
    assert (answer.status_code, answer.headers["Seen"] != seen) == (204, True), "what happened is on another card"
    staff.does("note", 1, note="her knee")
    assert staff.browser.get("/desk/requests/1/live", query_string={"seen": answer.headers["Seen"]}).status_code == 200


@pytest.mark.parametrize("page", ["/desk/diary", "/desk/diary/week", "/desk"])
def test_an_open_page_shows_a_colleagues_closure_at_once(staff: Staff, phone: Phone, clock: Clock, page: str) -> None:
    """An open page changes at its next request after a colleague sets a closure, and again after it is undone."""
    services, by = phone.services, By("meena", clock())
    live = {"/desk": "/desk/list"}.get(page, f"{page}/live")

    def asks(seen: str) -> tuple[int, str, str]:
        answer = staff.browser.get(live, query_string={"seen": seen})
        return answer.status_code, answer.headers.get("Seen", seen), answer.text

    seen = re.findall(r'"seen": "([\w-]+)"', staff.browser.get(page).text)[0]
    assert asks(seen)[:2] == (204, seen)
    (closure,) = services.hours.closures.set([DeskClosure(clock().date(), "", (), "diwali")], by)
    services.hours.closures_file.follow(services.hours.closures, clock().date())
    status, closed, words = asks(seen)
    assert closed != seen
    if page != "/desk":
        assert (status, "Diwali" in words) == (200, True)
    services.hours.closures.undo(closure, by)
    services.hours.closures_file.follow(services.hours.closures, clock().date())
    status, opened, words = asks(closed)
    assert opened != closed
    if page != "/desk":
        assert (status, "Diwali" in words) == (200, False)
