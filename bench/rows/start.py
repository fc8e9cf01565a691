"""Times a repeated start of `make run` up to its first answer, and the start of the web application alone."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.figures import BenchFailed, Goal, Row, Size, spread
from bench.served.make_run import made
from bench.served.processes import python_first
from bench.served.service import environment, own_folder
from config.settings import ROOT
from ivr.storage.migrate import migrate

ROUNDS = 7
FIRST_ANSWER, READY = Goal(1.2, "s"), Goal(0.4, "s")

READIES = "import asgi, time; asgi.create_app(); print(time.clock_gettime(time.CLOCK_MONOTONIC))"
"""A Python program that makes the web application, then prints the monotonic time in seconds."""


def measure(size: Size) -> Iterator[Row]:
    """Yield the seconds to the first answer of `make run`, and those of making the application. Raises BenchFailed."""
    with own_folder() as folder:
        _first_answer(folder)  # makes the tables
        found = [_first_answer(folder) for _ in range(size.of(ROUNDS, 2))]
        yield Row.judged("`make run`, again, to the first answer", median(found), FIRST_ANSWER, spread=spread(found))
    with own_folder() as folder:
        url = f"sqlite:///{folder}/clinic.db"
        migrate(url)
        environ = python_first(environment(folder, url, f"unix://{folder}/none.sock"))
        ready = [_ready(environ) for _ in range(size.of(ROUNDS, 2) + 1)][1:]
        yield Row.judged("the application, from Python's start", median(ready), READY, spread=spread(ready))


def _first_answer(folder: Path) -> float:
    began = time.perf_counter()
    with made(folder):
        return time.perf_counter() - began


def _ready(environ: dict[str, str]) -> float:
    began = time.clock_gettime(time.CLOCK_MONOTONIC)
    command = [sys.executable, "-c", READIES]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise BenchFailed(f"the application did not come: {done.stderr[-300:]}")
    return float(done.stdout.split()[-1]) - began
