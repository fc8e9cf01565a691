"""The clinic's numbers at the carrier, and texts through it: what commands, checks and workers need of any carrier.

Values and protocols; each carrier's folder asks its own API. Knows neither the terminal nor what a line says.
"""

from dataclasses import dataclass
from typing import Protocol

from ivr.line.clinic import Clinic
from ivr.line.phones import Phone


class CarrierRefused(Exception):
    """The carrier did not do what it was asked; the message says why and what to do, `look` where to look for it."""

    def __init__(self, why: str, look: str = "") -> None:
        super().__init__(why)
        self.look = look


class NoAccount(CarrierRefused):
    """The settings name no account whose numbers could be asked for."""

    def __init__(self, why: str, *, lacking: str, do: str) -> None:
        super().__init__(why)
        self.lacking = lacking
        """The same in a few words."""
        self.do = do


@dataclass(frozen=True)
class OurAddresses:
    """Where a number's calls are to be taken to."""

    base: str
    fallback: str
    """What the carrier asks when it has no good answer from us."""

    @property
    def incoming(self) -> str:
        """Where a call comes in."""
        return f"{self.base}/voice"

    @property
    def status(self) -> str:
        """Where the carrier says that a call has ended."""
        return f"{self.base}/voice/status"


@dataclass(frozen=True)
class Difference:
    """Something about a number that is not as it should be."""

    name: str
    """As the carrier calls it."""
    words: str
    """As an operator does."""
    is_now: str
    should_be: str


@dataclass(frozen=True)
class Number:
    """A number of the account. Its own text is fine on the operator's terminal, and belongs in no log."""

    id: str
    e164: str
    differences: tuple[Difference, ...]
    """What has to change until its calls come to us."""


@dataclass(frozen=True)
class Found:
    """The numbers of clinic.toml and of the account, side by side."""

    lines: dict[str, str]
    """The line of each number that clinic.toml lists."""
    ours: list[Number]
    """Listed, and the account's: these are connected."""
    strangers: list[Number]
    """The account's, but no line lists them."""

    @property
    def forwarding(self) -> list[str]:
        """Listed, but not the account's: they reach us by forwarding, or not at all."""
        return sorted(self.lines.keys() - {number.e164 for number in self.ours})


def side_by_side(clinic: Clinic, owned: list[Number]) -> Found:
    """Which numbers are both the clinic's and the account's, and which only one of the two."""
    lines = {number.e164: line.key for line in clinic.lines.values() for number in line.reached_by}
    ours = [number for number in owned if number.e164 in lines]
    return Found(lines, ours, [number for number in owned if number.e164 not in lines])


class Admin(Protocol):
    """The numbers of an account, measured by what they should be connected to."""

    def owned(self) -> list[Number]:
        """Return every number of the account, in order. Raises CarrierRefused."""

    def connect(self, number: Number) -> None:
        """Connect this number to us; as often as one likes. Raises CarrierRefused."""


class Texts(Protocol):
    """Sends text messages."""

    def send(self, to: Phone, words: str) -> None:
        """Send these words. Raises what the carrier's client raises, or an OSError where it is not reached."""
