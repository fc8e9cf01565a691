"""The state of a test call as JSON text, so that a page in a browser can hold the state between two steps.

The text is all that is needed to continue the call. Stores, encrypts and sends nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

from ivr.carrier.steps import Dials, Gathers, HangsUp, Records, Redirects
from ivr.phone.handset import CallMoment, Ends

WAITS: Mapping[str, TypeAdapter[Any]] = {
    each.__name__: TypeAdapter(each) for each in (Gathers, Dials, Records, Redirects, HangsUp, Ends)
}
"""The steps of a carrier's document at which a test call may wait, by the names of their classes."""

WRITTEN: Mapping[str, str] = {"call_id": "call_sid"}
"""The names that some fields of CallState have in JSON text, so that a call survives an update that renames a field."""


@dataclass(frozen=True)
class CallState:
    """The state of a test call: its id and numbers, the time at which it began, and its present moment."""

    call_id: str
    called: str
    sender: str
    began: float
    """The time at which the call began, in seconds since the epoch."""
    moments: int
    """The number of moments that the call has had so far."""
    moment: CallMoment
    """The moment at which the call is now: the sentences heard last, and the input that the call waits for."""
    carrier: str = ""
    """The name of the carrier whose dialect the test phone uses; empty for the first carrier."""

    def words(self) -> str:
        """Return this state of a test call as JSON text, without the words that were heard already."""
        fields = {**vars(self), "moment": _packed(self.moment)}
        return json.dumps({WRITTEN.get(name, name): value for name, value in fields.items()})


def receiver(words: str) -> CallState:
    """Return the state of a test call from its JSON text, which the method `CallState.words` has made."""
    fields = json.loads(words)
    names = ((name, WRITTEN.get(name, name)) for name in CallState.__dataclass_fields__)
    named = {name: fields[written] for name, written in names if name != "carrier" or written in fields}
    return CallState(**{**named, "moment": _unpacked(named["moment"])})


def _packed(moment: CallMoment) -> dict[str, Any]:
    return {
        "kind": type(moment.waits).__name__,
        "waits": asdict(moment.waits),
        "address": moment.address,
        "reception": _packed(moment.reception) if moment.reception else None,
    }


def _unpacked(fields: Mapping[str, Any]) -> CallMoment:
    return CallMoment(
        heard=(),
        waits=WAITS[fields["kind"]].validate_python(fields["waits"]),
        address=fields["address"],
        reception=_unpacked(fields["reception"]) if fields["reception"] else None,
    )


def shown(moment: CallMoment) -> dict[str, Any]:
    """Return the part of a test call's moment that a page shows: what is heard, and what the call waits for."""
    return {"heard": _heard(moment), "waits": _waits(moment)}


def _heard(moment: CallMoment | None) -> list[dict[str, Any]]:
    return [asdict(sound) for sound in moment.heard] if moment else []


def _waits(moment: CallMoment) -> dict[str, Any]:
    match moment.waits:
        case Gathers(digits=digits, ends_with=ends_with, seconds=seconds):
            return {"for": "keys", "digits": digits, "ends_with": ends_with, "seconds": seconds}
        case Dials(seconds=seconds):
            return {"for": "reception", "seconds": seconds, "hears": _heard(moment.reception)}
        case HangsUp() | Ends():
            return {"for": "over"}
        case _:
            return {"for": "nothing"}
