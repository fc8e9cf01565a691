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
    """An option of an offer: the sentence that names it, and what the call gathers when the caller chooses it."""

    says: Say
    gathers: Mapping[str, Any] = field(default_factory=dict)
    """The fields of the call that change when the caller chooses this option, by their names."""
    leads: str = ""
    """The place that this option leads to; empty for the place named by the menu's `leads`."""
    more: bool = False
    """True for the last option of a long offer, such as "later times": it leads to the place in the menu's `more`."""


@dataclass(frozen=True)
class Offered:
    """A kind of offer: the function that makes its options, and the sentences of the options with their blanks.

    Each of these sentences has a further blank, `key`.
    """

    worked_out: Callable[[Call, Facts], Iterator[Choice]]
    sentences: Blanks
