"""Hashes and checks the passwords of the staff.

No people, no database.
"""

from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
"""The least length in characters (NIST SP 800-63B asks for 8 and more): length makes a password hard to guess."""

LONGEST = 200
"""The greatest length in characters, because the time of hashing grows with it."""

NONE_YET = ""
"""The stored value for a person who has still to choose a password; no password matches it."""


class BadPassword(ValueError):
    """This password is too short or too long."""

    def __str__(self) -> str:
        return f"a password has {SHORTEST} to {LONGEST} characters"


class Passwords:
    """Hashes and checks passwords with Argon2. Either takes about a twentieth of a second, on purpose."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("what is tried where there is no password")

    def kept(self, password: str) -> str:
        """Return the hash of a password, for storing. Raises BadPassword."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise BadPassword
        return self._hasher.hash(password)

    def fits(self, kept: str, password: str) -> bool:
        """Return whether this is the password of the hash. Takes as long where there is no hash."""
        try:
            self._hasher.verify(kept or self._nobody, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return kept != NONE_YET and len(password) <= LONGEST
