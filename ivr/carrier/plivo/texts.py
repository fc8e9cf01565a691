"""Orders text messages at Plivo's REST API, and looks up the orders that Plivo has. For workers only."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from ivr.carrier.admin import OrderUnknown
from ivr.carrier.plivo.rest import ApiRefused, PlivoApi
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.line.phones import Phone

NOT_SENT = frozenset({"failed", "undelivered", "rejected"})
"""The states of an order at Plivo that mean that the text was not sent, so that it may be ordered again."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""The most by which Plivo's clock may be behind ours; orders so long before a moment count as after it."""


class PlivoTexts:
    """The operations on text messages at Plivo."""

    def __init__(self, account: PlivoAccount) -> None:
        self._api = PlivoApi(account)
        self._sender = account.text_from

    def send(self, to: Phone, words: str) -> None:
        """Order a text message of these words at Plivo. Raises ApiRefused, NotTheApi, or OSError if unreachable.

        Raises OrderUnknown if Plivo answers with a server error: it may have the order or not.
        """
        try:
            self._api.change("Message", src=self._sender.removeprefix("+"), dst=_written(to), text=words)
        except ApiRefused as refused:
            if refused.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise OrderUnknown from refused
            raise

    def has(self, to: Phone, words: str, since: datetime) -> bool:
        """Return whether any order to this number since that moment has not failed.

        Plivo does not return an order's words, so other texts count too. Raises ApiRefused, NotTheApi, OSError.
        """
        first = f"{(since - CLOCKS_DIFFER).astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        wanted = {"message_direction": "outbound", "to_number": _written(to), "message_time__gte": first}
        orders = self._api.first("Message", **wanted)
        mine = (each for each in orders if str(each.get("to_number", "")).removeprefix("+") == _written(to))
        return any(each.get("message_state") not in NOT_SENT for each in mine)


def _written(number: Phone) -> str:
    return number.e164.removeprefix("+")
