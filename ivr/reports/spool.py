"""The spool: what each webhook leaves of its call, appended to files that the clock collects.

One write to a file of this machine and no store: it cannot break a call, and spool_writer.py keeps it
from delaying one.
What is made of the traces stands in call_records.py, what becomes of them in collector.py. No number, no key, no clock.
"""

import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ivr.reports.call_records import Trace

log = logging.getLogger(__name__)

FOLDER = "calls"
"""In the state folder."""

NAME = re.compile(r"\d{8}T\d{4}\.jsonl")
NAMED = "%Y%m%dT%H%M.jsonl"
"""What a segment is called: by the minute in which it began, in UTC."""

HELD = timedelta(minutes=5)
"""Nobody writes to a segment for so long: a webhook that took a minute has been given up by the carrier long ago."""

AT_ONCE = 4 * 1024 * 1024
"""Bytes that are read together; some 25,000 traces, more than an hour of calls on every line at its limit."""

LONGEST_SECONDS = 10**6
MARK = re.compile(r"[0-9a-f]{32}")
WORD = re.compile(r"[a-z][a-z0-9_]{0,19}")
LANGUAGE = re.compile(r"[a-z]{0,8}")


class SpoolAway(Exception):
    """The files cannot be read or removed: they wait."""


@dataclass(frozen=True)
class Segment:
    """A minute of the spool, as it was read."""

    path: Path
    began: datetime
    size: int
    """Bytes that were there."""
    traces: tuple[Trace, ...]


class Spool:
    """The files in one folder, written by every process that answers calls."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._away = False

    def write(self, trace: Trace) -> None:
        """Adds a trace; where that cannot be, the call goes on without, and the log says so once."""
        try:
            self._append(self._folder / trace.at.astimezone(UTC).strftime(NAMED), _line(trace))
        except OSError as refused:
            if not self._away:
                log.warning("calls leave no record: %s", refused.strerror)
            self._away = True
        else:
            self._away = False

    def _append(self, path: Path, line: bytes) -> None:
        try:
            _written(path, line)
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _written(path, line)

    def read(self) -> tuple[list[Segment], datetime | None]:
        """The oldest segments, as many as are read at once, and when the first one that was not read began.

        Raises SpoolAway.
        """
        found: list[Segment] = []
        size = 0
        try:
            for path in sorted(each for each in self._paths() if NAME.fullmatch(each.name)):
                if size >= AT_ONCE:
                    return found, _began(path)
                found.append(_read(path))
                size += found[-1].size
        except OSError as refused:
            raise SpoolAway(refused.strerror) from None
        return found, None

    def remove(self, segment: Segment, now: datetime) -> None:
        """Deletes a segment of which all is recorded, unless somebody may still write to it. Raises SpoolAway."""
        if abs(now - segment.began) < HELD:
            return
        try:
            if segment.path.stat().st_size == segment.size:
                segment.path.unlink()
        except FileNotFoundError:
            return  # another clock was faster
        except OSError as refused:
            raise SpoolAway(refused.strerror) from None

    def _paths(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []


def _written(path: Path, line: bytes) -> None:
    """One write, so that lines of several processes do not mix. Raises OSError."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, line)
    finally:
        os.close(file)


def _line(trace: Trace) -> bytes:
    """The trace in short; it begins a new line itself, so that one which was cut off before it spoils no more."""
    short: dict[str, Any] = {"c": trace.mark, "t": trace.at.timestamp(), "l": trace.line, "g": trace.language}
    short |= {"w": trace.what, "s": trace.step} if trace.what else {}
    short |= {"over": trace.lasted} if trace.over else {}
    return f"\n{json.dumps(short, separators=(',', ':'))}".encode()


def _read(path: Path) -> Segment:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        text = b""  # another clock was faster
    return Segment(path, _began(path), len(text), tuple(_traces(text)))


def _began(path: Path) -> datetime:
    return datetime.strptime(path.name, NAMED).replace(tzinfo=UTC)


def _traces(text: bytes) -> Iterator[Trace]:
    """Those that are whole; what was cut off by a full disk or a lost power is left out."""
    for line in text.split(b"\n"):
        try:
            yield _trace(json.loads(line))
        except (ValueError, TypeError, KeyError, OverflowError):
            continue


def _trace(short: dict[str, Any]) -> Trace:
    """Raises ValueError, TypeError or KeyError for what is none of ours, which no table must get to see."""
    mark, line, language = short["c"], short["l"], short["g"]
    words, lasted = tuple(short.get("w", ())), short.get("over")
    if not (
        MARK.fullmatch(mark) and LANGUAGE.fullmatch(language) and all(map(WORD.fullmatch, (*words, line or "none")))
    ):
        raise ValueError("a line that is none of ours")
    if lasted is not None and not 0 <= lasted < LONGEST_SECONDS:
        raise ValueError("a call that lasts for days")
    at = datetime.fromtimestamp(short["t"], UTC)
    return Trace(mark, at, line, language, words, str(short.get("s", "")), "over" in short, lasted)
