"""Opens SQLite's file for the desk, keeps connections to it while they are in use, and has writers take turns.

A file that was moved or replaced is noticed before each transaction. Raises what SQLite and SQLAlchemy raise. No
tables, no rules. Why: docs/decisions/0018.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import QueuePool

from ivr.storage.engines.write_turns import LOOK_SECONDS, NEVER, IsOver, Queue, next_in_line

KEPT = 16
"""The most connections to the file that are kept open: more than the threads of one process use at a time."""

IDLE_SECONDS = 1.0
"""Seconds without a transaction after which the connections are closed, so that SQLite empties its journal."""

ABOUT_THE_FILE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
"""The beginnings of the names of SQLite errors after which a connection is dropped, because its file may be bad."""


class SqliteFile:
    """SQLite's file, its kept connections, and the turns in which this process's threads write to it.

    This class begins transactions itself, because SQLAlchemy's events would make each statement search for listeners.
    """

    def __init__(self, path: Path, timeout: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._timeout = timeout
        self._now = monotonic
        self.engine = self._new_engine()
        self.forked()

    def forked(self) -> None:
        """Make new locks after a fork, because this process cannot release a lock that a thread of its parent held."""
        self._queue = Queue()
        self._idle = IdleClock(IDLE_SECONDS, self._close_the_idle, self._now)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that only reads."""
        with self.engine.connect() as connection:
            _driver(connection).execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a transaction that may write, once no other may. Without a commit, the transaction is rolled back.

        After the time limit, this method tries the file once more, and SQLite's error says what is wrong. The
        transaction takes the write lock first, since a later change from reading to writing may fail.
        """
        until = self._now() + self._timeout
        with self._queue.turn(self._timeout), self.engine.connect() as connection:
            self._begin_writing(_driver(connection), lambda: self._now() >= until)
            yield connection

    def scrub(self) -> bool:
        """Vacuum the file and empty its journal; return False where somebody still reads old rows.

        Raises sqlite3.Error.
        """
        with self._queue.turn(self._timeout), self.engine.connect() as connection:
            _driver(connection).execute("VACUUM")
            (busy, *_) = _driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    def _new_engine(self) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=KEPT,
            max_overflow=-1,
            pool_use_lifo=True,  # so that few of them are in use
            hide_parameters=True,
        )
        event.listen(engine, "connect", self._prepare)
        event.listen(engine, "checkout", self._is_the_same_file)
        event.listen(engine, "checkin", lambda _connection, _record: self._idle.used())
        event.listen(engine, "handle_error", _forget_after)
        return engine

    def _close_the_idle(self) -> None:
        self.engine.pool.dispose()

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: a file that has been moved away is an error, never a new and empty database.
        name = f"file:{quote(str(self._path))}?mode=rw"
        return sqlite3.connect(name, uri=True, timeout=self._timeout, check_same_thread=False)

    def _prepare(self, connection: sqlite3.Connection, record: Any) -> None:
        record.info["file"] = self._identity()
        connection.isolation_level = None  # BEGIN is sent by us
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")  # no UTF-8: its row is read still
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # deleted rows are overwritten in the file

    def _begin_writing(self, connection: sqlite3.Connection, is_over: IsOver) -> None:
        """Begin to write to the file, after all earlier writers. Raises sqlite3.OperationalError after too long a wait.

        This tries every millisecond, because SQLite's own wait sleeps longer each time and lets others overtake.
        """
        connection.execute("PRAGMA busy_timeout=0")
        try:
            with next_in_line(self._path, is_over):
                while not _has_begun(connection, last=is_over()):
                    NEVER.wait(LOOK_SECONDS)
        finally:
            connection.execute(f"PRAGMA busy_timeout={int(self._timeout * 1000)}")

    def _is_the_same_file(self, _connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
        """Have all connections opened anew where another file, or none, now lies at the database's path."""
        if record.info["file"] != self._identity():
            raise InvalidatePoolError

    def _identity(self) -> tuple[int, int] | None:
        with suppress(OSError):
            found = os.stat(self._path)
            return found.st_dev, found.st_ino
        return None


class IdleClock:
    """Calls `close` once no connection was used for some seconds. A thread waits for this moment, and then ends."""

    def __init__(self, seconds: float, close: Callable[[], None], monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._close = close
        self._now = monotonic
        self._lock = threading.Lock()
        self._last = 0.0
        self._runs = False

    def used(self) -> None:
        """Note that a connection was used, so that the time until idle ones are closed begins anew."""
        with self._lock:
            self._last = self._now()
            if self._runs:
                return
            self._runs = True
        threading.Thread(target=self._run, name="idle connections", daemon=True).start()

    def _run(self) -> None:
        while (left := self._left()) > 0:
            NEVER.wait(left)
        self._close()

    def _left(self) -> float:
        with self._lock:
            left = self._last + self._seconds - self._now()
            self._runs = left > 0
            return left


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


def _has_begun(connection: sqlite3.Connection, *, last: bool) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _forget_after(context: ExceptionContext) -> None:
    """Drop a connection after an error about its file, because the file may be damaged or have been replaced."""
    name = getattr(context.original_exception, "sqlite_errorname", "")
    if name.startswith(ABOUT_THE_FILE):
        context.is_disconnect = True
