"""Rings the running service over HTTP, as the carrier does: for the terminal, the browser and `make chaos`.

Takes the settings as a value; knows neither terminal nor page.
"""

from collections.abc import Mapping
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from config.settings import Settings
from ivr.carrier.port import Carrier
from ivr.carrier.stand_in import PlacedCall
from ivr.line.clinic import Line
from ivr.phone.handset import CallFailed, Handset, NobodyAnswers
from ivr.wiring import carriers

MADE_UP_CALLER = "+919999900001"
"""Obviously made up, and valid."""

WITHHELD = "anonymous"

ANSWER_SECONDS = 15
"""As long as the carrier waits for an answer."""


def handset(settings: Settings, carrier: Carrier, called: str, caller: str, call_id: str = "") -> Handset:
    """A telephone that rings the service at its public address, as the carrier does; a new call without an id."""
    stand_in = carriers.stand_in(settings.carrier)
    call = PlacedCall(call_id or stand_in.new_call(), caller, called)
    return Handset(post, carrier.heard, stand_in, settings.public_base_url, call)


def number_of(line: Line) -> str:
    """The number that rings this line, in E.164."""
    return min(line.reached_by).e164


def post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """Posts a form over HTTP. Raises CallFailed; NobodyAnswers where there is nobody to answer."""
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
