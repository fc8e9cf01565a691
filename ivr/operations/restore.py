"""Restores a backup of the desk's SQLite file, also while the service runs, and keeps the replaced database.

All rows are replaced in one transaction. Readers see the old desk or the restored one. Writers wait, or store
requests as pending in Redis. Requests promised or booked since the backup stay, as does what was set and noted since
(newer_rows.py). Not restored are sessions, drafts, the calendar's link, and the rule that the calendar shows whole
names. No HTTP, no clock.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from ivr.diary.calendar_feed import WHOLE_NAMES
from ivr.operations.backup import REPLACED, TIMEOUT, BackupRefused, Damaged, beside, check, copy, opened, refusing
from ivr.operations.newer_promises import WORKED_ON_SINCE, Newer, NewerPromise, keep_newer, take_newer
from ivr.operations.newer_rows import ALWAYS_KEPT, drop_links, leave_erased, put_rows, share_ids, take_rows
from ivr.storage import audit, schema
from ivr.storage.engines.database_errors import error_kind
from ivr.storage.engines.durable_files import put
from ivr.storage.migrate import migrate
from ivr.storage.revisions import revisions

STAYS = schema.calendar_links.name
"""The table that is not restored, because a calendar link that was replaced since the backup must not work again."""

EMPTIED = (schema.sessions.name, schema.drafts.name)
"""The tables that are empty after a restore.

A session that was ended since the backup must not go on. A draft was sent since, or is about somebody erased, and
would stand on the page of whoever has the id now.
"""

WAL_FILES = ("-wal", "-shm")
"""Endings of the files that SQLite keeps beside a database; they are moved together with it."""


@dataclass(frozen=True)
class Restored:
    """The result of restoring a backup."""

    kept: Path | None
    """The path where the replaced database was kept; None if there was no database."""
    erased: tuple[str, ...] = ()
    """References of requests and appointments that were erased at some time and are back with the backup."""
    without_room: tuple[NewerPromise, ...] = ()
    """Requests and appointments newer than the backup that are not kept, because they clash with rows of the backup."""
    newer: Mapping[str, int] = field(default_factory=dict)
    """The number of rows newer than the backup in tables such as "closures"; kept, unless promises were dropped too."""
    as_before: tuple[str, ...] = ()
    """References of requests and appointments that were worked on since the backup, and stand again as in it."""
    left: Mapping[str, int] = field(default_factory=dict)
    """The number of rows in tables such as "blocked" that do not come back, since an erasure may have removed them."""


def kept_as(database: Path, moment: datetime) -> Path:
    """Return an unused path for the database that a restore at this moment replaces."""
    name = f"{database.name}.{REPLACED}-{moment:%Y%m%d-%H%M%S}"
    names = (database.with_name(f"{name}{end}") for end in chain(("",), (f"-{again}" for again in count(2))))
    return next(each for each in names if not each.exists())


@contextmanager
def prepared(backup: Path, database: Path) -> Iterator[Path]:
    """Yield a checked copy of the backup, upgraded to the newest schema. Raises BackupRefused."""
    if backup.exists() and database.exists() and backup.samefile(database):
        raise BackupRefused(f"{backup} is the desk's database itself")
    with refusing("the backup cannot be used"), beside(database) as folder:
        part = folder / backup.name
        _taken(backup, part)
        check(part)
        _bring_up_to_date(part)
        yield part


def _taken(backup: Path, part: Path) -> None:
    for end in ("", "-wal"):  # a file that was moved or copied by hand may have a journal
        source, target = (path.with_name(f"{path.name}{end}") for path in (backup, part))
        if not end or source.exists():
            target.touch(mode=0o600)
            shutil.copyfile(source, target)


def requests_in(path: Path) -> int:
    """Return the number of requests in a file that is a database of the desk. Raises BackupRefused."""
    with refusing("the database cannot be read"), closing(opened(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM requests").fetchone()[0])


def restore(part: Path, database: Path, kept: Path, timeout: float = TIMEOUT, *, keeps_newer: bool = True) -> Restored:
    """Replace the contents of the desk's `database` by the prepared copy `part`; the old database is kept at `kept`.

    Requests that were promised or booked since the backup stay, unless `keeps_newer` is false. Raises BackupRefused.
    """
    with refusing("nothing was restored"):
        try:
            if database.exists():
                if check(database) != revisions()[-1]:
                    _bring_up_to_date(database)
                return _replace(part, database, kept, timeout, keeps_newer)
        except Damaged:
            pass  # a damaged file has no readers or writers, and is replaced as a whole
        found = database.exists()
        _close_what_was_open(part)
        _set_aside(database, kept)
        put(part, database)
        return Restored(kept if found else None)


def _replace(part: Path, database: Path, kept: Path, timeout: float, keeps_newer: bool) -> Restored:
    """Copy `database` to `kept`, restore backup `part`; newer promises stay if `keeps_newer`. Raises sqlite3.Error."""
    half = part.with_name("kept")
    with closing(opened(database, timeout)) as live:
        live.execute("PRAGMA synchronous=FULL")
        live.execute("PRAGMA secure_delete=ON")
        live.execute("ATTACH ? AS restored", (str(part),))
        live.execute("BEGIN IMMEDIATE")  # from here on nobody else writes, so that the kept copy is complete
        copy(database, half)
        put(half, kept)
        share_ids(live)
        newer = take_newer(live) if keeps_newer else Newer()
        rows, worked_on = take_rows(live), _references(live, WORKED_ON_SINCE)
        left = leave_erased(live)
        live.execute(NAMES_STAY_AWAY, (WHOLE_NAMES,))
        for table in (each for each in (*schema.metadata.tables, "alembic_version") if each != STAYS):
            names = [row[1] for row in live.execute(f"PRAGMA main.table_info({table})")]
            _replace_rows(live, table, ", ".join(names))
        without_room = keep_newer(live, newer)
        drop_links(live, "main")
        put_rows(live, {table: rows[table] for table in (rows if keeps_newer else ALWAYS_KEPT)})
        erased = _references(live, ERASED_AND_BACK, audit.AuditAction.ERASED)
        for table in (*DERIVED, *EMPTIED):
            live.execute(f"DELETE FROM main.{table}")  # noqa: S608 - names of tables of ours
        live.execute("COMMIT")
    counts = {table: len(found) for table, found in rows.items() if found}
    return Restored(kept, erased, tuple(without_room), counts, worked_on, left)


def _references(live: sqlite3.Connection, query: str, *values: str) -> tuple[str, ...]:
    return tuple(reference for (reference,) in live.execute(query, values))


DERIVED = tuple(each.name for each in schema.metadata.sorted_tables if each.info == schema.DERIVED)
"""The tables that hold counts of other tables' rows, and are made again from what is there."""

NAMES_STAY_AWAY = "DELETE FROM restored.rules WHERE name = ? AND name NOT IN (SELECT name FROM main.rules)"

ERASED_AND_BACK = """
SELECT DISTINCT about FROM main.audit AS line WHERE what = ? AND EXISTS (
    SELECT 1 FROM main.requests AS now WHERE now.reference = line.about AND now.created <= line.at
    UNION ALL SELECT 1 FROM main.appointments AS now WHERE now.reference = line.about AND now.created <= line.at)
ORDER BY about
"""
"""The query for what was erased and is back. A reference has six digits: a later request may have an erased one's."""


def _replace_rows(live: sqlite3.Connection, table: str, columns: str) -> None:
    live.execute(f"DELETE FROM main.{table}")  # noqa: S608 - names of our own tables
    live.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM restored.{table}")  # noqa: S608 - as above


def _close_what_was_open(part: Path) -> None:
    """Remove calendar links, sessions, drafts and the rule for whole names: any of them may be out of date."""
    with closing(opened(part)) as restored:
        for table in (STAYS, *EMPTIED):
            restored.execute(f"DELETE FROM {table}")  # noqa: S608 - names of tables of ours
        restored.execute("DELETE FROM rules WHERE name = ?", (WHOLE_NAMES,))


def _set_aside(database: Path, kept: Path) -> None:
    for end in ("", *WAL_FILES):
        with suppress(FileNotFoundError):
            database.with_name(f"{database.name}{end}").rename(kept.with_name(f"{kept.name}{end}"))


def _bring_up_to_date(path: Path) -> None:
    try:
        migrate(f"sqlite:///{path}")
    except SQLAlchemyError as error:
        why = error_kind(error, "restore another backup")
        raise BackupRefused(f"{path.name} could not be brought up to date ({why})") from None
