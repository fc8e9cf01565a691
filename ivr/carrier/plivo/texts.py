"""Orders text messages at Plivo's REST API, and looks up the orders that Plivo has. For workers only."""

from http import HTTPStatus

from ivr.carrier.plivo.rest import ApiRefused, PlivoApi
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.line.phones import Phone

NOT_SENT = frozenset({"failed", "undelivered", "rejected"})
"""The states of an order at Plivo that mean that the text was not sent, so that it may be ordered again."""


class PlivoOrderUnknown(OSError):
    """Plivo failed while a text was ordered: it may have the order or not."""


class PlivoTexts:
    """The operations on text messages at Plivo."""

    def __init__(self, account: PlivoAccount) -> None:
        self._api = PlivoApi(account)
        self._sender = account.text_from

    def send(self, to: Phone, words: str) -> None:
        """Order a text message of these words at Plivo. Raises ApiRefused, NotTheApi, or OSError if unreachable.

        Raises PlivoOrderUnknown if Plivo answers with a server error: it may have the order or not.
        """
        try:
            self._api.change("Message", src=self._sender.removeprefix("+"), dst=_written(to), text=words)
        except ApiRefused as refused:
            if refused.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise PlivoOrderUnknown from None
            raise

    def has(self, to: Phone, words: str) -> bool:
        """Return whether any of the last 20 orders to this number has not failed.

        Plivo does not return an order's words, so other texts count too. Raises ApiRefused, NotTheApi, OSError.
        """
        orders = self._api.first("Message", message_direction="outbound", to_number=_written(to))
        mine = (each for each in orders if str(each.get("to_number", "")).removeprefix("+") == _written(to))
        return any(each.get("message_state") not in NOT_SENT for each in mine)


def _written(number: Phone) -> str:
    return number.e164.removeprefix("+")
