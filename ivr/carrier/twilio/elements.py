"""Twilio's elements as a table: each element's attributes, the values that these can have, and its child elements.

The table has only what our documents need.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from ivr.carrier.elements import ANYTHING, ElementRule, Elements, rule

ADDRESS = re.compile(r"(https?:/)?/[!-~]*")
"""The pattern of an address. An address without a host belongs to the host from which the document came."""

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
"""The pattern of a number in E.164."""

POST = re.compile("POST")

ELEMENTS: Mapping[str, ElementRule] = MappingProxyType(
    {
        "Response": rule("Say Play Pause Gather Dial Redirect Hangup"),
        "Say": rule(
            "sub",
            ANYTHING,
            voice=re.compile(r"[A-Za-z0-9.-]+"),
            language=re.compile("[a-z]{2,3}(-[A-Za-z0-9]+)+"),
            required="voice language",
        ),
        "sub": rule(text=ANYTHING, alias=ANYTHING, required="alias"),
        "Play": rule(text=ADDRESS),
        "Pause": rule(length=range(1, 121), required="length"),
        "Gather": rule(
            "Say Play",
            action=ADDRESS,
            method=POST,
            input=re.compile("dtmf"),
            timeout=range(1, 121),
            finishOnKey=re.compile("[0-9#*]?"),
            numDigits=range(1, 33),
            required="action input timeout finishOnKey",
        ),
        "Dial": rule(
            "Number",
            action=ADDRESS,
            method=POST,
            timeout=range(1, 601),
            callerId=NUMBER,
            required="action callerId timeout",
        ),
        "Number": rule(text=NUMBER, url=ADDRESS, method=POST),
        "Redirect": rule(text=ADDRESS, method=POST),
        "Hangup": rule(),
    }
)
"""The elements of our documents, by name.

tests/carrier/twilio/test_elements.py checks them with the carrier's library.
"""

TWILIO = Elements(ELEMENTS, '<?xml version="1.0" encoding="UTF-8"?>')
