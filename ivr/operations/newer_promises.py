"""Finds the requests that were promised or booked since a backup was made, and keeps them through its restore.

Works on a SQLite connection that has the desk as `main` and the prepared backup as `restored`; pg_dump.py puts the
same queries to PostgreSQL. No HTTP, no clock.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ivr.desk.requests import LIVE
from ivr.operations.backup import Row, insert, opened, refusing, rows_of
from ivr.operations.newer_rows import share_ids
from ivr.operations.personal_rows import CHILDREN_OF_AN_APPOINTMENT
from ivr.operations.retention import CHILDREN_OF_A_REQUEST

IS_LIVE = "status IN ('open', 'taken')"

PROMISED_SINCE = """
SELECT now.request_id FROM main.promises AS now WHERE NOT EXISTS (
    SELECT 1 FROM restored.promises AS then_ WHERE then_.mark = now.mark AND then_.created = now.created)
"""

SAME_VISIT = "then_.reference = now.reference AND then_.created = now.created"
SAME_REQUEST = f"{SAME_VISIT} AND then_.call_sid = now.call_sid"


def _noted_since(table: str, lines: str, parent: str) -> str:
    """Return the query for the rows with a line of history that the backup lacks."""
    return f"""
SELECT now.id FROM main.{table} AS now JOIN main.{lines} AS line ON line.{parent} = now.id WHERE NOT EXISTS (
    SELECT 1 FROM restored.{table} AS then_ JOIN restored.{lines} AS old ON old.{parent} = then_.id
    WHERE {SAME_VISIT} AND old.at = line.at AND old.who = line.who AND old.what = line.what)
"""  # noqa: S608 - words of this module


NOTED_ON_REQUESTS = _noted_since("requests", "history", "request_id")
NOTED_ON_VISITS = _noted_since("appointments", "appointment_history", "appointment_id")

BOOKED_SINCE = f"""
SELECT now.id FROM main.requests AS now WHERE now.appointment IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM restored.requests AS then_ WHERE {SAME_REQUEST} AND (then_.appointment = now.appointment
    OR then_.touched > now.touched OR now.id NOT IN ({NOTED_ON_REQUESTS})))
"""  # noqa: S608 - words of this module
"""The query for the requests that got their appointment since, not before a later state that the backup has."""

IN_THEIR_WAY = f"""
SELECT now.id FROM restored.requests AS then_ JOIN main.requests AS now ON {SAME_REQUEST}
WHERE then_.{IS_LIVE} AND NOT now.{IS_LIVE} AND (now.phone, now.kind) IN (
    SELECT phone, kind FROM main.requests WHERE {IS_LIVE} AND id IN ({PROMISED_SINCE}))
"""  # noqa: S608 - words of this module
"""The query for the closed requests that are live in the backup and share number and kind with a newer live request."""

LISTED = f"SELECT * FROM main.requests WHERE id IN ({PROMISED_SINCE} UNION {BOOKED_SINCE}) ORDER BY due, id"  # noqa: S608

WANTED = f"""
SELECT * FROM main.requests WHERE id IN ({PROMISED_SINCE} UNION {BOOKED_SINCE} UNION {IN_THEIR_WAY})
ORDER BY {IS_LIVE}, id
"""  # noqa: S608 - words of this module
"""The query for the requests that a restore keeps. Closed ones come first, to replace their versions still open."""


CHANGED_SINCE = f"""
SELECT now.* FROM main.appointments AS now WHERE NOT EXISTS (
    SELECT 1 FROM restored.appointments AS then_ WHERE {SAME_VISIT} AND (then_.touched > now.touched
    OR then_.touched = now.touched AND now.id NOT IN ({NOTED_ON_VISITS}))) ORDER BY now.id
"""  # noqa: S608 - words of this module
"""The query for the appointments that were booked, moved, cancelled, marked, named or noted on since the backup."""

WORKED_ON_SINCE = f"""
SELECT reference FROM main.requests WHERE id IN ({NOTED_ON_REQUESTS}) AND id NOT IN (SELECT id FROM ({WANTED}))
UNION SELECT reference FROM main.appointments
WHERE id IN ({NOTED_ON_VISITS}) AND id NOT IN (SELECT id FROM ({CHANGED_SINCE})) ORDER BY reference
"""  # noqa: S608 - words of this module
"""The query for what has newer history and is not kept by a restore: it stands as it did in the backup."""

NAMED_SINCE = "SELECT * FROM main.patients WHERE id NOT IN (SELECT id FROM restored.patients) ORDER BY id"

OF_A_REQUEST = tuple(each.name for each in CHILDREN_OF_A_REQUEST)
OF_AN_APPOINTMENT = tuple(each.name for each in CHILDREN_OF_AN_APPOINTMENT)

MOST_BESIDE = 50
"""The most places that a restore tries for an appointment made since the backup, the usual place and extra ones."""


@dataclass(frozen=True)
class NewerPromise:
    """A request or an appointment that was promised or booked since the backup was made."""

    reference: str
    number: str
    """The telephone number in E.164; "no number" for an appointment without a number."""
    kind: str
    due: str
    """The due time of the request, or the time of the appointment, in UTC as stored."""
    live: bool
    """True if the request is live, or the appointment booked."""

    @classmethod
    def of(cls, row: Row) -> "NewerPromise":
        """Return this row of `requests` as a newer promise."""
        return cls(row["reference"], row["phone"], row["kind"], str(row["due"]), row["status"] in LIVE)

    @classmethod
    def of_appointment(cls, row: Row) -> "NewerPromise":
        """Return this row of `appointments` as a newer promise."""
        number = row["phone"] or "no number"
        return cls(row["reference"], number, "appointment", str(row["starts"]), row["status"] == "booked")


@dataclass(frozen=True)
class NewerRow:
    """A newer row of requests or appointments, with its rows in child tables, each with the name of its table."""

    row: Row
    children: Sequence[tuple[str, Row]]


@dataclass(frozen=True)
class Newer:
    """Requests, appointments and patients newer than a backup, read before the restore replaces the rows."""

    requests: Sequence[NewerRow] = ()
    appointments: Sequence[NewerRow] = ()
    patients: Sequence[Row] = ()


def newer_promises(part: Path, database: Path) -> list[NewerPromise]:
    """Return the desk's requests and appointments that were promised or changed after the backup `part` was made.

    Raises BackupRefused where the desk's `database` cannot be read.
    """
    with refusing("the database cannot be read"), closing(opened(database)) as live:
        live.execute("ATTACH ? AS restored", (str(part),))
        live.execute("BEGIN")
        share_ids(live)
        live.execute("COMMIT")
        visits = [NewerPromise.of_appointment(row) for row in rows_of(live, CHANGED_SINCE)]
        return [*(NewerPromise.of(row) for row in rows_of(live, LISTED)), *visits]


def take_newer(live: sqlite3.Connection) -> Newer:
    """Return what is newer than the backup, before the restore replaces all rows. `share_ids` comes before this.

    Raises sqlite3.Error.
    """
    return Newer(
        _with_children(live, WANTED, OF_A_REQUEST, "request_id"),
        _with_children(live, CHANGED_SINCE, OF_AN_APPOINTMENT, "appointment_id"),
        list(rows_of(live, NAMED_SINCE)),
    )


def _with_children(live: sqlite3.Connection, query: str, tables: Sequence[str], parent: str) -> list[NewerRow]:
    found, children = list(rows_of(live, query)), defaultdict[int, list[tuple[str, Row]]](list)
    ids = ", ".join(str(int(each["id"])) for each in found)
    for table in tables:
        for row in rows_of(live, f"SELECT * FROM main.{table} WHERE {parent} IN ({ids}) ORDER BY id"):  # noqa: S608 - numbers
            children[row[parent]].append((table, row))
    return [NewerRow(each, children[each["id"]]) for each in found]


def keep_newer(live: sqlite3.Connection, newer: Newer) -> list[NewerPromise]:
    """Add what is newer than the backup to the restored rows; return the promises that clash with restored rows.

    Raises sqlite3.Error.
    """
    for each in newer.patients:
        insert(live, "patients", each)
    crowded = [each.row for each in newer.requests if not _put_back(live, each)]
    for visit in newer.appointments:
        _delete(live, "appointments", OF_AN_APPOINTMENT, "appointment_id", visit)
    unplaced = [each.row for each in newer.appointments if not _put_beside(live, each)]
    return [*map(NewerPromise.of, crowded), *map(NewerPromise.of_appointment, unplaced)]


def _put_back(live: sqlite3.Connection, request: NewerRow) -> bool:
    """Put a newer request in place of the backup's version; return False if it clashes with another of the backup."""
    live.execute("SAVEPOINT one")
    try:
        _delete(live, "requests", OF_A_REQUEST, "request_id", request)
        _insert(live, "requests", request)
    except sqlite3.IntegrityError:
        live.execute("ROLLBACK TO one")
        return False
    finally:
        live.execute("RELEASE one")
    return True


def _put_beside(live: sqlite3.Connection, visit: NewerRow) -> bool:
    """Insert an appointment, in an extra place if need be; return False if no place is free."""
    for extra in (visit.row["extra"], *range(1, MOST_BESIDE)):
        live.execute("SAVEPOINT visit")
        try:
            _insert(live, "appointments", visit, extra=extra)
        except sqlite3.IntegrityError:
            live.execute("ROLLBACK TO visit")
        else:
            return True
        finally:
            live.execute("RELEASE visit")
    return False


def _delete(live: sqlite3.Connection, table: str, children: Sequence[str], parent: str, which: NewerRow) -> None:
    """Delete the restored version of a newer row, if there is one: it has the same id."""
    for child in children:
        live.execute(f"DELETE FROM main.{child} WHERE {parent} = ?", (which.row["id"],))  # noqa: S608 - our tables
    live.execute(f"DELETE FROM main.{table} WHERE id = ?", (which.row["id"],))  # noqa: S608 - our tables


def _insert(live: sqlite3.Connection, table: str, newer: NewerRow, **place: int) -> None:
    insert(live, table, {**newer.row, **place})
    for child, row in newer.children:
        insert(live, child, {**row, **{name: value for name, value in place.items() if name in row}, "id": None})
