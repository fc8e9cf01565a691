"""Killing a session of processes: all of them end, whatever other processes run on the machine."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.supervisor.process_group import begin, kill_all
from tests.supervisor.supervised import PATIENCE

NAMED = """
with open("/proc/self/comm", "wb") as name:
    name.write("my मेड अप".encode())
print("named", flush=True)
input()
"""
"""A program that names itself. Linux cuts the name after fifteen bytes, which is within a letter."""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the sessions of processes")
def test_a_process_with_a_hindi_name_on_the_machine_keeps_no_session_alive() -> None:
    named = subprocess.Popen([sys.executable, "-c", NAMED], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with named, begin(["sleep", "600"], Path.cwd(), os.environ) as leader:
        assert named.stdout
        assert named.stdout.readline() == b"named\n"
        try:
            kill_all(leader.pid)
            assert leader.wait(PATIENCE) == -signal.SIGKILL
        finally:
            leader.kill()
            named.kill()
