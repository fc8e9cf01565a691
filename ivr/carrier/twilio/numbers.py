"""The clinic's numbers at the carrier: what each of them is connected to, and connecting it to us.

Through the REST API, for commands only. Knows neither the terminal nor what a line says.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields

from twilio.base.exceptions import TwilioException, TwilioRestException

from config.settings import Settings
from ivr.carrier.twilio.rest import client
from ivr.line.clinic import Clinic

OVERRIDES = {"ct": "1000", "rt": "3500", "rc": "2", "rp": "ct,rt,5xx", "tt": "14000"}
"""How the carrier asks us when a call comes in. It writes these behind the URL's #, and does not sign them.

It gives up on a call's webhook after 15 seconds, whatever stands here, and a frozen server would cost all of them and
then the call. Instead: one second to connect (ct) and three and a half to answer (rt), since a store that is frozen
costs us two; then it asks again, twice (rc), when it was not connected, not answered, or met a proxy with nobody behind
it (rp), as in a restart. Three tries take 13.5 seconds at most, and 14 is the end (tt), below the 15. To be asked twice
does no harm: every webhook of ours is safe to repeat.
"""

METHOD = "POST"


class CarrierRefused(Exception):
    """The carrier's REST API did not do what it was asked; the message says why and what to do."""


@dataclass(frozen=True)
class Webhooks:
    """Where the carrier takes a number's calls. The fields are named as in its REST API; empty is none."""

    voice_url: str = ""
    voice_method: str = ""
    voice_fallback_url: str = ""
    voice_fallback_method: str = ""
    status_callback: str = ""
    status_callback_method: str = ""
    voice_application_sid: str = ""
    """An application of the carrier's console; while a number has one, its own URLs count for nothing."""
    trunk_sid: str = ""
    """A SIP trunk, which beats the URLs too."""

    def differences(self, wanted: "Webhooks") -> dict[str, tuple[str, str]]:
        """What would change, by field: what it is and what it should be."""
        names = [field.name for field in fields(self)]
        both = {name: (getattr(self, name), getattr(wanted, name)) for name in names}
        return {name: (is_now, should_be) for name, (is_now, should_be) in both.items() if is_now != should_be}


@dataclass(frozen=True)
class Number:
    """A number of the account. Its own text is fine on the operator's terminal, and belongs in no log."""

    sid: str
    e164: str
    webhooks: Webhooks


def wanted(settings: Settings) -> Webhooks:
    """What a number of the clinic's should be connected to."""
    base = settings.public_base_url
    fragment = "&".join(f"{name}={value}" for name, value in OVERRIDES.items())
    return Webhooks(
        voice_url=f"{base}/voice#{fragment}",
        voice_method=METHOD,
        voice_fallback_url=settings.voice_fallback_url,
        voice_fallback_method=METHOD,
        status_callback=f"{base}/voice/status",
        status_callback_method=METHOD,
    )


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


class Numbers:
    """The numbers of the account. Raises CarrierRefused where the settings name no account."""

    def __init__(self, settings: Settings) -> None:
        if not settings.twilio_account_sid:
            raise CarrierRefused(
                "TWILIO_ACCOUNT_SID is not set; it is the account's SID (AC…) in the carrier's console"
            )
        self._client = client(settings)

    def owned(self) -> list[Number]:
        """Every number of the account, in order. Raises CarrierRefused."""
        with _told():
            found = [_number(each) for each in self._client.incoming_phone_numbers.list()]
        return sorted(found, key=lambda number: number.e164)

    def connect(self, number: Number, webhooks: Webhooks) -> None:
        """Connects this number as wanted; as often as one likes. Raises CarrierRefused."""
        changes = {name: should_be for name, (_, should_be) in number.webhooks.differences(webhooks).items()}
        if changes:
            with _told():
                self._client.incoming_phone_numbers(number.sid).update(**changes)


def _number(found: object) -> Number:
    """A field that the carrier leaves out, or says to be null, is empty."""
    has = {field.name: str(getattr(found, field.name, None) or "") for field in fields(Webhooks)}
    return Number(str(getattr(found, "sid", "")), str(getattr(found, "phone_number", "")), Webhooks(**has))


REFUSALS: Mapping[int, str] = {
    401: "the carrier does not know TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN; compare both with its console",
    403: "the carrier does not let this account do that; compare TWILIO_ACCOUNT_SID with its console",
    404: "the carrier has no such account or number; compare TWILIO_ACCOUNT_SID with its console",
    429: "the carrier is asked too often; try again in a minute",
}


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong leaves as CarrierRefused, with none of the carrier's words, which may hold numbers."""
    try:
        yield
    except OSError as away:  # the errors of requests are among them
        raise CarrierRefused(f"the carrier's REST API could not be reached ({type(away).__name__})") from None
    except (TwilioException, ValueError, TypeError, AttributeError) as refused:
        raise CarrierRefused(_why(refused)) from None


def _why(refused: Exception) -> str:
    """What the status says; no status of an error means that somebody else answered, in words that are not its own."""
    status = _status(refused)
    if status < 400:
        return f"what answered is not the carrier's REST API ({type(refused).__name__})"
    return f"{REFUSALS.get(status, 'the carrier refused')} (HTTP {status})"


def _status(refused: Exception) -> int:
    """The status of the answer; the error of a list carries it inside its second argument. 0 for none."""
    if isinstance(refused, TwilioRestException):
        return int(refused.status)
    return int(getattr(refused.args[-1], "status_code", 0)) if refused.args else 0
