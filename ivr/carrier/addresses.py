"""The paths of our webhooks, and functions for their full addresses. The web application supplies the functions."""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.line.turn import Call

INCOMING = "/voice"
"""The path of the webhook with which a call begins."""

FALLBACK = "/voice/fallback"
"""The path of the fallback, which a carrier asks when it has no good answer from us."""

ASKED_BY = "carrier"
"""The field in an address of the fallback that names the carrier that asks there; without it the first one answers."""

BEFORE_AGAIN = 4
"""Seconds of silence between an apology and the next try of the same step: time for a process to restart."""


@dataclass(frozen=True)
class Addresses:
    """Functions that return the addresses of webhooks: after a key, after silence, and for the reception's leg."""

    step: Callable[[Call], str]
    silence: Callable[[Call], str]
    answered: Callable[[Call], str]
