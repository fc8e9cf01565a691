"""The telephone in the browser walks every way of a call and every failure, in both languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import PHONE_PAGE
from tests.people import Clock, Phone
from tests.phone.ways import WAYS, Way, line_for, words_of


@pytest.fixture(params=[True, False], ids=["the stores there", "the stores away"])
def stores(request: pytest.FixtureRequest) -> bool:
    """True if the database and Redis of the service answer; each test runs with them and without."""
    return bool(request.param)


@pytest.fixture
def line(stores: bool, tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at the shipped clinic's service, on a port where a browser finds it."""
    with line_for(stores, tmp_path, sqlite_url, redis_url, clock) as phone:
        yield phone


@pytest.fixture
def page(chromium: Browser, line: Phone) -> Iterator[Page]:
    """The page of the telephone, in a fresh browser."""
    context = chromium.new_context(base_url=line.services.settings.public_base_url)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(PHONE_PAGE)
    yield page
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_browser_walks_them(page: Page, line: Phone, stores: bool, language: str) -> None:
    for number, way in enumerate(WAYS.values()):
        if way.stores == stores:
            calls_from(page, way.caller or f"99999 00{number:03}")
            walks(page, way, language)
            heard = " ".join(page.get_by_role("log").inner_text().split())
            for name in way.hears:
                assert words_of(line, name, language) in heard, heard
            hangs_up(page)


def calls_from(page: Page, caller: str) -> None:
    """Choose the calling number on the page: "withheld" for a withheld number, else the number `caller`."""
    if caller == "withheld":
        page.select_option("#caller", label="Withheld")
    else:
        page.select_option("#caller", label="Another number")
        page.fill("#other", caller)


def walks(page: Page, way: Way, language: str) -> None:
    page.get_by_role("button", name="Call", exact=True).click()
    waits(page)
    for keys in ("9", *way.presses) if language == "hi" else way.presses:
        presses(page, keys)


def presses(page: Page, keys: str) -> None:
    before = page.locator(".pressed").count()
    if keys == "-":
        page.get_by_role("button", name="Stay silent").click()
    else:
        page.keyboard.type(keys)
    expect(page.locator(".pressed")).to_have_count(before + 1)
    waits(page)


def waits(page: Page) -> None:
    """Wait until the call on the page waits for a key, or is over."""
    expect(page.locator("#stay-silent:enabled, #ring:visible")).to_have_count(1)


def hangs_up(page: Page) -> None:
    if page.locator("#hang-up").is_visible():
        page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("status")).to_have_text("The call is over")
