"""Twilio's settings: its environment variables as data, and the account that their values describe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from ivr.carrier.settings import Setting

ACCOUNT_SID, AUTH_TOKEN, NEXT_TOKEN = "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_NEXT"
TEXT_FROM, API_URL = "TWILIO_TEXT_FROM", "TWILIO_API_URL"

SHORTEST_TOKEN = 16


def _token(value: str) -> str:
    if not value:
        raise ValueError("is missing; it is the primary auth token in the carrier's console")
    if len(value) < SHORTEST_TOKEN:
        raise ValueError("is weak; expected the carrier's token, 32 characters")
    return value


def _address(value: str) -> str:
    if value and not _is_address(value):
        raise ValueError("expected https://HOST")
    return value.rstrip("/")


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        well = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return well and "@" not in parts.netloc


SETTINGS = (
    Setting(ACCOUNT_SID, for_texts=True),
    Setting(
        AUTH_TOKEN,
        _token,
        made_up="Stands in for the carrier's token until there is one. The test phone signs with it.",
    ),
    Setting(NEXT_TOKEN, successor_of=AUTH_TOKEN),
    Setting(TEXT_FROM, for_texts=True),
    Setting(API_URL, _address, only_in_trials=True),
)


@dataclass(frozen=True)
class Account:
    """The account of the clinic at the carrier, with its secrets."""

    account_sid: str = ""
    """The id of the account; if it is empty, webhooks of any account are accepted."""
    token: str = field(default="", repr=False)
    next_token: str = field(default="", repr=False)
    text_from: str = field(default="", repr=False)
    api_url: str = ""
    """The address of the REST API; empty for the carrier's own."""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return the account from the values of the settings."""
        return cls(
            account_sid=values[ACCOUNT_SID],
            token=values[AUTH_TOKEN],
            next_token=values[NEXT_TOKEN],
            text_from=values[TEXT_FROM],
            api_url=values[API_URL],
        )

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that a webhook may be signed with: the present one and the next."""
        return tuple(token for token in (self.token, self.next_token) if token)
