"""Where a call stands, as far as it matters for where it can go from there.

Pure: two calls in the same state go the same ways, whatever else they have gathered.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ivr.line.booking import Kind
from ivr.line.known import KNOWN
from ivr.line.places import Place
from ivr.line.turn import Call, Facts
from ivr.line.ways.leads import matters

THINGS: Mapping[str, Callable[[Call, Facts], Kind | bool | None]] = {
    **KNOWN,
    "kind": lambda call, _: call.kind,
    "offered": lambda call, _: call.offered_at is not None,
}
"""What may matter of a call, by the names that leads.py gives it."""


class State(NamedTuple):
    """Where a call stands, as far as it matters for where it goes."""

    patient: bool
    """Whose leg it is: the patient's, or the reception's own."""
    place: str
    language: str
    silences: int
    wrongs: int
    has: tuple[Kind | bool | None, ...]

    def __str__(self) -> str:
        return f"{self.place} ({self.language})"


class States:
    """The states of calls that walk this table."""

    def __init__(self, menu: Mapping[str, Place]) -> None:
        self._matters = {name: sorted(found & THINGS.keys()) for name, found in matters(menu).items()}

    def of(self, call: Call, facts: Facts, *, patient: bool = True) -> State:
        """The state of this call."""
        has = tuple(THINGS[need](call, facts) for need in self._matters[call.place])
        return State(patient, call.place, call.language, call.silences, call.wrongs, has)
