"""Writes a call's state into the URL of its next webhook, and reads it back.

Place, language, line, misses and whether a key was pressed are readable; the carrier's signature protects them. What
the call has gathered, such as a number, is encrypted. Where that part cannot be read, the call begins again with
nothing gathered.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from ivr.line.booking import Kind, Part
from ivr.line.diary import Slot
from ivr.line.phones import NumberRefused, Phone
from ivr.line.places import ChangeWish
from ivr.line.turn import Call, Own, OwnAppointment
from ivr.storage.encryption import Cipher, Unreadable

MOST_MISSES = 9

NOWHERE = ""
"""Place of a call whose state cannot be read; the menu leads it to its beginning."""


@dataclass(frozen=True)
class CallUrls:
    """The URLs of a call's steps."""

    cipher: Cipher
    base: str
    """Public base URL of the service, since a carrier needs absolute URLs."""

    def step(self, call: Call) -> str:
        """Return the URL that the carrier calls after a key, or after calling the reception."""
        return self._url(call.place, call)

    def silence(self, call: Call) -> str:
        """Return the URL that the carrier calls when no key was pressed."""
        return self._url(call.place, call, silent="1")

    def answered(self, call: Call) -> str:
        """Return the URL at which the reception's own leg begins."""
        return self._url("answered", Call(call.line, call.language, call.place))

    def _url(self, place: str, call: Call, **more: str) -> str:
        query = {"line": call.line, "lang": call.language}
        query |= {key: str(count) for key, count in (("s", call.silences), ("w", call.wrongs)) if count}
        query |= {"m": "1"} if call.mute else {}
        gathered = {name: value for name, value in _gathered(call).items() if value}
        if gathered:
            query["c"] = self.cipher.encrypt(json.dumps(gathered))
        return f"{self.base}/voice/{place}?{urlencode(query | more)}"

    def call(self, place: str, query: Mapping[str, str]) -> Call:
        """Return the call that a URL describes; at `NOWHERE` where its encrypted part cannot be read."""
        bare = Call(
            line=query.get("line", ""),
            language=query.get("lang", ""),
            place=place,
            silences=_count(query.get("s", "")),
            wrongs=_count(query.get("w", "")),
            mute="m" in query,
        )
        try:
            return _with_gathered(bare, json.loads(self.cipher.decrypt(query["c"]))) if "c" in query else bare
        except (Unreadable, NumberRefused, ValueError):
            return replace(bare, place=NOWHERE)


def language_of(url: str) -> str:
    """Return the language in which the call of this URL is spoken."""
    return parse_qs(urlsplit(url).query).get("lang", [""])[0]


def _count(written: str) -> int:
    return min(int(written), MOST_MISSES) if written.isascii() and written.isdigit() else 0


def _gathered(call: Call) -> dict[str, str | int | None]:
    return {
        "kind": call.kind,
        "day": call.day.isoformat() if call.day else None,
        "part": call.part,
        "practitioner": call.practitioner,
        "offered": " ".join(_slot(each) for each in call.offered),
        "page": call.page,
        "slot": _slot(call.slot) if call.slot else None,
        "other": "yes" if call.other else None,
        "own": " ".join(map(_own, call.own.appointments)),
        "asked": " ".join(call.own.requests),
        "chosen": _own(call.chosen) if call.chosen else None,
        "entered": call.entered,
        "proved": "yes" if call.proved else None,
        "change": call.change,
        "keyed": call.keyed.e164 if call.keyed else None,
        "topic": call.topic,
        "reference": call.reference,
        "joined": "yes" if call.joined else None,
        "left": call.left,
        "warned": "yes" if call.warned else None,
        "signs": " ".join(call.signs_heard),
        "nobody": "yes" if call.nobody_told else None,
        "over_limit": "yes" if call.over_limit else None,
        "filed": call.filed,
        "rung": call.rung,
        "offered_at": call.offered_at.isoformat() if call.offered_at else None,
    }


def _with_gathered(call: Call, found: Mapping[str, Any]) -> Call:
    return replace(
        _with_what_was_heard(call, found),
        kind=Kind(found["kind"]) if "kind" in found else None,
        day=date.fromisoformat(found["day"]) if "day" in found else None,
        part=Part(found["part"]) if "part" in found else None,
        practitioner=str(found.get("practitioner", "")),
        offered=tuple(_slot_of(each) for each in str(found.get("offered", "")).split()),
        page=int(found.get("page", 0)),
        slot=_slot_of(found["slot"]) if "slot" in found else None,
        other="other" in found,
        own=Own(
            tuple(map(_own_of, str(found.get("own", "")).split())),
            tuple(map(Kind, str(found.get("asked", "")).split())),
        ),
        chosen=_own_of(found["chosen"]) if "chosen" in found else None,
        entered=str(found.get("entered", "")),
        proved="proved" in found,
        change=ChangeWish(found["change"]) if "change" in found else None,
        keyed=Phone(found["keyed"]) if "keyed" in found else None,
        topic=found.get("topic"),
        reference=found.get("reference"),
        joined="joined" in found,
        left=found.get("left", ""),
        over_limit="over_limit" in found,
        filed=int(found.get("filed", 0)),
        rung=int(found.get("rung", 0)),
        offered_at=datetime.fromisoformat(found["offered_at"]) if "offered_at" in found else None,
    )


def _with_what_was_heard(call: Call, found: Mapping[str, Any]) -> Call:
    return replace(
        call,
        warned="warned" in found,
        signs_heard=tuple(str(found.get("signs", "")).split()),
        nobody_told="nobody" in found,
    )


def _slot(slot: Slot) -> str:
    return f"{slot.start.isoformat(timespec='minutes')}/{slot.schedule}"


def _own(appointment: OwnAppointment) -> str:
    as_of = appointment.as_of.isoformat() if appointment.as_of else ""
    return f"{appointment.id}/{appointment.starts.isoformat(timespec='minutes')}/{as_of}"


def _own_of(written: str) -> OwnAppointment:
    """Return the appointment from the text that `_own` has made. Raises ValueError for any other."""
    number, _, moments = written.partition("/")
    starts, _, as_of = moments.partition("/")
    return OwnAppointment(int(number), datetime.fromisoformat(starts), datetime.fromisoformat(as_of) if as_of else None)


def _slot_of(written: str) -> Slot:
    """Return the free time from the text that `_slot` has made. Raises ValueError for any other."""
    start, _, schedule = written.partition("/")
    return Slot(datetime.fromisoformat(start), schedule)
