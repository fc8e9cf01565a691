"""Writes rows under unique keys without an error of the database's own, and lets those who may clash take turns.

PostgreSQL quotes a key that is taken in its server's log, and in the key of a request stands a caller's number: an
error must never come about there. No tables, no rules.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from ivr.storage.database import UniqueViolation

INSERTS: Mapping[str, Callable[[Table], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

LOCK_SPACE = 4_907_113
"""Any number of our own, beside that of the migrations."""

TURNS = 2**16
"""How many different turns there are: so few that no number can be told from the one it takes, which a log may name."""


def insert_new(write: Connection, table: Table, **row: Any) -> int:
    """Adds a row and returns its id. Raises UniqueViolation where a unique key is taken."""
    insert = INSERTS[write.dialect.name](table).values(**row).on_conflict_do_nothing().returning(table.c.id)
    given: int | None = write.execute(insert).scalar_one_or_none()
    if given is None:
        raise UniqueViolation
    return given


def lock_key(write: Connection, *key: str) -> None:
    """Waits until nobody else writes under this key, and keeps others waiting until the transaction ends."""
    if write.dialect.name == "postgresql":  # SQLite has one writer at a time
        turn = int.from_bytes(sha256("\n".join(key).encode()).digest()) % TURNS
        write.execute(select(func.pg_advisory_xact_lock(LOCK_SPACE, turn)))
