"""The check that callers can reach each language from every other: a table that cuts off a language fails."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from config.clinic import read
from config.sentences import read_for
from ivr.line.checks.checks import gather, judge
from ivr.line.checks.scenarios import situations
from ivr.line.clinic import Clinic
from ivr.line.menu import LANGUAGES_PLACE, MENU, WANTS
from ivr.line.places import Menu, Option, Place
from ivr.line.script import Script
from tests.people import Clock
from tests.third_language import LANGUAGES, clinic_in_three

REACHED_FROM_EACH = "each language is reached from each, wherever 9 works"
OPTIONS = "a menu has at most 5 options, numbered from 1"
NOW = Clock().now


@pytest.fixture
def three(tmp_path: Path) -> tuple[Clinic, Script]:
    """A clinic that speaks three languages, and the sentences of its line."""
    file = Path(clinic_in_three(tmp_path))
    clinic = read(file)
    return clinic, read_for(clinic, file)


def complaints(clinic: Clinic, script: Script, menu: Mapping[str, Place]) -> dict[str, tuple[str, ...]]:
    """Return the complaints of every check about a clinic with a reception, in opening hours, for a known caller."""
    open_now = "open, caller known, a reception to ring"
    found = [each for each in situations(menu, clinic, NOW) if each.name.endswith(open_now)]
    return {verdict.check: verdict.complaints for verdict in judge(gather(menu, clinic, script, found))}


BREAKS: dict[str, tuple[dict[str, Place], str]] = {
    "a language has no key": (
        {LANGUAGES_PLACE: Menu(options=(Option("1", "option_book", "main"), Option("2", "option_hours", "hours")))},
        "main (en): 9 does not lead to pa",
    ),
    "the languages lead to the end": (
        {"main": Menu(options=WANTS, language_leads="goodbye")},
        "main (hi): 9 does not lead to pa",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_table_in_which_a_language_is_not_reached_is_objected_to(three: tuple[Clinic, Script], name: str) -> None:
    clinic, script = three
    changes, words = BREAKS[name]
    said = complaints(clinic, script, {**MENU, **changes})
    assert any(words in complaint for complaint in said[REACHED_FROM_EACH]), said[REACHED_FROM_EACH]


def test_a_table_without_the_menu_of_languages_is_objected_to(three: tuple[Clinic, Script]) -> None:
    said = complaints(*three, {name: place for name, place in MENU.items() if name != LANGUAGES_PLACE})
    assert "'languages' is no place, and every call needs it" in said["every lead names a place"]
    assert any("9 does not lead to pa" in each for each in said[REACHED_FROM_EACH])


def test_a_sixth_language_is_one_option_too_many(three: tuple[Clinic, Script]) -> None:
    clinic, script = three
    more = ("gu", "mr", "ta")
    english = script.prompts("en")
    six = Script(
        {
            **{each: script.prompts(each) for each in LANGUAGES},
            **{each: replace(english, language=each) for each in more},
        }
    )
    said = complaints(replace(clinic, name={**clinic.name, **dict.fromkeys(more, "x")}), six, MENU)
    assert any(each.startswith("languages (en) has 6 options") for each in said[OPTIONS])
