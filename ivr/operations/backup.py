"""Backs up the desk's SQLite file while the service writes to it, and checks whether a file is such a backup.

A backup is one file with the whole database. restore.py restores it. No HTTP, no clock.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import quote

from ivr.storage.engines.durable_files import put
from ivr.storage.revisions import revisions

Row = Mapping[str, Any]

TIMEOUT = 10.0
"""Seconds to wait for another process that writes to the database."""

BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""SQLite's error codes for a file that is damaged or no database."""

NAMES = "clinic-[0-9]*-[0-9]*.db"
"""The pattern of the file names that `named` gives to backups."""

BEFORE_UPGRADE = "before-[0-9]*-[0-9]*-[0-9]*Z.*"
"""The pattern of the names of the backups that an upgrade makes."""

TRIED = ".tried-"
"""The prefix of an empty file beside a backup that an upgrade has made, until that upgrade has succeeded."""

HALF_DONE = ".half-done-"
"""The prefix of the temporary folders of a backup or restore; a killed process leaves its folder behind."""

REPLACED = "before-restore"
"""A part of the name of a database file that a restore replaced."""


class BackupRefused(Exception):
    """The backup or restore was not done; the message says why, and nothing has changed."""


class Damaged(BackupRefused):
    """The file, given as a backup, is damaged, or is not a database of the desk."""


def folder_of(state_dir: Path) -> Path:
    """Return the default folder of backups: the one within the state folder."""
    return state_dir / "backups"


def backups(state_dir: Path, database: Path | None) -> list[Path]:
    """Return all backups, replaced databases and unfinished copies, in `state_dir` and in the folder of `database`."""
    ours = {folder_of(state_dir): ("clinic-*", "before-*", f"{HALF_DONE}*")}
    beside_it = {database.parent: (f"{database.name}.{REPLACED}-*", f"{HALF_DONE}*")} if database else {}
    places = [*ours.items(), *beside_it.items()]
    return sorted({path for folder, names in places for name in names for path in folder.glob(name)})


def named(moment: datetime) -> str:
    """Return the file name of a backup of this moment."""
    return f"clinic-{moment:%Y%m%d-%H%M%S}.db"


def back_up(database: Path, target: Path, timeout: float = TIMEOUT) -> None:
    """Make a backup of the desk's SQLite file. `target` appears only after it was checked. Raises BackupRefused."""
    if target.exists():
        raise BackupRefused(f"{target} is there already, and is not replaced")
    with refusing("the backup failed"), beside(target) as folder:
        part = folder / target.name
        copy(database, part, timeout)
        check(part)
        put(part, target)


def tidy(folder: Path, keep: int, until: Path, names: str = NAMES) -> list[Path]:
    """Remove all but the newest `keep` backups named like `names`; return the removed files. Raises BackupRefused.

    `until` is the backup just made. A backup with a later name was made while the clock was wrong. It stays and is
    not counted, because it would push out `until`.
    """
    made = sorted((each for each in folder.glob(names) if _moment(each) <= _moment(until)), key=_moment)
    oldest = made[:-keep]
    with refusing("older backups could not be removed"):
        for each in oldest:
            each.unlink()
    return oldest


def replace_tries(begins: Path, target: Path) -> None:
    """Remove the backups whose names begin so and whose upgrades did not succeed, and mark `target` as one of them.

    Raises BackupRefused.
    """
    with refusing("the backup of an earlier try could not be removed"):
        for mark in target.parent.glob(f"{TRIED}{begins.name}-*{target.suffix}"):
            target.with_name(mark.name.removeprefix(TRIED)).unlink(missing_ok=True)
            mark.unlink()
        _mark(target).touch(mode=0o600)


def note_success(backup: Path) -> None:
    """Note that the upgrade before which this backup was made has succeeded. Raises BackupRefused."""
    with refusing("the upgrade could not be noted as done"):
        _mark(backup).unlink(missing_ok=True)


def _mark(backup: Path) -> Path:
    return backup.with_name(f"{TRIED}{backup.name}")


def _moment(backup: Path) -> list[str]:
    """Return the date and the time in a backup's file name, as a list that sorts by time."""
    return [each.partition(".")[0] for each in backup.name.split("-")[-2:]]


def check(path: Path) -> str:
    """Check that a file is a database of the desk, and return the revision of its schema.

    Raises Damaged, BackupRefused for a revision of a newer program, and sqlite3.Error.
    """
    with closing(opened(path)) as connection:
        try:
            damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            found = _revision(connection)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in BROKEN:
                raise
            raise Damaged(f"{path.name} is damaged, or no database at all") from None
    if damage != "ok":
        raise Damaged(f"{path.name} is damaged")
    if not found:
        raise Damaged(f"{path.name} is not a database of this desk")
    if found not in revisions():
        raise BackupRefused(f"{path.name} is of a newer version of this program (revision {found}): install that first")
    return found


def _revision(connection: sqlite3.Connection) -> str:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not {"alembic_version", "requests"} <= tables:
        return ""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def copy(source: Path, target: Path, timeout: float = TIMEOUT) -> None:
    """Copy an SQLite database as it is at one moment, while others write. Raises BackupRefused, sqlite3.Error."""

    def no_longer(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:  # it has waited; Python would try again without end
            raise BackupRefused("somebody has the database to himself")

    target.touch(mode=0o600)
    with closing(opened(source, timeout)) as here, closing(opened(target)) as there:
        here.backup(there, progress=no_longer)
        there.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it


def opened(path: Path, timeout: float = TIMEOUT) -> sqlite3.Connection:
    """Return a connection to an existing file of SQLite. Raises sqlite3.OperationalError."""
    name = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(name, uri=True, timeout=timeout, isolation_level=None)


def insert(live: sqlite3.Connection, table: str, row: Row) -> int:
    """Insert a row into a table of the desk; return its id, a new one where the row's is None."""
    names, places = ", ".join(row), ", ".join("?" * len(row))
    done = live.execute(f"INSERT INTO main.{table} ({names}) VALUES ({places})", tuple(row.values()))  # noqa: S608 - our columns
    return int(done.lastrowid or 0)


def rows_of(live: sqlite3.Connection, query: str) -> Iterator[Row]:
    """Yield the rows that a query finds, each by column."""
    found = live.execute(query)
    names = [column[0] for column in found.description]
    return (dict(zip(names, row, strict=True)) for row in found)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Yield a private temporary folder in the folder of the file `path`, so that both share a disk. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(mkdtemp(dir=path.parent, prefix=HALF_DONE))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turn errors of files and of SQLite into BackupRefused; `what` begins its message."""
    try:
        yield
    except sqlite3.Error as error:
        raise BackupRefused(f"{what} ({getattr(error, 'sqlite_errorname', type(error).__name__)})") from None
    except OSError as error:
        raise BackupRefused(f"{what} ({error.strerror})") from None
