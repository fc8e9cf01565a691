"""Missed calls at an open desk in a real browser: they appear by themselves, move nothing, and can be called."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opens, Service, next_look_brings
from tests.browser.test_every_page import violations
from tests.browser.test_taps import Finger, with_telephone

pytestmark = pytest.mark.slow

CALLBACK = ("2", "1", "1", "1")


def top_of_the_first_card(page: Page) -> float:
    box = page.locator("#request-1").bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_missed_call_comes_to_an_open_desk_by_itself_and_pushes_no_request_away(
    opens: Opens, service: Service, size: str
) -> None:
    service.phone.rings().press(*CALLBACK).hangs_up()
    page = opens(size=size)
    before = top_of_the_first_card(page)
    for number in range(2, 8):
        service.phone.rings(caller=f"+91999990000{number}").press("1").hangs_up()
    next_look_brings(page, "#list", "99999 00007")
    expect(page.locator("#missed .card").nth(5)).to_be_visible()
    expect(page.locator("#missed")).to_contain_text("99999 00002")
    assert top_of_the_first_card(page) == before
    page.get_by_role("link", name="6 missed calls").click()
    expect(page.locator("#missed h2")).to_be_in_viewport()
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_one_tap_calls_and_ten_seconds_offer_to_take_it_back(opens: Opens, service: Service) -> None:
    service.phone.rings().press("1").hangs_up()
    page = opens(size="phone")
    dialled, finger = with_telephone(page), Finger(page)
    finger.taps_on("#missed button:has-text('Call')")
    page.wait_for_selector("text=marked as called")
    assert (dialled, finger.taps) == (["tel:+919999900001"], 1)
    expect(page.locator("#missed")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#missed .card")).to_have_count(1)


def test_whoever_comes_second_calls_nobody(opens: Opens, service: Service) -> None:
    service.phone.rings().press("1").hangs_up()
    first, second = opens("meena"), opens("ravi")
    second.route("**/desk/list*", lambda route: route.fulfill(status=204))  # the second browser has not heard of it
    dialled = with_telephone(first)
    also_dialled = with_telephone(second)
    first.locator("#missed button", has_text="Call").click()
    first.wait_for_selector("text=marked as called")
    second.locator("#missed button", has_text="Call").click()
    second.wait_for_selector("text=This missed call is gone")
    assert (dialled, also_dialled) == (["tel:+919999900001"], [])


@pytest.mark.parametrize("words", ["en", "hi"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_one_tap_makes_a_request_also_without_javascript(opens: Opens, service: Service, size: str, words: str) -> None:
    service.phone.rings().press("1").hangs_up()
    page = opens(size=size, words=words, js=False)
    page.locator("#missed form[action$='/request'] button").click()
    expect(page.locator("#request-1")).to_contain_text("99999 00001")
    expect(page.locator("#missed")).to_have_count(0)


def test_nothing_is_objected_to_in_the_list_of_missed_calls(opens: Opens, service: Service) -> None:
    service.phone.rings().press("1").hangs_up()
    for words in ("en", "hi"):
        assert violations(opens(words=words)) == []


def test_the_keyboard_stays_at_a_missed_call_when_another_comes(opens: Opens, service: Service) -> None:
    service.phone.rings().press("1").hangs_up()
    page = opens()
    page.get_by_role("button", name="Call 99999 00001").focus()
    service.phone.rings(caller="+919999900002").press("1").hangs_up()
    expect(page.locator("#missed .card")).to_have_count(2)
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Call 99999 00001"
