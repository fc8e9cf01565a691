"""Numbers at Plivo: they lead to the service through an application, which the service makes and corrects as needed."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from ivr.carrier.admin import CarrierRefused, OurAddresses
from ivr.carrier.plivo.numbers import PlivoNumbers, application_name, wanted
from ivr.carrier.plivo.settings import PlivoAccount
from ivr.wiring.foundation import A_CALLER_WAITS
from testing.listener import listener
from tests.carrier.plivo.account import AUTH_ID, PlivoStandInAccount, plivo_account
from tests.people import TOKEN

OURS = OurAddresses("https://line.example")
NUMBER, SECOND = "+911140000001", "+911140000002"
NAME = "clinic-line-line-example"


@pytest.fixture
def account() -> Iterator[PlivoStandInAccount]:
    """The clinic's account at Plivo, which has no numbers yet."""
    with plivo_account() as account:
        yield account


def numbers(account: PlivoStandInAccount, token: str = TOKEN) -> PlivoNumbers:
    return PlivoNumbers(PlivoAccount(AUTH_ID, token, api_url=account.url), OURS)


def test_a_number_is_connected_over_an_application_that_is_made(account: PlivoStandInAccount) -> None:
    account.rents(NUMBER)
    (found,) = numbers(account).owned()
    assert found.e164 == NUMBER
    assert [(each.words.strip(), each.is_now) for each in found.differences if each.words.strip() != "by"] == [
        ("application", ""),
        ("a call comes in", ""),
        ("we cannot be reached", ""),
        ("a call has ended", ""),
    ]
    numbers(account).connect(found)
    assert {name: account.leads(NUMBER)[name] for name in wanted(OURS)} == wanted(OURS)
    assert account.leads(NUMBER)["app_name"] == NAME
    assert [each.differences for each in numbers(account).owned()] == [()]


def test_what_is_connected_already_is_not_changed(account: PlivoStandInAccount) -> None:
    account.rents(NUMBER, account.has_application(NAME, **wanted(OURS)))
    (found,) = numbers(account).owned()
    numbers(account).connect(found)
    assert (found.differences, account.changes) == ((), [])


def test_a_setting_that_is_read_by_another_name_is_known_too(account: PlivoStandInAccount) -> None:
    named_otherwise = {**wanted(OURS), "fallback_answer_method": "POST"}
    del named_otherwise["fallback_method"]
    account.rents(NUMBER, account.has_application(NAME, **named_otherwise))
    assert [each.differences for each in numbers(account).owned()] == [()]


def test_an_application_of_ours_with_other_addresses_is_corrected_once_for_all_its_numbers(
    account: PlivoStandInAccount,
) -> None:
    ours = account.has_application(NAME, **{**wanted(OURS), "answer_url": "https://older.example/voice"})
    for number in (SECOND, NUMBER):
        account.rents(number, ours)
    found = numbers(account).owned()
    assert [each.e164 for each in found] == [NUMBER, SECOND]
    assert [(each.name, each.is_now) for each in found[0].differences] == [
        ("answer_url", "https://older.example/voice")
    ]
    for each in found:
        numbers(account).connect(each)
    assert [path for path, _ in account.changes if path.startswith("Application")] == [f"Application/{ours}"]
    assert [each.differences for each in numbers(account).owned()] == [(), ()]


def test_a_number_that_leads_to_another_application_is_led_to_ours_and_that_one_is_left(
    account: PlivoStandInAccount,
) -> None:
    other = account.has_application("reception-desk", answer_url="https://another.example/app")
    account.rents(NUMBER, other)
    (found,) = numbers(account).owned()
    assert (found.differences[0].is_now, found.differences[0].should_be) == ("reception-desk", NAME)
    numbers(account).connect(found)
    assert account.leads(NUMBER)["app_name"] == NAME
    assert account.applications[0]["answer_url"] == "https://another.example/app"


def test_more_numbers_than_one_page_of_the_carriers_are_seen(account: PlivoStandInAccount) -> None:
    for last in range(45):
        account.rents(f"+9111400000{last:02}")
    assert len(numbers(account).owned()) == 45


def test_two_services_in_one_account_have_an_application_each() -> None:
    other = OurAddresses("https://other.example.org:8443")
    assert application_name(other) == "clinic-line-other-example-org-8443"


def test_all_tries_together_end_before_the_carrier_gives_the_call_up() -> None:
    for name in ("answer_url", "hangup_url"):
        found = dict(parse_qsl(urlsplit(wanted(OURS)[name]).fragment))
        one_try = int(found["ct"]) + int(found["rt"])
        assert (1 + int(found["rc"])) * one_try < int(found["tt"]) < 15_000
        assert set(found["rp"].split(",")) == {"ct", "rt", "5xx"}
        assert int(found["rt"]) > (A_CALLER_WAITS.answer + A_CALLER_WAITS.redis) * 1000 + 1000


def test_a_wrong_token_is_named_as_such(account: PlivoStandInAccount) -> None:
    said = "the carrier does not know PLIVO_AUTH_ID with PLIVO_AUTH_TOKEN; compare both with its console"
    with pytest.raises(CarrierRefused, match=rf"{said} \(HTTP 401\)"):
        numbers(account, "a-token-of-somebody-else").owned()


@pytest.mark.parametrize("answer", [b"<html>welcome</html>", b"{}", b"[]", b"", b'{"objects": [1]}'])
def test_something_else_at_the_carriers_address_is_named(answer: bytes) -> None:
    with listener() as odd:
        odd.answer = answer
        with pytest.raises(CarrierRefused, match="not the carrier's REST API"):
            PlivoNumbers(PlivoAccount(AUTH_ID, TOKEN, api_url=odd.url), OURS).owned()


def test_a_carrier_that_is_not_reached_is_named() -> None:
    with pytest.raises(CarrierRefused, match="could not be reached"):
        PlivoNumbers(PlivoAccount(AUTH_ID, TOKEN, api_url="http://127.0.0.1:1"), OURS).owned()
