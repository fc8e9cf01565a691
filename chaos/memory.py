"""The memory of a campaign's callers from one call to the next: the appointments that they have heard of."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

from chaos.callers import Person
from chaos.dialects import dialect_of
from chaos.plan import Ring
from ivr.phone.handset import Handset


class Memory:
    """The appointments that the callers of a campaign have heard of, each as a telephone number and a reference."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: list[tuple[str, str]] = []

    def somebodys(self, random: Random) -> tuple[str, str]:
        """Forget a random number that has one appointment; return it and the reference, or ("", "") if none is left."""
        with self._lock:
            of_number = Counter(phone for phone, _reference in self._known)
            found = [each for each in self._known if of_number[each[0]] == 1]
            if not found:
                return "", ""
            one = random.choice(found)
            self._known.remove(one)
            return one

    def keep(self, phone: str, reference: str) -> None:
        """Remember a caller's appointment, by number and reference, until a call wants to change it."""
        with self._lock:
            self._known.append((phone, reference))


def call(ring: Ring, handset: Callable[[str, Ring], Handset], apologies: tuple[str, ...], memory: Memory) -> Person:
    """Make a call of a campaign; return its caller, who remembers what was heard. Raises CallFailed."""
    call_id = dialect_of(ring.seed).call_id(Random(ring.seed).getrandbits(128))
    person = _somebody(ring, apologies, call_id, memory)
    try:
        handset(call_id, person.ring).ring(person, time.monotonic)
    finally:
        _remember(person, memory)
    return person


def _somebody(ring: Ring, apologies: tuple[str, ...], call_id: str, memory: Memory) -> Person:
    """Return the caller of a ring. Of the callers who change an appointment, one in four uses another telephone."""
    if ring.wish not in {"move", "cancel"}:
        return Person(ring, apologies, call_id)
    known = memory.somebodys(Random(ring.seed))
    if not known[1]:
        return Person(replace(ring, wish="book"), apologies, call_id)
    sender = ring.sender if ring.seed % 4 == 0 else known[0]
    return Person(replace(ring, sender=sender, keyed=""), apologies, call_id, known)


def _remember(person: Person, memory: Memory) -> None:
    """Add to `memory` the appointment that the person booked or moved, or else knew before; none if it is cancelled."""
    last = person.hours[-1] if person.hours else None
    if last and last.what == "cancelled":
        return
    if last:
        memory.keep(last.phone, last.reference)
    elif person.known[1]:
        memory.keep(*person.known)
