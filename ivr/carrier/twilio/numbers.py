"""Compares the clinic's numbers at Twilio with the settings that they need, and changes them.

Uses the REST API, for commands only. Knows neither the terminal nor the line's sentences.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from twilio.base.exceptions import TwilioException, TwilioRestException

from ivr.carrier.admin import CarrierRefused, Difference, NoAccount, Number, OurAddresses, refusals
from ivr.carrier.twilio.rest import client
from ivr.carrier.twilio.settings import ACCOUNT_SID, AUTH_TOKEN, Account

OVERRIDES = {"ct": "1000", "rt": "3500", "rc": "2", "rp": "ct,rt,5xx", "tt": "14000"}
"""Twilio's time limits and retries for a number's webhooks. They follow the # in a URL and are not signed.

The carrier gives up on a call's webhook after 15 seconds in any case, so one long wait for a frozen server would cost
the call. With these values Twilio waits one second to connect (ct) and 3.5 seconds for the answer (rt), because we may
wait two seconds for a frozen store. Then Twilio retries twice (rc), if it could not connect, got no answer, or met a
proxy without a server (rp), as during a restart. Three tries take at most 13.5 seconds. The total limit (tt) is 14
seconds, less than the 15. A retry does no harm, because every webhook is safe to repeat.
"""

OF_REPORTS = {**OVERRIDES, "rc": "5"}
"""The time limits and retries for the report of a call's end: as many tries as fit, because nobody waits for them.

Twilio's fallback URL is not asked for a report, and only the report names the number of a missed call.
"""

METHOD = "POST"


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
"""The settings at Twilio that decide where a number's calls go, by name in the REST API, with words for operators.

Twilio ignores the addresses of a number that has an application of Twilio's console, or a SIP trunk.
"""


def wanted(ours: OurAddresses) -> dict[str, str]:
    """Return the settings that lead a number's calls to us. A setting in WORDS that is not returned must be empty."""
    return {
        "voice_url": _with(OVERRIDES, ours.incoming),
        "voice_method": METHOD,
        "voice_fallback_url": ours.fallback(),
        "voice_fallback_method": METHOD,
        "status_callback": _with(OF_REPORTS, ours.status),
        "status_callback_method": METHOD,
    }


def _with(overrides: Mapping[str, str], url: str) -> str:
    return f"{url}#" + "&".join(f"{name}={value}" for name, value in overrides.items())


class Numbers:
    """The operations on the numbers of the clinic's account at Twilio. Raises NoAccount if the settings name none."""

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
        """Return every number that the account rents at Twilio, sorted by number. Raises CarrierRefused."""
        with _told():
            found = [self._number(each) for each in self._client.incoming_phone_numbers.list()]
        return sorted(found, key=lambda number: number.e164)

    def connect(self, number: Number) -> None:
        """Change the settings of this number, so that its calls reach us. Safe to repeat. Raises CarrierRefused."""
        changes = {each.name: each.should_be for each in number.differences}
        if changes:
            with _told():
                self._client.incoming_phone_numbers(number.id).update(**changes)

    def _number(self, found: object) -> Number:
        """Return a number as Twilio's API describes it. A setting that is missing or null counts as empty."""
        has = {name: str(getattr(found, name, None) or "") for name in WORDS}
        compared = (Difference(name, words, has[name], self._wanted.get(name, "")) for name, words in WORDS.items())
        differences = tuple(each for each in compared if each.is_now != each.should_be)
        return Number(str(getattr(found, "sid", "")), str(getattr(found, "phone_number", "")), differences)


LOOK = f"see {ACCOUNT_SID} and {AUTH_TOKEN}; then run this again"

REFUSALS = refusals(ACCOUNT_SID, AUTH_TOKEN)


@contextmanager
def _told() -> Iterator[None]:
    """Turn errors of Twilio's API into CarrierRefused, without the carrier's own message, which may contain numbers."""
    try:
        yield
    except OSError as away:  # the errors of requests are subclasses of it
        raise CarrierRefused(f"the carrier's REST API could not be reached ({type(away).__name__})", LOOK) from None
    except (TwilioException, ValueError, TypeError, AttributeError) as refused:
        raise CarrierRefused(_why(refused), LOOK) from None


def _why(refused: Exception) -> str:
    """Return the reason for an error of Twilio's API in words, by its HTTP status.

    A status below 400 means that something other than the API answered.
    """
    status = _status(refused)
    if status < 400:
        return f"what answered is not the carrier's REST API ({type(refused).__name__})"
    return f"{REFUSALS.get(status, 'the carrier refused')} (HTTP {status})"


def _status(refused: Exception) -> int:
    """Return the HTTP status that an API error reports, or 0. Some errors have the response as their last argument."""
    if isinstance(refused, TwilioRestException):
        return int(refused.status)
    return int(getattr(refused.args[-1], "status_code", 0)) if refused.args else 0
