"""Sends text messages through Plivo's REST API, and knows which of them it has. For workers only."""

from http import HTTPStatus

from ivr.carrier.plivo.rest import ApiRefused, PlivoApi
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.line.phones import Phone

NOT_SENT = frozenset({"failed", "undelivered", "rejected"})
"""The carrier's words for an order that has come to nothing, and may be given again."""


class PlivoOrderUnknown(OSError):
    """The carrier failed while it was given an order: it may have it or not."""


class PlivoTexts:
    """The operations on text messages."""

    def __init__(self, account: PlivoAccount) -> None:
        self._api = PlivoApi(account)
        self._sender = account.text_from

    def send(self, to: Phone, words: str) -> None:
        """Send the words as a text message. Raises ApiRefused, NotTheApi, or OSError if it cannot be reached.

        Raises PlivoOrderUnknown where the carrier fails in the middle of it.
        """
        try:
            self._api.change("Message", src=self._sender.removeprefix("+"), dst=_written(to), text=words)
        except ApiRefused as refused:
            if refused.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise PlivoOrderUnknown from None
            raise

    def has(self, to: Phone, words: str) -> bool:
        """Return whether one of the last twenty orders to this number has not failed. Raises as `send` does.

        The carrier does not say the words of an order. A text in doubt that follows another one closely is not sent.
        """
        orders = self._api.first("Message", message_direction="outbound", to_number=_written(to))
        mine = (each for each in orders if str(each.get("to_number", "")).removeprefix("+") == _written(to))
        return any(each.get("message_state") not in NOT_SENT for each in mine)


def _written(number: Phone) -> str:
    return number.e164.removeprefix("+")
