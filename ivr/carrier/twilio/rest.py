"""Makes the client of Twilio's REST API, with a time limit, without logs, and with a replaceable address.

The client's library is slow to load, so no module of the web process may import this one.
"""

import logging
from typing import Any

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from ivr.carrier.twilio.settings import Account

TIMEOUT_SECONDS = 10
"""The time limit of a request to the API; by default the client waits for ever."""

THE_CARRIERS = "https://api.twilio.com"

_quiet = logging.getLogger(__name__)
_quiet.setLevel(logging.WARNING)  # at INFO the client logs every URL with its query


class Http(TwilioHttpClient):  # type: ignore[misc]  # the carrier's client is not typed
    """Twilio's HTTP client with a time limit and another address of the API, for which the library has no setting."""

    def __init__(self, api_url: str = "") -> None:
        super().__init__(timeout=TIMEOUT_SECONDS, logger=_quiet)
        self._api_url = api_url or THE_CARRIERS

    def request(self, method: str, url: str, *more: Any, **named: Any) -> Response:
        """Send a request to the API at the configured address, and return the response."""
        return super().request(method, url.replace(THE_CARRIERS, self._api_url, 1), *more, **named)


def client(account: Account, http: TwilioHttpClient | None = None) -> Client:
    """Return a client of Twilio's REST API for this account."""
    return Client(account.account_sid, account.token, http_client=http or Http(account.api_url))
