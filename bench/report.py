"""Shows the results of a benchmark: as columns for a terminal, and as a table of docs/performance.md.

Adds the machine's load and the commit; measures nothing.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import BenchFailed, Row
from config.settings import ROOT

PAGE = ROOT / "docs" / "performance.md"
HEADS = ("", "figure", "ratio", "spread", "goal", "")


@dataclass(frozen=True)
class Circumstances:
    """The circumstances of a benchmark: the date, the commit, the processors and the machine's load."""

    date: str
    commit: str
    processors: int
    load: tuple[float, float, float]

    @classmethod
    def now(cls) -> "Circumstances":
        """Return the present date, commit, number of processors and load average of this machine."""
        commit = _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain") else "")
        return cls(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", commit, len(os.sched_getaffinity(0)), os.getloadavg())

    def line(self, end: "Circumstances | None" = None) -> str:
        """Return the circumstances in one line, also with the load average of `end`. A + marks uncommitted changes."""
        until = f", {end.load[0]:.2f} at the end" if end else ""
        return f"{self.date}, commit {self.commit}, {self.processors} processors, load {self.load[0]:.2f}{until}"


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603, S607
    return done.stdout.strip()


@dataclass(frozen=True)
class Measured:
    """The results of one benchmark: its rows, and the circumstances at its beginning and its end."""

    name: str
    rows: Sequence[Row]
    began: Circumstances
    ended: Circumstances

    def columns(self) -> str:
        """Return the benchmark's rows as text for a terminal, in aligned columns."""
        lines = [(f"{self.name}:", *HEADS[1:]), *((f"  {each.name}", *astuple(each)[1:]) for each in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(_padded(line, widths) for line in lines)

    def table(self) -> str:
        """Return the benchmark's rows as a table in Markdown, with the circumstances above it."""
        head = [f"{self.began.line(self.ended)}.", "", _bar(HEADS), "|---|--:|--:|--:|---|---|"]
        return "\n".join([*head, *(_bar(astuple(each)) for each in self.rows)])


def _padded(line: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        word.ljust(wide) if at in {0, 4} else word.rjust(wide)
        for at, (word, wide) in enumerate(zip(line, widths, strict=True))
    )
    return "  ".join(padded).rstrip()


def _bar(words: Sequence[str]) -> str:
    return f"| {' | '.join(words)} |"


def written(text: str, measured: Measured) -> str:
    """Return the text of docs/performance.md with this table in place of the older one. Raises BenchFailed."""
    begins, ends = f"<!-- make bench ARGS={measured.name} -->", "<!-- end -->"
    place = re.compile(f"({re.escape(begins)}\n).*?(\n{re.escape(ends)})", re.DOTALL)
    found, count = place.subn(lambda match: f"{match[1]}\n{measured.table()}\n{match[2]}", text)
    if count != 1:
        raise BenchFailed(f"the page has no place, or several, for {measured.name}")
    return found


def write(every: Sequence[Measured], page: Path = PAGE) -> None:
    """Write the benchmarks' tables into docs/performance.md. Raises BenchFailed."""
    text = page.read_text()
    for each in every:
        text = written(text, each)
    page.write_text(text)


def closing(every: Sequence[Measured]) -> Iterator[str]:
    """Yield the last lines of a run of benchmarks: how many goals were met, and each that was missed."""
    goals = [(each.name, row) for each in every for row in each.rows if row.goal]
    missed = [(name, row) for name, row in goals if row.verdict != "met"]
    yield f"{len(goals) - len(missed)} of {len(goals)} goals met"
    for name, row in missed:
        yield f"  {name}, {row.name}: {row.verdict} ({row.ratio or row.figure}, {row.goal})"
