"""Inviting a person, as the manager and the newcomer do it: also without JavaScript, and on a telephone's screen."""

import re

import pytest
from playwright.sync_api import Page

from ivr.storage.audit import AuditAction, By
from tests.browser.conftest import Opens, Service
from tests.browser.test_every_page import violations

LONG = "Lakshmi-Venkataramanan-Subramanianparameswaranswaminathankrishnamurthyiyer-the-2nd"[:80]


def faults(page: Page) -> list[str]:
    """Return the barriers that axe-core finds on this page, and one more fault if the page is wider than the screen."""
    for each in page.locator("details").all():
        each.evaluate("element => element.open = true")
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return violations(page) + (["it is wider than the screen"] if wide else [])


def faults_in_both_colours(page: Page) -> list[str]:
    """Return the faults of this page by day and, after these, by night."""
    found = []
    for colour in ("light", "dark"):
        page.emulate_media(color_scheme=colour)
        found += [f"{colour}: {each}" for each in faults(page)]
    return found


def invites(page: Page, name: str) -> str:
    """Invite a person of this name to the desk; return the path of the invitation's link."""
    page.goto("/desk/people")
    page.fill("#name", name)
    page.click("text=Invite >> nth=-1")
    shown = page.input_value("#link")
    assert shown.startswith("https://line.example/invitation/")
    return shown.removeprefix("https://line.example")


def test_somebody_is_invited_and_comes_in_without_javascript(opens: Opens, service: Service) -> None:
    manager, guest = opens("asha", js=False), opens("ravi", js=False)
    link = invites(manager, "devi")
    guest.goto(link)
    guest.fill("#password", "a new and longer password")
    guest.fill("#again", "a new and longer password")
    guest.press("#again", "Enter")
    guest.wait_for_selector("#list")
    assert "devi" in guest.inner_text("header")
    manager.goto("/desk/people")
    card = manager.locator("#person-4")
    card.locator("summary").click()
    card.get_by_text("Disable").click()
    assert "disabled" in manager.locator("#person-4").inner_text()
    guest.goto("/desk")
    assert "You have been logged out." in guest.inner_text("main")


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_the_pages_on_the_way_keep_nobody_out_and_fit(opens: Opens, service: Service, size: str) -> None:
    page = opens(size=size)
    link, found = invites(page, LONG), {}
    found["a link"] = faults_in_both_colours(page)
    page.click("text=Invite >> nth=-1")
    found["still there"] = faults_in_both_colours(page)
    for _ in range(3):
        service.services.staff.audit.write(By(LONG, service.services.clock()), AuditAction.SAW_REQUEST, "012345")
    for name, path in (("audit", "/desk/audit"), ("me", "/desk/me"), ("link", link), ("void", "/invitation/x")):
        page.goto(path)
        found[name] = faults_in_both_colours(page)
    page.goto("/desk")
    page.click("text=Log out")
    for _ in range(6):
        page.fill("#name", "ravi")
        page.fill("#password", "wrong horse battery")
        page.press("#password", "Enter")
        page.wait_for_load_state()
    assert re.search(r"Please wait \d+ min", page.inner_text("main"))
    found["wait"] = faults_in_both_colours(page)
    assert {name: what for name, what in found.items() if what} == {}
