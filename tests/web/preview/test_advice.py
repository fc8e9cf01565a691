"""The page of advice: what callers hear of it in both languages, and the clinicians' reviews of it."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from config.settings import ROOT
from ivr.line.clinic import mark
from tests.conftest import PASSWORD
from tests.people import Clock, Phone, Staff
from tests.web import Serves

REVIEWED_ON = {"warning_signs": "2026-11-01", "now": "2025-11-23", "stretches": "2025-11-24", "causes": "2026-11-24"}
"""The days on which pieces of advice were reviewed: lately, a year ago, almost a year ago, and tomorrow.

One topic has no review.
"""


def review(key: str, on: str, words: str) -> str:
    """Return the lines of a clinic's file for a review of the advice `key` on the day `on`, with the words' hash."""
    head = "[warning_signs]\n" if key == "warning_signs" else f'key = "{key}"\n'
    return f'{head}reviewed_by = "Dr. Made Up"\nreviewed_on = {on}\nreviewed_words = "{words}"\n'


def clinic_with(folder: Path, *reviews: tuple[str, str, str]) -> str:
    """Write a clinic's file with these reviews: key of the advice, day, hash of its words. Return the file's path."""
    words = (ROOT / "config" / "clinic.toml").read_text()
    for key, on, of in reviews:
        head = review(key, on, of).partition("reviewed_by")[0]
        assert head in words
        words = words.replace(head, review(key, on, of))
    (folder / "clinic.toml").write_text(words)
    return str(folder / "clinic.toml")


def marks(staff: Staff) -> dict[str, str]:
    """Return the checksum that the page of advice shows for the words of each piece, by the key of the piece."""
    shown = cards(staff.browser.get("/desk/advice").text)
    return {key: card.rpartition("beside a review of them: ")[2].strip() for key, card in shown.items()}


@pytest.fixture
def reviewed(tmp_path: Path, staff: Staff, serves: Serves) -> Iterator[Phone]:
    """A telephone at a clinic whose advice was reviewed on several days, and not changed since the reviews."""
    read = marks(staff)
    path = clinic_with(tmp_path, *((key, on, read[key]) for key, on in REVIEWED_ON.items()))
    with serves(CLINIC_FILE=path) as phone:
        yield phone


def looks(phone: Phone) -> str:
    """Log in at this service's desk, and return the page of advice."""
    staff = Staff(phone.app, "asha", PASSWORD)
    staff.logs_in()
    return staff.browser.get("/desk/advice").text


def cards(page: str) -> dict[str, str]:
    """Return the words of each card on the page of advice, by the key of the piece of advice."""
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
    reviewed: Phone,
) -> None:
    page = looks(reviewed)
    shown = cards(page)
    assert "reviewed by Dr. Made Up on 1 Nov 2026 due again on 1 Nov 2027" in shown["warning_signs"]
    assert "reviewed by Dr. Made Up on 23 Nov 2025 review overdue since 23 Nov 2026" in shown["now"]
    assert "due again on 24 Nov 2026" in shown["stretches"]
    assert "not yet reviewed by a clinician" in shown["treatment"]
    assert "3 pieces of advice want a clinician" in page


def test_a_review_of_a_day_to_come_does_not_hold_before_it(reviewed: Phone, clock: Clock) -> None:
    assert "the day of this review is still to come" in cards(looks(reviewed))["causes"]
    clock.goes_on(days=1)
    assert "due again on 24 Nov 2027" in cards(looks(reviewed))["causes"]


def test_a_review_does_not_hold_for_other_words_than_were_read(tmp_path: Path, staff: Staff, serves: Serves) -> None:
    read = marks(staff)
    path = clinic_with(tmp_path, *((key, "2026-11-01", of) for key, of in read.items()))
    with serves(CLINIC_FILE=path) as phone:
        assert "A clinician has reviewed all of it." in looks(phone)
    path = clinic_with(tmp_path, *((key, "2026-11-01", of) for key, of in {**read, "now": "00000000"}.items()))
    with serves(CLINIC_FILE=path) as phone:
        page = looks(phone)
        assert "1 piece of advice wants a clinician" in page
        assert "these words are not those that were reviewed" in cards(page)["now"]


def test_a_word_in_one_language_changes_the_mark() -> None:
    words = {"en": "Warm it.", "hi": "गर्म करें।"}
    assert mark(words) == mark(dict(reversed(words.items())))
    assert len({mark(words), mark({**words, "hi": "ठंडा करें।"}), mark({**words, "en": "Cool it."})}) == 3
