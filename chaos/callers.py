"""The callers of a campaign: each calls, presses keys as the questions ask, and remembers what was promised.

A caller recognises a place of the menu by the URL to which the carrier posts the keys, not by the words.
"""

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

from chaos.plan import Ring
from ivr.carrier.steps import Gathers, Heard

REFERENCE = re.compile(r"(?<!\d )(?<!\d)(\d{3} \d{3})(?! ?\d)")
"""A reference as it is written in what callers hear: 123 456."""

MOST_TRIES = 3
"""The most times that a caller tries again in one call after the words "we could not write it down"."""

MOST_VISITS = 5
"""The most times that a caller comes to the same question in one call; after that the caller hangs up."""

THINKS = (0.02, 0.35)
"""The fewest and most seconds from hearing a menu to pressing a key. Longer waits would only lengthen the campaign."""

TAKES_ANOTHER = 0.4
"""The share of callers who refuse the earliest free time that they are offered and want another one."""

TOLD = ("booked", "moved", "cancelled")
"""The places of the menu at which a caller hears that an appointment is booked, moved or cancelled."""


@dataclass(frozen=True)
class Promise:
    """A promise as its caller heard it, with the request's reference and the number that the clinic is to call.

    The reference is empty if the caller's wish joined an earlier request. Callers hear a reference only in the call
    that made the request.
    """

    call_id: str
    phone: str
    kind: str
    reference: str
    heard: float
    """The moment at which the caller heard the promise, in seconds since the epoch."""


@dataclass(frozen=True)
class HeardHour:
    """The words in which a caller heard that an appointment at some hour is booked, moved or cancelled."""

    call_id: str
    phone: str
    reference: str
    what: str
    """The change of the appointment that the words tell of: one of TOLD."""
    words: str
    heard: float
    """The moment at which the caller heard the words, in seconds since the epoch."""


@dataclass
class Person:
    """A made-up caller with a telephone and a wish, who presses keys and remembers what they hear."""

    ring: Ring
    apologies: tuple[str, ...]
    """The sentences by which the line says that it could not do something."""
    call_id: str = ""
    known: tuple[str, str] = ("", "")
    """The number and the reference of the appointment that this call is to change; empty for other calls."""
    kind: str = ""
    reference: str = ""
    heard_at: float = 0.0
    hours: list[HeardHour] = field(default_factory=list)
    places: list[tuple[str, float]] = field(default_factory=list)
    """The places of the menu at which the caller was asked for a key, each with its time in seconds since the epoch."""
    apologised: bool = False
    _last_digits: tuple[str, float] = ("", 0.0)
    _words: list[str] = field(default_factory=list)
    _entered: str = ""
    """The number that the caller keyed to find an appointment; empty for none.

    A request to change this appointment is kept for this number.
    """
    _visits: Counter[str] = field(default_factory=Counter)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.ring.seed)

    @property
    def phone(self) -> str:
        """The number for which this caller asks: a keyed number, else the caller's own."""
        return self._entered or (f"+91{self.ring.keyed}" if self.ring.keyed else self.ring.sender)

    def hears(self, heard: Heard) -> None:
        """Take in the words that are heard: keep a reference that is read out, and note an apology of the line."""
        self._words.append(heard.words)
        found = REFERENCE.search(heard.words)
        if found:
            self._last_digits = re.sub(r"\D", "", found[1]), time.time()
        if any(words in heard.words for words in self.apologies):
            self.apologised = True

    def keys(self, wanted: Gathers) -> str | None:
        """Return the keys that this caller presses at the place where the call is; None to hang up."""
        place = urlsplit(wanted.action).path.rpartition("/")[2]
        self.places.append((place, time.time()))
        time.sleep(self._random.uniform(*THINKS))
        self._visits[place] += 1
        digits, self._last_digits = self._last_digits, ("", 0.0)
        words, self._words = " ".join(self._words), []
        if place in {"find_number", "own_number", "time_sure", "earliest", "key_number"}:
            self._entered = self.known[0] if place == "find_number" else ""
        if place == "kept":
            self.reference, self.heard_at = digits[0], digits[1] or time.time()
        if place in TOLD:
            reference, phone = (digits[0], self.phone) if place == "booked" else (self.known[1], self.known[0])
            self.hours.append(HeardHour(self.call_id, phone, reference, place, words, time.time()))
        if place in {"kept", *TOLD, self.ring.gives_up_at} or self._visits[place] > MOST_VISITS:
            return None
        return self._key(place)

    def _key(self, place: str) -> str | None:
        wish, (phone, reference) = self.ring.wish, self.known
        if place == "not_kept":
            return "1" if self._visits[place] <= MOST_TRIES else None
        if place == "earliest":
            return self._takes_the_earliest()
        if place in {"times", "other_times", "free_days", "free_times"}:
            return self._picks(place)
        if place in {"book_day", "callback"}:
            self.kind = "booking" if place == "book_day" else "callback"
        known: dict[str, str] = {
            "main": {"book": "1", "callback": "2", "advice": "3", "hours": "4"}.get(wish, "5"),
            "free_parts": "1",
            "book_day": self._random.choice("12"),
            "book_part": "1",
            "callback": "1",
            "whose": self._random.choice("112"),
            "own_number": "2" if self.ring.keyed else "1",
            "time_sure": "2" if self.ring.keyed else "1",
            "key_number": self.ring.keyed,
            "keyed_number": "1",
            "summary": "1",
            "which_own": "1",
            "appointment": "1" if wish == "move" else "2",
            "prove": reference[-2:],
            "find_number": phone.removeprefix("+91"),
            "find_reference": reference,
            "move_sure": "1",
            "cancel_sure": "1",
            "topics": "1",
            "offer": "1",
        }
        return known.get(place) or None

    def _takes_the_earliest(self) -> str:
        """Return the key at the offer of the earliest time: 1 to book it, 3 to give another number, 2 to refuse it.

        The share TAKES_ANOTHER of callers refuse the first offer.
        """
        if self._random.random() < TAKES_ANOTHER and self._visits["earliest"] == 1:
            return "2"
        return "3" if self.ring.keyed else "1"

    def _picks(self, place: str) -> str:
        """Return the key for one of the offered times or days: mostly 1, for the first one.

        Sometimes no offer belongs to the key.
        """
        return "1" if self._visits[place] > 1 else self._random.choices("1234", (6, 2, 1, 2))[0]

    def reception_answers(self, _heard: list[str]) -> str | None:
        """Return None: nobody at the reception picks up."""
        return None


def promise_of(person: Person) -> Promise | None:
    """Return the promise that this caller heard, of a request or an appointment; None if there was none."""
    booked = next((each for each in person.hours if each.what == "booked"), None)
    if booked:
        return Promise(person.call_id, booked.phone, "appointment", booked.reference, booked.heard)
    if not person.heard_at:
        return None
    return Promise(person.call_id, person.phone, person.kind, person.reference, person.heard_at)
