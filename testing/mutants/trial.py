"""Takes safeguards out of a copy of the source tree, one at a time, and sees which tests fail.

Never changes the checkout.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from config.settings import ROOT
from testing.mutants.safeguards import Safeguard

LEFT_OUT = (".git", ".venv", "node_modules", "var", "__pycache__", ".*_cache")

LINKED = (".venv", "tests/carrier/twilio/emulate/node_modules")
"""Folders that the copy of the source tree only links to: they hold installed packages, which no test changes."""

MOST_SECONDS = 300
"""Seconds that the tests of one safeguard may take: many times their usual time.

Tests that do not end in time count as having noticed the missing safeguard.
"""


class Verdict(StrEnum):
    """The verdict on a safeguard that was taken out: its tests noticed, did not notice, or could not be run."""

    NOTICED = "noticed"
    UNNOTICED = "NOBODY NOTICED"
    NOT_TRIED = "NOT TRIED"
    """The safeguard's tests could not be run, because the safeguard's row in the list of safeguards is wrong."""


VERDICTS = {0: Verdict.UNNOTICED, 1: Verdict.NOTICED}
"""The verdict for each exit status of pytest; any other status says that pytest could not run the tests."""


@contextmanager
def copied(root: Path = ROOT) -> Iterator[Path]:
    """Yield a copy of the source tree as it is on the disk, uncommitted changes too, in a temporary folder."""
    with TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(root, tree, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        for each in LINKED:
            if (root / each).exists():
                (tree / each).symlink_to((root / each).resolve())
        yield tree


def verdicts(rows: Sequence[Safeguard], jobs: int, root: Path = ROOT) -> Iterator[tuple[Safeguard, Verdict, str]]:
    """Yield each safeguard, a verdict whether the tests noticed its absence, and their output; `jobs` run at once."""
    trees: SimpleQueue[Path] = SimpleQueue()

    def tried(row: Safeguard) -> tuple[Safeguard, Verdict, str]:
        tree = trees.get()
        try:
            return (row, *_without(row, tree))
        finally:
            trees.put(tree)

    with copied(root) as first, TemporaryDirectory(prefix="mutants-") as folder:
        trees.put(first)
        for number in range(1, jobs):
            trees.put(Path(shutil.copytree(first, Path(folder) / str(number), symlinks=True)))
        with ThreadPoolExecutor(jobs) as threads:
            yield from threads.map(tried, rows)


def _without(row: Safeguard, tree: Path) -> tuple[Verdict, str]:
    path = tree / row.file
    before = path.read_text()
    path.write_text(row.removed(before))
    try:
        status, printed = judge(tree, row.tests)
    finally:
        path.write_text(before)
    return VERDICTS.get(status, Verdict.NOT_TRIED), printed


def judge(tree: Path, names: Sequence[str], *more: str, seconds: float = MOST_SECONDS) -> tuple[int, str]:
    """Run tests in a copy of the source tree until one fails or time is up; return pytest's exit status and output."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "--no-header", *more, *names]
    environ = {**os.environ, "PYTHONPATH": ""}
    with subprocess.Popen(
        command,
        cwd=tree,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            printed, _ = running.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            return 1, f"not ended after {seconds} s"
    return running.returncode, printed
