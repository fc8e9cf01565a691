"""The codes of a second factor: the six digits that an app shows for half a minute, and the recovery codes of a list.

Pure but for chance: what is kept of them and whether they were used stands in second_factor.py.
"""

import re
import secrets
from datetime import datetime

from pyotp import TOTP, random_base32
from pyotp.exceptions import OTPVerificationError

DRIFT = 1
"""Steps, of half a minute each, that a telephone's clock may be early or late."""

RECOVERY_CODES = 10
"""How many are given at once."""

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of recovery codes: none that is read or heard as another."""

RECOVERY_LENGTH = 10
"""Letters: 50 bits, against five guesses in a quarter of an hour."""


def new_secret() -> str:
    """What an app makes its codes from: 32 letters, 160 bits."""
    return random_base32()


def address_of(secret: str, name: str, issuer: str) -> str:
    """What an app reads from the square: the secret, whose it is and where it is for (otpauth://)."""
    return TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The number of the half minute whose code this is; None if it is no code of about now."""
    # Some keyboards write the digits of their own script, and people type the gap that the app shows.
    digits = re.sub(r"\d", lambda found: str(int(found[0])), re.sub(r"[\s-]", "", typed))
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    try:
        return TOTP(secret).verify_and_get_timecode(digits, for_time=now, valid_window=DRIFT)
    except OTPVerificationError:
        return None


def new_recovery_codes() -> list[str]:
    """A list to be kept on paper."""
    return [_new() for _ in range(RECOVERY_CODES)]


def _new() -> str:
    letters = "".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LENGTH))
    return f"{letters[: RECOVERY_LENGTH // 2]}-{letters[RECOVERY_LENGTH // 2 :]}"


def bare(recovery_code: str) -> str:
    """A recovery code without what people add to it or leave out."""
    return re.sub(r"[^a-z0-9]", "", recovery_code.casefold())
