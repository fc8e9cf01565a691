"""A call that somebody holds for as long as they like, as a page in a browser does: a value, and its words.

Its words are all that it takes to go on with the call. Nothing is kept here, sealed or sent.
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
"""What a call may wait for, by name."""

WRITTEN: Mapping[str, str] = {"call_id": "call_sid"}
"""What a field is called in the words, where it has another name: a call under way keeps its words through a deploy."""


@dataclass(frozen=True)
class CallState:
    """A call in somebody's hand."""

    call_id: str
    called: str
    sender: str
    began: float
    """Seconds since the epoch."""
    moments: int
    """So many there have been."""
    moment: CallMoment
    """The present one."""

    def words(self) -> str:
        """All of it but what has been heard already."""
        fields = {**vars(self), "moment": _packed(self.moment)}
        return json.dumps({WRITTEN.get(name, name): value for name, value in fields.items()})


def receiver(words: str) -> CallState:
    """The call that has these words."""
    fields = json.loads(words)
    named = {name: fields[WRITTEN.get(name, name)] for name in CallState.__dataclass_fields__}
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
    """What whoever holds the receiver gets to know of a moment: what is heard, and what may be done now."""
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
