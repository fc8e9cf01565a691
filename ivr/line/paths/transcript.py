"""Plays a call on a line at a given moment, scene by scene: what is said, and what can happen next.

Uses the table and the engine of real calls. Pure: the moment is one of the facts. Sentences are names, not words.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ivr.line.blanks import Say
from ivr.line.engine.call import begin, keys_of
from ivr.line.paths.events import EventKind, next_events
from ivr.line.paths.transitions import KEPT
from ivr.line.places import Menu
from ivr.line.turn import Call, Facts, HangUp, RingReception, Turn

Keys = tuple[str, ...]
"""The events of a call so far: keys, numbers, "-" for silence, and the names of outcomes."""

SILENCE = "-"
"""The sign for silence among keys, as in `flask phone --keys`."""

JOINED = "joined"
"""The outcome of a request that was added to an earlier one of the caller."""

REFUSED = "refused"
"""The outcome for a caller who is blocked or over a limit."""

AS_TOLD = (EventKind.BEGINS, EventKind.KEY, EventKind.OUTCOME, EventKind.SILENCE, EventKind.WRONG)
KEYS_AS_TOLD = "1234567890*#"
"""The order of keys in a transcript: options first, then the standing keys."""


class NoSuchWay(LookupError):
    """A call cannot have these events in this order; the message is the first impossible event."""


@dataclass(frozen=True)
class Scene:
    """A turn of a call, with the event that led to it and the scenes that can follow."""

    what: EventKind
    by: str
    """The key, the number or the outcome that led here."""
    keys: Keys
    """The events of the call from its beginning up to this scene: keys, numbers, silences and outcomes."""
    turn: Turn
    offer: Say | None = None
    """The sentence that offered the key that led to this scene; None if no sentence offered the key."""
    next: tuple["Scene", ...] = ()
    told_at: Keys | None = None
    """The keys of a scene whose next scenes also follow this one, so that `next` has only other scenes; else None."""
    stays: bool = False
    """True if the call stays where it was, so that the previous scene lists what can follow."""

    @property
    def ends(self) -> bool:
        """Return whether the call is over."""
        return isinstance(self.turn.wait, HangUp)

    def every(self) -> Iterator["Scene"]:
        """Yield this scene and all scenes below it."""
        yield self
        for each in self.next:
            yield from each.every()


def beginning(call: Call, facts: Facts, keys: Keys = ()) -> Scene:
    """Return the scene at the beginning of the call, or the one after these keys. Raises NoSuchWay.

    `next` is still empty; tree.py fills it.
    """
    scene = Scene(EventKind.BEGINS, "", (), begin(call, facts))
    for key in keys:
        scene = _after(scene, key, facts)
    return scene


def ringing(scene: Scene) -> RingReception | None:
    """Return the first call to the reception in this scene or in those after it; None if there is none."""
    waits = (each.turn.wait for each in scene.every())
    return next((wait for wait in waits if isinstance(wait, RingReception)), None)


def _after(scene: Scene, key: str, facts: Facts) -> Scene:
    for each in following(scene, facts):
        if each.by == key:
            return each
    raise NoSuchWay(key)


def following(scene: Scene, facts: Facts) -> Iterator[Scene]:
    """Yield each scene that can follow this one, without duplicates."""
    call = scene.turn.call
    place = facts.menu[call.place]
    offers = keys_of(place, call, facts) if isinstance(place, Menu) else {}
    for what, by, turn in sorted(_told_of(scene.turn, facts), key=_order):
        key = JOINED if turn.call.joined and by == KEPT else by or SILENCE
        offer = offers[key][0] if key in offers else None
        yield Scene(what, key, (*scene.keys, key), turn, offer)


def _told_of(turn: Turn, facts: Facts) -> Iterator[tuple[EventKind, str, Turn]]:
    """Yield the events that can follow this turn, without those that tell nothing new.

    Skips a wrong key with a turn already yielded, a wrong key after a silence, and a silence after a wrong key.
    """
    other = {EventKind.WRONG: turn.call.silences, EventKind.SILENCE: turn.call.wrongs}
    wrong: list[Turn] = []
    for what, by, make in next_events(turn, facts):
        came = _refused(make(), by) if isinstance(turn.wait, RingReception) else make()
        if not other.get(what) and came not in wrong:
            yield what, by, came
        if what is EventKind.WRONG:
            wrong.append(came)


def _refused(turn: Turn, by: str) -> Turn:
    """Return the turn. If the outcome `by` is a refusal, mark its call as over the limit until the call ends.

    Only a blocked caller is refused the reception. Who is refused a request may ring it (docs/decisions/0021).
    """
    return replace(turn, call=replace(turn.call, over_limit=True)) if by == REFUSED else turn


def _order(happened: tuple[EventKind, str, Turn]) -> tuple[int, int]:
    what, by, _ = happened
    return AS_TOLD.index(what), KEYS_AS_TOLD.find(by)
