"""An option that depends on the call, and the kinds of offer that make such options.

Values only.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.line.blanks import Blanks, Say
from ivr.line.turn import Call, Facts


@dataclass(frozen=True)
class Choice:
    """An option: the sentence that names it, and what the call has gathered after it is chosen."""

    says: Say
    gathers: Mapping[str, Any] = field(default_factory=dict)
    """The data that the call has more, by the names of its fields, after it is chosen."""
    leads: str = ""
    """The place that this option leads to; empty for the place of the whole menu."""
    more: bool = False
    """True if it leads to what else is on offer: the menu's `more`."""


@dataclass(frozen=True)
class Offered:
    """A kind of offer: the function that makes its options, and their sentences, each with a further blank `key`."""

    worked_out: Callable[[Call, Facts], Iterator[Choice]]
    sentences: Blanks
