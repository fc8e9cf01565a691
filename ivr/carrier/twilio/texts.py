"""Orders text messages at Twilio's REST API, and looks up which orders it has.

For workers only: the client is slow to load, and blocks.
"""

from datetime import datetime
from http import HTTPStatus

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.base.version import Version
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from ivr.carrier.admin import OrderUnknown
from ivr.carrier.twilio.rest import client
from ivr.carrier.twilio.settings import Account
from ivr.line.phones import Phone

LATEST = 20
"""The number of latest orders that `has` reads for one telephone: enough, because fewer go out while one is retried."""

NOT_SENT = frozenset({"failed", "undelivered", "canceled"})
"""The states of an order at Twilio that mean that the text was not sent, so that it may be ordered again."""


class TwilioTexts:
    """The operations on text messages at Twilio."""

    def __init__(self, account: Account, http: TwilioHttpClient | None = None) -> None:
        self._client = client(account, http)
        self._sender = account.text_from

    def send(self, to: Phone, words: str) -> None:
        """Order a text message of these words at Twilio. Raises TwilioException, or an error of the library `requests`.

        Raises OrderUnknown if Twilio answers with a server error, because Twilio may have the order or not.
        """
        try:
            self._client.messages.create(to=to.e164, from_=self._sender, body=words)
        except TwilioRestException as error:
            if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise OrderUnknown from error
            raise

    def has(self, to: Phone, words: str, since: datetime) -> bool:
        """Return whether Twilio has a message of these words to this number, unless it failed. Raises as `send` does.

        Compares only the end of a message, because the messages of a trial account begin with words of Twilio's own.
        """
        try:
            orders = self._client.messages.list(to=to.e164, from_=self._sender, limit=LATEST)
        except TwilioException as error:
            raise _numbered(error) from None
        return any((each.body or "").endswith(words) and each.status not in NOT_SENT for each in orders)


def _numbered(error: TwilioException) -> Exception:
    """Return an error of a list with Twilio's number for it, which the library leaves in the response."""
    answer = error.args[-1] if error.args else None
    found: Exception = Version.exception("GET", "", answer, "") if isinstance(answer, Response) else error
    return found
