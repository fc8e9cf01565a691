"""Repairs the append-only files of a Redis that does not start: cuts out the damage, and keeps what comes after it.

Redis' own tool cuts off everything after the first damage, promises included. Repairs files in text form only
(`aof-use-rdb-preamble no`); leaves a damaged snapshot (RDB) as it is. Reads and writes files only.
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.storage.engines.durable_files import on_disk, replace

HEADER = re.compile(rb"\*(\d{1,7})\r\n(?=\$)")
NAME = re.compile(rb"[a-z][a-z0-9._-]*")
LENGTH = re.compile(rb"\$(\d{1,10})\r\n")


@dataclass(frozen=True)
class AofCommand:
    """A complete command in an append-only file (AOF) of Redis."""

    begin: int
    """The position of the command's first byte."""
    end: int
    """The position just after the command's last byte."""
    name: bytes
    """The command's name in lower case."""


@dataclass(frozen=True)
class Repaired:
    """A repaired append-only file, from which damaged bytes were cut out."""

    file: Path
    places: int
    """The number of places in the file that were damaged."""
    lost: int
    """The number of bytes that were cut out of the file."""
    deletions: int
    """The number of whole deletions that were cut out, because each stood right after damage."""


def repair(folder: Path, now: datetime) -> tuple[Path, list[Repaired]]:
    """Repair the append-only files in `folder`; return the folder of their unchanged copies, and what each file lost.

    The Redis server must not run. Raises OSError.
    """
    kept = folder.with_name(f"{folder.name}-damaged-{now:%Y%m%d-%H%M%S}")
    shutil.copytree(folder, kept)
    for each in (*kept.rglob("*"), kept, kept.parent):
        on_disk(each)
    return kept, [done for file in sorted(folder.glob("*.aof")) if (done := _repair(file)) is not None]


def _repair(file: Path) -> Repaired | None:
    written = file.read_bytes()
    if written.startswith((b"REDIS", b"VALKEY")):
        return None
    found = list(commands(written))
    safe = list(_without_deletions_after_damage(found))
    whole = list(_outside_broken_transactions(safe))
    good = sum(each.end - each.begin for each in whole)
    if good == len(written):
        return None
    replace(file, b"".join(written[each.begin : each.end] for each in whole))
    return Repaired(file, _places(whole, len(written)), len(written) - good, len(found) - len(safe))


def _places(whole: list[AofCommand], length: int) -> int:
    """Return the number of damaged places in a file of this `length`: runs of bytes outside all whole commands."""
    begins, ends = [*(each.begin for each in whole), length], [0, *(each.end for each in whole)]
    return sum(begin > end for begin, end in zip(begins, ends, strict=True))


def commands(written: bytes) -> Iterator[AofCommand]:
    """Yield every whole command in the bytes of an append-only file, whatever lies between them."""
    at = 0
    while header := HEADER.search(written, at):
        found = _command(written, header)
        if found:
            yield found
        at = found.end if found else header.start() + 1


def _command(written: bytes, header: re.Match[bytes]) -> AofCommand | None:
    """Return the command of an append-only file that begins with this header; None where it is not whole."""
    at, name = header.end(), b""
    for _ in range(int(header[1])):
        length = LENGTH.match(written, at)
        if length is None:
            return None
        end = length.end() + int(length[1])
        if written[end : end + 2] != b"\r\n":
            return None
        name = name or written[length.end() : end].lower()
        at = end + 2
    return AofCommand(header.start(), at, name) if NAME.fullmatch(name) else None


def _without_deletions_after_damage(found: Iterable[AofCommand]) -> Iterator[AofCommand]:
    """Yield the commands, except an HDEL right after damage.

    A request is moved to another hash by an HSET there and then an HDEL here. Where that HSET is damaged, the request
    must stay here.
    """
    end = 0
    for each in found:
        if each.begin == end or each.name != b"hdel":
            yield each
        end = each.end


def _outside_broken_transactions(found: Iterable[AofCommand]) -> Iterator[AofCommand]:
    """Yield the commands, except a MULTI without an EXEC and an EXEC without a MULTI, which Redis refuses.

    All other commands are yielded, also those that follow a MULTI without an EXEC.
    """
    begun: AofCommand | None = None
    within: list[AofCommand] = []
    for each in found:
        if each.name == b"multi":
            yield from within
            begun, within = each, []
        elif each.name == b"exec":
            yield from (begun, *within, each) if begun else ()
            begun, within = None, []
        elif begun:
            within.append(each)
        else:
            yield each
    yield from within
