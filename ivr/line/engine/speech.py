"""A speech of the menu's table: the sentences that depend on the moment or on the call's data.

Values only.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ivr.line.blanks import Blanks, Moment, Say
from ivr.line.turn import Call, Facts

Says = Callable[[Call, Facts], Iterator[Say]]


@dataclass(frozen=True)
class Speech:
    """A function that chooses the sentences, and all sentences that it may choose with their blanks."""

    says: Says
    sentences: Blanks


def moment(at: datetime, facts: Facts) -> Moment:
    """Return a moment as the line's own clock shows it, worded from now."""
    return Moment(facts.line.hours.local(at), facts.line.hours.local(facts.now))
