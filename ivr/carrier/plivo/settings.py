"""Plivo's settings: its environment variables as data, and the account that their values describe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from ivr.carrier.settings import CarrierUnfit, Setting, address, token
from ivr.line.phones import NumberRefused, Phone, phone

AUTH_ID, AUTH_TOKEN, NEXT_TOKEN = "PLIVO_AUTH_ID", "PLIVO_AUTH_TOKEN", "PLIVO_AUTH_TOKEN_NEXT"
CALLER_ID, TEXT_FROM, API_URL = "PLIVO_CALLER_ID", "PLIVO_TEXT_FROM", "PLIVO_API_URL"

NAME = "Plivo"

INDIA = "+91"
"""The country code that a number must have for Plivo to call from it within India."""


def _number(value: str) -> str:
    try:
        return phone(value).e164
    except NumberRefused:
        raise ValueError("expected a number with its country code, such as +91 11 4000 0001") from None


SETTINGS = (
    Setting(AUTH_ID, NAME, needed="it stands on the first page of the carrier's console"),
    Setting(AUTH_TOKEN, NAME, token, needed="it stands beside the auth id in the carrier's console"),
    Setting(NEXT_TOKEN, NAME, successor_of=AUTH_TOKEN),
    Setting(CALLER_ID, NAME, _number),
    Setting(TEXT_FROM, NAME, for_texts=True),
    Setting(API_URL, NAME, address, only_in_trials=True),
)


@dataclass(frozen=True)
class PlivoAccount:
    """The account of the clinic at Plivo, with its secrets."""

    auth_id: str = ""
    token: str = field(default="", repr=False)
    next_token: str = field(default="", repr=False)
    caller_id: Phone | None = None
    """The rented number from which Plivo calls the reception; None to use the number in clinic.toml."""
    text_from: str = field(default="", repr=False)
    api_url: str = ""
    """The address of the REST API; empty for Plivo's own address."""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return the account that these values of the settings describe."""
        return cls(
            auth_id=values[AUTH_ID],
            token=values[AUTH_TOKEN],
            next_token=values[NEXT_TOKEN],
            caller_id=Phone(values[CALLER_ID]) if values[CALLER_ID] else None,
            text_from=values[TEXT_FROM],
            api_url=values[API_URL],
        )

    @property
    def tokens(self) -> tuple[str, ...]:
        """The account's tokens that may sign a webhook: the present token, and the next token if one is set."""
        return tuple(token for token in (self.token, self.next_token) if token)

    def calls_from(self, of_the_clinic: Phone | None) -> Phone | None:
        """Return the number from which the reception is called: the account's own, or else that of the clinic."""
        return self.caller_id or of_the_clinic

    def check_caller_id(self, calls_from: Phone | None, *, alone: bool) -> None:
        """Check the number from which Plivo would call the reception. Raises CarrierUnfit.

        `calls_from` is None if no line has a reception. Without a `caller_id`, Plivo uses the number in clinic.toml,
        which belongs to the other carrier unless Plivo is the only one (`alone`).
        """
        if calls_from and not self.caller_id and not alone:
            raise CarrierUnfit(f"{CALLER_ID} is missing: reception.caller_id is the number of the other carrier")
        if calls_from and not calls_from.e164.startswith(INDIA):
            raise CarrierUnfit(
                f"{CALLER_ID} or reception.caller_id: expected an Indian number that is rented from {NAME}"
            )
