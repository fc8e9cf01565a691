"""The lock for a host's upkeep: one process holds it, and another takes over when that one ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import ROOT
from ivr.hosts.one_process import OneProcess

HOLDS = """
import sys
from pathlib import Path
from ivr.hosts.one_process import OneProcess
held = OneProcess(Path(sys.argv[1]))
print(held.take(), flush=True)
sys.stdin.read()
"""


def test_one_has_it_until_it_leaves(tmp_path: Path) -> None:
    first, second = OneProcess(tmp_path / "state" / "lock"), OneProcess(tmp_path / "state" / "lock")
    assert (first.take(), first.take(), second.take()) == (True, True, False)
    first.leave()
    assert (second.take(), first.take()) == (True, False)
    second.leave()
    second.leave()


def test_a_process_that_is_killed_leaves_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS, str(tmp_path / "lock")]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "True\n"
        ours = OneProcess(tmp_path / "lock")
        assert not ours.take()
        holder.kill()
        holder.wait(10)
        assert ours.take()
    ours.leave()


def test_a_folder_that_cannot_be_is_an_error_and_not_a_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="File exists"):
        OneProcess(tmp_path / "file" / "lock").take()
