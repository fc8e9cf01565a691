"""The spool: files on this host to which each webhook appends a trace of its call.

Writing a trace is one write to a file, and needs no store. A failed write does not break the call, and
spool_writer.py keeps a slow write from delaying it. traces/shipper.py sends the traces to the database. The spool has
keyed hashes in place of numbers, and no pressed key. No clock.
"""

import json
import logging
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from ivr.reports.call_records import LONGEST_SECONDS, Trace

log = logging.getLogger(__name__)

FOLDER = "calls"
"""The name of the spool's folder in the state folder."""

NAME = re.compile(r"\d{8}T\d{4}\.jsonl")
NAMED = "%Y%m%dT%H%M.jsonl"
"""The pattern of the name of a segment, one file of the spool: the minute in which it began, in UTC."""

HELD = timedelta(minutes=5)
"""The age from which a file of the spool may be removed, because no webhook still writes to so old a file."""

AT_ONCE = 4 * 1024 * 1024
"""The bytes of the spool read at once: some 25,000 traces, more than an hour of calls even at every line's limit."""

NOTHING: Mapping[Path, int] = {}
"""The default argument of `Spool.read`, which says that no segment has been read before."""

UNREADABLE = -1
"""The size noted for a segment that could not be read. No file has this size, so the segment is not removed."""

MARK = re.compile(r"[0-9a-f]{32}")
MARK_AT = slice(6, 38)
"""The slice of a line in a spool's file that is the call's mark."""

COMPACT = json.JSONEncoder(separators=(",", ":"))

CALLER = re.compile(r"[0-9a-f]{64}|")
WORD = re.compile(r"[a-z][a-z0-9_]{0,19}")
LANGUAGE = re.compile(r"[a-z]{0,8}")
STEP = re.compile(r"[\w-]{0,64}", re.ASCII)


class SpoolAway(Exception):
    """The files of the spool cannot be read or removed. The files stay until a later try succeeds."""


@dataclass(frozen=True)
class Segment:
    """A segment of the spool: the file with the traces of one minute, as far as it was read."""

    path: Path
    began: datetime
    size: int
    """The size of the segment's file in bytes when it was read."""
    traces: tuple[Trace, ...]
    """The traces of the segment that were not read before."""
    upto: int = 0
    """The number of the file's bytes that were read so far, up to the end of the last complete line."""


class Spool:
    """The spool of a host: a folder of files, to which every process that answers calls appends traces."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._away = False
        self._unreadable: set[Path] = set()
        """The segments that could not be read; the log names each once."""

    def write(self, *traces: Trace) -> None:
        """Append these traces to the spool. Unwritten traces are lost; the first of consecutive failures is logged."""
        if not traces:
            return
        try:
            for name, those in groupby(traces, _segment_of):
                self._append(self._folder / name, b"".join(map(_line, those)))
        except OSError as refused:
            if not self._away:
                log.warning("calls leave no record: %s", refused.strerror)
            self._away = True
        else:
            self._away = False

    def _append(self, path: Path, lines: bytes) -> None:
        try:
            _written(path, lines)
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _written(path, lines)

    def is_used(self) -> bool:
        """Return whether this host has answered calls, so that it has a spool."""
        return self._folder.is_dir()

    def read(self, before: Mapping[Path, int] = NOTHING) -> tuple[list[Segment], bool]:
        """Return the oldest segments of the spool, with about `AT_ONCE` bytes not read before. Raises SpoolAway.

        `before` gives the number of bytes read earlier from each file. The second value is True if more is left.
        """
        found: list[Segment] = []
        size = 0
        try:
            for path in sorted(each for each in self._paths() if _is_segment(each)):
                if size >= AT_ONCE:
                    return found, True
                found.append(self._read(path, before.get(path, 0)))
                size += max(0, found[-1].size - before.get(path, 0))
        except OSError as refused:
            raise SpoolAway(refused.strerror) from None
        return found, False

    def whole(self, segment: Segment) -> Segment:
        """Return this segment, read again from its start with all traces; without traces if the file is unreadable."""
        return self._read(segment.path, 0)

    def of_calls(self, marks: Collection[str]) -> list[Trace]:
        """Return these calls' traces in the newest segments, about `AT_ONCE` bytes of them. Raises SpoolAway."""
        wanted, left = {mark.encode() for mark in marks}, AT_ONCE
        found: list[Trace] = []
        try:
            for path in sorted((each for each in self._paths() if _is_segment(each)), reverse=True):
                text = _text(path) if left > 0 else b""
                left -= len(text)
                # There are many of other calls, which are not worth reading.
                found += _traces(b"\n".join(line for line in text.split(b"\n") if line[MARK_AT] in wanted))
        except OSError as refused:
            raise SpoolAway(refused.strerror) from None
        return found

    def _read(self, path: Path, before: int) -> Segment:
        """Return a file's segment; an empty one if the file is unreadable. Such a file is not deleted."""
        try:
            return _read(path, before)
        except OSError as refused:
            if path not in self._unreadable:
                log.warning("the calls of %s cannot be read: %s", path.name, refused.strerror)
            self._unreadable.add(path)
            return Segment(path, _began(path), UNREADABLE, ())

    def remove(self, segment: Segment, now: datetime) -> None:
        """Delete a segment, unless it is younger than `HELD` or has grown since it was read. Raises SpoolAway."""
        if is_held(segment, now):
            return
        try:
            if segment.path.stat().st_size == segment.size:
                segment.path.unlink()
        except FileNotFoundError:
            return  # another process has removed it
        except OSError as refused:
            raise SpoolAway(refused.strerror) from None

    def _paths(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []


def is_held(segment: Segment, now: datetime) -> bool:
    """Return whether a segment is too young for its file to be removed."""
    return abs(now - segment.began) < HELD


def _segment_of(trace: Trace) -> str:
    return trace.at.astimezone(UTC).strftime(NAMED)


def _written(path: Path, lines: bytes) -> None:
    """Append lines to a file in one write, so that lines of several processes do not mix. Raises OSError.

    If the disk takes only a part, the rest is written next, which raises OSError if the disk is full.
    """
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while lines:
            lines = lines[os.write(file, lines) :]
    finally:
        os.close(file)


def _line(trace: Trace) -> bytes:
    """Return a trace as a JSON line of the spool. The newline comes first, in case the line before was cut off."""
    short: dict[str, Any] = {"c": trace.mark, "t": trace.at.timestamp(), "l": trace.line, "g": trace.language}
    short |= {"w": trace.what, "s": trace.step} if trace.what else {}
    short |= {"over": trace.lasted} if trace.over else {}
    short |= {"n": trace.caller} if trace.caller else {}
    return f"\n{COMPACT.encode(short)}".encode()


def _read(path: Path, before: int) -> Segment:
    text = _text(path, before)
    size, last = before + len(text), text.rpartition(b"\n")[2]
    whole = size if not last or any(_traces(last)) else size - len(last) - 1
    return Segment(path, _began(path), size, tuple(_traces(text)), max(before, whole))


def _text(path: Path, before: int = 0) -> bytes:
    """Return the bytes of a segment's file after the first `before` bytes; no bytes if the file is gone."""
    try:
        with path.open("rb") as file:
            file.seek(before)
            return file.read()
    except FileNotFoundError:
        return b""  # another process has removed it


def _is_segment(path: Path) -> bool:
    """Return whether a file has the name of a segment of the spool, with a minute that exists."""
    try:
        return bool(NAME.fullmatch(path.name) and _began(path))
    except ValueError:
        return False


def _began(path: Path) -> datetime:
    return datetime.strptime(path.name, NAMED).replace(tzinfo=UTC)


def _traces(text: bytes) -> Iterator[Trace]:
    """Yield the valid traces in a spool's text. Lines that a full disk or a power cut has cut short are left out."""
    for line in text.split(b"\n"):
        try:
            yield _trace(json.loads(line))
        except (ValueError, TypeError, KeyError, OverflowError, OSError):
            continue


def _trace(short: dict[str, Any]) -> Trace:
    """Return the trace of a line in a spool's file. Raises ValueError, TypeError or KeyError for an invalid one."""
    mark, line, language, caller = short["c"], short["l"], short["g"], short.get("n", "")
    words, lasted, step = tuple(short.get("w", ())), short.get("over"), str(short.get("s", ""))
    marked = MARK.fullmatch(mark) and CALLER.fullmatch(caller) and STEP.fullmatch(step)
    if not (marked and LANGUAGE.fullmatch(language) and all(map(WORD.fullmatch, (*words, line or "none")))):
        raise ValueError("a line that is none of ours")
    if lasted is not None and (type(lasted) is not int or not 0 <= lasted < LONGEST_SECONDS):
        raise ValueError("a call that lasts for days")
    at = datetime.fromtimestamp(short["t"], UTC)
    return Trace(mark, at, line, language, words, step, "over" in short, lasted, caller)
