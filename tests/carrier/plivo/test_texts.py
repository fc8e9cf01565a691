"""Texts to callers through Plivo: sent with Plivo's field names, and not sent again if the first may have arrived."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ivr.carrier.admin import OrderUnknown
from ivr.carrier.plivo.rest import ApiRefused
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.carrier.plivo.texts import PlivoTexts
from ivr.line.phones import Phone
from tests.carrier.plivo.account import AUTH_ID, PAGE, PlivoStandInAccount, plivo_account
from tests.people import CALLER, TOKEN

MADE = datetime(2026, 11, 23, 13, 55, tzinfo=UTC)
"""The moment at which it was decided that a text is to be sent, five minutes before it is ordered."""

SENDER, TO, OTHER = "+911140000001", Phone(CALLER), Phone("+919999900002")


@pytest.fixture
def account() -> Iterator[PlivoStandInAccount]:
    """The clinic's account at Plivo, which has ordered no texts yet."""
    with plivo_account() as account:
        yield account


def texts(account: PlivoStandInAccount, token: str = TOKEN) -> PlivoTexts:
    return PlivoTexts(PlivoAccount(AUTH_ID, token, text_from=SENDER, api_url=account.url))


def test_a_text_is_ordered_with_its_words_and_then_the_carrier_has_it(account: PlivoStandInAccount) -> None:
    assert not texts(account).has(TO, "संदेश", MADE)
    texts(account).send(TO, "संदेश")
    assert account.changes == [("Message", {"src": SENDER[1:], "dst": CALLER[1:], "text": "संदेश"})]
    assert texts(account).has(TO, "संदेश", MADE)
    assert not texts(account).has(OTHER, "संदेश", MADE)


def test_an_order_is_found_behind_many_to_others(account: PlivoStandInAccount) -> None:
    texts(account).send(TO, "Hello.")
    for _ in range(PAGE):
        texts(account).send(OTHER, "Hello.")
    assert texts(account).has(TO, "Hello.", MADE)


def test_a_text_of_an_earlier_request_is_not_taken_for_one_in_doubt(account: PlivoStandInAccount) -> None:
    texts(account).send(TO, "Hello.")
    assert not texts(account).has(TO, "Hello.", account.now + timedelta(minutes=10))
    assert texts(account).has(TO, "Hello.", account.now + timedelta(seconds=20)), "the carrier's clock may be behind"


def test_an_order_is_found_days_later(account: PlivoStandInAccount) -> None:
    texts(account).send(TO, "Hello.")
    account.now += timedelta(days=3)
    assert texts(account).has(TO, "Hello.", MADE)


@pytest.mark.parametrize("state", ["failed", "undelivered", "rejected"])
def test_an_order_that_has_come_to_nothing_may_be_given_again(account: PlivoStandInAccount, state: str) -> None:
    texts(account).send(TO, "Hello.")
    account.messages[0]["message_state"] = state
    assert not texts(account).has(TO, "Hello.", MADE)


def test_a_carrier_that_fails_in_the_middle_may_have_the_order(account: PlivoStandInAccount) -> None:
    account.fails_with = 503
    with pytest.raises(OrderUnknown):
        texts(account).send(TO, "Hello.")
    assert texts(account).has(TO, "Hello.", MADE)


def test_a_refusal_is_named_by_its_number_alone(account: PlivoStandInAccount) -> None:
    with pytest.raises(ApiRefused, match=r"^HTTP 401$") as refused:
        texts(account, "a-token-of-somebody-else").send(TO, "Hello.")
    assert refused.value.code == 401
