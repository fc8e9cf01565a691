"""History and audit in words for staff: each stored event and action has words, in English and in Hindi."""

import pytest
from flask import Flask, session

from ivr.desk.requests import HistoryEntry, HistoryEvent, Outcome
from ivr.storage.audit import AuditAction, By
from ivr.web.desk.cards import HISTORY, entry_words
from ivr.web.i18n import CHOSEN, catalogue
from ivr.web.services import Services
from ivr.web.wording import AUDIT, audit_words, outcome_words
from tests.people import Clock, Staff

DETAILS = {
    HistoryEvent.MADE: "",
    HistoryEvent.RANG_AGAIN: "2026-11-24 morning",
    HistoryEvent.TOOK_IN: "012345 booking 2026-11-24 morning",
    HistoryEvent.REBOOKED: "2026-11-24T10:00:00+05:30",
}
"""The stored details of the history's events whose words need a detail in a certain form."""


def test_everything_that_the_audit_can_hold_has_its_sentence_in_both_languages() -> None:
    assert set(AUDIT) == set(AuditAction)
    assert {words for words in AUDIT.values() if catalogue("hi").gettext(words) == words} == set()


def test_everything_that_a_history_can_hold_has_its_sentence(app: Flask) -> None:
    with app.test_request_context():
        assert set(HISTORY) == set(HistoryEvent)
        assert set(outcome_words()) == set(Outcome)


@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_line_of_a_history_is_told_without_its_key(app: Flask, clock: Clock, language: str) -> None:
    by = By("asha", clock())
    with app.test_request_context():
        session[CHOSEN] = language
        told = [entry_words(HistoryEntry.of(by, what, DETAILS.get(what, "x"))) for what in HistoryEvent]
        told += [entry_words(HistoryEntry.of(by, what)) for what in Outcome]
    assert not [words for words in told if not words or "_" in words]


def test_a_word_of_a_newer_program_is_shown_as_it_is_and_breaks_no_page(app: Flask, clock: Clock) -> None:
    with app.test_request_context():
        assert entry_words(HistoryEntry(clock(), "asha", "sent_home", "")) == "sent home"
        assert audit_words("sent home") == "sent home"


def test_what_was_erased_or_exported_is_told_in_hindi_to_a_hindi_manager(staff: Staff, services: Services) -> None:
    for action in (AuditAction.EXPORTED, AuditAction.ERASED):
        services.staff.audit.write(By("asha", services.clock()), action, "012345")
    assert "erased data" in staff.browser.get("/desk/audit").text
    staff.browser.post("/language", data={"language": "hi", "csrf_token": staff.csrf()})
    page = staff.browser.get("/desk/audit").text
    assert "जानकारी मिटाई" in page
    assert "जानकारी की कॉपी निकाली" in page
    assert "erased data" not in page
