"""Twilio's settings: its environment variables as data, and the account that their values describe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from ivr.carrier.settings import Setting, address, token

ACCOUNT_SID, AUTH_TOKEN, NEXT_TOKEN = "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_NEXT"
TEXT_FROM, API_URL = "TWILIO_TEXT_FROM", "TWILIO_API_URL"

NAME = "Twilio"

SETTINGS = (
    Setting(ACCOUNT_SID, NAME, for_texts=True),
    Setting(
        AUTH_TOKEN,
        NAME,
        token,
        needed="it is the primary auth token in the carrier's console",
        made_up="Stands in for the carrier's token until there is one. The test phone signs with it.",
    ),
    Setting(NEXT_TOKEN, NAME, successor_of=AUTH_TOKEN),
    Setting(TEXT_FROM, NAME, for_texts=True),
    Setting(API_URL, NAME, address, only_in_trials=True),
)


@dataclass(frozen=True)
class Account:
    """The account of the clinic at Twilio, with its secrets."""

    account_sid: str = ""
    """The id of the account; if it is empty, webhooks of any account are accepted."""
    token: str = field(default="", repr=False)
    next_token: str = field(default="", repr=False)
    text_from: str = field(default="", repr=False)
    api_url: str = ""
    """The address of the REST API; empty for Twilio's own address."""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return the account that these values of the settings describe."""
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
