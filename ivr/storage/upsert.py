"""Inserts rows under unique keys without an error in the server's log, and locks keys against simultaneous writes.

PostgreSQL logs the key of a unique violation, and a request's key contains a caller's number. So an insert must not
cause such an error on PostgreSQL. No tables, no rules.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Integer, Table, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from ivr.storage.database import Database, StoreAway, UniqueViolation

INSERTS: Mapping[str, Callable[[Table], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

LOCK_SPACE = 4_907_113
"""The first of the two numbers of our advisory locks in PostgreSQL. The migrations' lock must have another number."""

TRIES = 5
"""The number of attempts at a write that fails because another transaction was first to write the same key."""

LOCK = select(func.pg_advisory_xact_lock(LOCK_SPACE, bindparam("turn", type_=Integer)))

Result = TypeVar("Result")

TURNS = 2**16
"""The number of locks for the keys of `lock_key`. Many keys share one, so that a logged lock reveals no number."""


def insert_new(write: Connection, table: Table, **row: Any) -> int:
    """Insert a row into the table, and return its id. Raises UniqueViolation where a unique key is taken."""
    given: int | None = write.execute(_insert(write.dialect.name, table), row).scalar_one_or_none()
    if given is None:
        raise UniqueViolation
    return given


def insert_all_new(write: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows with the same columns into the table. Raises UniqueViolation where a unique key is taken."""
    given = write.execute(_insert(write.dialect.name, table), rows).all()
    if len(given) < len(rows):
        raise UniqueViolation


@cache
def _insert(dialect: str, table: Table) -> Any:
    """Return the cached statement that inserts rows into the table. The rows passed at execution decide the columns."""
    return INSERTS[dialect](table).on_conflict_do_nothing().returning(table.c.id)


def delete_any(database: Database, table: Table, which: ColumnElement[bool]) -> None:
    """Delete the rows that match `which`. Takes the write lock only if any row matches. Raises StoreAway."""
    with database.reading() as read:
        if read.execute(select(table.c.id).where(which).limit(1)).first() is None:
            return
    with database.writing() as write:
        write.execute(delete(table).where(which))


def lock_key(write: Connection, *key: str) -> None:
    """Wait for the database lock named by `key`, such as "names", and hold the lock until the transaction ends."""
    if write.dialect.name == "postgresql":  # SQLite has one writer at a time
        turn = int.from_bytes(sha256("\n".join(key).encode()).digest()) % TURNS
        write.execute(LOCK, {"turn": turn})


def in_turn(database: Database, work: Callable[[Connection], Result]) -> Result:
    """Do the work in a transaction of the database, and return its result. Raises StoreAway.

    If another transaction has just inserted the same unique value, the work is done again, up to `TRIES` times.
    """
    for _ in range(TRIES):
        try:
            with database.writing() as write:
                return work(write)
        except UniqueViolation:
            continue
    raise StoreAway("others kept writing first")
