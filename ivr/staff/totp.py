"""Makes and checks the codes of a second factor: the six digits of an authenticator app, and recovery codes.

Pure but for randomness; second_factor.py stores the secrets and the use of the codes.
"""

import secrets
from datetime import datetime

from pyotp import TOTP, random_base32
from pyotp.exceptions import OTPVerificationError

from ivr.line.phones import digits_of

DIGITS = 6
"""The number of digits in a code of the app."""

DRIFT = 1
"""The number of half minutes by which the clock of a person's phone may be early or late."""

RECOVERY_CODES = 10
"""The number of recovery codes in a person's list."""

FEW = 3
"""The number of unused recovery codes at or below which a person is warned."""

RECOVERY_GROUPS, GROUP = 3, 4
"""The groups in a recovery code, and the digits in a group: twelve digits, grouped like an Aadhaar number.

The codes are digits because the field for both kinds of code shows a keypad on a telephone. A code has 40 bits, and
the lockout allows five guesses in 15 minutes. A stolen hash is no use for guessing without the SECRET_KEY.
"""


def new_secret() -> str:
    """Return a new secret for an authenticator app: 32 characters of base 32, 160 bits."""
    return random_base32()


def address_of(secret: str, name: str, issuer: str) -> str:
    """Return the otpauth:// URI that an app reads from a QR code: the secret, the person's name and the issuer."""
    return TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """Return the half-minute time step of a typed app code; None if the code is wrong, too early or too late."""
    digits = digits_of(typed)
    if len(digits) != DIGITS:
        return None
    try:
        return TOTP(secret).verify_and_get_timecode(digits, for_time=now, valid_window=DRIFT)
    except OTPVerificationError:
        return None


def new_recovery_codes() -> list[str]:
    """Return a new list of recovery codes for a person."""
    return [" ".join(_group() for _ in range(RECOVERY_GROUPS)) for _ in range(RECOVERY_CODES)]


def _group() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(GROUP))
