"""The transcript of the reception's leg: the question to whoever picks up, and what each answer does.

Reads the carrier's own documents. Asks no store.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.carrier.leg import Leg
from ivr.carrier.steps import Gathers, Heard
from ivr.line.paths.events import KEYPAD, EventKind
from ivr.line.paths.transcript import SILENCE, Keys, Scene, ringing
from ivr.line.turn import Call, HangUp, PressKey, Turn
from ivr.web.preview.transcripts import NOWHERE, Branch, label
from ivr.web.services import Services


def read_reception(services: Services, call: Branch) -> Branch | None:
    """Return the transcript of the reception's leg; None if the call rings no reception, or the leg asks for no key."""
    rung = ringing(call.scene)
    if rung is None or rung.screening is None:
        return None
    caller = call.scene.turn.call
    leg = Leg(Call(caller.line, caller.language, ""), rung.screening, begins=True)
    return _branch(services, Way(EventKind.BEGINS, (), leg))


@dataclass(frozen=True)
class Way:
    """A point in the transcript of the reception's leg: the last event, the keys so far, and the state of the leg."""

    what: EventKind
    keys: Keys
    leg: Leg


def _branch(services: Services, way: Way) -> Branch:
    leg, by = way.leg, way.keys[-1] if way.keys else ""
    steps = list(services.telephone.carrier.heard(services.telephone.carrier.document(leg, NOWHERE).body))
    # A document without a wait for keys still asks at first: that carrier counts the key by itself.
    waits = leg.begins or any(isinstance(step, Gathers) for step in steps)
    turn = Turn(leg.asked_again, (), leg.asks if waits else (), PressKey(leg.seconds) if waits else HangUp())
    scene = Scene(way.what, by, way.keys, turn, leg.offer if way.what is EventKind.KEY else None)
    return Branch(
        scene=scene,
        label=services.script.say(scene.offer, leg.call.language).words if scene.offer else label(scene, None),
        key=by if way.what in {EventKind.KEY, EventKind.WRONG} else "",
        heard=tuple(step for step in steps if isinstance(step, Heard)),
        next=tuple(_branch(services, each) for each in _onward(way)) if waits else (),
        is_another=False,
    )


def _onward(way: Way) -> Iterator[Way]:
    """Yield the next points: at the beginning, a right key, silence or wrong key; after a miss, only the same miss."""
    leg = way.leg

    def after(what: EventKind, key: str) -> Way:
        pressed = None if key == SILENCE else key
        return Way(what, (*way.keys, key), Leg(leg.asked_again, leg.screening, pressed=pressed))

    if way.what is EventKind.BEGINS:
        yield after(EventKind.KEY, leg.screening.key)
    if way.what in {EventKind.BEGINS, EventKind.SILENCE}:
        yield after(EventKind.SILENCE, SILENCE)
    if way.what in {EventKind.BEGINS, EventKind.WRONG}:
        yield after(EventKind.WRONG, next(key for key in KEYPAD if key != leg.screening.key))
