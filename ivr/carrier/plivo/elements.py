"""Plivo's elements as a table: each element's attributes, the values that these can have, and its child elements.

The table has only what our documents need.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from ivr.carrier.elements import ANYTHING, ElementRule, Elements, rule

ADDRESS = re.compile(r"https?://[!-~]+|/(#[!-~]*)?")
"""The pattern of an address in a document: a whole URL. A document that is checked but never sent has "/" or "/#…"."""

DIGITS = re.compile(r"[1-9][0-9]{6,14}")
"""The pattern of a number with its country code, without the +."""

YES_OR_NO = re.compile("true|false")
POST = re.compile("POST")

SOUNDS = "Speak Play"

ELEMENTS: Mapping[str, ElementRule] = MappingProxyType(
    {
        "Response": rule("Speak Play Wait GetInput GetDigits Dial Redirect Hangup"),
        "Speak": rule(
            "sub",
            ANYTHING,
            voice=re.compile(r"Polly\.[A-Z][a-z]+"),
            language=re.compile("[a-z]{2}-[A-Z]{2}"),
            required="voice language",
        ),
        "sub": rule(text=ANYTHING, alias=ANYTHING, required="alias"),
        "Play": rule(text=ADDRESS),
        "Wait": rule(length=range(1, 121), required="length"),
        "GetInput": rule(
            SOUNDS,
            action=ADDRESS,
            method=POST,
            inputType=re.compile("dtmf"),
            executionTimeout=range(5, 61),
            finishOnKey=re.compile("[0-9#*]|none"),
            numDigits=range(1, 33),
            log=YES_OR_NO,
            required="action executionTimeout numDigits finishOnKey log",
        ),
        "GetDigits": rule(
            SOUNDS,
            action=ADDRESS,
            method=POST,
            timeout=range(1, 121),
            digitTimeout=range(1, 121),
            finishOnKey=re.compile("[0-9#*]|none"),
            numDigits=range(1, 100),
            retries=range(1, 2),
            log=YES_OR_NO,
            required="action timeout digitTimeout retries log",
        ),
        "Dial": rule(
            "Number",
            action=ADDRESS,
            method=POST,
            timeout=range(5, 121),
            callerId=DIGITS,
            dialMusic=re.compile("real"),
            confirmSound=ADDRESS,
            confirmKey=re.compile("[0-9#*]"),
            confirmTimeout=range(1, 121),
            required="action callerId timeout",
        ),
        "Number": rule(text=DIGITS),
        "Redirect": rule(text=ADDRESS, method=POST),
        "Hangup": rule(),
    }
)
"""The elements of our documents, by name.

tests/carrier/plivo/test_elements.py checks them with the carrier's library.
"""

PLIVO = Elements(ELEMENTS)
