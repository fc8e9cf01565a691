"""The reception's own leg of a call: one key connects the patient; another key or none soon ends the leg."""

import pytest

from ivr.carrier.leg import Leg
from ivr.line.blanks import Say
from ivr.line.menu import SCREENING
from ivr.line.turn import Call

CALL = Call("main", "en", "screen")
QUESTION = (Say("screen"), Say("option_take", {"key": "1"}))


def after(*pressed: str | None) -> Leg:
    """Return the reception's leg after these keys, each pressed when the leg asks again; None stands for silence."""
    leg = Leg(CALL, SCREENING, begins=True)
    for key in pressed:
        assert not leg.taken
        assert not leg.given_up
        leg = Leg(leg.asked_again, SCREENING, pressed=key)
    return leg


def test_it_begins_with_the_question_and_nothing_missed() -> None:
    leg = after()
    assert (leg.asks, leg.seconds, leg.asked_again) == (QUESTION, 6, CALL)
    assert not leg.taken
    assert not leg.given_up


@pytest.mark.parametrize("before", [(), (None,), ("2",), (None, "2"), ("2", None)])
def test_only_1_puts_a_patient_through_to_the_reception_at_whichever_asking(before: tuple[str | None, ...]) -> None:
    leg = after(*before, "1")
    assert leg.taken
    assert not leg.given_up


@pytest.mark.parametrize("key", ["0", "*", "#", "9", "2", "11"])
def test_the_standing_keys_and_all_others_mean_nothing_there(key: str) -> None:
    leg = after(key)
    assert not leg.taken
    assert (leg.asks, leg.seconds) == ((Say("wrong_1"), *QUESTION), 8)
    assert after(key, key).given_up


def test_a_voicemail_that_presses_nothing_is_asked_once_more_and_then_rid_of() -> None:
    leg = after(None)
    assert (leg.asks, leg.seconds) == ((Say("silence_1"), *QUESTION), 8)
    assert after(None, None).given_up


def test_a_silence_and_a_wrong_key_are_counted_each_for_itself() -> None:
    assert not after(None, "2").given_up
    assert after(None, "2").seconds == 8
    assert after(None, "2", None).given_up
    assert after(None, "2", "2").given_up
