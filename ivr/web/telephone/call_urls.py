"""Writes the state of a call into the URL of its next webhook, and reads the state back.

Place, language, line, misses and whether a key was pressed are readable; the carrier's signature protects them. What
the call has gathered, such as a number, is encrypted. Where that part cannot be read, the call begins again with
nothing gathered.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from ivr.line.booking import Kind, Part
from ivr.line.diary import Slot
from ivr.line.phones import NumberRefused, Phone
from ivr.line.places import ChangeWish
from ivr.line.turn import NEW_CALL, Call, Own, OwnAppointment
from ivr.storage.encryption import Cipher, Unreadable

MOST_MISSES = 9

NOWHERE = ""
"""The place of a call whose state cannot be read; the engine leads it to the main menu."""


@dataclass(frozen=True)
class CallUrls:
    """Writes and reads the URLs of a call's steps."""

    cipher: Cipher
    base: str
    """The public base URL of the service, since a carrier needs absolute URLs."""
    _made: dict[Call, str] = field(default_factory=dict, compare=False)
    """The URLs already made for one document, by call. They are kept because the encrypted part is slow to make."""

    def step(self, call: Call) -> str:
        """Return the URL of a call's next webhook after a key, or after the carrier has called the reception."""
        if call not in self._made:
            self._made[call] = self._url(call.place, call)
        return self._made[call]

    def silence(self, call: Call) -> str:
        """Return the URL of a call's next webhook if no key was pressed."""
        return f"{self.step(call)}&silent=1"

    def answered(self, call: Call) -> str:
        """Return the URL of the webhook that reports that the reception has picked up for this call."""
        return self._url("answered", Call(call.line, call.language, call.place))

    def _url(self, place: str, call: Call) -> str:
        query = _spoken_on(call.line, call.language)
        query += "".join([f"&{key}={count}" for key, count in (("s", call.silences), ("w", call.wrongs)) if count])
        query += "&m=1" if call.mute else ""
        if gathered := _gathered(call):
            query += f"&c={self.cipher.encrypt(json.dumps(gathered)).replace('=', '%3D')}"
        return f"{self.base}/voice/{place}?{query}"

    def call(self, place: str, query: Mapping[str, str]) -> Call:
        """Return the call that a URL's place and query describe; at `NOWHERE` if its encrypted part cannot be read."""
        silences, wrongs = _count(query.get("s", "")), _count(query.get("w", ""))
        spoken = {"line": query.get("line", ""), "language": query.get("lang", "")}
        bare = NEW_CALL.but(**spoken, place=place, silences=silences, wrongs=wrongs, mute="m" in query)
        try:
            return _with_gathered(bare, json.loads(self.cipher.decrypt(query["c"]))) if "c" in query else bare
        except (Unreadable, NumberRefused, ValueError):
            return replace(bare, place=NOWHERE)


@lru_cache(maxsize=256)  # bounded, since lines and languages are the clinic's
def _spoken_on(line: str, language: str) -> str:
    return urlencode({"line": line, "lang": language})


def language_of(url: str) -> str:
    """Return the language of the call that this URL describes."""
    return parse_qs(urlsplit(url).query).get("lang", [""])[0]


def _count(written: str) -> int:
    return min(int(written), MOST_MISSES) if written.isascii() and written.isdigit() else 0


def _gathered(call: Call) -> dict[str, str | int]:
    """Return what the call has gathered, as it is written into a URL, by its names in GATHERED."""
    has = vars(call) | vars(call.own)
    return {name: piece.write(has[piece.field]) for name, piece in GATHERED.items() if has[piece.field]}


def _with_gathered(call: Call, found: Mapping[str, Any]) -> Call:
    """Return the call with data that were read from a URL. Data of another version are left out. Raises ValueError."""
    known = ((GATHERED[name], value) for name, value in found.items() if name in GATHERED)
    fields = {piece.field: piece.read(value) for piece, value in known}
    own = Own(**{name: fields.pop(name) for name in vars(Own()) if name in fields})
    return call.but(**fields, own=own)


def _slot(slot: Slot) -> str:
    return f"{slot.start.isoformat(timespec='minutes')}/{slot.schedule}"


def _own(appointment: OwnAppointment) -> str:
    as_of = appointment.as_of.isoformat() if appointment.as_of else ""
    return f"{appointment.id}/{appointment.starts.isoformat()}/{as_of}"


def _own_of(written: str) -> OwnAppointment:
    """Return the appointment from the text that `_own` has made of it. Raises ValueError for any other text."""
    number, _, moments = written.partition("/")
    starts, _, as_of = moments.partition("/")
    return OwnAppointment(int(number), datetime.fromisoformat(starts), datetime.fromisoformat(as_of) if as_of else None)


def _slot_of(written: str) -> Slot:
    """Return the free time from the text that `_slot` has made of it. Raises ValueError for any other text."""
    start, _, schedule = written.partition("/")
    return Slot(datetime.fromisoformat(start), schedule)


class GatheredField(NamedTuple):
    """A field of a call as it is written into the encrypted part of a URL, and read back."""

    field: str
    write: Callable[[Any], str | int]
    read: Callable[[Any], Any]


def _flag(field: str) -> GatheredField:
    return GatheredField(field, lambda _: "yes", lambda _: True)


def _moment(field: str, kind: type[date]) -> GatheredField:
    return GatheredField(field, lambda at: str(at.isoformat()), kind.fromisoformat)


def _words(field: str, write: Callable[[Any], str] = str, read: Callable[[str], Any] = str) -> GatheredField:
    return GatheredField(
        field,
        lambda values: " ".join([write(each) for each in values]),
        lambda written: tuple([read(each) for each in str(written).split()]),
    )


GATHERED: Mapping[str, GatheredField] = {
    "kind": GatheredField("kind", str, Kind),
    "day": _moment("day", date),
    "part": GatheredField("part", str, Part),
    "practitioner": GatheredField("practitioner", str, str),
    "offered": _words("offered", _slot, _slot_of),
    "page": GatheredField("page", int, int),
    "slot": GatheredField("slot", _slot, _slot_of),
    "other": _flag("other"),
    "own": _words("appointments", _own, _own_of),
    "asked": _words("requests", read=Kind),
    "chosen": GatheredField("chosen", _own, _own_of),
    "entered": GatheredField("entered", str, str),
    "proved": _flag("proved"),
    "change": GatheredField("change", str, ChangeWish),
    "keyed": GatheredField("keyed", lambda number: str(number.e164), Phone),
    "topic": GatheredField("topic", str, str),
    "reference": GatheredField("reference", str, str),
    "joined": _flag("joined"),
    "left": GatheredField("left", str, str),
    "warned": _flag("warned"),
    "signs": _words("signs_heard"),
    "nobody": _flag("nobody_told"),
    "over_limit": _flag("over_limit"),
    "filed": GatheredField("filed", int, int),
    "rung": GatheredField("rung", int, int),
    "offered_at": _moment("offered_at", datetime),
}
"""The encrypted fields of a URL, by name: values of a Call and of its `own`. A field without a value is left out."""
