"""Puts a backup of the desk's SQLite file back, also while the service runs, and keeps what it replaces beside it.

Rows are replaced in one transaction: readers see the desk as it was or as it is restored, writers wait or go to Redis.
The calendar's link alone stays as it is.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from ivr.operations.backup import REPLACED, TIMEOUT, BackupRefused, Damaged, beside, check, copy, opened, put, refusing
from ivr.storage import audit, schema
from ivr.storage.migrate import migrate
from ivr.storage.revisions import revisions

STAYS = schema.calendar_links.name
"""What is not restored: a link to the calendar that was replaced or switched off since must not open it again."""

WAL_FILES = ("-wal", "-shm")
"""What SQLite keeps beside a database; each must stay with its own."""


@dataclass(frozen=True)
class Restored:
    """What came of it."""

    kept: Path | None
    """Where the replaced database is; None where there was none."""
    erased: tuple[str, ...] = ()
    """References of requests that were erased since the backup was made, and are back with it."""


def kept_as(database: Path, moment: datetime) -> Path:
    """What a database that is replaced at this moment is called afterwards; nothing is called that yet."""
    name = f"{database.name}.{REPLACED}-{moment:%Y%m%d-%H%M%S}"
    names = (database.with_name(f"{name}{end}") for end in chain(("",), (f"-{again}" for again in count(2))))
    return next(each for each in names if not each.exists())


@contextmanager
def prepared(backup: Path, database: Path) -> Iterator[Path]:
    """A copy of the backup that is whole, ours, and has today's tables. Raises BackupRefused."""
    if backup.exists() and database.exists() and backup.samefile(database):
        raise BackupRefused(f"{backup} is the desk's database itself")
    with refusing("the backup cannot be used"), beside(database) as folder:
        part = folder / backup.name
        _taken(backup, part)
        check(part)
        _bring_up_to_date(part)
        yield part


def _taken(backup: Path, part: Path) -> None:
    for end in ("", "-wal"):  # a file that was moved or copied by hand may have a journal of its own
        source, target = (path.with_name(f"{path.name}{end}") for path in (backup, part))
        if not end or source.exists():
            target.touch(mode=0o600)
            shutil.copyfile(source, target)


def requests_in(path: Path) -> int:
    """How many requests a database of ours has. Raises BackupRefused."""
    with refusing("the database cannot be read"), closing(opened(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM requests").fetchone()[0])


def restore(part: Path, database: Path, kept: Path, timeout: float = TIMEOUT) -> Restored:
    """Puts what was prepared in the place of the database. Raises BackupRefused."""
    with refusing("nothing was restored"):
        try:
            if database.exists():
                if check(database) != revisions()[-1]:
                    _bring_up_to_date(database)
                return Restored(kept, _replace(part, database, kept, timeout))
        except Damaged:
            pass  # nobody can write to it, and it has no rows to be replaced
        found = database.exists()
        _close_the_calendar(part)
        _set_aside(database, kept)
        put(part, database)
        return Restored(kept if found else None)


def _replace(part: Path, database: Path, kept: Path, timeout: float) -> tuple[str, ...]:
    """Replaces every row; the references that were erased since. Raises what sqlite3 raises."""
    half = part.with_name("kept")
    with closing(opened(database, timeout)) as live:
        live.execute("PRAGMA synchronous=FULL")
        live.execute("PRAGMA secure_delete=ON")
        live.execute("ATTACH ? AS restored", (str(part),))
        live.execute("BEGIN IMMEDIATE")  # from here on nobody else writes, so that what is kept is all there is
        copy(database, half)
        put(half, kept)
        erased = live.execute(ERASED_SINCE, (audit.AuditAction.ERASED,)).fetchall()
        for table in (each for each in (*schema.metadata.tables, "alembic_version") if each != STAYS):
            names = [row[1] for row in live.execute(f"PRAGMA main.table_info({table})")]
            _replace_rows(live, table, ", ".join(names))
        live.execute("COMMIT")
    return tuple(reference for (reference,) in erased)


ERASED_SINCE = """
SELECT DISTINCT about FROM main.audit
WHERE what = ? AND about IN (SELECT reference FROM restored.requests) ORDER BY about
"""


def _replace_rows(live: sqlite3.Connection, table: str, columns: str) -> None:
    live.execute(f"DELETE FROM main.{table}")  # noqa: S608 - names of our own tables
    live.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM restored.{table}")  # noqa: S608 - as above


def _close_the_calendar(part: Path) -> None:
    """Nobody can read which link was in force: none is, until a manager makes one."""
    with closing(opened(part)) as restored:
        restored.execute(f"DELETE FROM {STAYS}")  # noqa: S608 - the name of a table of ours


def _set_aside(database: Path, kept: Path) -> None:
    for end in ("", *WAL_FILES):
        with suppress(FileNotFoundError):
            database.with_name(f"{database.name}{end}").rename(kept.with_name(f"{kept.name}{end}"))


def _bring_up_to_date(path: Path) -> None:
    try:
        migrate(f"sqlite:///{path}")
    except SQLAlchemyError as error:
        raise BackupRefused(f"{path.name} could not be brought up to date ({type(error).__name__})") from None
