"""The files that people copy to a server (Caddy, systemd, nginx): they agree with the product."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.settings import ROOT
from ivr.carrier.admin import OurAddresses
from ivr.carrier.plivo.numbers import wanted
from ivr.carrier.plivo.signature import SIGNATURE
from ivr.carrier.steps import HangsUp, Heard
from ivr.carrier.twilio.reader import steps
from ivr.desk.job_queue import JOB_SECONDS
from testing.servers import reserved_port, until
from testing.servers.nginx import NginxUnavailable, nginx
from tests.carrier.twilio.twiml_rules import faults
from tests.conftest import NO_CADDY, NO_NGINX, NO_SYSTEMD, skipped_without
from tests.people import Clock, Phone
from tests.web import service

OPS = ROOT / "ops"
UNITS = sorted((OPS / "systemd").glob("*.service"))
PROXIES = (OPS / "nginx" / "clinic-line.conf", OPS / "caddy" / "Caddyfile")


PLIVO = {"PLIVO_AUTH_ID": "MA0000000000000000EX", "PLIVO_AUTH_TOKEN": "abcdefghij0123456789abcd"}
"""The credentials of a made-up account at Plivo."""


def processes(procfile: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+): (.*)$", procfile.read_text(), re.MULTILINE))


def of_unit(name: str, key: str) -> str:
    found: list[str] = re.findall(rf"^{key}=(.*)$", (OPS / "systemd" / name).read_text(), re.MULTILINE)
    return found[0]


def flags(command: str) -> list[str]:
    """Return the options in a command that starts the web server, without the address on which it listens."""
    words = shlex.split(command[command.index("-m granian") :])
    at = words.index("--host")
    assert words[at + 2] == "--port"
    return words[:at] + words[at + 4 :]


# -- the carrier's fallback


@pytest.fixture
def over_both(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service which has both carriers switched on."""
    with service(tmp_path, sqlite_url, redis_url, clock, **PLIVO) as phone:
        yield phone


@pytest.mark.parametrize(("name", "of"), [("fallback.xml", "Twilio"), ("fallback-plivo.xml", "Plivo")])
def test_the_fallback_files_are_what_the_command_prints(name: str, of: str, over_both: Phone) -> None:
    printed = over_both.runs("fallback-twiml", "--carrier", of)
    assert (OPS / "fallback" / name).read_text(encoding="utf-8") == printed, (
        f"make it anew: flask --app wsgi fallback-twiml --carrier {of} > ops/fallback/{name}"
    )


def test_the_fallback_file_speaks_every_language_names_112_and_ends_the_call(phone: Phone) -> None:
    document = (OPS / "fallback" / "fallback.xml").read_bytes()
    assert faults(document, "text/xml; charset=utf-8") == []
    found = list(steps(document.decode()))
    heard = [step for step in found if isinstance(step, Heard)]
    assert {step.language for step in heard} == {"en-IN", "hi-IN"}
    assert len(phone.services.script.languages) == 2
    assert all("112" in step.words for step in heard)
    assert isinstance(found[-1], HangsUp)


def test_while_the_service_is_down_each_carrier_hears_the_apology_in_its_words() -> None:
    with reserved_port() as nobody, skipped_without(NginxUnavailable, NO_NGINX), nginx([nobody]) as proxy:
        apologizes_to_each_carrier(proxy.port)


def test_caddy_too_apologizes_to_each_carrier_in_its_words(tmp_path: Path) -> None:
    with caddy(tmp_path, OPS / "fallback") as port:
        apologizes_to_each_carrier(port)


def apologizes_to_each_carrier(port: int) -> None:
    """Ask the fallback at this port with Plivo's signature, at Plivo's own address without one, and as nobody."""
    connected = urlsplit(wanted(OurAddresses("https://line.example"))["fallback_answer_url"])
    in_other_words = (OPS / "fallback" / "fallback-plivo.xml").read_bytes()
    assert apology(port, SIGNATURE) == apology(port, query=f"?{connected.query}") == in_other_words
    assert apology(port) == (OPS / "fallback" / "fallback.xml").read_bytes()


def apology(port: int, *signed_by: str, query: str = "") -> bytes:
    """Return the apology of the fallback at this port; these signature headers, or the query, show who asks."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", f"/voice/fallback{query}", b"x=1", dict.fromkeys(signed_by, "made up"))
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read()
    finally:
        connection.close()


# -- the units


@pytest.mark.parametrize("other", ["systemd", "platform"])
def test_every_web_process_is_started_with_the_flags_of_the_procfile(other: str) -> None:
    ours = processes(ROOT / "Procfile")["web"]
    theirs = {
        "systemd": of_unit("clinic-line-web.service", "ExecStart"),
        "platform": processes(OPS / "platform" / "Procfile")["web"],
    }
    assert flags(theirs[other]) == flags(ours)


def test_every_process_of_the_procfile_has_its_unit_and_its_place_on_a_platform() -> None:
    ours = processes(ROOT / "Procfile")
    started = " ".join(of_unit(unit.name, "ExecStart") for unit in UNITS)
    platform = processes(OPS / "platform" / "Procfile")
    for name in ("worker", "clock"):
        assert f"-m {ours[name].rpartition(' ')[2]}" in started
        assert ours[name] in " ".join(platform.values())
    assert "clock" not in platform, (
        "it writes the closures to the disk of the web, which on a platform is nobody else's"
    )


def test_a_stop_waits_for_the_request_and_the_job_in_hand() -> None:
    graceful = int(re.findall(r"--workers-kill-timeout (\d+)", processes(ROOT / "Procfile")["web"])[0])
    assert int(of_unit("clinic-line-web.service", "TimeoutStopSec")) > graceful
    assert int(of_unit("clinic-line-worker@.service", "TimeoutStopSec")) > JOB_SECONDS
    assert of_unit("clinic-line-worker@.service", "KillMode") == "mixed", "or the job is killed beside its worker"


def test_the_backups_timer_begins_only_where_it_is_enabled() -> None:
    """The systemd target must not start the backup timer itself: else hosts on PostgreSQL would run the timer, too."""
    of_target = (OPS / "systemd" / "clinic-line.target").read_text()
    timer = OPS / "systemd" / "clinic-line-backup.timer"
    assert not re.search(rf"^Wants=.*{timer.name}", of_target, re.MULTILINE)
    assert "WantedBy=clinic-line.target" in timer.read_text()
    walk = (ROOT / "docs" / "deploy.md").read_text()
    enabled = re.findall(r"^systemctl enable clinic-line-web .*$", walk, re.MULTILINE)
    assert [timer.name in each for each in enabled] == [True, False], "the second is for hosts on PostgreSQL"


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip(f"{NO_SYSTEMD}apt-get install systemd")
    shutil.copytree(OPS / "systemd", tmp_path, dirs_exist_ok=True)
    for unit in tmp_path.glob("*.service"):  # the check is not about the installed programs
        unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE))
    units = [str(path) for path in tmp_path.iterdir() if path.is_file()]
    said = subprocess.run(
        ["systemd-analyze", "verify", *units],
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (said.returncode, said.stderr) == (0, "")


# -- the proxies


@pytest.mark.parametrize("path", ["/invitation/", "/calendar/"])
def test_no_proxy_logs_a_secret_link(path: str) -> None:
    nginx, caddy = (proxy.read_text() for proxy in PROXIES)
    assert f"~^{path} " in nginx
    (hidden,) = re.findall(r'request>uri regexp "(.*)" "-"', caddy)
    assert re.sub(hidden, "-", f"{path}a-secret?x=1") == "--"


def test_caddy_filters_all_that_it_logs_its_errors_too() -> None:
    words = PROXIES[1].read_text()
    assert re.search(r"^\{\n\tlog default \{\n\t\timport without_secrets\n", words, re.MULTILINE)
    assert words.count("log ") - words.count("log default ") == len(
        re.findall(r"\blog \{[^}]*import without_secrets", words)
    )


def test_while_the_service_is_down_caddy_writes_no_secret_link_and_no_query(tmp_path: Path) -> None:
    asked = ("/calendar/SECRET.ics", "/invitation/SECRET?x=SECRET", "/voice/main?t=SECRET", "/voice/fallback?x=SECRET")
    with caddy(tmp_path, tmp_path / "nowhere") as port:  # so that even the apology fails
        assert [status_of(port, each) for each in asked] == [502] * len(asked)
    written = (tmp_path / "journal").read_text() + (tmp_path / "clinic-line.log").read_text()
    assert "error handling handler error" in written
    assert "/voice/fallback-" in written
    assert "SECRET" not in written


@contextmanager
def caddy(folder: Path, apologies: Path) -> Iterator[int]:
    """Run Caddy with the shipped Caddyfile before no service; yield its port. Its logs and journal are in `folder`."""
    if shutil.which("caddy") is None:
        pytest.skip(f"{NO_CADDY}apt-get install caddy")
    with reserved_port() as port, reserved_port() as nobody:
        words = PROXIES[1].read_text()
        for ours, here in {
            "line.example.org {": f"http://127.0.0.1:{port} {{",
            "127.0.0.1:8000": f"127.0.0.1:{nobody}",
            "/var/log/caddy": str(folder),
            "/opt/clinic-line/ops/fallback": str(apologies),
            "log default": "admin off\n\tlog default",
        }.items():
            assert ours in words
            words = words.replace(ours, here)
        (folder / "Caddyfile").write_text(words)
        with running_caddy(folder):
            assert until(lambda: status_of(port, "/") is not None)
            yield port


@contextmanager
def running_caddy(folder: Path) -> Iterator[None]:
    """Run Caddy with the Caddyfile in this folder, until the end of the block."""
    command = ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder))
    journal = folder / "journal"
    with journal.open("wb") as output, subprocess.Popen(command, stderr=output, env={**os.environ, **homes}) as running:
        try:
            yield
        finally:
            running.terminate()


def status_of(port: int, path: str) -> int | None:
    """Return the HTTP status of this path at this port; None if nobody listens there yet."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except ConnectionRefusedError:
        return None
    finally:
        connection.close()


def test_nginx_logs_no_query() -> None:
    words = PROXIES[0].read_text()
    (log,) = re.findall(r"log_format clinic_line (.*?);", words, re.DOTALL)
    assert not re.findall(r"\$(request\b|request_uri|args|query_string|uri|http_referer|http_user_agent)", log)
    assert re.findall(r"error_log \S+ (\w+)", words) == ["crit"] * words.count("server_name")
    assert words.count("access_log") == words.count("server_name") == 2


@pytest.mark.parametrize("proxy", PROXIES, ids=["nginx", "caddy"])
def test_a_proxy_gives_up_before_the_carrier_and_shows_no_metrics(proxy: Path) -> None:
    words = "\n".join(line.split("#")[0] for line in proxy.read_text().splitlines())
    limits = re.findall(
        r"(?:proxy_connect_timeout|proxy_read_timeout|dial_timeout|response_header_timeout) (\d+)s", words
    )
    connect, *answer = map(int, limits)
    assert answer
    assert all(connect + each < 15 for each in answer)
    assert "/metrics" in words
    assert "/opt/clinic-line/ops/fallback" in words


def test_redis_writes_before_it_answers_and_drops_nothing() -> None:
    lines = (OPS / "redis" / "clinic-line.conf").read_text().splitlines()
    assert {"appendonly yes", "appendfsync always", "maxmemory-policy noeviction"} <= set(lines)
