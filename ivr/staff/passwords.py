"""Passwords of the staff: what one must be like, how it is kept, whether it fits.

No people, no database.
"""

from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
"""Characters; length is what makes a password hard to guess (NIST SP 800-63B asks for 8 and more)."""

LONGEST = 200
"""Characters: hashing takes as long as the password is."""

NONE_YET = ""
"""What is kept for somebody who has still to choose one; nothing fits it."""


class BadPassword(ValueError):
    """This password is too short or too long."""

    def __str__(self) -> str:
        return f"a password has {SHORTEST} to {LONGEST} characters"


class Passwords:
    """Hashes passwords and tries them; both take about a twentieth of a second, on purpose."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("what is tried where there is no password")

    def kept(self, password: str) -> str:
        """How a password is kept. Raises BadPassword."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise BadPassword
        return self._hasher.hash(password)

    def fits(self, kept: str, password: str) -> bool:
        """Whether this is the password. Takes as long where there is none."""
        try:
            self._hasher.verify(kept or self._nobody, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return kept != NONE_YET and len(password) <= LONGEST
