"""The clinic's numbers at the carrier: what each of them is connected to, and connecting it to us.

Through the REST API, for commands only. Knows neither the terminal nor what a line says.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields

from twilio.base.exceptions import TwilioException, TwilioRestException

from ivr.carrier.admin import CarrierRefused, Difference, NoAccount, Number, OurAddresses
from ivr.carrier.twilio.rest import client
from ivr.carrier.twilio.settings import ACCOUNT_SID, AUTH_TOKEN, Account

OVERRIDES = {"ct": "1000", "rt": "3500", "rc": "2", "rp": "ct,rt,5xx", "tt": "14000"}
"""How the carrier asks us when a call comes in. It writes these behind the URL's #, and does not sign them.

It gives up on a call's webhook after 15 seconds, whatever stands here, and a frozen server would cost all of them and
then the call. Instead: one second to connect (ct) and three and a half to answer (rt), since a store that is frozen
costs us two; then it asks again, twice (rc), when it was not connected, not answered, or met a proxy with nobody behind
it (rp), as in a restart. Three tries take 13.5 seconds at most, and 14 is the end (tt), below the 15. To be asked twice
does no harm: every webhook of ours is safe to repeat.
"""

METHOD = "POST"


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

    def differences(self, wanted: "Webhooks") -> tuple[Difference, ...]:
        """What would change: what it is and what it should be."""
        both = ((name, words, getattr(self, name), getattr(wanted, name)) for name, words in WORDS.items())
        return tuple(Difference(*each) for each in both if each[2] != each[3])


WORDS = {
    "voice_url": "a call comes in",
    "voice_method": "  by",
    "voice_fallback_url": "we cannot be reached",
    "voice_fallback_method": "  by",
    "status_callback": "a call has ended",
    "status_callback_method": "  by",
    "voice_application_sid": "application",
    "trunk_sid": "SIP trunk",
}
"""What an operator is told that each field of a number is."""


def wanted(ours: OurAddresses) -> Webhooks:
    """What a number of the clinic's should be connected to."""
    fragment = "&".join(f"{name}={value}" for name, value in OVERRIDES.items())
    return Webhooks(
        voice_url=f"{ours.incoming}#{fragment}",
        voice_method=METHOD,
        voice_fallback_url=ours.fallback,
        voice_fallback_method=METHOD,
        status_callback=ours.status,
        status_callback_method=METHOD,
    )


class Numbers:
    """The numbers of the account. Raises NoAccount where the settings name none."""

    def __init__(self, account: Account, ours: OurAddresses) -> None:
        if not account.account_sid:
            raise NoAccount(
                f"{ACCOUNT_SID} is not set; it is the account's SID (AC…) in the carrier's console",
                lacking=f"{ACCOUNT_SID} is not set",
                do="set it; without it webhooks of any account are taken",
            )
        self._client = client(account)
        self._wanted = wanted(ours)

    def owned(self) -> list[Number]:
        """Every number of the account, in order. Raises CarrierRefused."""
        with _told():
            found = [self._number(each) for each in self._client.incoming_phone_numbers.list()]
        return sorted(found, key=lambda number: number.e164)

    def connect(self, number: Number) -> None:
        """Connects this number as wanted; as often as one likes. Raises CarrierRefused."""
        changes = {each.name: each.should_be for each in number.differences}
        if changes:
            with _told():
                self._client.incoming_phone_numbers(number.id).update(**changes)

    def _number(self, found: object) -> Number:
        """A field that the carrier leaves out, or says to be null, is empty."""
        has = {field.name: str(getattr(found, field.name, None) or "") for field in fields(Webhooks)}
        differences = Webhooks(**has).differences(self._wanted)
        return Number(str(getattr(found, "sid", "")), str(getattr(found, "phone_number", "")), differences)


LOOK = f"see {ACCOUNT_SID} and {AUTH_TOKEN}; then run this again"

REFUSALS: Mapping[int, str] = {
    401: f"the carrier does not know {ACCOUNT_SID} with {AUTH_TOKEN}; compare both with its console",
    403: f"the carrier does not let this account do that; compare {ACCOUNT_SID} with its console",
    404: f"the carrier has no such account or number; compare {ACCOUNT_SID} with its console",
    429: "the carrier is asked too often; try again in a minute",
}


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong leaves as CarrierRefused, with none of the carrier's words, which may hold numbers."""
    try:
        yield
    except OSError as away:  # the errors of requests are among them
        raise CarrierRefused(f"the carrier's REST API could not be reached ({type(away).__name__})", LOOK) from None
    except (TwilioException, ValueError, TypeError, AttributeError) as refused:
        raise CarrierRefused(_why(refused), LOOK) from None


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
