"""Encrypts personal data for URLs, Redis and the database, and derives references and keyed hashes from the secret.

Stores nothing.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken

REFERENCE_DIGITS = 6


class Unreadable(Exception):
    """The text was not encrypted by this service, or it was encrypted under another secret or for another purpose."""


class Cipher:
    """Encrypts and signs texts for one purpose. The cipher of another purpose cannot decrypt them."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._fernet = Fernet(urlsafe_b64encode(_derived(secret, purpose)))
        self._hash_key = _derived(secret, f"{purpose}, marked")

    def encrypt(self, words: str) -> str:
        """Return the text encrypted, in letters, digits, - and _. An = at its end must be escaped in a URL."""
        return self._fernet.encrypt(words.encode()).decode()

    def decrypt(self, sealed: str) -> str:
        """Return the decrypted text. Raises Unreadable."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unreadable from None

    def keyed_hash(self, words: str) -> str:
        """Return a keyed hash of a text: 64 hex digits, the same for the same text, and used only to compare texts.

        Nobody can test guesses against the hash without the secret.
        """
        return hmac.digest(self._hash_key, words.encode(errors="replace"), sha256).hex()


class KeyedIds:
    """Derives marks, references and keyed hashes of promises, numbers and calls; none of them shows a number.

    Only the secret and the value decide a result. So no store is needed, and a repeated webhook gets an equal result.
    """

    def __init__(self, secret: str) -> None:
        self._keyed = hmac.new(_derived(secret, "promise"), digestmod=sha256)

    def mark(self, promise: tuple[str, ...]) -> str:
        """Return the mark of this promise: a keyed hash of 64 hex digits, distinct for every promise."""
        return self._digest("mark", *promise).hex()

    def reference(self, promise: tuple[str, ...]) -> str:
        """Return the reference of this promise: six digits, unique only together with the telephone number."""
        number = int.from_bytes(self._digest("reference", *promise))
        return f"{number % 10**REFERENCE_DIGITS:0{REFERENCE_DIGITS}}"

    def telephone(self, number: str) -> str:
        """Return the keyed hash of a telephone number in E.164, to find its calls and its language: 64 hex digits."""
        return self._digest("telephone", number).hex()

    def call(self, call_id: str) -> str:
        """Return the keyed hash of a call for its record: 32 hex digits, enough to be hard to guess."""
        return self._digest("call", call_id)[:16].hex()

    def channel(self, address: str) -> str:
        """Return the keyed hash of the address of a channel to the staff, which may hold a password: 16 hex digits."""
        return self._digest("channel", address)[:8].hex()

    def step(self, address: str) -> str:
        """Return the keyed hash of a webhook's address, which tells the steps of one call apart: 8 hex digits."""
        return self._digest("step", address)[:4].hex()

    def _digest(self, *parts: str) -> bytes:
        keyed = self._keyed.copy()
        keyed.update("\n".join(parts).encode())
        return keyed.digest()


class LinkTokens:
    """Derives the tokens of secret links, each from the secret and a stored nonce.

    The database and its backups hold only the nonce, which does not give away the link.
    """

    def __init__(self, secret: str, purpose: str) -> None:
        self._key = _derived(secret, purpose)

    def of(self, nonce: str) -> str:
        """Return the link's token for this nonce, always the same: letters, digits, - and _."""
        return urlsafe_b64encode(hmac.digest(self._key, nonce.encode(), sha256)).decode().rstrip("=")


def _derived(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), purpose.encode(), sha256)
