"""Calls the running service over HTTP, as a carrier does: for the terminal, the browser and `make chaos`.

Takes the settings as a value. Knows neither terminal nor page. Uses urllib, because requests would not trust an
operator's own root certificate (SSL_CERT_FILE).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from config.settings import Settings
from ivr.carrier.carriers import Carriers
from ivr.carrier.stand_in import PlacedCall, StandIn
from ivr.line.clinic import Line
from ivr.line.menu import SCREENING
from ivr.phone.handset import CallFailed, Handset, NobodyAnswers, Read
from ivr.wiring import carriers

MADE_UP_CALLER = "+919999900001"
"""The number of a made-up caller: valid, and obviously nobody's."""

WITHHELD = "anonymous"

ANSWER_SECONDS = 15
"""The time limit of a request of the test phone: as long as a carrier waits."""


@dataclass(frozen=True)
class Dialect:
    """A carrier's way to make a test call: how its documents are read, and how its webhooks are signed."""

    read: Read
    stand_in: StandIn


def dialect(settings: Settings, found: Carriers, name: str = "") -> Dialect:
    """Return the dialect of the carrier of this name, or of the first one that is on. Raises NoSuchCarrier."""
    return Dialect(found.named(name).heard, carriers.stand_in(settings.carrier, name))


def handset(settings: Settings, words: Dialect, called: str, caller: str, call_id: str = "") -> Handset:
    """Return a test telephone for the service's public address. Without `call_id`, the telephone begins a new call."""
    call = PlacedCall(call_id or words.stand_in.new_call(), caller, called)
    return Handset(post, words.read, words.stand_in, settings.public_base_url, call)


def number_of(line: Line) -> str:
    """Return the smallest of the numbers that lead to this line, in E.164."""
    return min(line.reached_by).e164


def reception_keys() -> Mapping[str, str]:
    """Return the key that the reception presses, by its reaction; empty for none. Any key but one declines."""
    return {"answers": SCREENING.key, "declines": "1" if SCREENING.key == "2" else "2", "silent": ""}


def post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """Post a form over HTTP and return the answer's text. Raises CallFailed, or NobodyAnswers if nothing answers."""
    data = urlencode(form).encode()
    request = Request(url, data=data, headers=dict(headers))  # noqa: S310 - the address is the settings'
    try:
        with urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - as above
            body: bytes = answer.read()
    except HTTPError as refused:
        refused.close()
        raise CallFailed(f"the service answered {refused.code} to {url.partition('?')[0]}") from refused
    except (OSError, HTTPException) as error:
        raise NobodyAnswers(f"nobody answers at {url.partition('?')[0]}") from error
    return body.decode()
