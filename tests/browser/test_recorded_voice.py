"""The telephone in the browser plays a recording, and shows the sentence's words if the recording cannot be loaded."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from config import sentences
from config.clinic import LANGUAGES
from ivr.line.script import blanks_of
from tests.conftest import PHONE_PAGE
from tests.people import Clock, Phone
from tests.served import rung_by_itself
from tests.sounds import record, sound
from tests.web import clinic_with_reception

WHOLE = [
    (name, words) for name, words in sentences.read(LANGUAGES).prompts("en").sentences.items() if not blanks_of(words)
]


@pytest.fixture
def line(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service that has, for each sentence without blanks, a recording of a third of a second."""
    for name, _ in WHOLE:
        record(tmp_path / "voices", "en", name, sound(0.3))
    file = clinic_with_reception(tmp_path)
    with rung_by_itself(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=file) as phone:
        yield phone


@pytest.fixture
def page(chromium: Browser, line: Phone) -> Iterator[Page]:
    context = chromium.new_context(base_url=line.services.settings.public_base_url)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def rings(page: Page) -> str:
    """Call the line on the page and press 1 for an appointment; return all that the page then shows of the call."""
    page.goto(PHONE_PAGE)
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.locator("#stay-silent")).to_be_enabled()
    page.get_by_role("button", name="1", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("You press 1")
    expect(page.locator("#stay-silent")).to_be_enabled()
    expect(page.locator("#log .now")).to_have_count(0)
    return page.get_by_role("log").inner_text()


def test_a_recorded_sentence_is_played_and_written(page: Page) -> None:
    played: list[str] = []
    page.on("response", lambda answer: played.append(answer.url) if "/recordings/" in answer.url else None)
    refused: list[str] = []
    page.on("console", lambda told: refused.append(told.text) if "Content Security Policy" in told.text else None)
    written = rings(page)
    assert played
    assert refused == []
    said = [words for _, words in WHOLE if words in written.splitlines()]
    assert said, "with its own words, on a line of its own"
    assert "[plays" not in written


def test_a_recording_that_does_not_come_is_shown_all_the_same(page: Page) -> None:
    page.route("**/recordings/*", lambda route: route.abort())
    written = rings(page).splitlines()
    said = [words for words in written if words in dict(WHOLE).values()]
    assert said
    assert len(said) == len(set(said)), "once each"
