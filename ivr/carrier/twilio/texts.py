"""Sends text messages through the carrier's REST API. For workers only: the client is slow to load, and blocks."""

from twilio.http.http_client import TwilioHttpClient

from ivr.carrier.twilio.rest import client
from ivr.carrier.twilio.settings import Account
from ivr.line.phones import Phone


class TwilioTexts:
    """The operation that sends text messages."""

    def __init__(self, account: Account, http: TwilioHttpClient | None = None) -> None:
        self._client = client(account, http)
        self._sender = account.text_from

    def send(self, to: Phone, words: str) -> None:
        """Send the words as a text message. Raises TwilioException, or an error of requests if unreachable."""
        self._client.messages.create(to=to.e164, from_=self._sender, body=words)
