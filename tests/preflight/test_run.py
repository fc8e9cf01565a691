"""The preflight's command: it reports every check, and ends with 1 if one fails, with 0 if some only warn."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from click.testing import Result

from config.settings import ROOT, Settings
from ivr.app import create_app
from ivr.preflight.context import Context, Finding, context, doubtful, well
from ivr.preflight.run import CHECKS, Told, failed, run_checks
from ivr.storage.lived_time import FILE
from ivr.web.services import build
from testing.servers import until
from tests.answering import answering, certificate
from tests.carrier.twilio.account import ACCOUNT, Account
from tests.commands.test_numbers import TOLL_FREE, clinic_reached_by, runs
from tests.conftest import PASSWORD, QUICK, settings_for
from tests.people import CALLER, TOKEN
from tests.preflight import SECRET, looks, real_clock, without_stores
from tests.supervisor.supervised import free_port
from tests.web import environment


def breaks(_on: Context) -> Finding:
    raise ZeroDivisionError(f"with {CALLER} in its words")


def test_a_check_that_breaks_or_hangs_does_not_end_the_others_and_tells_nothing_personal(tmp_path: Path) -> None:
    never = Event()

    def hangs(_on: Context) -> Finding:
        never.wait(60)
        return well("too late")

    checks = {"first": breaks, "second": hangs, "third": lambda _on: doubtful("so-so", "look")}
    with context(without_stores(tmp_path), real_clock) as on:
        told = run_checks(on, checks, seconds=0.2)
    never.set()
    assert [(each.check, str(each.finding.result), each.finding.saw) for each in told] == [
        ("first", "FAIL", "the check itself failed (ZeroDivisionError)"),
        ("second", "FAIL", "no answer within 0.2 seconds"),
        ("third", "warn", "so-so"),
    ]
    assert CALLER not in str(told)
    assert failed(told)
    assert not failed([Told("third", doubtful("so-so", "look"))])


def test_with_everything_away_every_check_is_still_told_in_its_order(tmp_path: Path) -> None:
    with context(without_stores(tmp_path, PUBLIC_BASE_URL="http://127.0.0.1:1"), real_clock) as on:
        told = run_checks(on)
    assert [each.check for each in told] == list(CHECKS)
    assert not [each for each in told if "itself failed" in each.finding.saw]
    assert all(each.finding.do for each in told if each.finding.result != "pass"), "what to do is said"
    assert not any(secret in str(told) for secret in (SECRET, TOKEN))


# -- the command, on a whole service


@contextmanager
def whole(tmp_path: Path, database: str, redis: str, account: Account) -> Iterator[Settings]:
    """Run a production service with TLS, worker and number, without reviewed advice or channel; yield its settings."""
    port, tls = free_port(), certificate(tmp_path / "tls.pem")
    settings = settings_for(
        tmp_path,
        database,
        redis,
        ENV="production",
        SECRET_KEY=SECRET,
        PUBLIC_BASE_URL=f"https://127.0.0.1:{port}",
        TWILIO_ACCOUNT_SID=ACCOUNT,
        TWILIO_API_URL=account.url,
        CLINIC_FILE=clinic_reached_by(tmp_path, TOLL_FREE),
    )
    account.buys(TOLL_FREE)
    assert runs(settings, "connect", "--yes").exit_code == 0
    services = build(settings, passwords=QUICK)
    services.staff.people.add("asha", PASSWORD, real_clock())
    (tmp_path / FILE).write_text("[]")
    with (tmp_path / "worker.log").open("w") as log:
        command = [sys.executable, "-m", "workers"]
        worker = subprocess.Popen(command, cwd=ROOT, env=surroundings(settings), stdout=log, stderr=log)
    try:
        assert until(lambda: looks(settings, "worker").result == "pass")
        with answering(create_app(services), port, tls):
            yield settings
    finally:
        worker.kill()
        worker.wait()
        services.close()


def surroundings(settings: Settings) -> dict[str, str]:
    return environment(settings) | {
        "ENV": settings.env,
        "TWILIO_ACCOUNT_SID": settings.carrier["TWILIO_ACCOUNT_SID"],
        "TWILIO_API_URL": settings.carrier["TWILIO_API_URL"],
        "CLINIC_FILE": str(settings.clinic_file),
        "SSL_CERT_FILE": str(settings.state_dir / "tls.pem"),
    }


AS_A_COMMAND = [sys.executable, "-m", "flask", "--app", "wsgi", "preflight"]
BY_ITSELF = [sys.executable, "-m", "ivr.commands.preflight"]


def told_by(command: list[str], env: dict[str, str]) -> tuple[int, dict[str, dict[str, str]]]:
    done = subprocess.run(
        [*command, "--json"], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows, done.stderr
    return done.returncode, {row["check"]: row for row in rows}


def test_a_whole_service_passes_with_its_warnings_and_what_breaks_is_found(
    tmp_path: Path, sqlite_url: str, redis_url: str, account: Account
) -> None:
    with whole(tmp_path, sqlite_url, redis_url, account) as settings:
        env = surroundings(settings)
        code, told = told_by(AS_A_COMMAND, env)
        wrong = {check: row["saw"] for check, row in told.items() if row["result"] != "pass"}
        assert set(wrong) == {"settings", "advice", "staff are told"}, wrong
        assert code == 0, "warnings do not fail"
        assert list(told) == list(CHECKS)
        code, told = told_by(AS_A_COMMAND, {**env, "TWILIO_AUTH_TOKEN": "a-token-of-somebody-else"})
    assert code == 1
    assert [check for check, row in told.items() if row["result"] == "FAIL"] == ["public address", "numbers"]


def test_by_itself_it_tells_of_a_clinic_file_that_keeps_the_application_from_starting(tmp_path: Path) -> None:
    settings = without_stores(tmp_path)
    (tmp_path / "clinic.toml").write_text("timezone = 1")
    env = environment(settings) | {"CLINIC_FILE": str(tmp_path / "clinic.toml")}
    code, told = told_by(BY_ITSELF, env)
    assert (code, list(told)) == (1, list(CHECKS))
    assert "timezone" in told["clinic file"]["saw"]
    assert told["prompts"]["result"] == "pass"


def test_by_itself_it_tells_of_settings_that_do_not_allow_a_start(tmp_path: Path) -> None:
    env = environment(without_stores(tmp_path)) | {"REDIS_URL": "http://localhost", "SECRET_KEY": "hunter2"}
    code, told = told_by(BY_ITSELF, env)
    assert (code, list(told)) == (1, ["settings"])
    for complaint in ("SECRET_KEY is weak", "REDIS_URL: expected redis://"):
        assert complaint in told["settings"]["saw"]
    assert "hunter2" not in str(told)


def on_the_terminal(settings: Settings) -> Result:
    services = build(settings, passwords=QUICK)
    try:
        return create_app(services).test_cli_runner().invoke(args=["preflight"])
    finally:
        services.close()


def test_on_the_terminal_it_is_a_line_a_check_with_what_to_do(tmp_path: Path) -> None:
    done = on_the_terminal(without_stores(tmp_path, PUBLIC_BASE_URL="http://127.0.0.1:1"))
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert len(lines) == len(CHECKS)
    assert lines[0] == "warn  settings        ENV is development -> set ENV=production where real callers ring"
    assert "pass  prompts         complete in en and hi" in lines


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_says_what_it_is_for(check: str) -> None:
    assert CHECKS[check].__doc__
