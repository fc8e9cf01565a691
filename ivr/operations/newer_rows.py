"""Keeps what the desk has set and noted since a backup: closures, blocks, missed calls, the audit, records of calls.

Works on a SQLite connection that has the desk as `main` and the prepared backup as `restored`. Rows that other tables
name get the ids here that they have at the desk, and are kept by newer_promises.py. No HTTP, no clock.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from ivr.desk.upkeep.tell import mark_to_tell
from ivr.operations.backup import Row, insert, rows_of
from ivr.operations.personal_rows import CHILDREN_OF_AN_APPOINTMENT, OF_NOBODY_NAMED, UNNAMED
from ivr.operations.retention import CHILDREN_OF_A_REQUEST
from ivr.storage.audit import AuditAction

AUDIT = "audit"

KNOWN_BY: Mapping[str, Sequence[str]] = {
    AUDIT: ("at", "who", "what", "about", "detail"),
    "closures": ("day", "line", "shifts", "reason", "who", "at"),
    "blocked_times": ("schedule", "first_day", "last_day", "weekday", "shift", "words", "who", "at", "mark"),
    "phone_booking": ("what", "rules", "who", "at"),
    "blocked": ("phone", "reason", "who", "at"),
    "missed_calls": ("call_sid",),
    "calls": ("mark",),
    "call_traces": ("digest",),
    "caller_languages": ("mark",),
}
"""The tables of which newer rows are kept, with the columns that never change in a row, by which it is known again."""

ALWAYS_KEPT = (AUDIT, "caller_languages")
"""The tables of which newer rows are kept even where all else that is newer is dropped: they tell who was erased."""

SET_AT_THE_DESK: Mapping[str, Sequence[str]] = {
    "closures": ("undone_at",),
    "blocked_times": ("undone_at",),
    "phone_booking": (),
    "blocked": ("lifted_at",),
    "missed_calls": ("called_at",),
}
"""The tables by which the desk limits bookings and knows whom to call, with the columns that it may change later."""
LATER = {
    **{
        table: f"then_.{at} IS NOT NULL AND now.{at} IS NULL"
        for table, later in SET_AT_THE_DESK.items()
        for at in later
    },
    "caller_languages": "then_.at > now.at",
}
"""The SQL condition, by table, of a row that the backup has in a later state, as after a restore of an older one."""

NAMED_BY_ID: Mapping[str, Sequence[str]] = {
    "patients": ("phone", "name", "created"),
    "requests": ("reference", "call_sid", "created"),
    "appointments": ("reference", "created"),
}
"""The tables whose ids other tables name, with the columns by which a row is known again whatever its id."""

LINKS: Mapping[str, Sequence[tuple[str, str]]] = {
    "patients": (("requests", "patient_id"), ("appointments", "patient_id")),
    "requests": (("requests", "merged_into"), ("appointments", "request_id")),
    "appointments": (("requests", "about"),),
}
"""The columns, by the table whose ids they have, that are NULL where a row has no such link."""

PARTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "requests": [(each.name, "request_id") for each in CHILDREN_OF_A_REQUEST],
    "appointments": [(each.name, "appointment_id") for each in CHILDREN_OF_AN_APPOINTMENT],
}


def share_ids(live: sqlite3.Connection) -> None:
    """Give each row of the backup the id that it has at the desk, or one that no row of the desk has.

    SQLite gives the id of an erased row to the next, and an earlier restore may have moved rows. From here on, rows of
    the desk and of the backup with one id are the same row, and a newer row takes no other's place. Raises
    sqlite3.Error.
    """
    for table in NAMED_BY_ID:
        moved = list(_moved(live, table))
        for each, column in ((table, "id"), *LINKS[table], *PARTS.get(table, ())):
            _renumber(live, each, column, moved)
        if table == "requests":
            _mark_again(live, moved)
    drop_links(live, "restored")


def drop_links(live: sqlite3.Connection, database: str) -> None:
    """Set links to rows that are not there to NULL in one database, since the next row of that id is another."""
    for table, links in LINKS.items():
        for each, column in links:
            none = f"{column} NOT IN (SELECT id FROM {database}.{table})"  # noqa: S608 - our tables
            live.execute(f"UPDATE {database}.{each} SET {column} = NULL WHERE {none}")  # noqa: S608 - as above


def _moved(live: sqlite3.Connection, table: str) -> Iterator[tuple[int, int]]:
    """Yield the id of each row of the backup that gets another one, with its new id."""
    columns = ", ".join(NAMED_BY_ID[table])
    here, there = (
        live.execute(f"SELECT id, {columns} FROM {database}.{table} ORDER BY id").fetchall()  # noqa: S608 - our columns
        for database in ("main", "restored")
    )
    known, taken = defaultdict[tuple[Any, ...], list[int]](list), {each[0] for each in here}
    for each, *words in reversed(here):
        known[tuple(words)].append(each)
    unused = count(max((each[0] for each in (*here, *there)), default=0) + 1)
    for was, *words in there:
        same = known[tuple(words)]
        new = same.pop() if same else next(unused) if was in taken else was
        if new != was:
            yield was, new


def _renumber(live: sqlite3.Connection, table: str, column: str, moved: Sequence[tuple[int, int]]) -> None:
    """Replace ids in a column of the backup. They are negative in between, since one's old id may be another's new."""
    change = f"UPDATE restored.{table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - our tables
    live.executemany(change, [(-new, was) for was, new in moved])
    live.executemany(change, [(new, -new) for _, new in moved])


def _mark_again(live: sqlite3.Connection, moved: Sequence[tuple[int, int]]) -> None:
    """Give promises to tell a patient the mark of their request's new id."""
    change = "UPDATE OR IGNORE restored.promises SET mark = ? WHERE mark = ?"
    live.executemany(change, [(mark_to_tell(-new), mark_to_tell(was)) for was, new in moved])
    live.executemany(change, [(mark_to_tell(new), mark_to_tell(-new)) for _, new in moved])


def take_rows(live: sqlite3.Connection) -> Mapping[str, Sequence[Row]]:
    """Return, by table, the rows that the backup lacks or has in an older state. Raises sqlite3.Error."""
    return {each: list(rows_of(live, _newer(live, each))) for each in KNOWN_BY}


def put_rows(live: sqlite3.Connection, newer: Mapping[str, Sequence[Row]]) -> None:
    """Add newer rows to the restored ones, in place of their older versions. Raises sqlite3.Error."""
    for table, rows in newer.items():
        known = " AND ".join(f"{each} IS ?" for each in KNOWN_BY[table])
        for row in rows:
            live.execute(f"DELETE FROM main.{table} WHERE {known}", [row[each] for each in KNOWN_BY[table]])  # noqa: S608 - our columns
            _insert_beside(live, table, row)


def leave_erased(live: sqlite3.Connection) -> Mapping[str, int]:
    """Delete from the backup the blocks, missed calls, languages and names that an erasure since then may have removed.

    The audit has no reference for these. Where it tells of such an erasure, none that the desk lacks comes back, but
    that a number with a reference keeps its names. `share_ids` comes before this. Return the number of rows by table.
    """
    left = {}
    for table, words in UNNAMED.items():
        told = live.execute(
            f"SELECT 1 {newer(AUDIT, KNOWN_BY[AUDIT])} AND what = ? AND detail LIKE ?",
            (AuditAction.ERASED, f"%{words}"),
        )
        if told.fetchone():
            same = _same(KNOWN_BY.get(table, ("id",)))
            gone = f"NOT EXISTS (SELECT 1 FROM main.{table} AS now WHERE {same})"  # noqa: S608 - our columns
            gone += OF_NOBODY_NAMED if table == "patients" else ""
            left[table] = live.execute(f"DELETE FROM restored.{table} AS then_ WHERE {gone}").rowcount  # noqa: S608 - our columns
    return {table: rows for table, rows in left.items() if rows}


def newer(table: str, columns: Sequence[str], equals: str = "IS") -> str:
    """Return the SQL words that name the rows of a table that the backup lacks, or has in an older state."""
    known, rest = KNOWN_BY[table], [each for each in columns if each not in KNOWN_BY[table]]
    has = f"{_same(known, equals)} AND ({_same(rest, equals) or 'TRUE'} OR {LATER.get(table, 'FALSE')})"
    return f"FROM main.{table} AS now WHERE NOT EXISTS (SELECT 1 FROM restored.{table} AS then_ WHERE {has})"  # noqa: S608 - our columns


def _newer(live: sqlite3.Connection, table: str) -> str:
    columns = [row[1] for row in live.execute(f"PRAGMA main.table_info({table})")]
    return f"SELECT * {newer(table, [each for each in columns if each != 'id'])} ORDER BY id"


def _same(columns: Sequence[str], equals: str = "IS") -> str:
    return " AND ".join(f"then_.{each} {equals} now.{each}" for each in columns)


def _insert_beside(live: sqlite3.Connection, table: str, row: Row) -> int:
    """Insert a row under its own id, or under a new one if another row has that; return the id."""
    taken = live.execute(f"SELECT 1 FROM main.{table} WHERE id = ?", (row["id"],)).fetchone()  # noqa: S608 - our tables
    return insert(live, table, {**row, "id": None} if taken else row)
