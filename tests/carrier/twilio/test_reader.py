"""Twilio's documents, read as Twilio follows them: sentences, then the keys or the event for which they wait."""

import pytest

from ivr.carrier.steps import Dials, Gathers, HangsUp, Heard, NotUnderstood, Pauses, Redirects
from ivr.carrier.twilio.reader import steps

ASKS = (
    '<Response><Say language="hi-IN">नमस्ते</Say><Pause length="2"/>'
    '<Gather action="/key" numDigits="1" timeout="7" finishOnKey=""><Say>Which?</Say><Pause/></Gather>'
    '<Say>Well.</Say><Redirect method="POST">/silent?a=1&amp;b=2</Redirect></Response>'
)


def test_a_key_cuts_off_what_is_said_while_keys_are_waited_for_and_nothing_before() -> None:
    *heard, gathers = list(steps(ASKS))[:5]
    assert heard == [Heard("नमस्ते", "hi-IN"), Pauses(2), Heard("Which?", "en-US", True), Pauses(1, True)]
    assert isinstance(gathers, Gathers)
    assert (gathers.action, gathers.digits, gathers.ends_with, gathers.seconds) == ("/key", 1, "", 7)


def test_who_presses_nothing_goes_on_with_the_rest_of_the_document() -> None:
    (gathers,) = [step for step in steps(ASKS) if isinstance(step, Gathers)]
    assert list(steps(gathers.otherwise)) == [Heard("Well.", "en-US"), Redirects("/silent?a=1&b=2")]


def test_what_a_document_leaves_out_is_as_at_the_carrier() -> None:
    dial = "<Response><Gather/><Dial>+919999900008</Dial><Hangup/></Response>"
    gathers, *others = steps(dial)
    assert isinstance(gathers, Gathers)
    assert (gathers.digits, gathers.ends_with, gathers.seconds) == (None, "#", 5)
    assert others == [Dials("", (("+919999900008", ""),), 30), HangsUp()]


@pytest.mark.parametrize("verb", ['<Pause length="long"/>', '<Gather timeout="auto"/>', '<Gather numDigits="-1"/>'])
def test_a_number_that_is_none_is_said_to_be_so(verb: str) -> None:
    with pytest.raises(NotUnderstood, match="is no number"):
        list(steps(f"<Response>{verb}</Response>"))
