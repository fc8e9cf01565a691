"""Keeps the desk's closures in a file on this host, so that calls can read them without asking a store.

The file is written after each change of a closure, and regularly by the clock process. No HTTP, no SQL.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from ivr.hours.closures import Closures, Standing
from ivr.hours.mirror_file import MirrorFile
from ivr.line.hours import DeskClosure, shifts_of, written

FILE = "closures.json"
"""The name of the file of closures in the state folder."""

LOOKED_BACK = timedelta(days=31)
"""The age up to which the file holds past closures. The lateness of a request, in open hours, depends on them."""


class ClosuresFile:
    """The file on this host with the desk's closures."""

    def __init__(self, path: Path) -> None:
        self._file = MirrorFile[tuple[DeskClosure, ...]](path, _closures, (), "the last known closures hold")

    def read(self) -> tuple[DeskClosure, ...]:
        """Return the closures in the file, in the order in which they were set."""
        return self._file.read()

    def version(self) -> str:
        """Return the version of the file: text that changes with every change of the closures in it."""
        return self._file.version()

    def follow(self, closures: Closures, day: date) -> list[Standing]:
        """Write the database's closures to the file; return those from `day` on. Raises StoreAway, MirrorFileAway."""
        found = self._file.follow(lambda: closures.current(day - LOOKED_BACK), _text)
        return [each for each in found if each.closure.day >= day]


def _text(standing: Sequence[Standing]) -> bytes:
    closures = (each.closure for each in standing)
    rows = [{"day": f"{c.day}", "line": c.line, "shifts": written(c.shifts), "reason": c.reason} for c in closures]
    return json.dumps(rows, indent=1).encode()


def _closures(text: bytes) -> tuple[DeskClosure, ...]:
    """Return the closures in the text of the file. Raises ValueError, TypeError or KeyError where it is malformed."""
    return tuple(
        DeskClosure(date.fromisoformat(row["day"]), str(row["line"]), shifts_of(str(row["shifts"])), str(row["reason"]))
        for row in json.loads(text)
    )
