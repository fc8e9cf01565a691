"""A call on a line at a moment, scene by scene: what is heard, and what can come next.

Walks the very table and engine of a real call. Pure: the moment is among the facts, and no words are made here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ivr.line.call import begin, keys_of
from ivr.line.paths.events import EventKind, next_events
from ivr.line.places import Menu
from ivr.line.turn import Call, Facts, HangUp, RingReception, Say, Turn

Keys = tuple[str, ...]
"""What happened since the call began: keys, numbers, "-" for silence, and outcomes by their names."""

SILENCE = "-"
"""How silence is written among keys, as `flask phone --keys` has it."""

JOINED = "joined"
"""How it is written that the caller's request was kept by joining an earlier one."""

REFUSED = "refused"
"""The outcome for a caller who is blocked or has rung too often."""

AS_TOLD = (EventKind.BEGINS, EventKind.KEY, EventKind.OUTCOME, EventKind.SILENCE, EventKind.WRONG)
KEYS_AS_TOLD = "1234567890*#"
"""The order of telling: what is offered first, then the keys that are the same everywhere, then mistakes."""


class NoSuchWay(LookupError):
    """No call goes this way; the message is what leads nowhere."""


@dataclass(frozen=True)
class Scene:
    """A turn of the call: what led to it, what is said, and what may come next."""

    what: EventKind
    by: str
    """The key, the number or the outcome that led here."""
    keys: Keys
    """All that led here since the call began."""
    turn: Turn
    offer: Say | None = None
    """The sentence that had offered the key."""
    next: tuple["Scene", ...] = ()
    told_at: Keys | None = None
    """The scene at which it is told what comes next, but for what `next` tells here."""
    stays: bool = False
    """Whether the call stands where it stood before: what comes next is what could have come already."""

    @property
    def ends(self) -> bool:
        """Whether nothing more is asked of the caller."""
        return isinstance(self.turn.wait, HangUp)

    def every(self) -> Iterator["Scene"]:
        """This scene and all below it."""
        yield self
        for each in self.next:
            yield from each.every()


def beginning(call: Call, facts: Facts, keys: Keys = ()) -> Scene:
    """The call at its beginning, or after these keys. Raises NoSuchWay.

    Nothing comes `next` yet: see tree.py.
    """
    scene = Scene(EventKind.BEGINS, "", (), begin(call, facts))
    for key in keys:
        scene = _after(scene, key, facts)
    return scene


def ringing(scene: Scene) -> RingReception | None:
    """How the reception is rung in it; None where it never is."""
    waits = (each.turn.wait for each in scene.every())
    return next((wait for wait in waits if isinstance(wait, RingReception)), None)


def _after(scene: Scene, key: str, facts: Facts) -> Scene:
    for each in following(scene, facts):
        if each.by == key:
            return each
    raise NoSuchWay(key)


def following(scene: Scene, facts: Facts) -> Iterator[Scene]:
    """All that can come next, each once."""
    call = scene.turn.call
    place = facts.menu[call.place]
    offers = keys_of(place, call, facts) if isinstance(place, Menu) else {}
    for what, by, turn in sorted(_told_of(scene.turn, facts), key=_order):
        key = JOINED if turn.call.joined and what is EventKind.OUTCOME else by or SILENCE
        offer = offers[key][0] if key in offers else None
        yield Scene(what, key, (*scene.keys, key), turn, offer)


def _told_of(turn: Turn, facts: Facts) -> Iterator[tuple[EventKind, str, Turn]]:
    """What can happen; of wrong keys that do the same only one, and no mistake of another kind than before."""
    other = {EventKind.WRONG: turn.call.silences, EventKind.SILENCE: turn.call.wrongs}
    wrong: list[Turn] = []
    for what, by, make in next_events(turn, facts):
        came = _refused(make(), by)
        if not other.get(what) and came not in wrong:
            yield what, by, came
        if what is EventKind.WRONG:
            wrong.append(came)


def _refused(turn: Turn, by: str) -> Turn:
    """Who is refused once is refused for the rest of the call."""
    return replace(turn, call=replace(turn.call, over_limit=True)) if by == REFUSED else turn


def _order(happened: tuple[EventKind, str, Turn]) -> tuple[int, int]:
    what, by, _ = happened
    return AS_TOLD.index(what), KEYS_AS_TOLD.find(by)
