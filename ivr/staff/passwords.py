"""Hashes and checks the passwords of the staff, and refuses those that would soon be guessed.

No people, no database.
"""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
"""The least length of a password, in characters. NIST SP 800-63B asks for at least 8. Length makes guessing hard."""

LONGEST = 200
"""The greatest length of a password, in characters, because the time of hashing grows with it."""

NONE_YET = ""
"""The stored hash of a person who has still to choose a password; no password matches it."""


GUESSED_AT = 72
"""The number of leading characters that zxcvbn judges. More would take too long, and would hardly change the score."""

HARD_ENOUGH = 3
"""The lowest zxcvbn score allowed, of 0 to 4. A thief of the hash needs some hundred million guesses at this score."""

AT_ONCE = 2
"""The most passwords that one process checks at a time: one from an unknown device, and one from a known device."""

POLITE = 10
"""The niceness of the threads that hash, so that the threads that answer calls go first where processors are few."""


class BadPassword(ValueError):
    """The chosen password is too short or too long."""

    def __str__(self) -> str:
        return f"a password has {SHORTEST} to {LONGEST} characters"


class EasyPassword(BadPassword):
    """The chosen password is easily guessed: a common word, repeated characters, neighbours on a keyboard, a name."""

    def __str__(self) -> str:
        return "this password is guessed soon; choose several words, or others than these"


class Passwords:
    """Hashes and checks passwords with Argon2, on purpose so slowly that a hash takes a twentieth of a second."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """The threads that check passwords. They are made when the first password is checked."""
        return ThreadPoolExecutor(AT_ONCE, "passwords", _be_polite)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("what is tried where there is no password")

    def kept(self, password: str, name: str = "") -> str:
        """Return the hash to store for a password of the person with this name. Raises BadPassword."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise BadPassword
        if _is_guessed_soon(password, name):
            raise EasyPassword
        return self._hasher.hash(password)

    def fits(self, kept: str, password: str) -> bool:
        """Return True if the password matches the hash `kept`. An empty hash never matches, but takes as long."""
        fits = self._threads.submit(self._verified, kept or self._nobody, password[:LONGEST]).result()
        return fits and kept != NONE_YET and len(password) <= LONGEST

    def _verified(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def _be_polite() -> None:
    if sys.platform == "linux":  # only there a thread has a niceness of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), POLITE)


_one_guesser = threading.Lock()


def _is_guessed_soon(password: str, name: str) -> bool:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists of words are slow to load, and seldom needed

    about = [name, *name.split(), "arunalaya", "physiotherapy", "clinic", "reception"]
    with _one_guesser:  # zxcvbn keeps the words about a person in a list of its module
        score: int = zxcvbn(password[:GUESSED_AT], user_inputs=about)["score"]
    return score < HARD_ENOUGH
