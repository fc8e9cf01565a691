"""A speech of the menu's table: sentences that are chosen by the moment or by the call's data.

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
    """A speech: a function that chooses sentences, and all sentences that it may choose, with their blanks."""

    says: Says
    sentences: Blanks


def moment(at: datetime, facts: Facts) -> Moment:
    """Return `at` and the present moment in the line's time zone, as the value of a blank in a sentence."""
    return Moment(facts.line.hours.local(at), facts.line.hours.local(facts.now))
