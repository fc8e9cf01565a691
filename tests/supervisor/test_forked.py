"""Python modules that the supervisor runs in forks: each behaves as if started anew; what they share is loaded once."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr.supervisor.forked import Forked, Forks, module_of
from ivr.supervisor.process_group import Started
from tests.supervisor.supervised import PATIENCE, Premises, alive, eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")

TELLS = """\
import os, signal, sys
assert __name__ == "__main__"
told = [os.getcwd(), sys.argv[1:], dict(os.environ).get("WHO"), "HOME" in os.environ, os.getsid(0) == os.getpid(),
        signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, os.read(0, 1), sorted(os.listdir("/proc/self/fd"))[:4]]
print(told)
"""

LIVES = """\
import os, threading
open("web.new", "w").write(str(os.getpid()))
os.rename("web.new", "web.pid")
threading.Event().wait()
"""


def begun(forks: Forks, command: Sequence[str], folder: Path, **environ: str) -> Started:
    return forks.begin(command, folder, {"PATH": os.environ["PATH"], **environ}, output=subprocess.PIPE)


def said(process: Started) -> str:
    assert process.stdout is not None
    with process.stdout as pipe:
        return pipe.read().decode()


def ended(process: Started) -> int | None:
    eventually(lambda: process.poll() is not None)
    return process.returncode


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on Python's path, for modules that a test writes and runs in a fork."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def line(words: str) -> list[str]:
    return ["/bin/sh", "-c", f"exec {words}"]


def test_a_module_finds_itself_as_if_it_were_begun_anew(modules: Path) -> None:
    (modules / "tells.py").write_text(TELLS)
    command = line('python -m tells "${WHO:-nobody}" --to $WHOM "two words"')
    process = begun(Forks(lambda: None, os.environ), command, modules, WHO="us", WHOM="them")
    assert isinstance(process, Forked)
    told = [str(modules), ["us", "--to", "them", "two words"], "us", False, True, True, b"", ["0", "1", "2", "3"]]
    assert said(process).strip() == str(told)
    assert ended(process) == 0


def test_a_letter_that_cannot_be_written_ends_no_line_of_the_log(modules: Path) -> None:
    (modules / "logs.py").write_text("import sys; print('caf\\udce9', file=sys.stderr)")
    process = begun(Forks(lambda: None, os.environ), [sys.executable, "-m", "logs"], modules)
    assert said(process) == "caf\\udce9\n"
    assert ended(process) == 0


def test_a_line_that_the_shell_does_not_understand_is_left_to_it(modules: Path) -> None:
    assert module_of(line("python -m tells ${WHOM:?nobody}"), {"PATH": os.environ["PATH"]}) == []


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('the settings are wrong')", 1, "the settings are wrong\n"),
        ("import sys; sys.excepthook = lambda *_: print('last words'); 1 / 0", 1, "last words\n"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, ""),
    ],
)
def test_its_end_is_told_as_that_of_any_process(modules: Path, code: str, status: int, words: str) -> None:
    (modules / "ends.py").write_text(code)
    process = begun(Forks(lambda: None, os.environ), [sys.executable, "-m", "ends"], modules)
    assert (said(process), ended(process)) == (words, status)


def test_it_can_be_told_to_end(modules: Path) -> None:
    (modules / "waits.py").write_text("import threading; print('here', flush=True); threading.Event().wait(60)")
    process = begun(Forks(lambda: None, os.environ), line("python -m waits"), modules)
    assert process.stdout is not None
    assert process.stdout.readline() == b"here\n"
    assert process.poll() is None
    process.terminate()
    assert (said(process), ended(process)) == ("", -signal.SIGTERM)


def test_what_modules_need_is_loaded_once_and_for_no_other_command(modules: Path) -> None:
    (modules / "does.py").write_text("")
    loads: list[str] = []
    forks = Forks(lambda: loads.append("loaded"), os.environ)
    first = begun(forks, line("echo python -m does"), modules)
    assert (said(first), loads) == ("python -m does\n", [])
    for _ in range(2):
        process = begun(forks, line("python -m does"), modules)
        assert (said(process), ended(process)) == ("", 0)
    assert loads == ["loaded"]
    assert isinstance(first, subprocess.Popen)
    assert first.wait(PATIENCE) == 0


def test_one_that_is_killed_is_forked_again_and_none_outlives_the_supervisor(premises: Premises) -> None:
    (premises.folder / "lives.py").write_text(LIVES)
    premises.procfile("worker", web="python -m lives")
    supervisor = premises.start()
    killed = premises.pid("web")
    os.kill(killed, signal.SIGKILL)
    pid = premises.pid("web", other_than=killed)
    assert "web was ended by SIGKILL; starting it again in 1 s" in supervisor.said
    redis = premises.redis_pid()
    supervisor.send(signal.SIGKILL)
    supervisor.ends()
    eventually(lambda: not alive(pid) and not alive(redis))  # Redis writes its files to the end


@pytest.mark.parametrize("words", ["python -m a; b", "python -m a && b", "python -m a > b", "python -m a $(b)", "a"])
def test_a_line_that_needs_a_shell_is_left_to_it(words: str) -> None:
    assert module_of(line(words), {}) == []
