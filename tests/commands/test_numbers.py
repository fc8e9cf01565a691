"""`flask numbers`: the command connects the line's numbers at the carrier, and first shows what it would change."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import Result
from flask import Flask, Response, request

from config.settings import ROOT, Settings
from ivr.app import create_app
from ivr.carrier.twilio.numbers import OF_REPORTS, OVERRIDES
from ivr.web.services import build
from ivr.wiring.foundation import A_CALLER_WAITS
from testing.listener import listener
from tests.answering import answering
from tests.carrier.plivo.account import AUTH_ID, PlivoStandInAccount, plivo_account
from tests.carrier.twilio.account import ACCOUNT, Account
from tests.clinic import WISHES_ONLY
from tests.conftest import QUICK, settings_for
from tests.people import CALLER, TOKEN
from tests.web import environment

TOLL_FREE = "+911140000001"
"""A number rented at the carrier, which a clinic's file may list for the first line."""

SECOND = "+918090080907"
"""Another number of the clinic, which the shipped config/clinic.toml lists already."""

BASE = "https://line.example"
VOICE = f"{BASE}/voice#{'&'.join(f'{name}={value}' for name, value in OVERRIDES.items())}"
STATUS = f"{BASE}/voice/status#{'&'.join(f'{name}={value}' for name, value in OF_REPORTS.items())}"


def clinic_reached_by(folder: Path, number: str) -> str:
    """Write the file of a clinic whose first line is also reached by this number; return the file's path."""
    words = WISHES_ONLY
    path = folder / "clinic.toml"
    path.write_text(words.replace('reached_by = ["+91 8090080906"', f'reached_by = ["+91 8090080906", "{number}"'))
    return str(path)


@pytest.fixture
def connected_settings(tmp_path: Path, account: Account) -> Settings:
    """The settings of a service that uses a stand-in for its carrier's REST API."""
    return numbers_settings(tmp_path, TWILIO_API_URL=account.url)


def numbers_settings(tmp_path: Path, **more: str) -> Settings:
    given = {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "CLINIC_FILE": clinic_reached_by(tmp_path, TOLL_FREE),
        "TWILIO_API_URL": "http://127.0.0.1:1",
        **more,
    }
    return settings_for(tmp_path, f"sqlite:///{tmp_path}/none.db", f"unix://{tmp_path}/none.sock", **given)


def runs(settings: Settings, *words: str, typed: str = "") -> Result:
    services = build(settings, passwords=QUICK)
    try:
        return create_app(services).test_cli_runner().invoke(args=["numbers", *words], input=typed)
    finally:
        services.close()


def test_connecting_shows_what_changes_asks_and_then_changes_just_that(
    account: Account, connected_settings: Settings
) -> None:
    sid = account.buys(TOLL_FREE, VoiceUrl="https://demo.example/voice.xml", StatusCallback=STATUS)
    done = runs(connected_settings, "connect", typed="y\n")
    assert done.exit_code == 0, done.output
    assert f"{TOLL_FREE} (line main):\n" in done.output
    assert f"a call comes in       https://demo.example/voice.xml -> {VOICE}\n" in done.output
    assert f"we cannot be reached  (none) -> {BASE}/voice/fallback\n" in done.output
    assert f"{BASE}/voice/status ->" not in done.output
    assert "1 number will change. Go on? [y/N]: y\n" in done.output
    assert done.output.endswith(f"{TOLL_FREE} is connected.\n")
    now = account.number(TOLL_FREE)
    assert (now["voice_url"], now["voice_method"]) == (VOICE, "POST")
    assert (now["voice_fallback_url"], now["voice_fallback_method"]) == (f"{BASE}/voice/fallback", "POST")
    assert (now["status_callback"], now["status_callback_method"]) == (STATUS, "POST")
    ((changed, form),) = account.changes
    assert changed == sid
    assert set(form) == {"VoiceUrl", "VoiceFallbackUrl", "VoiceFallbackMethod", "StatusCallbackMethod"}


def test_a_second_time_there_is_nothing_to_change(account: Account, connected_settings: Settings) -> None:
    account.buys(TOLL_FREE)
    assert runs(connected_settings, "connect", "--yes").exit_code == 0
    again = runs(connected_settings, "connect")
    assert again.exit_code == 0
    assert f"{TOLL_FREE} (line main): connected to us\n" in again.output
    assert again.output.endswith("Nothing to change.\n")
    assert len(account.changes) == 1


@pytest.mark.parametrize(("words", "typed"), [(["connect"], "n\n"), (["connect"], ""), (["connect", "--dry-run"], "")])
def test_who_does_not_say_yes_changes_nothing(
    account: Account, connected_settings: Settings, words: list[str], typed: str
) -> None:
    account.buys(TOLL_FREE)
    done = runs(connected_settings, *words, typed=typed)
    assert f"(none) -> {VOICE}" in done.output
    assert done.exit_code == (0 if "--dry-run" in words else 1)
    assert account.changes == []


def test_showing_changes_nothing(account: Account, connected_settings: Settings) -> None:
    account.buys(TOLL_FREE)
    shown = runs(connected_settings, "show")
    assert shown.exit_code == 0
    assert f"(none) -> {VOICE}" in shown.output
    assert account.changes == []


def test_listed_numbers_that_are_not_the_accounts_are_said_to_forward_and_its_others_are_left(
    account: Account, connected_settings: Settings
) -> None:
    account.buys(TOLL_FREE)
    account.buys("+12025550123", VoiceUrl="https://another.example/app")
    done = runs(connected_settings, "connect", "--yes")
    for number, line in (("+918090080906", "main"), (SECOND, "second"), ("+918866991000", "third")):
        assert f"{number} (line {line}): not a number of the account; its operator forwards it\n" in done.output
    assert "+12025550123: a number of the account that no line lists; left as it is\n" in done.output
    assert account.number("+12025550123")["voice_url"] == "https://another.example/app"


def test_several_numbers_are_connected_each(account: Account, connected_settings: Settings) -> None:
    for number in (TOLL_FREE, SECOND):
        account.buys(number)
    done = runs(connected_settings, "connect", "--yes")
    assert done.output.endswith(f"{TOLL_FREE} is connected.\n{SECOND} is connected.\n")
    assert {account.number(number)["voice_url"] for number in (TOLL_FREE, SECOND)} == {VOICE}


def test_an_application_or_a_trunk_that_would_beat_our_addresses_is_taken_off(
    account: Account, connected_settings: Settings
) -> None:
    account.buys(TOLL_FREE, VoiceApplicationSid="AP" + "1" * 32)
    account.buys(SECOND, TrunkSid="TK" + "1" * 32)
    done = runs(connected_settings, "connect", "--yes")
    assert f"application           AP{'1' * 32} -> (none)" in done.output
    assert account.number(TOLL_FREE)["voice_application_sid"] == ""
    assert account.number(SECOND)["trunk_sid"] == ""
    assert runs(connected_settings, "connect").output.endswith("Nothing to change.\n")


def test_a_fallback_that_is_hosted_elsewhere_is_set_instead_of_ours(tmp_path: Path, account: Account) -> None:
    account.buys(TOLL_FREE)
    static = "https://static.example/fallback.xml"
    runs(numbers_settings(tmp_path, TWILIO_API_URL=account.url, FALLBACK_URL=static), "connect", "--yes")
    assert account.number(TOLL_FREE)["voice_fallback_url"] == static


def test_more_numbers_than_one_page_of_the_carriers_are_seen(account: Account, connected_settings: Settings) -> None:
    for last in range(60):
        account.buys(f"+120255501{last:02}")
    account.buys(TOLL_FREE)
    assert runs(connected_settings, "show").output.count("that no line lists") == 60


# -- over Plivo, alone and beside the other


@pytest.fixture
def over_plivo() -> Iterator[PlivoStandInAccount]:
    """The clinic's account at Plivo, which has no numbers yet."""
    with plivo_account() as found:
        yield found


def plivo_settings(account: PlivoStandInAccount) -> dict[str, str]:
    return {"PLIVO_AUTH_ID": AUTH_ID, "PLIVO_AUTH_TOKEN": TOKEN, "PLIVO_API_URL": account.url}


def test_a_number_at_plivo_is_connected_with_no_other_carrier(tmp_path: Path, over_plivo: PlivoStandInAccount) -> None:
    over_plivo.rents(TOLL_FREE)
    alone = {"TWILIO_AUTH_TOKEN": "", "TWILIO_ACCOUNT_SID": "", "TWILIO_API_URL": ""}
    settings = numbers_settings(tmp_path, **alone, **plivo_settings(over_plivo))
    done = runs(settings, "connect", "--yes")
    assert done.output.endswith(f"{TOLL_FREE} is connected.\n"), done.output
    assert f"a call comes in       (none) -> {BASE}/voice#" in done.output
    assert over_plivo.leads(TOLL_FREE)["hangup_url"].startswith(f"{BASE}/voice/status#")
    assert over_plivo.leads(TOLL_FREE)["fallback_answer_url"] == f"{BASE}/voice/fallback?carrier=Plivo"
    assert runs(settings, "connect").output.endswith("Nothing to change.\n")


def test_the_numbers_of_both_carriers_are_connected_each_where_it_is_rented(
    tmp_path: Path, account: Account, over_plivo: PlivoStandInAccount
) -> None:
    account.buys(SECOND)
    over_plivo.rents(TOLL_FREE)
    static = {"FALLBACK_URL": "https://static.example/fallback.xml"}
    settings = numbers_settings(tmp_path, TWILIO_API_URL=account.url, **plivo_settings(over_plivo), **static)
    done = runs(settings, "connect", "--yes")
    assert done.output.endswith(f"{TOLL_FREE} is connected.\n{SECOND} is connected.\n"), done.output
    assert account.number(SECOND)["voice_fallback_url"] == static["FALLBACK_URL"]
    assert over_plivo.leads(TOLL_FREE)["fallback_answer_url"] == f"{BASE}/voice/fallback?carrier=Plivo", (
        "in its own words"
    )


# -- what the carrier is asked to do with our webhooks


def test_all_tries_together_end_before_the_carrier_gives_the_call_up() -> None:
    found = dict(parse_qsl(urlsplit(VOICE).fragment))
    one_try = int(found["ct"]) + int(found["rt"])
    assert (1 + int(found["rc"])) * one_try < int(found["tt"]) < 15_000
    assert set(found["rp"].split(",")) == {"ct", "rt", "5xx"}


def test_the_report_of_a_calls_end_is_repeated_as_often_as_the_carrier_allows(
    account: Account, connected_settings: Settings
) -> None:
    """During a restart a proxy answers the report with 502, and nobody else tells the number of a missed call."""
    account.buys(TOLL_FREE, StatusCallback=f"{BASE}/voice/status")
    assert runs(connected_settings, "connect", "--yes").exit_code == 0
    address, _, fragment = account.number(TOLL_FREE)["status_callback"].partition("#")
    found = dict(parse_qsl(fragment))
    assert address == f"{BASE}/voice/status"
    assert (found["rc"], set(found["rp"].split(","))) == ("5", {"ct", "rt", "5xx"})
    assert int(found["tt"]) < 15_000


def test_a_try_lasts_longer_than_stores_that_are_frozen() -> None:
    assert int(OVERRIDES["rt"]) > (A_CALLER_WAITS.answer + A_CALLER_WAITS.redis) * 1000 + 1000


def test_a_call_that_the_stand_in_sends_is_believed_answered_and_its_end_heard_of(
    tmp_path: Path, sqlite_url: str, redis_url: str, account: Account
) -> None:
    """The service accepts the signed webhooks of a Twilio stand-in by other authors, over a real network connection."""
    with serving(tmp_path, sqlite_url, redis_url) as (url, heard):
        account.buys(TOLL_FREE, VoiceUrl=f"{url}/voice", StatusCallback=f"{url}/voice/status")
        account.ends(account.is_rung(TOLL_FREE, CALLER))
    assert heard == [("/voice", 200), ("/voice/status", 204)]


@contextmanager
def serving(tmp_path: Path, sqlite_url: str, redis_url: str) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Serve the service on a port of its own; yield its address, and the list of paths and statuses answered so far."""
    heard: list[tuple[str, int]] = []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    more = {"PUBLIC_BASE_URL": url, "TWILIO_ACCOUNT_SID": ACCOUNT}
    services = build(settings_for(tmp_path, sqlite_url, redis_url, **more), passwords=QUICK)
    app = create_app(services)
    app.after_request(lambda answer: _noted(answer, heard))
    with closing(services), answering(app, int(url.rpartition(":")[2])):
        yield url, heard


def _noted(answer: Response, heard: list[tuple[str, int]]) -> Response:
    heard.append((request.path, answer.status_code))
    return answer


# -- what goes wrong is said in one line


def refused(settings: Settings) -> str:
    done = runs(settings, "connect", "--yes")
    assert done.exit_code == 1
    (line,) = done.output.splitlines()[-1:]
    assert line.startswith("Error: ")
    assert TOKEN not in done.output
    return line


def test_without_an_account_it_is_said_where_to_find_it(tmp_path: Path) -> None:
    assert refused(numbers_settings(tmp_path, TWILIO_ACCOUNT_SID="")).startswith("Error: TWILIO_ACCOUNT_SID is not set")


def test_a_wrong_token_is_named_as_such(tmp_path: Path, account: Account) -> None:
    wrong = numbers_settings(tmp_path, TWILIO_API_URL=account.url, TWILIO_AUTH_TOKEN="a-token-of-somebody-else")
    said = "Error: the carrier does not know TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN; compare both with its console"
    assert refused(wrong) == f"{said} (HTTP 401)"


def test_a_carrier_that_is_not_reached_is_named(tmp_path: Path) -> None:
    assert refused(numbers_settings(tmp_path)) == (
        "Error: the carrier's REST API could not be reached (ConnectionError)"
    )


@pytest.mark.parametrize("answer", [b"<html>welcome</html>", b"{}", b"[]", b""])
def test_something_else_at_the_carriers_address_is_named(tmp_path: Path, answer: bytes) -> None:
    with listener() as odd:
        odd.answer = answer
        assert "not the carrier's REST API" in refused(numbers_settings(tmp_path, TWILIO_API_URL=odd.url))


def test_an_address_without_https_is_named_before_the_carrier_is_asked(tmp_path: Path) -> None:
    plain = numbers_settings(tmp_path, PUBLIC_BASE_URL="http://127.0.0.1:8000")
    expected = "PUBLIC_BASE_URL is http://127.0.0.1:8000; the carrier needs an address that begins with https://"
    assert refused(plain) == f"Error: {expected}"


def test_where_no_listed_number_is_the_accounts_it_is_said_what_to_do(
    account: Account, connected_settings: Settings
) -> None:
    account.buys("+12025550123")
    assert refused(connected_settings).startswith("Error: no number that clinic.toml lists is the account's")
    assert account.changes == []


# -- as a process of its own


@pytest.mark.parametrize("words", [["show"], ["connect", "--yes"]])
def test_the_command_runs_by_itself_and_logs_no_number(
    account: Account, connected_settings: Settings, words: list[str]
) -> None:
    account.buys(TOLL_FREE)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "numbers", *words]
    more = {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_API_URL": account.url,
        "CLINIC_FILE": str(connected_settings.clinic_file),
    }
    env = environment(connected_settings) | more
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert TOLL_FREE in done.stdout
    assert done.stderr == ""
    assert bool(account.changes) == ("--yes" in words)


def test_the_commands_are_named_in_the_applications_help(app: Flask) -> None:
    assert "numbers" in app.test_cli_runner().invoke(args=["--help"]).output
