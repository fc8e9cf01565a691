"""Where a call stands, as far as it matters for where it can go from there.

Pure: two calls in the same state go the same ways, whatever else they have gathered.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from ivr.line.booking import Kind, Part
from ivr.line.known import KNOWN
from ivr.line.paths.transitions import matters
from ivr.line.phones import Phone
from ivr.line.places import Place
from ivr.line.turn import Call, Facts

THINGS: Mapping[str, Callable[[Call, Facts], Kind | bool | None]] = {
    **KNOWN,
    "kind": lambda call, _: call.kind,
    "offered": lambda call, _: call.offered_at is not None,
}
"""What may matter of a call, by the names that transitions.py gives it."""

SPOKEN_OF = frozenset({"kind", "reference", "topic"})
"""Where one of these matters, a sentence to come may name what the call has gathered."""


class State(NamedTuple):
    """Where a call stands, as far as it matters for where it goes."""

    place: str
    language: str
    silences: int
    wrongs: int
    has: tuple[Kind | bool | None, ...]
    left: str = ""
    """In the menu of languages: the place where 9 was pressed, and where all that mattered there still does."""

    def __str__(self) -> str:
        return f"{self.place} ({self.language})"


class Gathered(NamedTuple):
    """What a call has gathered, as far as a sentence may name it or a key be offered for it."""

    kind: Kind | None = None
    day: date | None = None
    part: Part | None = None
    number: Phone | None = None
    topic: str | None = None
    reference: str | None = None
    joined: bool = False


NOTHING = Gathered()


class States:
    """The states of calls that walk this table."""

    def __init__(self, menu: Mapping[str, Place]) -> None:
        found = matters(menu)
        self._matters = {name: sorted(matter & THINGS.keys()) for name, matter in found.items()}
        self._spoken_of = {name for name, matter in found.items() if matter & SPOKEN_OF}

    def of(self, call: Call, facts: Facts) -> State:
        """The state of this call."""
        has = tuple(THINGS[need](call, facts) for need in self._matters[call.left or call.place])
        return State(call.place, call.language, call.silences, call.wrongs, has, call.left)

    def gathered(self, call: Call, facts: Facts) -> Gathered:
        """What it has gathered that may still be heard of: two calls in a state that agree in this hear the same."""
        if (call.left or call.place) not in self._spoken_of:
            return NOTHING
        return Gathered(call.kind, call.day, call.part, facts.number(call), call.topic, call.reference, call.joined)
