"""The memory of all callers from one call to the next: their appointments, as far as they have heard of them."""

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
    """The appointments that the callers know of, since they have heard them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: list[tuple[str, str]] = []

    def somebodys(self, random: Random) -> tuple[str, str]:
        """Take a number that has only one appointment out of the memory; return it with its reference, or empty."""
        with self._lock:
            of_number = Counter(phone for phone, _reference in self._known)
            found = [each for each in self._known if of_number[each[0]] == 1]
            if not found:
                return "", ""
            one = random.choice(found)
            self._known.remove(one)
            return one

    def keep(self, phone: str, reference: str) -> None:
        """Remember an appointment, until its caller wants to change it."""
        with self._lock:
            self._known.append((phone, reference))


def call(ring: Ring, handset: Callable[[str, Ring], Handset], apologies: tuple[str, ...], memory: Memory) -> Person:
    """Make a call; return the caller, who remembers what was heard. Raises CallFailed."""
    call_id = dialect_of(ring.seed).call_id(Random(ring.seed).getrandbits(128))
    person = _somebody(ring, apologies, call_id, memory)
    try:
        handset(call_id, person.ring).ring(person, time.monotonic)
    finally:
        _remember(person, memory)
    return person


def _somebody(ring: Ring, apologies: tuple[str, ...], call_id: str, memory: Memory) -> Person:
    """Return the person who calls: for a change, one with an appointment, a quarter of them from another telephone."""
    if ring.wish not in {"move", "cancel"}:
        return Person(ring, apologies, call_id)
    known = memory.somebodys(Random(ring.seed))
    if not known[1]:
        return Person(replace(ring, wish="book"), apologies, call_id)
    sender = ring.sender if ring.seed % 4 == 0 else known[0]
    return Person(replace(ring, sender=sender, keyed=""), apologies, call_id, known)


def _remember(person: Person, memory: Memory) -> None:
    """Remember the appointment of a call: one that the caller was told of, or could not change."""
    last = person.hours[-1] if person.hours else None
    if last and last.what == "cancelled":
        return
    if last:
        memory.keep(last.phone, last.reference)
    elif person.known[1]:
        memory.keep(*person.known)
