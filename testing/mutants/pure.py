"""Runs mutmut on a copy of the tree: small changes of the pure packages. pyproject.toml names packages and tests.

mutmut cannot be told to try only so many changes, so it is run twice: first for the names of all changes, then for a
sample.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

MUTMUT = Path(sys.executable).with_name("mutmut")

NO_SUCH = "none-*"
"""A name pattern that fits no change. Given it, mutmut makes all changes, maps tests to them, and tries none."""


class MutmutFailed(Exception):
    """The error of a mutmut that could not begin; its message ends with the last lines that mutmut printed."""


def survivors(tree: Path, most: int, seed: int, jobs: int) -> tuple[int, int, list[str]]:
    """Try `most` small changes (0: all); return how many were tried, how many there are, and those unnoticed by tests.

    An unnoticed change is shown as mutmut shows it.
    """
    begun = _run(tree, "run", "--max-children", str(jobs), NO_SUCH)
    names = sorted(_names(tree))
    if NO_SUCH not in begun.stderr or not names:
        raise MutmutFailed(_last_words(begun))
    chosen = names if most == 0 else random.Random(seed).sample(names, min(most, len(names)))  # noqa: S311 - replayable
    _mutmut(tree, "run", "--max-children", str(jobs), *chosen)
    return len(chosen), len(names), [_shown(tree, name) for name in sorted(_left(tree, chosen))]


def _names(tree: Path) -> Iterator[str]:
    for path in (tree / "mutants").rglob("*.py.meta"):
        yield from json.loads(path.read_text())["exit_code_by_key"]


def _left(tree: Path, chosen: Sequence[str]) -> Iterator[str]:
    """Yield the names of the chosen changes that no test noticed and that did not time out."""
    wanted = set(chosen)
    for told in _mutmut(tree, "results").splitlines():
        name, _, status = told.strip().rpartition(": ")
        if name in wanted and status != "timeout":
            yield name


def _shown(tree: Path, name: str) -> str:
    told = _mutmut(tree, "show", name).splitlines()
    changes = [each for each in told if each[:1] in "+-" and each[:3] not in ("---", "+++")]
    return "\n".join([name, *changes])


def _mutmut(tree: Path, *words: str) -> str:
    done = _run(tree, *words)
    if done.returncode:
        raise MutmutFailed(_last_words(done))
    return done.stdout


def _run(tree: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environ = {**os.environ, "PYTHONPATH": "", "COLUMNS": "200"}
    return subprocess.run([MUTMUT, *words], cwd=tree, env=environ, capture_output=True, text=True, check=False)


def _last_words(done: "subprocess.CompletedProcess[str]") -> str:
    return f"mutmut ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}"
