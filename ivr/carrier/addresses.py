"""Where a carrier comes back to, as values that a document is made with. No HTTP: the web says what they are."""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.line.turn import Call


@dataclass(frozen=True)
class Addresses:
    """Where the carrier comes back to: after a key, after silence, and on the reception's own leg."""

    step: Callable[[Call], str]
    silence: Callable[[Call], str]
    answered: Callable[[Call], str]
