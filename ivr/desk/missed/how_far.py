"""Tells from the places that a call passed how far it came, and whether it was missed.

Pure: a path and the menu's table. No SQL, no clock.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ivr.line.clinic import MissedKind
from ivr.line.menu import HOME, MENU, PERSON_PLACE
from ivr.line.places import Changing, Filing, Fork, Menu, Passage, Place, Ringing

TALKED = "talked"
FAULTS = frozenset({"fault", "failed"})
OVER_LIMIT = "over_limit"
"""Words in a call's path that are no places: TALKED, FAULTS, OVER_LIMIT. ivr/reports/call_records.py explains them."""

RINGING, CLOSED, NOBODY = "ringing", "closed", "nobody"
"""The ends of a missed call to the reception: hung up while ringing, told that it is closed, or nobody answered."""

PROMISES = ("kept", "booked", "moved", "cancelled")
"""The outcomes of the actions that end in a promise to the caller, so that the call does not count as missed."""


@dataclass(frozen=True)
class CallPath:
    """The places of the menu that a call passed, as far as this host or the database knows them."""

    path: Sequence[str]
    line: str
    language: str
    began: datetime


@dataclass(frozen=True)
class HowFar:
    """The point that a call reached, such as the menu's option that was chosen, or a talk with the reception."""

    kind: MissedKind
    reached: str = ""
    """The place chosen in the main menu, or empty. For a call to the reception: RINGING, CLOSED or NOBODY."""

    @property
    def rank(self) -> int:
        """The rank of the missed call's kind. A kind with a higher rank tells more of the caller's wish."""
        return RANKS.index(self.kind)


RANKS = (MissedKind.NOTHING, MissedKind.MIDWAY, MissedKind.FAULT, MissedKind.RECEPTION, MissedKind.TALKED)


@dataclass(frozen=True)
class PathReader:
    """Reads from a call's path through the menu how far the call came before it ended."""

    menu: Mapping[str, Place] = field(default_factory=lambda: MENU)

    def how_far(self, path: Sequence[str]) -> HowFar | None:
        """Return how far a call came, by its path of places and outcomes; None if the desk need not see the call.

        The desk need not see a caller who was promised something. The same is true of a caller who was refused as
        blocked or over a limit, or heard an answer, and did not ask for the reception after it.
        """
        if self.is_served(path):
            return None
        if TALKED in path:
            return HowFar(MissedKind.TALKED)
        since = self._since_the_last_answer(path)
        if FAULTS.intersection(path[-1:]) or self._led_to("lost").intersection(since):
            return HowFar(MissedKind.FAULT)
        if PERSON_PLACE in since:
            return HowFar(MissedKind.RECEPTION, self._at_the_reception(since))
        if len(since) < len(path):
            return None
        chosen = next((word for word in path if word in self._choices), "")
        return HowFar(MissedKind.MIDWAY, chosen) if chosen else HowFar(MissedKind.NOTHING)

    def is_served(self, path: Sequence[str]) -> bool:
        """Return whether a call's `path` of places and outcomes shows a promise or a refusal, and so no missed call.

        Who asks for the reception after a refusal may miss it: whoever may not ring it is refused once more.
        """
        kept = {OVER_LIMIT, *self._led_to(*PROMISES)}.intersection(path)
        return bool(kept or self._led_to("refused").intersection(path[_last(path, {PERSON_PLACE}) + 1 :]))

    def _led_to(self, *outcomes: str) -> set[str]:
        """Return the places of the menu to which these outcomes of an action lead."""
        actions = (place.on for place in self.menu.values() if isinstance(place, Filing | Changing | Ringing))
        return {on[each] for on in actions for each in outcomes if each in on}

    def _since_the_last_answer(self, path: Sequence[str]) -> Sequence[str]:
        """Return the words of a call's path after the last place that gave an answer; the whole path if none did."""
        return path[_last(path, self._answers) + 1 :]

    def _at_the_reception(self, path: Sequence[str]) -> str:
        if isinstance(self.menu.get(path[-1]), Ringing):
            return RINGING
        fork = self.menu[PERSON_PLACE]
        closed = fork.on.get("closed") if isinstance(fork, Fork) else None
        return CLOSED if closed in path[_last(path, {PERSON_PLACE}) :] else NOBODY

    @property
    def _answers(self) -> Collection[str]:
        return {name for name, place in self.menu.items() if isinstance(place, Menu | Passage) and place.answers}

    @property
    def _choices(self) -> Collection[str]:
        home = self.menu[HOME]
        return {option.leads for option in home.options} if isinstance(home, Menu) else set()


def _last(path: Sequence[str], words: Collection[str]) -> int:
    """Return the index at which a call's path has any of these words for the last time; -1 if it has none of them."""
    return max((at for at, word in enumerate(path) if word in words), default=-1)
