"""SQLite: an unused connection is closed, writers take turns, and the file may be replaced while the program runs."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import count as count_up
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, insert, select, text

from ivr.storage import schema
from ivr.storage.database import CALLER_TIMEOUT, Database, StoreAway, sqlite_path
from ivr.storage.engines.sqlite import SqliteFile
from ivr.storage.engines.write_turns import Queue
from testing.servers import until
from tests.storage.test_schema import request

THREADS = 4

SLACK = 3


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return sqlite_path(sqlite_url)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.close()


def writes(database: Database, **more: object) -> int:
    with database.writing() as write:
        row = request(status="closed", **more)
        return int(write.scalar(insert(schema.requests).values(row).returning(schema.requests.c.id)) or 0)


def count(database: Database) -> int:
    with database.reading() as read:
        return int(read.scalar(select(func.count()).select_from(schema.requests)) or 0)


# -- writers


def waits(queue: Queue, threads: int) -> bool:
    return len(queue._waiting) == threads


def is_next(path: Path) -> bool:
    """Return whether some process is next in line to write to this file, and so holds the lock of its folder."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(folder)
    return False


def test_writers_of_two_processes_write_in_the_order_in_which_they_came(path: Path) -> None:
    """Writers of two processes take turns: many waiting threads of one process do not overtake the other process."""
    one, two = SqliteFile(path, 60), SqliteFile(path, 60)
    order = list[str]()

    def goes(name: str, file: SqliteFile) -> None:
        with file.writing() as write:
            order.append(name)
            write.execute(insert(schema.requests).values(request(status="closed")))

    def comes(name: str, file: SqliteFile) -> Thread:
        thread = Thread(target=goes, args=(name, file))
        thread.start()
        return thread

    with one.writing():
        threads = []
        for waiting in (1, 2, 3):
            threads.append(comes(f"the first's {waiting}.", one))
            assert until(partial(waits, one._queue, waiting))
        threads.append(comes("the second's 1.", two))
        assert until(partial(is_next, path))
        threads.append(comes("the second's 2.", two))
        assert until(partial(waits, two._queue, 1))
    for each in threads:
        each.join()
    for file in (one, two):
        file.engine.dispose()
    assert order[0] == "the second's 1.", "it was next in line, before the row of the process that was writing"
    assert [each for each in order if "first" in each] == [f"the first's {number}." for number in (1, 2, 3)]
    assert [each for each in order if "second" in each] == ["the second's 1.", "the second's 2."]


def test_threads_go_in_the_order_in_which_they_came_and_give_up_in_time() -> None:
    queue, order = Queue(), list[int]()

    def goes(number: int, seconds: float) -> None:
        with queue.turn(seconds):
            order.append(number)

    with queue.turn(0):
        impatient = Thread(target=goes, args=(0, 0.01))
        impatient.start()
        impatient.join()
        threads = [Thread(target=goes, args=(number, 60)) for number in (1, 2, 3)]
        for wanted, each in enumerate(threads, 1):
            each.start()
            assert until(partial(waits, queue, wanted))
    for each in threads:
        each.join()
    assert order == [0, 1, 2, 3]
    with queue.turn(0):
        assert queue._busy


def test_a_process_that_is_next_in_line_is_not_overtaken(path: Path) -> None:
    """A writer waits while another process holds the lock on the folder, and writes anyway after its time limit."""
    looks = count_up()
    file = SqliteFile(path, 10, lambda: float(next(looks)))

    def looked() -> int:
        before = next(looks)
        with file.writing():
            return next(looks) - before

    folder = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    assert looked() > 10
    fcntl.flock(folder, fcntl.LOCK_UN)
    assert looked() < 10
    os.close(folder)
    file.engine.dispose()


def test_a_file_that_somebody_has_locked_holds_no_writer_longer_than_its_time(database: Database, path: Path) -> None:
    """All writers of a file that another program has locked give up within their limit; the error names the lock."""
    writes(database)

    def gives_up(_: int) -> float:
        began = time.monotonic()
        with pytest.raises(StoreAway, match="SQLITE_BUSY: somebody else has locked it for too long"):
            writes(database)
        return time.monotonic() - began

    with closing(sqlite3.connect(path, isolation_level=None)) as other, ThreadPoolExecutor(THREADS) as writers:
        other.execute("BEGIN IMMEDIATE")
        took = list(writers.map(gives_up, range(THREADS)))
        assert count(database) == 1, "readers read on"
    assert max(took) < SLACK * CALLER_TIMEOUT
    assert writes(database)


# -- connections


def journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def test_a_connection_is_kept_while_it_is_used_and_then_the_file_lies_alone(database: Database, path: Path) -> None:
    writes(database)
    opened = database._engine.pool.checkedin()  # type: ignore[attr-defined]
    assert (opened, journal(path).exists()) == (1, True)
    assert until(lambda: not journal(path).exists())
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as alone:
        assert alone.execute("SELECT count(*) FROM requests").fetchone() == (1,), "and has all that was written"
    assert writes(database) == 2


def test_a_file_that_was_put_in_the_place_of_another_is_read_at_once(
    database: Database, path: Path, migrated_sqlite: Path
) -> None:
    writes(database)
    database.close()
    count(database)
    new = path.with_name("new.db")
    new.write_bytes(migrated_sqlite.read_bytes())
    new.replace(path)
    assert count(database) == 0
    assert writes(database) == 1


def test_a_file_that_was_damaged_and_mended_in_its_place_is_read_again(database: Database, path: Path) -> None:
    writes(database)
    database.close()
    whole = path.read_bytes()
    count(database)
    path.write_bytes(b"an old shopping list" * 1000)
    for _ in range(2):
        with pytest.raises(StoreAway, match="restore a backup"), database.reading() as read:
            read.execute(text("SELECT * FROM history, requests, calls, audit")).all()
        path.touch()
    path.write_bytes(whole)
    assert count(database) == 1


# -- forks


def in_a_fork(work: Callable[[], object]) -> int:
    """Do some work in a forked process; return its exit code, which is 0 if no error was raised."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)


def test_a_forked_job_opens_its_own_connections_and_leaves_those_of_its_parent(database_url: str) -> None:
    database = Database(database_url)
    writes(database)
    pools = set[int]()

    def works() -> None:
        pools.add(id(database._engine.pool))
        assert database._engine.pool.checkedin() == 0  # type: ignore[attr-defined]
        writes(database)
        database.close()

    assert [in_a_fork(works) for _ in range(2)] == [0, 0]
    assert writes(database) == 4, "the parent's connection still answers"
    assert count(database) == 4
    database.close()


def test_a_fork_in_the_middle_of_a_write_holds_up_neither_side(sqlite_url: str, path: Path) -> None:
    database = Database(sqlite_url)
    writing, forked = Event(), Event()

    def slow() -> None:
        with database.writing() as write:
            write.execute(insert(schema.requests).values(request(status="closed")))
            writing.set()
            forked.wait(60)

    def refused_in_time() -> None:
        with pytest.raises(StoreAway):
            writes(database)

    writer = Thread(target=slow)
    writer.start()
    assert writing.wait(60)
    refused = in_a_fork(refused_in_time)
    forked.set()
    writer.join()
    assert refused == 0, "the parent has the lock, and the child says so in time"
    assert in_a_fork(lambda: writes(database)) == 0
    assert count(database) == 2
    with closing(sqlite3.connect(path)) as look:
        assert look.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
