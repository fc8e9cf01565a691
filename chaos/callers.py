"""The callers of a campaign: each rings, finds the way by what is asked, and remembers what was promised.

Knows the places of the menu by the URL that waits for a key, as a person knows them by what is said.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

from chaos.plan import Ring
from ivr.carrier.steps import Gathers, Heard
from ivr.phone.handset import Handset

REFERENCE = re.compile(r"(\d(?: \d){2}, \d(?: \d){2})\b")
"""A reference as it is read out: 1 2 3, 4 5 6."""

MOST_TRIES = 3
"""How often somebody who hears "we could not write it down" tries again in one call."""

THINKS = (0.02, 0.35)
"""Seconds from hearing a menu to the key; people take longer, which would only make the campaign longer."""


@dataclass(frozen=True)
class Promise:
    """What a caller heard: a reference, for the number that they wish to be rung on.

    The reference is empty for who asked before: it is spoken only in the call that made it.
    """

    call_id: str
    phone: str
    kind: str
    reference: str
    heard: float
    """Seconds since the epoch."""


@dataclass
class Person:
    """Somebody with a telephone and a wish."""

    ring: Ring
    apologies: tuple[str, ...]
    """The sentences that say we could not do it."""
    reference: str = ""
    heard_at: float = 0.0
    apologised: bool = False
    _last_digits: tuple[str, float] = ("", 0.0)
    _tries: int = 0
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.ring.seed)

    def hears(self, heard: Heard) -> None:
        """Remembers the digits that were read out last, and that somebody was sorry."""
        found = REFERENCE.search(heard.words)
        if found:
            self._last_digits = re.sub(r"\D", "", found[1]), time.time()
        if any(words in heard.words for words in self.apologies):
            self.apologised = True

    def keys(self, wanted: Gathers) -> str | None:
        """What this person presses where they are now; None to hang up."""
        time.sleep(self._random.uniform(*THINKS))
        place = urlsplit(wanted.action).path.rpartition("/")[2]
        if place == self.ring.gives_up_at:
            return None
        digits, self._last_digits = self._last_digits, ("", 0.0)
        if place == "kept":
            self.reference, self.heard_at = digits[0], digits[1] or time.time()
            return None
        if place == "not_kept":
            self._tries += 1
            return "1" if self._tries <= MOST_TRIES else None
        return self._key(place)

    def _key(self, place: str) -> str | None:
        wish = self.ring.wish
        known: dict[str, str] = {
            "main": {"book": "1", "callback": "2", "advice": "3", "hours": "4"}[wish],
            "book_day": self._random.choice("12"),
            "book_part": "1",
            "callback": "1",
            "whose": "1",
            "own_number": "2" if self.ring.keyed else "1",
            "key_number": self.ring.keyed,
            "keyed_number": "1",
            "summary": "1",
            "topics": "1",
            "offer": "1",
        }
        return known.get(place) or None

    def reception_answers(self, _heard: list[str]) -> str | None:
        """Nobody picks up."""
        return None


def call(ring: Ring, handset: Callable[[str, Ring], Handset], apologies: tuple[str, ...]) -> tuple[Person, str]:
    """Makes the call; the person, and the call's id. Raises CallFailed."""
    call_id = f"CA{Random(ring.seed).getrandbits(128):032x}"
    person = Person(ring, apologies)
    handset(call_id, ring).ring(person, time.monotonic)
    return person, call_id


def promise_of(person: Person, call_id: str) -> Promise | None:
    """What was promised to this person, if anything was."""
    if not person.heard_at:
        return None
    number = f"+91{person.ring.keyed}" if person.ring.keyed else person.ring.sender
    kind = "booking" if person.ring.wish == "book" else "callback"
    return Promise(call_id, number, kind, person.reference, person.heard_at)
