"""A receptionist sets up a second factor without JavaScript, on a telephone's screen, and logs in with it."""

import re

import pytest
from playwright.sync_api import Page, expect
from pyotp import TOTP

from ivr.storage.audit import By
from tests.browser.conftest import Opens, Service, logs_in
from tests.browser.test_people import faults
from tests.people import Clock


def key_on(page: Page) -> str:
    page.click("text=I cannot scan it")
    return re.sub(r"\s", "", page.inner_text("#key"))


def proves(page: Page, code: str) -> None:
    logs_in(page, "meena")
    page.fill("#code", code)
    page.press("#code", "Enter")


def test_set_up_log_out_log_in_and_lose_the_telephone_without_javascript(
    opens: Opens, service: Service, clock: Clock
) -> None:
    page = opens("meena", size="phone", js=False)
    page.click("header >> text=meena")
    page.click("text=Set it up")
    telephone = TOTP(key_on(page))
    page.fill("#code", telephone.at(clock()))
    page.press("#code", "Enter")
    expect(page.get_by_role("status")).to_contain_text("It is switched on.")
    codes = page.locator(".recovery li").all_inner_texts()
    page.click("text=I have kept them. Go to the desk")
    page.wait_for_selector("#list")
    page.click("text=Log out")
    clock.goes_on(seconds=30)
    proves(page, telephone.at(clock()))
    page.wait_for_selector("#list")
    page.click("text=Log out")
    proves(page, codes[0])
    expect(page.get_by_role("status")).to_contain_text("9 recovery codes are left.")


@pytest.mark.parametrize(("size", "words", "dark"), [("phone", "hi", True), ("desk", "en", False)])
def test_the_pages_of_the_second_factor_keep_nobody_out_and_fit(
    opens: Opens, service: Service, size: str, words: str, dark: bool
) -> None:
    now = service.services.clock()
    page = opens("meena", size=size, dark=dark, words=words)
    service.services.staff.accounts.require(2, By("asha", now))
    page.goto("/desk")
    found = {}
    secret = re.sub(r"\s", "", page.text_content("#key") or "")
    page.fill("#code", "000000")
    page.press("#code", "Enter")
    page.wait_for_selector("#trouble")
    found["wrong"] = faults(page)
    page.fill("#code", TOTP(secret).at(now))
    page.press("#code", "Enter")
    page.wait_for_selector(".recovery")
    found["codes"] = faults(page)
    for name in ("me", "me/second-factor", "me/second-factor/codes"):
        page.goto(f"/desk/{name}")
        found[name] = faults(page)
    service.services.staff.accounts.no_longer_require(2, By("asha", now))
    page.goto("/desk/me/second-factor")
    found["off"] = faults(page)
    page.locator("header form").last.get_by_role("button").click()
    proves(page, "000000")
    page.wait_for_selector("#trouble")
    found["code"] = faults(page)
    assert {name: what for name, what in found.items() if what} == {}
