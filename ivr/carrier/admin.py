"""The operations on the clinic's numbers and text messages that commands, checks and workers need of any carrier.

Values and protocols; each carrier's folder calls its own API. Knows neither the terminal nor the line's sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ivr.carrier.addresses import ASKED_BY, FALLBACK, INCOMING
from ivr.line.clinic import Clinic
from ivr.line.phones import Phone


class CarrierRefused(Exception):
    """A carrier refused an operation. The message gives the reason, and `look` says where an operator finds more."""

    def __init__(self, why: str, look: str = "") -> None:
        super().__init__(why)
        self.look = look


def refusals(account: str, token: str) -> Mapping[int, str]:
    """Return the reason for a refusal, by HTTP status; `account` and `token` name the settings that may be wrong."""
    return {
        401: f"the carrier does not know {account} with {token}; compare both with its console",
        403: f"the carrier does not let this account do that; compare {account} with its console",
        404: f"the carrier has no such account or number; compare {account} with its console",
        429: "the carrier is asked too often; try again in a minute",
    }


class NoAccount(CarrierRefused):
    """The settings name no carrier account, so that no numbers of an account can be listed."""

    def __init__(self, why: str, *, lacking: str, do: str) -> None:
        super().__init__(why)
        self.lacking = lacking
        """A short form of the message: the setting that is missing."""
        self.do = do


@dataclass(frozen=True)
class OurAddresses:
    """The addresses of our webhooks that a number at the carrier must lead to."""

    base: str
    elsewhere: str = ""
    """The URL of a fallback document that is hosted elsewhere; empty if there is none."""

    @property
    def incoming(self) -> str:
        """The address to which the carrier reports an incoming call."""
        return f"{self.base}{INCOMING}"

    @property
    def status(self) -> str:
        """The address to which the carrier reports that a call has ended."""
        return f"{self.base}/voice/status"

    def fallback(self, asked_by: str = "") -> str:
        """Return the URL that the carrier asks when it has no good answer from us.

        This service's own names the carrier `asked_by`, in whose dialect it then answers, signed or not.
        """
        return self.elsewhere or f"{self.base}{FALLBACK}" + (f"?{ASKED_BY}={asked_by}" if asked_by else "")


@dataclass(frozen=True)
class Difference:
    """A setting of a number at the carrier that is not as it should be: its value now, and the right one."""

    name: str
    """The name of the setting in the carrier's API."""
    words: str
    """The name of the setting in an operator's words."""
    is_now: str
    should_be: str


@dataclass(frozen=True)
class Number:
    """A number that the account rents. Its repr shows the whole number: print it on a terminal, but never log it."""

    id: str
    e164: str
    differences: tuple[Difference, ...]
    """The settings that must change before calls to this number reach us."""


@dataclass(frozen=True)
class Found:
    """The numbers of the clinic: those in clinic.toml, compared with those that the carrier's account rents."""

    lines: dict[str, str]
    """The telephone numbers in clinic.toml, in E.164, each with the key of its line."""
    ours: list[Number]
    """The numbers that both clinic.toml and the account have: these can be connected to us."""
    strangers: list[Number]
    """The numbers of the account that no line of clinic.toml lists."""

    @property
    def forwarding(self) -> list[str]:
        """The numbers in clinic.toml that the account does not have, so that only forwarded calls to them reach us."""
        return sorted(self.lines.keys() - {number.e164 for number in self.ours})


def side_by_side(clinic: Clinic, owned: list[Number]) -> Found:
    """Return the numbers in clinic.toml, compared with those that the account rents."""
    lines = {number.e164: line.key for line in clinic.lines.values() for number in line.reached_by}
    ours = [number for number in owned if number.e164 in lines]
    return Found(lines, ours, [number for number in owned if number.e164 not in lines])


class Admin(Protocol):
    """The operations on the numbers of a carrier's account."""

    def owned(self) -> list[Number]:
        """Return every number that the account rents, in order. Raises CarrierRefused."""

    def connect(self, number: Number) -> None:
        """Change the settings of this number, so that its calls reach us. Safe to repeat. Raises CarrierRefused."""


@dataclass(frozen=True)
class Admins:
    """The operations on the numbers of several accounts, one at each carrier."""

    each: tuple[Admin, ...]
    _of: dict[str, Admin] = field(default_factory=dict)
    """The operations on the account of each number that `owned` has returned, by the number in E.164."""

    def owned(self) -> list[Number]:
        """Return every number that the accounts rent, sorted by number. Raises CarrierRefused."""
        found = [(number, admin) for admin in self.each for number in admin.owned()]
        self._of.update((number.e164, admin) for number, admin in found)
        return sorted((number for number, _ in found), key=lambda number: number.e164)

    def connect(self, number: Number) -> None:
        """Connect this number, which `owned` has returned, so that its calls reach us. Raises CarrierRefused.

        Safe to repeat.
        """
        self._of[number.e164].connect(number)


class OrderUnknown(OSError):
    """A carrier failed while a text was ordered: it may have the order or not."""


class Texts(Protocol):
    """The operations on text messages at a carrier."""

    def send(self, to: Phone, words: str) -> None:
        """Order a text message of these words at the carrier. Raises the error of the carrier's client, or OSError.

        Raises OrderUnknown if the carrier answers with a server error.
        """

    def has(self, to: Phone, words: str, since: datetime) -> bool:
        """Return whether this text to this number was ordered since that moment and did not fail.

        Raises the same errors as `send`.
        """
