"""Seals what is personal for its way through URLs and Redis, and derives references and marks from the secret.

Keys only; nothing is stored here.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken

from ivr.line.phones import Phone

REFERENCE_DIGITS = 6


class Unreadable(Exception):
    """What came back is not something that we sealed, or not under this secret."""


class Seal:
    """Encrypts and signs words for one purpose; what is sealed for one cannot be opened for another."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._fernet = Fernet(urlsafe_b64encode(_derived(secret, purpose)))
        self._marks = _derived(secret, f"{purpose}, marked")

    def close(self, words: str) -> str:
        """The sealed words: letters, digits, - and _, safe in a URL but for a closing =."""
        return self._fernet.encrypt(words.encode()).decode()

    def open(self, sealed: str) -> str:
        """The words again. Raises Unreadable."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unreadable from None

    def mark(self, words: str) -> str:
        """What stands for the words where they are only compared: always the same, 64 hex digits, never to be opened.

        Without the secret nobody can try words against it.
        """
        return hmac.digest(self._marks, words.encode(errors="replace"), sha256).hex()


class Marker:
    """Gives every promise a mark that is the same when its webhook comes twice, and a reference to be spoken.

    Both come from the secret and the promise alone, so that neither store is needed to make them.
    """

    def __init__(self, secret: str) -> None:
        self._key = _derived(secret, "promise")

    def mark(self, promise: tuple[str, ...]) -> str:
        """What tells this promise from all others, without showing the number in it."""
        return self._digest("mark", *promise).hex()

    def reference(self, promise: tuple[str, ...]) -> str:
        """Six digits that look random; unique only together with the number."""
        number = int.from_bytes(self._digest("reference", *promise))
        return f"{number % 10**REFERENCE_DIGITS:0{REFERENCE_DIGITS}}"

    def telephone(self, number: Phone) -> str:
        """What stands for a telephone where its calls are counted."""
        return self._digest("telephone", number.e164).hex()

    def call(self, call_id: str) -> str:
        """What stands for a call in the record that it leaves: half as long as the others, and as hard to guess."""
        return self._digest("call", call_id)[:16].hex()

    def step(self, address: str) -> str:
        """What stands for the address of a webhook, among those of its call."""
        return self._digest("step", address)[:4].hex()

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self._key, "\n".join(parts).encode(), sha256)


class Tokens:
    """Gives the token of a secret link, the same each time it is asked for.

    It comes from the secret and a nonce that is kept: whoever reads the database, or a backup, has no link by it.
    """

    def __init__(self, secret: str, purpose: str) -> None:
        self._key = _derived(secret, purpose)

    def of(self, nonce: str) -> str:
        """The token: letters, digits, - and _."""
        return urlsafe_b64encode(hmac.digest(self._key, nonce.encode(), sha256)).decode().rstrip("=")


def _derived(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), purpose.encode(), sha256)
