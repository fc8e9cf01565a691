"""Sends text messages through the carrier's REST API, and looks up which orders it has.

For workers only: the client is slow to load, and blocks.
"""

from http import HTTPStatus

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient

from ivr.carrier.twilio.rest import client
from ivr.carrier.twilio.settings import Account
from ivr.line.phones import Phone

LATEST = 20
"""Orders of one number that are looked through, the latest first: more than a caller gets while one is tried again."""

NOT_SENT = frozenset({"failed", "undelivered", "canceled"})
"""The carrier's words for an order that has come to nothing, and may be given again."""


class OrderUnknown(OSError):
    """The carrier failed while it was given an order: it may have it or not."""


class TwilioTexts:
    """The operations on text messages."""

    def __init__(self, account: Account, http: TwilioHttpClient | None = None) -> None:
        self._client = client(account, http)
        self._sender = account.text_from

    def send(self, to: Phone, words: str) -> None:
        """Send the words as a text message. Raises TwilioException, or an error of requests if unreachable.

        Raises OrderUnknown where the carrier fails in the middle of it.
        """
        try:
            self._client.messages.create(to=to.e164, from_=self._sender, body=words)
        except TwilioRestException as error:
            if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise OrderUnknown from None
            raise

    def has(self, to: Phone, words: str) -> bool:
        """Return whether the carrier has an order of these words that has not failed. Raises as `send` does.

        A trial account's messages begin with words of the carrier's.
        """
        orders = self._client.messages.list(to=to.e164, from_=self._sender, limit=LATEST)
        return any((each.body or "").endswith(words) and each.status not in NOT_SENT for each in orders)
