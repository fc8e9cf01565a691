"""Text messages through the carrier's REST API. For workers only: its client is slow to load, and may wait."""

from twilio.http.http_client import TwilioHttpClient

from ivr.carrier.twilio.rest import client
from ivr.carrier.twilio.settings import Account
from ivr.line.phones import Phone


class TwilioTexts:
    """Sends text messages."""

    def __init__(self, account: Account, http: TwilioHttpClient | None = None) -> None:
        self._client = client(account, http)
        self._sender = account.text_from

    def send(self, to: Phone, words: str) -> None:
        """Sends these words. Raises TwilioException, or a requests error where the carrier is not reached."""
        self._client.messages.create(to=to.e164, from_=self._sender, body=words)
