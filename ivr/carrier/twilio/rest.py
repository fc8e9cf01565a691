"""The carrier's REST client, made in one way: it gives up in time, logs nothing, and may be pointed at a stand-in.

Slow to load, so nothing that the web process loads imports it.
"""

import logging
from typing import Any

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from ivr.carrier.twilio.settings import Account

TIMEOUT_SECONDS = 10
"""The client's own default waits for ever."""

THE_CARRIERS = "https://api.twilio.com"

_quiet = logging.getLogger(__name__)
_quiet.setLevel(logging.WARNING)  # at INFO the client logs every URL it asks, and what it filters by


class Http(TwilioHttpClient):  # type: ignore[misc]  # the carrier's client is not typed
    """The carrier's HTTP client with a time limit. The library has no setting for the API's address."""

    def __init__(self, api_url: str = "") -> None:
        super().__init__(timeout=TIMEOUT_SECONDS, logger=_quiet)
        self._api_url = api_url or THE_CARRIERS

    def request(self, method: str, url: str, *more: Any, **named: Any) -> Response:
        """Asks the API, wherever it is."""
        return super().request(method, url.replace(THE_CARRIERS, self._api_url, 1), *more, **named)


def client(account: Account, http: TwilioHttpClient | None = None) -> Client:
    """A client for this account."""
    return Client(account.account_sid, account.token, http_client=http or Http(account.api_url))
