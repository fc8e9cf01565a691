"""The page of advice: what callers are told, in both languages, and who has read it when."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.conftest import PASSWORD
from tests.people import Clock, Phone, Staff
from tests.web import service

REVIEWS = {
    "[warning_signs]\n": '[warning_signs]\nreviewed_by = "Dr. Made Up"\nreviewed_on = 2026-11-01\n',
    'key = "now"\n': 'key = "now"\nreviewed_by = "Dr. Made Up"\nreviewed_on = 2025-11-23\n',
    'key = "stretches"\n': 'key = "stretches"\nreviewed_by = "Dr. Made Up"\nreviewed_on = 2025-11-24\n',
}


@pytest.fixture
def reviewed(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A clinic whose advice was read lately, a year ago, a day less than a year ago, and never."""
    words = (ROOT / "config" / "clinic.toml").read_text()
    for old, new in REVIEWS.items():
        words = words.replace(old, new)
    (tmp_path / "clinic.toml").write_text(words)
    with service(tmp_path, sqlite_url, redis_url, clock, CLINIC_FILE=str(tmp_path / "clinic.toml")) as phone:
        yield phone


def cards(page: str) -> dict[str, str]:
    """What each piece's card says, by its key."""
    found = re.findall(r'<li class="card[^"]*" id="(\w+)">(.*?)</li>', page, re.DOTALL)
    return {key: re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", card))) for key, card in found}


def test_the_advice_that_is_shipped_says_that_no_clinician_has_reviewed_it(staff: Staff, phone: Phone) -> None:
    page = staff.browser.get("/desk/advice").text
    shown = cards(page)
    assert list(shown) == ["warning_signs", "now", "stretches", "causes", "treatment"]
    assert all("not yet reviewed by a clinician" in card for card in shown.values())
    assert "5 pieces of advice want a clinician" in page
    for lang in ("en", "hi"):
        assert phone.rings(lang=lang).press("3").uncut[0] in shown["warning_signs"]
        assert phone.rings(lang=lang).press("3", "2").heard[0] in shown["stretches"]
    assert "Source: The clinic's page: stretching" in shown["stretches"]


def test_a_review_names_its_clinician_its_day_and_when_it_is_due_again_and_one_that_is_overdue_is_flagged(
    reviewed: Phone, clock: Clock
) -> None:
    reviewed.house.people.add("asha", PASSWORD, clock())
    staff = Staff(reviewed.app, "asha", PASSWORD)
    staff.logs_in()
    page = staff.browser.get("/desk/advice").text
    shown = cards(page)
    assert "reviewed by Dr. Made Up on 1 Nov 2026 due again on 1 Nov 2027" in shown["warning_signs"]
    assert "reviewed by Dr. Made Up on 23 Nov 2025 review overdue since 23 Nov 2026" in shown["now"]
    assert "due again on 24 Nov 2026" in shown["stretches"]
    assert "not yet reviewed by a clinician" in shown["causes"]
    assert "3 pieces of advice want a clinician" in page
