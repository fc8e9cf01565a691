"""Reduces a call to a state: the data that decides where the call can go.

Pure. Two calls in the same state take the same ways, whatever other data they have.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from ivr.line.booking import Kind, Part
from ivr.line.diary import Slot
from ivr.line.known import KNOWN
from ivr.line.paths.transitions import matters
from ivr.line.phones import Phone
from ivr.line.places import ChangeWish, Place
from ivr.line.turn import Call, Facts, OwnAppointment

THINGS: Mapping[str, Callable[[Call, Facts], Kind | int | None]] = {
    **KNOWN,
    "kind": lambda call, _: call.kind,
    "page": lambda call, _: call.page,
    "change": lambda call, _: list(ChangeWish).index(call.change) + 1 if call.change else 0,
    "entered": lambda call, _: bool(call.entered),
    "offered": lambda call, _: call.offered_at is not None,
}
"""The functions that read a datum of a call, by the datum's name in transitions.py. The data decide where calls go."""

SAID_OF_A_WISH = frozenset({"kind", "promise"})

SPOKEN_OF: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("kind", "day", "part", "number"), SAID_OF_A_WISH),
    **dict.fromkeys(("reference", "joined"), frozenset({"promise"})),
    "slot": frozenset({"kind", "slot"}),
    "chosen": frozenset({"chosen"}),
    "topic": frozenset({"topic"}),
}
"""Maps a datum in sentences to data. While one of these decides where the call can go, the datum may be heard."""


class State(NamedTuple):
    """The state of a call: the data that decide where the call can go."""

    place: str
    language: str
    silences: int
    wrongs: int
    has: tuple[Kind | int | None, ...]
    left: str = ""
    """The place to return to, as from the menu of languages; else empty. If it is set, `has` is about that place."""

    def __str__(self) -> str:
        return f"{self.place} ({self.language})"


class Gathered(NamedTuple):
    """The data of a call that a sentence may mention, or for which a key may be offered."""

    kind: Kind | None = None
    day: date | None = None
    part: Part | None = None
    slot: Slot | None = None
    chosen: OwnAppointment | None = None
    number: Phone | None = None
    topic: str | None = None
    reference: str | None = None
    joined: bool = False


class States:
    """Computes the states of calls that follow one menu's table."""

    def __init__(self, menu: Mapping[str, Place]) -> None:
        found = matters(menu)
        self._matters = {name: sorted(matter & THINGS.keys()) for name, matter in found.items()}
        self._spoken_of = {
            name: [datum for datum, needs in SPOKEN_OF.items() if matter & needs] for name, matter in found.items()
        }

    def of(self, call: Call, facts: Facts) -> State:
        """Return the state of the call: its place, language and misses, and the data that decide where it can go."""
        has = tuple(THINGS[need](call, facts) for need in self._matters[call.left or call.place])
        return State(call.place, call.language, call.silences, call.wrongs, has, call.left)

    def gathered(self, call: Call, facts: Facts) -> Gathered:
        """Return those data of the call that a sentence may still mention.

        In two calls with the same state and equal data, callers hear the same sentences.
        """
        spoken_of = self._spoken_of[call.left or call.place]
        return Gathered(**{name: _value(name, call, facts) for name in spoken_of})


def _value(name: str, call: Call, facts: Facts) -> Any:
    return facts.number(call) if name == "number" else getattr(call, name)
