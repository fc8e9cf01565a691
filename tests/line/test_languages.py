"""The ways from one language to another: the keys that lead there, and the places of the menu on the way."""

import pytest

from config.clinic import read
from config.settings import ROOT
from ivr.line.standing import keys_to, leads_on
from ivr.line.turn import Call, Facts
from tests.people import Clock

CLINIC = read(ROOT / "config" / "clinic.toml")
FACTS = Facts(CLINIC, CLINIC.line("main"), None, Clock().now)


@pytest.mark.parametrize(
    ("wanted", "languages", "keys"),
    [
        ("en", ("en", "hi"), ""),
        ("hi", ("en", "hi"), "9"),
        ("en", ("en", "hi", "pa"), ""),
        ("hi", ("en", "hi", "pa"), "92"),
        ("pa", ("en", "hi", "pa"), "93"),
    ],
)
def test_9_is_enough_between_two_languages_only(wanted: str, languages: tuple[str, ...], keys: str) -> None:
    assert keys_to(wanted, "en", languages) == keys


@pytest.mark.parametrize(
    ("left", "there"),
    [
        ("main", "welcome"),
        ("topic", "advice"),
        ("topics", "advice"),
        ("hours", "hours"),
        ("", "welcome"),
        ("attic", "welcome"),
        ("key_number", "welcome"),
        ("languages", "welcome"),
    ],
)
def test_a_choice_goes_on_from_the_menu_that_was_left(left: str, there: str) -> None:
    assert leads_on(Call("main", "en", "languages", left=left), FACTS) == there
