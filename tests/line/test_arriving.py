"""Arrivals at a place of the menu: sentences that are said only once, the language, and the keys that are announced."""

from dataclasses import replace
from itertools import pairwise

import pytest

from config.clinic import LANGUAGES
from ivr.line.blanks import Say
from ivr.line.booking import Kind
from ivr.line.clinic import Whereabouts
from ivr.line.engine.call import begin, press
from ivr.line.menu import LANGUAGE, MENU, SIGNS
from ivr.line.turn import Call, Facts, HangUp, PressKey, Turn
from tests.clinic import free_times
from tests.line.test_call import CLOSED, OPEN, SHIPPED, facts, words

OTHER_LANGUAGE = {"en": "hi", "hi": "en"}
KEYS = ("option_person", "option_repeat", "option_back")


def booking(now: str = OPEN, *, withheld: bool = False) -> Facts:
    """Return the facts of a call at a clinic where appointments can be booked by telephone."""
    known = facts(now, withheld=withheld)
    clinic = replace(known.clinic, diary=replace(known.clinic.diary, phone_books=True))
    return free_times(replace(known, clinic=clinic, line=clinic.line("main")))


def rings(at: Facts, language: str = "en") -> Turn:
    return begin(Call("main", language, ""), at)


def after(at: Facts, *keys: str | None, language: str = "en") -> Turn:
    turn = rings(at, language)
    for key in keys:
        turn = press(turn.call, key, at)
    return turn


def names(turn: Turn) -> list[str]:
    return [say.name for say in (*turn.first, *turn.asks)]


# -- whoever presses nothing


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("now", [OPEN, CLOSED])
def test_who_presses_nothing_hears_the_other_language_first_in_every_turn_after_the_first(
    language: str, now: str
) -> None:
    at = facts(now)
    at = replace(at, line=replace(at.line, language=language))
    turn, heard = rings(at, language), []
    while not isinstance(turn.wait, HangUp):
        turn = press(turn.call, None, at)
        heard.append([say.language or turn.call.language for say in (*turn.first, *turn.asks)])
    assert len(heard) == 5
    assert {each[0] for each in heard} == {OTHER_LANGUAGE[language]}
    assert all(language in each for each in heard), "and their own"
    assert turn.call.language == language


def test_the_first_key_ends_that_even_a_wrong_one() -> None:
    turn = after(facts(), None, "7", None)
    assert turn.asks[0] == Say("silence_2"), "it is known now that they hear English"
    there = after(facts(), None, LANGUAGE)
    assert (there.call.language, there.call.mute) == ("hi", False)


def test_the_way_to_the_other_language_is_told_right_after_the_name() -> None:
    for now in (OPEN, CLOSED):
        said = names(rings(facts(now)))
        assert said.index("option_language") == said.index("welcome") + (1 if now == OPEN else 2)
        assert said.count("option_language") == 1


# -- the standing keys


def test_a_task_begins_with_the_way_back_and_goes_on_without_it_until_a_miss() -> None:
    at = facts(staffed=True)
    asked = [after(at, *keys) for keys in (("1",), ("1", "1"), ("1", "1", "1"), ("1", "1", "1", "1"))]
    told = [[name for name in names(turn) if name in KEYS] for turn in asked]
    assert told == [["option_back"], [], [], []]
    for turn in asked:
        missed = press(turn.call, None, at)
        assert [name for name in names(missed) if name in KEYS] == list(KEYS)


@pytest.mark.parametrize("keys", [("1",), ("2",), ("3",), ("4",), ("1", "1", "1"), ("3", "1")])
def test_no_sentence_is_said_twice_in_a_row(keys: tuple[str, ...]) -> None:
    turns = [after(booking(), *keys[:count]) for count in range(len(keys) + 1)]
    for before, now in pairwise(turns):
        heard = [(say.name, say.values) for say in (*before.first, *before.asks)]
        assert [say.name for say in (*now.first, *now.asks) if (say.name, say.values) in heard] == []


@pytest.mark.parametrize(("now", "staffed", "there"), [(OPEN, True, True), (OPEN, False, False), (CLOSED, True, False)])
def test_0_is_announced_only_where_somebody_can_answer(now: str, *, staffed: bool, there: bool) -> None:
    for keys in ((), (None,), ("1", None), ("2", "*"), ("4",)):
        said = names(after(facts(now, staffed=staffed), *keys))
        assert ("option_person" in said) == (there and keys != ("4",))


def test_after_the_promise_only_the_way_out_is_told() -> None:
    call = replace(Call("main", "en", "summary"), kind=Kind.CALLBACK, offered_at=facts().now)
    filed = press(call, "1", facts())
    assert filed.asks == ()
    for place in ("booked", "kept", "moved", "cancelled"):
        assert MENU[place].says == ("kept_more",)  # type: ignore[union-attr]  # a menu


# -- warnings


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_earliest_time_comes_after_a_warning_that_no_key_cuts_off(language: str) -> None:
    turn = after(booking(), "1", language=language)
    assert [say.name for say in turn.first] == ["warning"]
    assert [say.name for say in turn.asks[:2]] == ["earliest", "option_book_it"]
    assert "112" in words(turn)[0]


def test_8_leads_to_all_warning_signs_and_back_to_the_time() -> None:
    turn = after(booking(), "1", SIGNS)
    assert [say.name for say in turn.first] == ["warning_signs"]
    assert (turn.call.place, turn.asks[0].name) == ("earliest", "earliest")
    assert after(booking(), "1", SIGNS, "1").wait == after(booking(), "1", "1").wait
    assert after(facts(), "2", "1", "1", SIGNS).asks[0] == Say("wrong_1"), "nobody is warned before a call back"


def test_the_warning_is_said_once_for_a_wish_and_again_in_the_other_language() -> None:
    assert "warning" in names(after(booking(), "1"))
    assert "warning" not in names(after(booking(), "1", "2", "1"))
    assert "warning" in names(after(booking(), "1", "9"))
    assert "warning" in names(after(booking(), "1", "#", "1"))


def test_all_warning_signs_are_said_once_in_a_call_and_language() -> None:
    assert "warning_signs" in names(after(facts(), "3"))
    assert "warning_signs" not in names(after(facts(), "3", "#", "3"))
    assert "warning_signs" in names(after(facts(), "3", "9"))
    assert "warning_signs" not in names(after(facts(), "3", "9", "9")), "both were heard"
    assert "warning_signs" not in names(after(booking(), "1", SIGNS, "#", "3"))


# -- how to come


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hours_are_followed_by_the_address_where_the_clinic_says_it(language: str) -> None:
    assert "address" not in names(after(facts(), "4", language=language))
    found = Whereabouts({"en": "a house", "hi": "एक घर"}, {"en": "Ask at the gate.", "hi": "गेट पर पूछिए।"})
    at = replace(facts(), clinic=replace(SHIPPED, whereabouts=found))
    turn = after(at, "4", language=language)
    assert [name for name in names(turn) if name in {"address", "directions"}] == ["address", "directions"]
    assert found.directions is not None
    assert found.directions[language] in words(turn)
    assert isinstance(turn.wait, PressKey)
