"""Sealed words can be read only if they are unchanged, and only with the same secret and for the same purpose."""

import pytest

from ivr.storage.encryption import Cipher, Unreadable

SECRET, ANOTHER = "0123456789abcdef" * 4, "fedcba9876543210" * 4


def test_words_come_back_and_do_not_show() -> None:
    cipher = Cipher(SECRET, "waiting request")
    sealed = cipher.encrypt("नमस्ते 99999 00001")
    assert "99999" not in sealed
    assert cipher.decrypt(sealed) == "नमस्ते 99999 00001"


@pytest.mark.parametrize(("secret", "purpose"), [(SECRET, "second factor"), (ANOTHER, "waiting request")])
def test_another_purpose_or_another_secret_reads_nothing_and_hashes_otherwise(secret: str, purpose: str) -> None:
    """Words sealed with one secret for one purpose are unreadable with another; the keyed hashes differ as well."""
    one, other = Cipher(SECRET, "waiting request"), Cipher(secret, purpose)
    with pytest.raises(Unreadable):
        other.decrypt(one.encrypt("99999 00001"))
    assert one.keyed_hash("99999 00001") != other.keyed_hash("99999 00001")


@pytest.mark.parametrize("sealed", ["", "99999 00001", "gAAAAAB", "नमस्ते"])
def test_what_was_never_encrypted_is_unreadable(sealed: str) -> None:
    with pytest.raises(Unreadable):
        Cipher(SECRET, "waiting request").decrypt(sealed)
