"""The codes of a second factor: the six digits that an app shows for half a minute, and the recovery codes of a list.

Pure but for chance: what is kept of them and whether they were used stands in second_factor.py.
"""

import secrets
from datetime import datetime

from pyotp import TOTP, random_base32
from pyotp.exceptions import OTPVerificationError

DIGITS = 6
"""Of an app's code."""

DRIFT = 1
"""Steps, of half a minute each, that a telephone's clock may be early or late."""

RECOVERY_CODES = 10
"""How many are given at once."""

FEW = 3
"""So many left are said aloud."""

RECOVERY_GROUPS, GROUP = 3, 4
"""A recovery code is twelve digits, in groups like those of an Aadhaar number.

Digits, because a telephone shows a keypad for the field that takes either kind of code. That is 40 bits, against five
guesses in a quarter of an hour; and without the SECRET_KEY nobody can try them against what is kept.
"""


def new_secret() -> str:
    """What an app makes its codes from: 32 letters, 160 bits."""
    return random_base32()


def address_of(secret: str, name: str, issuer: str) -> str:
    """What an app reads from the square: the secret, whose it is and where it is for (otpauth://)."""
    return TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The number of the half minute whose code this is; None if it is no code of about now."""
    digits = digits_of(typed)
    if len(digits) != DIGITS:
        return None
    try:
        return TOTP(secret).verify_and_get_timecode(digits, for_time=now, valid_window=DRIFT)
    except OTPVerificationError:
        return None


def new_recovery_codes() -> list[str]:
    """A list to be kept on paper."""
    return [" ".join(_group() for _ in range(RECOVERY_GROUPS)) for _ in range(RECOVERY_CODES)]


def _group() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(GROUP))


def digits_of(typed: str) -> str:
    """The digits of a code, which some keyboards write in their own script and people with gaps between."""
    return "".join(str(int(each)) for each in typed if each.isdecimal())
