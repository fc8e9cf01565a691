"""Plivo's documents, read as Plivo follows them: sentences, then the keys or the event for which they wait."""

import pytest

from ivr.carrier.plivo.reader import steps
from ivr.carrier.steps import Dials, Gathers, HangsUp, Heard, NotUnderstood, Pauses, Redirects

ASKS = (
    '<Response><Speak language="hi-IN">नमस्ते</Speak><Wait length="2"/>'
    '<GetInput action="/key#rc=2" numDigits="1" executionTimeout="7" finishOnKey="none">'
    "<Speak>Which?</Speak><Wait/></GetInput>"
    '<Speak>Well.</Speak><Redirect method="POST">/silent?a=1&amp;b=2#rc=2</Redirect></Response>'
)


def test_a_key_cuts_off_what_is_said_while_keys_are_waited_for_and_nothing_before() -> None:
    *heard, gathers = list(steps(ASKS))[:5]
    assert heard == [Heard("नमस्ते", "hi-IN"), Pauses(2), Heard("Which?", "en-US", True), Pauses(1, True)]
    assert isinstance(gathers, Gathers)
    assert (gathers.action, gathers.digits, gathers.ends_with, gathers.seconds) == ("/key", 1, "", 7)
    assert list(steps(gathers.otherwise)) == [Heard("Well.", "en-US"), Redirects("/silent?a=1&b=2")]


def test_what_a_document_leaves_out_is_as_at_the_carrier() -> None:
    document = (
        '<Response><GetDigits action="/n"/><GetInput action="/k"/>'
        '<Dial action="/d"><Number>911</Number></Dial><Hangup/></Response>'
    )
    number, keys, dials, over = steps(document)
    assert isinstance(number, Gathers)
    assert isinstance(keys, Gathers)
    assert (number.digits, number.ends_with, number.seconds) == (None, "#", 5)
    assert (keys.digits, keys.ends_with, keys.seconds) == (32, "#", 15)
    assert (dials, over) == (Dials("/d", (("+911", ""),), 30), HangsUp())


@pytest.mark.parametrize(
    ("element", "why"),
    [
        ('<Wait length="long"/>', "is no number"),
        ("<GetInput/>", "a GetInput has no action"),
        ("<Say>Hello.</Say>", "the verb Say is not known"),
    ],
)
def test_what_the_carrier_would_not_take_is_said(element: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        list(steps(f"<Response>{element}</Response>"))
