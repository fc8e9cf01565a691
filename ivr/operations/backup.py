"""Backs up the desk's SQLite file while the service writes to it, and says whether a file is a backup of ours.

A backup is one file with everything in it. Putting one back stands in restore.py. No HTTP, no clock.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

from ivr.storage.revisions import revisions

TIMEOUT = 10.0
"""Seconds that another writer may keep us waiting."""

BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""What SQLite says of a file that is damaged or is something else."""

NAMES = "clinic-[0-9]*-[0-9]*.db"
"""What the backups are called that we name ourselves."""


HALF_DONE = ".half-done-"
"""How a folder's name begins in which a backup is made or put back; one that was killed leaves it behind."""

REPLACED = "before-restore"
"""What is in the name of a database that was replaced."""


class BackupRefused(Exception):
    """There is no backup, or it is not put back; the message says why, and nothing has changed."""


class Damaged(BackupRefused):
    """What is there is no whole database of ours."""


def folder_of(state_dir: Path) -> Path:
    """Where the backups go that nobody gave a place."""
    return state_dir / "backups"


def backups(state_dir: Path, database: Path) -> list[Path]:
    """All that lies here with what the desk once held, half-made ones too."""
    replaced = database.parent.glob(f"{database.name}.{REPLACED}-*")
    return sorted([*folder_of(state_dir).glob("clinic-*"), *database.parent.glob(f"{HALF_DONE}*"), *replaced])


def named(moment: datetime) -> str:
    """What a backup of this moment is called."""
    return f"clinic-{moment:%Y%m%d-%H%M%S}.db"


def back_up(database: Path, target: Path, timeout: float = TIMEOUT) -> None:
    """Makes the backup; its file appears only when it is whole and has been read again. Raises BackupRefused."""
    if target.exists():
        raise BackupRefused(f"{target} is there already, and is not replaced")
    with refusing("the backup failed"), beside(target) as folder:
        part = folder / target.name
        copy(database, part, timeout)
        check(part)
        put(part, target)


def tidy(folder: Path, keep: int) -> list[Path]:
    """Removes the backups of this folder but for the newest; those that went. Raises BackupRefused."""
    oldest = sorted(folder.glob(NAMES))[:-keep]
    with refusing("older backups could not be removed"):
        for each in oldest:
            each.unlink()
    return oldest


def check(path: Path) -> str:
    """The revision of a database that is whole and ours. Raises BackupRefused, Damaged, else what sqlite3 raises."""
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
    """Copies a database that others may be writing to, as it stands at one moment. Raises what sqlite3 raises."""

    def no_longer(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:  # it has waited; Python would look again for ever
            raise BackupRefused("somebody has the database to himself")

    target.touch(mode=0o600)
    with closing(opened(source, timeout)) as here, closing(opened(target)) as there:
        here.backup(there, progress=no_longer)
        there.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it


def opened(path: Path, timeout: float = TIMEOUT) -> sqlite3.Connection:
    """A connection to a file that is there. Raises sqlite3.OperationalError."""
    name = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(name, uri=True, timeout=timeout, isolation_level=None)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A folder that nobody else may open, on the disk of that file, gone afterwards. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(mkdtemp(dir=path.parent, prefix=HALF_DONE))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def put(part: Path, target: Path) -> None:
    """Gives a whole file its name, so that a power cut leaves all of it or nothing. Raises OSError."""
    _on_disk(part)
    part.replace(target)
    _on_disk(target.parent)


def _on_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """What a file or a database refuses becomes BackupRefused."""
    try:
        yield
    except sqlite3.Error as error:
        raise BackupRefused(f"{what} ({getattr(error, 'sqlite_errorname', type(error).__name__)})") from None
    except OSError as error:
        raise BackupRefused(f"{what} ({error.strerror})") from None
