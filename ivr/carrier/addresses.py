"""The addresses of our webhooks, as a carrier's document needs them. No HTTP: the web application supplies them."""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.line.turn import Call


@dataclass(frozen=True)
class Addresses:
    """Functions that return the address of the webhook: after a key, after silence, and for the reception's leg."""

    step: Callable[[Call], str]
    silence: Callable[[Call], str]
    answered: Callable[[Call], str]
