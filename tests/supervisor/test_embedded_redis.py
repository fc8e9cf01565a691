"""The supervisor's own Redis. A Redis that an earlier run did not stop is reported, and ended if that is safe."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import NOT_HERE
from tests.supervisor.supervised import PATIENCE, SOON, Premises, eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason=f"{NOT_HERE}only Linux tells who holds a socket"),
]

HOLDS = """
import os, signal, socket, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[1])
listening.listen()
os.chdir(sys.argv[2])
open(sys.argv[3], "w").close()
while True:
    signal.pause()
"""
"""A program that holds the socket of a server, answers nothing there, and does not end when it is asked to."""


def test_a_frozen_server_that_was_left_is_named_ended_and_succeeded_with_nothing_lost(premises: Premises) -> None:
    with premises.orphan() as orphan:
        premises.redis_pid()
        premises.redis.set("a job", "accepted")
        os.kill(orphan.pid, signal.SIGSTOP)
        supervisor = premises.start(patience={"thawed": SOON, "killed": PATIENCE})
        assert orphan.wait(PATIENCE) in {0, -signal.SIGTERM}
    assert premises.pid("clock")
    assert premises.redis_pid() != orphan.pid
    assert premises.redis.get("a job") == b"accepted"
    line = f"redis: the one left over (process {orphan.pid}) does not answer; it is ended with SIGTERM\n"
    assert supervisor.said.count(line) == 1


@contextmanager
def holding(premises: Premises, works_in: Path) -> Iterator[subprocess.Popen[bytes]]:
    (premises.folder / "s" / "redis").mkdir(parents=True)
    sign = premises.folder / "holds"
    words = [premises.folder / "s" / "redis.sock", works_in, sign]
    with subprocess.Popen([sys.executable, "-c", HOLDS, *map(str, words)]) as process:
        try:
            eventually(sign.exists)
            yield process
        finally:
            process.kill()


def test_a_damaged_file_is_named_with_what_to_do_and_callers_are_answered(premises: Premises) -> None:
    first = premises.start()
    premises.redis_pid()
    web = premises.pid("web")
    for number in range(3):
        premises.redis.set(f"promise-{number}", "sealed")
    assert first.stop() == 0
    (file,) = (premises.folder / "s" / "redis" / "appendonlydir").glob("*.incr.aof")
    file.write_bytes(file.read_bytes().replace(b"promise-1", b"\x00" * 20))
    second = premises.start(patience={"redis": SOON})
    said = second.says("redis-repair, and start again")
    assert f"redis: what it keeps in {premises.folder / 's' / 'redis'} is damaged. Stop this, " in said
    assert premises.pid("web", other_than=web), "callers are answered"


def test_a_server_that_ends_for_nothing_is_killed(premises: Premises) -> None:
    with holding(premises, premises.folder / "s" / "redis") as left:
        supervisor = premises.start(patience={"thawed": SOON, "killed": SOON})
        assert left.wait(PATIENCE) == -signal.SIGKILL
    assert premises.redis_pid()
    assert f"(process {left.pid}) does not answer; it is ended with SIGKILL\n" in supervisor.said


def test_somebody_elses_process_is_named_and_let_live(premises: Premises) -> None:
    with holding(premises, premises.folder) as left:
        supervisor = premises.start(patience={"redis": SOON, "thawed": SOON, "killed": SOON})
        socket = premises.folder / "s" / "redis.sock"
        supervisor.says(f"redis: process {left.pid} holds {socket} and does not answer: end it, and Redis starts by it")
        assert premises.pid("web"), "callers are answered"
        assert left.poll() is None
        left.kill()
    assert premises.redis_pid()


def test_another_run_that_is_frozen_with_its_redis_is_named(premises: Premises) -> None:
    first = premises.start()
    redis, clock = premises.redis_pid(), premises.pid("clock")
    frozen = [int((premises.folder / "s" / "redis.lock").read_text()), redis]
    for each in frozen:
        os.kill(each, signal.SIGSTOP)
    try:
        second = premises.start(patience={"redis": SOON})
        second.says(
            f"another make run (process {frozen[0]}) keeps it, and it does not answer: "
            f"end that one (kill -9 {frozen[0]}); starting without it\n"
        )
        assert premises.pid("clock", other_than=clock), "callers are answered"
    finally:
        for each in frozen:
            os.kill(each, signal.SIGCONT)
    assert first.stop() == 0
