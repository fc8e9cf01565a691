"""The check of the public address sends a carrier's requests, and tells a wrong proxy, token or account apart."""

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.settings import Settings
from ivr.app import create_app
from ivr.carrier.admin import OurAddresses
from ivr.carrier.plivo.numbers import application_name
from ivr.carrier.plivo.numbers import wanted as of_plivo
from ivr.carrier.twilio.numbers import wanted
from ivr.preflight.context import Finding
from ivr.web.services import build
from tests.answering import Wsgi, answering, certificate
from tests.carrier.plivo.account import AUTH_ID, PlivoStandInAccount, plivo_account
from tests.carrier.twilio.account import ACCOUNT, Account
from tests.commands.test_numbers import TOLL_FREE, clinic_reached_by
from tests.conftest import QUICK
from tests.people import TOKEN, Clock
from tests.preflight import looks, real_clock, said, without_stores
from tests.supervisor.supervised import free_port
from tests.web import clinic_with_reception

ANOTHER = "the-token-of-another-account-than-ours"


@contextmanager
def service(tmp_path: Path, tls: Path | None = None, **more: str) -> Iterator[Settings]:
    """Serve the web on a port, without stores; yield the settings with which a preflight looks at it."""
    port = free_port()
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    settings = without_stores(tmp_path, PUBLIC_BASE_URL=url)
    services = build(without_stores(tmp_path, PUBLIC_BASE_URL=url, **more), passwords=QUICK)
    try:
        with answering(create_app(services), port, tls):
            yield settings
    finally:
        services.close()


def answers(status: str, *headers: tuple[str, str], body: bytes = b"") -> Wsgi:
    """Return a web server that is not our service, and gives every request this answer."""

    def app(_environ: object, start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
        start(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]

    return app


def at(tmp_path: Path, app: Wsgi) -> Finding:
    with answering(app) as url:
        return looks(without_stores(tmp_path, PUBLIC_BASE_URL=url), "public address")


def test_a_service_behind_https_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = certificate(tmp_path / "tls.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tls))  # as an operator adds a root of their own
    with service(tmp_path, tls) as settings:
        found = looks(settings, "public address")
    assert said(found) == ("pass", "a signed webhook is taken there, an unsigned one refused")


def test_a_service_without_https_is_named(tmp_path: Path) -> None:
    with service(tmp_path) as settings:
        found = looks(settings, "public address")
    assert said(found) == ("warn", "it answers as it should, but without https")


@pytest.mark.parametrize(
    "more",
    [{"TWILIO_AUTH_TOKEN": ANOTHER}, {"PUBLIC_BASE_URL": "https://line.example"}, {"TWILIO_ACCOUNT_SID": ACCOUNT}],
)
def test_a_web_process_with_another_token_address_or_account_is_told_apart(
    tmp_path: Path, more: dict[str, str]
) -> None:
    port = free_port()
    services = build(
        without_stores(tmp_path, **{"PUBLIC_BASE_URL": f"http://127.0.0.1:{port}", **more}), passwords=QUICK
    )
    try:
        with answering(create_app(services), port) as url:
            found = looks(without_stores(tmp_path, PUBLIC_BASE_URL=url), "public address")
    finally:
        services.close()
    assert said(found) == ("FAIL", "our own signature is refused there (403)")
    assert found.do == (
        "PUBLIC_BASE_URL or the token differs from what the web process has, or the proxy changes the path"
    )


@pytest.mark.parametrize(
    ("status", "saw"),
    [
        ("200 OK", "something else answers there (200)"),
        ("404 NOT FOUND", "there is no webhook there (404)"),
        ("405 METHOD NOT ALLOWED", "the post arrives as something else (405)"),
        ("502 BAD GATEWAY", "a proxy answers, with no web process behind it (502)"),
        ("503 SERVICE UNAVAILABLE", "a proxy answers, with no web process behind it (503)"),
        ("500 INTERNAL SERVER ERROR", "something else answers there (500)"),
    ],
)
def test_somebody_else_at_our_address_is_told_by_what_it_says(tmp_path: Path, status: str, saw: str) -> None:
    assert said(at(tmp_path, answers(status))) == ("FAIL", saw)


def test_an_address_that_leads_elsewhere_fails(tmp_path: Path) -> None:
    found = at(tmp_path, answers("301 MOVED", ("Location", "https://elsewhere.example/voice/status")))
    assert found.result == "FAIL"
    assert found.saw.endswith("/voice/status leads elsewhere (301)")


def test_whoever_takes_webhooks_that_nobody_signed_fails(tmp_path: Path) -> None:
    expected = "a webhook that nobody signed was answered with 204"
    assert said(at(tmp_path, answers("204 NO CONTENT"))) == ("FAIL", expected)


@pytest.mark.parametrize(
    ("days", "why"), [(1, "self-signed certificate"), (-1, "certificate has expired")], ids=["self-signed", "expired"]
)
def test_a_certificate_that_the_carrier_would_not_take_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, why: str
) -> None:
    tls = certificate(tmp_path / "tls.pem", days=days)
    if days < 0:
        monkeypatch.setenv("SSL_CERT_FILE", str(tls))
    with service(tmp_path, tls) as settings:
        found = looks(settings, "public address")
    assert found.result == "FAIL"
    assert f"its certificate is not good: {why}" in found.saw


def test_a_certificate_of_another_host_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = certificate(tmp_path / "tls.pem", host="127.0.0.9")
    monkeypatch.setenv("SSL_CERT_FILE", str(tls))
    with service(tmp_path, tls) as settings:
        assert "IP address mismatch" in looks(settings, "public address").saw


def test_plain_http_where_https_is_expected_is_named(tmp_path: Path) -> None:
    with answering(answers("204 NO CONTENT")) as url:
        https = without_stores(tmp_path, PUBLIC_BASE_URL=url.replace("http:", "https:"))
        assert "it does not speak TLS" in looks(https, "public address").saw


def test_an_address_where_nobody_listens_or_that_no_one_knows_is_named(tmp_path: Path) -> None:
    refused = looks(without_stores(tmp_path, PUBLIC_BASE_URL="http://127.0.0.1:1"), "public address")
    assert refused.result == "FAIL"
    assert refused.saw == "http://127.0.0.1:1/voice/status is not reachable: Connection refused"
    unknown = looks(without_stores(tmp_path, PUBLIC_BASE_URL="https://line.invalid"), "public address")
    assert unknown.saw == "https://line.invalid/voice/status is not reachable: no such host is known"


def test_somebody_who_does_not_speak_http_is_named(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = without_stores(tmp_path, PUBLIC_BASE_URL=url)
        found = looks(settings, "public address")
    assert found.saw == f"{url}/voice/status is not reachable: nobody answers within 4 seconds"


@pytest.mark.parametrize(("seconds", "result"), [(0, "pass"), (-30, "warn"), (-90, "FAIL"), (90, "FAIL")])
def test_a_clock_that_is_wrong_is_found_by_the_date_of_our_address(tmp_path: Path, seconds: int, result: str) -> None:
    ours = Clock(real_clock())
    ours.goes_on(seconds=seconds)
    with answering(answers("200 OK")) as url:
        found = looks(without_stores(tmp_path, PUBLIC_BASE_URL=url), "system clock", ours)
    assert found.result == result
    assert "PUBLIC_BASE_URL" in found.saw


# -- the clinic's numbers


def with_account(tmp_path: Path, account: Account, **more: str) -> Settings:
    given = {
        "PUBLIC_BASE_URL": "https://line.example",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_API_URL": account.url,
        "CLINIC_FILE": clinic_reached_by(tmp_path, TOLL_FREE),
        **more,
    }
    return without_stores(tmp_path, **given)


def test_numbers_that_lead_here_pass_and_others_fail_by_their_last_digits(tmp_path: Path, account: Account) -> None:
    settings = with_account(tmp_path, account)
    right = wanted(OurAddresses(settings.public_base_url, settings.fallback_url))
    sid = account.buys(
        TOLL_FREE, VoiceUrl=right["voice_url"], VoiceMethod="POST", StatusCallback=right["status_callback"]
    )
    found = looks(settings, "numbers")
    assert (*said(found), found.do) == (
        "FAIL",
        "not connected to us: …01 of line main",
        "flask --app wsgi numbers connect",
    )
    account.kept[sid] = {
        "voice_fallback_url": right["voice_fallback_url"],
        "voice_fallback_method": "POST",
        "status_callback_method": "POST",
    }
    assert said(looks(settings, "numbers")) == ("pass", "1 connected to us; 3 more must forward to them")


def test_without_an_account_the_numbers_are_not_known(tmp_path: Path) -> None:
    expected = "not known: TWILIO_ACCOUNT_SID is not set"
    assert said(looks(without_stores(tmp_path), "numbers")) == ("warn", expected)


def test_an_account_that_has_none_of_the_listed_numbers_is_named(tmp_path: Path, account: Account) -> None:
    account.buys("+12025550123")
    found = looks(with_account(tmp_path, account), "numbers")
    assert said(found) == ("warn", "no number that clinic.toml lists is the account's")


def test_an_account_whose_token_is_wrong_fails(tmp_path: Path, account: Account) -> None:
    found = looks(with_account(tmp_path, account, TWILIO_AUTH_TOKEN=ANOTHER), "numbers")
    assert found.result == "FAIL"
    assert found.saw.startswith("the carrier does not know TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN")


# -- over Plivo


@pytest.fixture
def over_plivo(tmp_path: Path) -> Iterator[tuple[PlivoStandInAccount, Settings]]:
    """The clinic's Plivo account, whose number leads to our service, and the service's settings, which lack Twilio."""
    file = Path(clinic_with_reception(tmp_path))
    file.write_text(file.read_text().replace("+91 8090080906", TOLL_FREE))
    with plivo_account() as account:
        more = {"PLIVO_AUTH_ID": AUTH_ID, "PLIVO_AUTH_TOKEN": TOKEN, "PLIVO_API_URL": account.url}
        given = {**more, "PLIVO_CALLER_ID": TOLL_FREE, "TWILIO_AUTH_TOKEN": "", "CLINIC_FILE": str(file)}
        settings = without_stores(tmp_path, PUBLIC_BASE_URL="https://line.example", **given)
        ours = OurAddresses(settings.public_base_url, settings.fallback_url)
        account.rents(TOLL_FREE, account.has_application(application_name(ours), **of_plivo(ours)))
        yield account, settings


def test_numbers_at_plivo_that_lead_here_pass_and_the_receptions_is_rented(
    over_plivo: tuple[PlivoStandInAccount, Settings],
) -> None:
    account, settings = over_plivo
    assert said(looks(settings, "numbers")) == ("pass", "1 connected to us; 2 more must forward to them")
    account.applications[0]["answer_url"] = "https://older.example/voice"
    assert said(looks(settings, "numbers")) == ("FAIL", "not connected to us: …01 of line main")


def test_a_reception_that_would_be_rung_from_a_number_that_is_not_rented_fails(
    over_plivo: tuple[PlivoStandInAccount, Settings],
) -> None:
    _, settings = over_plivo
    other = settings.model_copy(update={"carrier": {**settings.carrier, "PLIVO_CALLER_ID": "+911140000002"}})
    found = looks(other, "numbers")
    assert said(found) == ("FAIL", "the reception cannot be called from …02: it is not the account's")


def test_the_clinics_file_fails_where_a_carrier_cannot_do_what_it_says(
    over_plivo: tuple[PlivoStandInAccount, Settings],
) -> None:
    _, settings = over_plivo
    assert looks(settings, "clinic file").result == "pass"
    without = settings.model_copy(update={"carrier": {**settings.carrier, "PLIVO_CALLER_ID": ""}})
    assert "expected an Indian number that is rented from Plivo" in looks(without, "clinic file").saw


def test_an_address_is_tried_as_each_carrier_and_fails_where_one_is_not_believed(tmp_path: Path) -> None:
    plivo = {"PLIVO_AUTH_ID": AUTH_ID, "PLIVO_AUTH_TOKEN": TOKEN}
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    services = build(without_stores(tmp_path, PUBLIC_BASE_URL=url, **plivo), passwords=QUICK)
    try:
        with answering(create_app(services), port):
            both = looks(without_stores(tmp_path, PUBLIC_BASE_URL=url, **plivo), "public address")
            odd = without_stores(tmp_path, PUBLIC_BASE_URL=url, **{**plivo, "PLIVO_AUTH_TOKEN": ANOTHER})
            one = looks(odd, "public address")
    finally:
        services.close()
    assert said(both) == ("warn", "it answers as it should, but without https")
    assert said(one) == ("FAIL", "our own signature is refused there (403)")
