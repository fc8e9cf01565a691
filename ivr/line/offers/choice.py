"""The values of an offer: an option that depends on the call, and the function that makes the options.

Values only. wishes.py and free.py make them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ivr.line.turn import Blanks, Call, Facts, Say


@dataclass(frozen=True)
class Choice:
    """An option: the sentence that names it, and the call after it is chosen."""

    says: Say
    then: Call
    leads: str = ""
    """The place that this option leads to; empty for the place of the whole menu."""
    more: bool = False
    """True if it leads to what else is on offer: the menu's `more`."""


@dataclass(frozen=True)
class Offered:
    """A kind of offer: the function that makes its options, and their sentences, each with a further blank `key`."""

    worked_out: Callable[[Call, Facts], Iterator[Choice]]
    sentences: Blanks
