"""The time that the desk has lived through. Data are deleted by this time, so that a wrong clock deletes nothing.

The lived time is kept in a file, and advances with the monotonic clock. The system time replaces the lived time only
while the two differ by a day at most. This module deletes nothing. The rule is in docs/decisions/0018.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.storage.engines.durable_files import replace

FILE = "lived-time"
"""The name of the file in the state folder that holds the lived time: a moment in ISO 8601."""

AGREES = timedelta(days=1)
"""The largest difference from the lived time at which the clock is trusted, because machines may be off at night."""

WRITTEN_EVERY = 60.0
"""The seconds between two writes of the lived time to its file."""


class LivedTimeAway(Exception):
    """The file of the lived time cannot be written; the message says why. Nothing may be deleted meanwhile."""


@dataclass
class LivedTime:
    """Tells the lived time in the process that deletes rows. One such process is enough; a second does no harm."""

    path: Path
    newest_row: Callable[[datetime], datetime | None]
    """The function that returns the moment of the database's newest row; None if there is no row.

    While no file holds the lived time, it begins at that moment. Rows written around the function's argument, the
    present moment, do not count, because a wrong clock may have written them.
    """
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    _written: datetime | None = field(default=None, init=False)
    _looked: float = field(default=0.0, init=False)
    _at: datetime | None = field(default=None, init=False)

    def now(self) -> datetime:
        """Return the earlier of the clock's time and the lived time. Rows are deleted by this moment.

        Raises LivedTimeAway, StoreAway.
        """
        now, at = self.clock().astimezone(UTC), self._passed()
        self._at = now if abs(now - at) <= AGREES else at
        self._write()
        return min(now, self._at)

    def _passed(self) -> datetime:
        """Return the last noted lived time plus the seconds since, or the file's time if somebody changed the file."""
        found, before = read(self.path), self._looked
        self._looked = self.monotonic()
        if self._at is not None and found == self._written:
            return self._at + timedelta(seconds=self._looked - before)
        return found or self._at or self.newest_row(self.clock()) or self.clock().astimezone(UTC)

    def _write(self) -> None:
        if self._at is None or (self._written and abs(self._at - self._written).total_seconds() < WRITTEN_EVERY):
            return
        write(self.path, self._at)
        self._written = self._at


def read(path: Path) -> datetime | None:
    """Return the lived time that the file holds; None where there is no file, or it cannot be read."""
    with suppress(OSError, ValueError):
        return datetime.fromisoformat(path.read_text(encoding="utf-8").strip()).astimezone(UTC)
    return None


def write(path: Path, moment: datetime) -> None:
    """Write this moment to the file as the lived time, durably. Raises LivedTimeAway."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(path, f"{moment.astimezone(UTC).isoformat()}\n".encode())
    except OSError as refused:
        raise LivedTimeAway(f"{path.name} cannot be written: {refused.strerror}") from None


def disagreement(path: Path, now: datetime) -> str:
    """Return in words how far the clock is from the lived time in the file; empty if they agree or none is stored."""
    lived = read(path)
    if lived is None or abs(now - lived) <= 2 * AGREES:
        return ""
    way = "ahead of" if now > lived else "behind"
    return f"{abs(now - lived).days} days {way} the time that this desk has lived through"


WHAT_TO_DO = "set it by the network (NTP); if it is right, say so: flask --app wsgi clock confirm"
