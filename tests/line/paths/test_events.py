"""Tests of the events that can come next in a call. With these events, a program walks every path of the menu."""

from collections.abc import Iterator
from itertools import islice

import pytest

from ivr.line.checks.explore import walk
from ivr.line.checks.scenarios import Situation, situations
from ivr.line.engine.call import STANDING, keys_of, press
from ivr.line.menu import MENU, SIGNS
from ivr.line.paths.events import KEYPAD
from ivr.line.paths.states import State
from ivr.line.places import Menu
from ivr.line.standing import warns
from ivr.line.turn import Call, Turn
from tests.diary import the_clinic
from tests.people import Clock

LANGUAGES = ("en", "hi")


def some(*names: str) -> list[Situation]:
    return [each for each in situations(MENU, the_clinic(), Clock()()) if each.name.endswith(names)]


def menus_of(situation: Situation) -> Iterator[Call]:
    """Yield calls that wait at a menu and have had no silence and no wrong key, one call for each state."""
    seen: dict[State, Call] = {}
    for _, step in walk(situation, LANGUAGES).every():
        seen.setdefault(step.to, step.turn.call)
    for state, call in seen.items():
        if isinstance(MENU[call.place], Menu) and not (state.silences or state.wrongs):
            yield call


@pytest.mark.parametrize(
    "situation",
    some("caller known, a reception to ring", "known, a reception to ring, an appointment"),
    ids=lambda each: each.name,
)
def test_every_key_without_a_meaning_does_the_same(situation: Situation) -> None:
    """At every menu, all keys without a meaning lead to the same turn.

    So a program that walks every path need not press each of them.
    """
    facts, tried = situation.facts, 0
    for call in menus_of(situation):
        menu = MENU[call.place]
        assert isinstance(menu, Menu)
        standing = (*(STANDING if menu.standing else ()), *((SIGNS,) if warns(menu, call) else ()))
        means = {*keys_of(menu, call, facts), *standing}
        turns: list[Turn] = [press(call, key, facts) for key in KEYPAD if key not in means]
        assert all(turn == turns[0] for turn in islice(turns, 1, None)), call.place
        tried += len(turns)
    assert tried > 200
