"""A new option of the main menu needs only two rows in the menu's table, and its sentences. No other code changes.

The tests add the two rows, as CONTRIBUTING.md describes. Of the tests, only tests/test_menu_rung.py needs a new row.
"""

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from config.clinic import LANGUAGES
from config.sentences import read_for
from ivr.line.checks.checks import gather, judge
from ivr.line.checks.scenarios import situations
from ivr.line.engine.call import begin, press
from ivr.line.engine.speeches import sentences
from ivr.line.menu import LANGUAGES_PLACE, MENU, START, WANTS
from ivr.line.paths.diagram import diagram
from ivr.line.paths.transitions import onward
from ivr.line.places import Fork, Menu, Option, Passage, Place
from ivr.line.script import Script
from ivr.line.turn import Call, Facts
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import Calls, Fate, Reading, call_stats
from ivr.reports.counts.reports import PeriodReport
from ivr.reports.request_stats import request_stats
from ivr.web.i18n import CHOSEN
from ivr.web.reports.figures import Figure
from ivr.web.reports.tables import call_figures, choice_words
from tests.clinic import clinic_of_wishes
from tests.people import DELHI

FIRST = WANTS[:4]
NARROW: dict[str, Place] = {
    **MENU,
    "main": Menu(options=FIRST, language_leads="welcome"),
    "hours": Menu(("week", "closures"), FIRST, says_options=False, answers=True),
    "for_whom": Fork("for_whom", {"moves": "number", "known": "whose", "new": "number"}),
}
WITHOUT = {name: place for name, place in NARROW.items() if name in {*onward(NARROW, START), LANGUAGES_PLACE}}
"""The menu's table with only the first four options of the main menu, so that there is room for a new one."""

WANTED = (*FIRST, Option("5", "option_directions", "directions"))
TABLE: dict[str, Place] = {
    **WITHOUT,
    "main": Menu(options=WANTED, language_leads="welcome"),
    "hours": Menu(("week", "closures"), WANTED, says_options=False, answers=True),
    "directions": Menu(("directions",), WANTED, says_options=False, answers=True),
}
WORDS = {
    "en": {"option_directions": "For the way to us, press {key}.", "directions": "We are near the metro station."},
    "hi": {"option_directions": "क्लिनिक का रास्ता जानने के लिए {key} दबाइए।", "directions": "क्लिनिक मेट्रो स्टेशन के पास है।"},
}

CLINIC = clinic_of_wishes()
SHIPPED = read_for(CLINIC)
SCRIPT = Script(
    {
        each: replace(SHIPPED.prompts(each), sentences={**SHIPPED.prompts(each).sentences, **WORDS[each]})
        for each in LANGUAGES
    }
)
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)


def counted(path: str, menu: dict[str, Place] = TABLE) -> PeriodReport:
    """Return the report on three calls that took this path through the menu."""
    return PeriodReport(call_stats([Calls(path, Ending.HUNG_UP, 3)], {}, Reading(menu)), request_stats([]), 0)


def choices(app: Flask, report: PeriodReport, language: str) -> Figure:
    """Return the table of callers' first choices in a report, as somebody at the desk reads it in this language."""
    with app.test_request_context() as context:
        context.session[CHOSEN] = language
        found = call_figures(report.calls, choice_words(TABLE, SCRIPT))
        return next(each for each in found if each.key == "choices")


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_key_leads_to_its_words(language: str) -> None:
    facts = Facts(CLINIC, CLINIC.line("main"), None, NOW, TABLE)
    heard = begin(Call("main", language, ""), facts)
    assert WORDS[language]["option_directions"].format(key=5) in [SCRIPT.say(say, language).words for say in heard.asks]
    turn = press(heard.call, "5", facts)
    assert turn.call.place == "directions"
    assert SCRIPT.say(turn.asks[0], language).words == WORDS[language]["directions"]
    assert press(turn.call, "1", facts).call.place == "book_day"


def test_its_sentences_are_expected_of_every_language() -> None:
    more = sentences([], TABLE).items() - sentences([], WITHOUT).items()
    assert dict(more) == {"option_directions": frozenset({"key"}), "directions": frozenset()}


def test_the_reports_count_it_as_a_choice_and_as_heard() -> None:
    calls = counted("welcome main directions").calls
    assert (calls.choices, calls.fates, calls.served) == ({"directions": 3}, {Fate.HEARD: 3}, 3)


def test_a_passage_can_answer_too() -> None:
    passage: Place = Passage(("directions",), "main", answers=True)
    calls = counted("welcome main directions main", {**TABLE, "directions": passage}).calls
    assert (calls.choices, calls.fates) == ({"directions": 3}, {Fate.HEARD: 3})


@pytest.mark.parametrize(
    ("language", "words"), [("en", "For the way to us, press 5."), ("hi", "क्लिनिक का रास्ता जानने के लिए 5 दबाइए।")]
)
def test_the_reports_name_it_as_it_is_offered(app: Flask, language: str, words: str) -> None:
    rows = {row.key: row for row in choices(app, counted("welcome main directions"), language).rows}
    assert (rows["directions"].words, rows["directions"].values) == (words, (3,))
    assert list(rows) == ["book", "callback", "advice", "hours", "directions", "person", "nothing"]
    assert all(row.words.strip() for row in rows.values())


def test_line_check_holds_and_the_picture_shows_it() -> None:
    several = (
        each for each in situations(TABLE, CLINIC, NOW) if "a reception to ring" in each.name or "never" in each.name
    )
    verdicts = judge(gather(TABLE, CLINIC, SCRIPT, several))
    assert {verdict.check: verdict.complaints for verdict in verdicts if not verdict.holds} == {}
    assert "main -->|5| directions" in diagram(TABLE)
