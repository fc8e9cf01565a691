"""The supervisor, with real processes, a real Redis and a Procfile of small child processes."""

import http.server
import json
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from config.settings import ROOT
from ivr.supervisor import embedded_redis, procfile
from ivr.supervisor.errors import CannotStart
from ivr.supervisor.first_run import write_env
from ivr.supervisor.process import next_pause
from ivr.supervisor.readiness import TIMEOUT, Readiness, missing_parts
from ivr.supervisor.start import guide
from ivr.supervisor.supervise import Patience
from ivr.wiring.carriers import SETTINGS
from testing.threads import in_a_thread
from tests.conftest import NOT_HERE, settings_for
from tests.supervisor.supervised import PATIENCE, Premises, alive, eventually, free_port

# Does not end when asked, and has a child in a group of its own, as a worker at a job has.
STUBBORN = """\
import os, signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
job = subprocess.Popen(["sleep", "600"], process_group=0)
open("job.new", "w").write(str(job.pid))
os.rename("job.new", "job.pid")
while True:
    time.sleep(600)
"""

# A web whose /slow answers when the test lets it.
WSGI = """\
import pathlib, time, types
from ivr.web.services import NAME

class Slow:
    settings, upkeep = types.SimpleNamespace(production=False), types.SimpleNamespace(start=lambda: None)
    extensions = {NAME: types.SimpleNamespace(close=lambda: None, settings=settings, host_upkeep=upkeep)}

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/slow":
            pathlib.Path("in-hand").touch()
            while not pathlib.Path("finish").exists():
                time.sleep(0.01)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]

made = Slow
"""


# What is kept running


def test_a_child_that_is_killed_is_started_again(premises: Premises) -> None:
    supervisor = premises.start()
    first = premises.pid("worker")
    os.kill(first, signal.SIGKILL)
    assert premises.pid("worker", other_than=first) != first
    assert "worker was ended by SIGKILL; starting it again in 1 s" in supervisor.said


def test_redis_is_started_again_with_what_it_held(premises: Premises) -> None:
    premises.start()
    first = premises.redis_pid()
    premises.redis.set("a job", "accepted")
    os.kill(first, signal.SIGKILL)
    premises.redis_pid(other_than=first)
    assert premises.redis.get("a job") == b"accepted"


def test_a_child_that_keeps_dying_is_given_longer_and_longer_pauses() -> None:
    pauses = [0.0]
    for _ in range(7):
        pauses.append(next_pause(pauses[-1], lived=0.1))
    assert pauses[1:] == [1, 2, 4, 8, 16, 30, 30]


def test_a_minute_of_life_makes_the_pause_short_again() -> None:
    assert next_pause(30, lived=60) == 1


def test_what_a_killed_child_leaves_is_asked_to_end_too(premises: Premises) -> None:
    premises.procfile("clock", web="/bin/sh -c '/bin/sh quiet.sh helper; :'")
    premises.start()
    helper = premises.pid("helper")
    os.kill(os.getpgid(helper), signal.SIGKILL)
    eventually(lambda: not alive(helper))
    assert premises.pid("helper", other_than=helper)


def test_redis_clients_can_read_its_name_in_a_folder_with_a_space(premises: Premises) -> None:
    premises.start()
    premises.redis_pid()
    with premises.redis as redis:
        assert "redis.sock" in redis.client_info()["addr"]


# How it stops


def test_redis_is_the_last_to_stop(premises: Premises) -> None:
    supervisor = premises.start()
    pids = [premises.pid(name) for name in ("web", "worker", "clock")] + [premises.redis_pid()]
    assert supervisor.stop() == 0
    told = (premises.folder / "order").read_text().splitlines()
    assert told == [f"{name} ends, Redis is there" for name in ("web", "worker", "clock")]
    assert not any(alive(pid) for pid in pids)
    assert not (premises.folder / "s" / "redis.sock").exists()


def test_a_request_in_hand_is_finished_before_the_web_stops(premises: Premises) -> None:
    (premises.folder / "wsgi.py").write_text(WSGI)
    shutil.copy(ROOT / "granian.json", premises.folder)
    premises.procfile(web=dict(procfile.LINE.findall((ROOT / "Procfile").read_text()))["web"])
    supervisor = premises.start(port := free_port())
    supervisor.says("The line can be rung.")
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as caller:
        caller.sendall(b"GET /slow HTTP/1.1\r\nHost: clinic\r\nConnection: close\r\n\r\n")
        eventually((premises.folder / "in-hand").exists)
        supervisor.send(signal.SIGINT)
        supervisor.says("Stopping")
        (premises.folder / "finish").touch()
        assert caller.makefile("rb").read().endswith(b"done")
    assert supervisor.ends() == 0


def test_ctrl_c_twice_ends_a_child_that_does_not_want_to_and_all_of_its_own(premises: Premises) -> None:
    (premises.folder / "stubborn.py").write_text(STUBBORN)
    premises.procfile("web", worker="python stubborn.py")
    supervisor = premises.start()
    job = premises.pid("job")
    supervisor.send(signal.SIGINT)
    supervisor.says("Stopping")
    supervisor.send(signal.SIGINT)
    assert supervisor.ends() == 0
    assert not alive(job)


def test_a_second_sigterm_is_no_hurry_since_make_passes_it_on(premises: Premises) -> None:
    supervisor = premises.start()
    for name in ("web", "worker", "clock"):
        premises.pid(name)
    (premises.folder / "hold").touch()
    supervisor.send(signal.SIGTERM)
    supervisor.says("Stopping")
    supervisor.send(signal.SIGTERM)
    (premises.folder / "hold").unlink()
    assert supervisor.ends() == 0
    assert len((premises.folder / "order").read_text().splitlines()) == 3


@pytest.mark.skipif(sys.platform != "linux", reason=f"{NOT_HERE}only Linux tells a child that its parent has died")
def test_a_killed_supervisor_leaves_nothing_behind(premises: Premises) -> None:
    supervisor = premises.start()
    pids = [premises.pid("web"), premises.pid("clock"), premises.redis_pid()]
    supervisor.send(signal.SIGKILL)
    supervisor.ends()
    eventually(lambda: not any(alive(pid) for pid in pids))


# Whose Redis it is


def test_a_redis_that_a_killed_supervisor_left_is_succeeded_with_nothing_lost(premises: Premises) -> None:
    with premises.orphan() as orphan:
        premises.redis_pid()
        premises.redis.set("a job", "accepted")
        supervisor = premises.start()
        assert orphan.wait(PATIENCE) == 0
    premises.pid("clock")
    assert premises.redis_pid() != orphan.pid
    assert premises.redis.get("a job") == b"accepted"
    assert supervisor.said.count("left over") == 1


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_two_supervisors_share_a_redis_and_the_second_inherits_it(premises: Premises, end: signal.Signals) -> None:
    first = premises.start()
    shared = premises.redis_pid()
    second = premises.start()
    premises.pid("clock", other_than=premises.pid("clock"))
    assert premises.redis_pid() == shared
    premises.redis.set("a job", "accepted")
    first.send(end)
    first.ends()
    premises.redis_pid(other_than=shared)
    assert premises.redis.get("a job") == b"accepted"
    assert second.stop() == 0


def test_a_machine_with_no_redis_is_told_what_to_install() -> None:
    with pytest.raises(CannotStart, match="apt-get install redis-server"):
        embedded_redis.find_binary(which=lambda _: None)


# What keeps it from starting


def test_a_port_in_use_is_one_line_with_a_way_out(premises: Premises) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        supervisor = premises.start(port)
        assert supervisor.ends() == 2
    whose = f" by process {os.getpid()} (to see it: ps -fp {os.getpid()}; " if sys.platform == "linux" else ""
    assert f"port {port} is in use{whose}" in supervisor.said
    assert re.search(r"; try PORT=\d+ make run$", supervisor.said, re.MULTILINE)
    assert not (premises.folder / "s").exists()


def test_bad_settings_are_named_and_nothing_is_started(premises: Premises) -> None:
    supervisor = premises.start(ENV="production")
    assert supervisor.ends() == 2
    assert "SECRET_KEY is missing" in supervisor.said
    assert "PUBLIC_BASE_URL is missing" in supervisor.said
    assert not (premises.folder / "s").exists()
    assert not (premises.folder / ".env").exists()


# The first run


def test_the_first_run_writes_settings_that_only_we_can_read(tmp_path: Path) -> None:
    said: list[str] = []
    write_env(tmp_path / ".env", {}, said.append, SETTINGS)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert said == ["Wrote .env with fresh secrets, for development on this machine."]


def test_the_first_run_makes_up_what_the_carrier_declares_so_and_no_more(tmp_path: Path) -> None:
    write_env(tmp_path / ".env", {}, lambda _: None, SETTINGS)
    *_, explained, token = (tmp_path / ".env").read_text().splitlines()
    assert explained == "# Stands in for the carrier's token until there is one. The test phone signs with it."
    assert re.fullmatch(r"TWILIO_AUTH_TOKEN=[0-9a-f]{32}", token)
    assert set(dotenv_values(tmp_path / ".env")) == {"ENV", "SECRET_KEY", "TWILIO_AUTH_TOKEN"}


def test_where_another_carrier_is_set_no_token_is_made_up_and_where_its_own_is_half_set_it_is(tmp_path: Path) -> None:
    for number, (environ, made_up) in enumerate(
        [({"PLIVO_AUTH_ID": "MA0000000000000000EX"}, False), ({"TWILIO_ACCOUNT_SID": "AC1"}, True)]
    ):
        write_env(tmp_path / str(number), environ, lambda _: None, SETTINGS)
        assert ("TWILIO_AUTH_TOKEN" in dotenv_values(tmp_path / str(number))) == made_up


@pytest.mark.parametrize("name", ["ENV", "env"])
def test_in_production_nothing_is_made_up(tmp_path: Path, name: str) -> None:
    write_env(tmp_path / ".env", {name: "production"}, lambda _: None, SETTINGS)
    assert not (tmp_path / ".env").exists()


def test_the_second_run_leaves_them_alone(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / ".env").write_text("SECRET_KEY=mine\n")
    write_env(tmp_path / ".env", {}, said.append, SETTINGS)
    assert (tmp_path / ".env").read_text() == "SECRET_KEY=mine\n"
    assert said == []


def test_every_machine_has_secrets_of_its_own(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_env(tmp_path / name, {}, lambda _: None, SETTINGS)
    assert (tmp_path / "one").read_text() != (tmp_path / "other").read_text()


# What the commands see


def test_a_variable_of_the_env_file_reaches_the_commands(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BIND=192.0.2.1\nPORT=9\nSECRET_KEY=of the file\n")
    seen = procfile.environment({"SECRET_KEY": "of the shell", "BIND": ""}, tmp_path / ".env", "192.0.2.1", 8001)
    assert (seen["BIND"], seen["PORT"], seen["SECRET_KEY"]) == ("192.0.2.1", "8001", "of the shell")


def test_the_commands_find_the_programs_beside_our_python(tmp_path: Path) -> None:
    seen = procfile.environment({"PATH": "/bin"}, tmp_path / ".env", "127.0.0.1", 8000)
    assert seen["PATH"] == f"{Path(sys.executable).parent}:/bin"


# When it is ready


class Web(http.server.HTTPServer):
    """A web server that answers every request with the status that the test sets."""

    status = 503


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Web)
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps({"database": "well", "redis": "away", "worker": "none is running"}).encode())

    def log_message(self, *_: object) -> None:
        """Log no line for a request."""


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web(("127.0.0.1", 0), Answer)
    with in_a_thread(server):
        yield server


def test_what_is_missing_is_said_once_after_half_a_minute(web: Web) -> None:
    said: list[str] = []
    readiness = Readiness(f"http://127.0.0.1:{web.server_port}", "Ring it.", said.append)
    for now in (100.0, 129.0, 130.0, 131.0):
        readiness.tick(now)
    assert said == ["Not ready after 30 s: redis: away, worker: none is running. Still trying."]


def test_as_shipped_each_time_limit_passes_before_the_one_that_counts_on_it() -> None:
    shipped = Patience()
    assert 0 < shipped.thawed < shipped.killed < shipped.redis, "Redis is there although one was left over"
    assert shipped.redis + shipped.tables < TIMEOUT, "callers are answered before the terminal says what is missing"


def test_the_guide_is_given_once_when_the_line_is_ready(web: Web) -> None:
    said: list[str] = []
    readiness = Readiness(f"http://127.0.0.1:{web.server_port}", "Ring it.", said.append)
    web.status = 200
    for now in (100.0, 101.0):
        readiness.tick(now)
    assert said == ["Ring it."]


def test_a_web_that_is_not_there_is_what_is_missing() -> None:
    assert missing_parts(f"http://127.0.0.1:{free_port()}") == "web does not answer"


def test_the_guide_names_the_port_only_if_it_is_not_the_usual_one(premises: Premises) -> None:
    premises.procfile(web="python -m http.server --bind 127.0.0.1 $PORT")
    (premises.folder / "readyz").touch()
    said = premises.start(port := free_port()).says("Ctrl-C")
    assert f"PORT={port} make phone" in said
    first, second, *_ = said.partition("The line can be rung.\n")[2].splitlines()
    assert re.search(rf" http://127\.0\.0\.1:{port}/phone\?key=[\w-]{{12}} ", first), "one address and one click"
    assert f"http://127.0.0.1:{port}/desk" in second


def test_the_guide_of_production_names_no_telephone_in_the_browser(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "sqlite:////nowhere/clinic.db", "redis://127.0.0.1:1/0", ENV="production")
    assert "/phone" not in guide(settings)
    assert guide(settings).splitlines()[1].startswith("  the desk")
