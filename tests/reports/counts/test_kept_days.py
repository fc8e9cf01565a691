"""The kept counts of days: a count is dropped once it may differ from the rows, even while other processes write."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from ivr.operations.backup import back_up
from ivr.operations.copy_database import copy
from ivr.operations.restore import prepared, restore
from ivr.operations.retention import remove
from ivr.reports.call_records import CallRecord, Ending
from ivr.reports.counts.day_counts import counted, gather
from ivr.reports.counts.kept_days import bring_up_to_date
from ivr.reports.counts.of_period import wanted
from ivr.reports.counts.reports import Reports, longest
from ivr.reports.period import Period
from ivr.reports.traces.collector import write_down
from ivr.storage import schema
from ivr.storage.database import Database, sqlite_path
from tests.reports.counts import CLINIC, ZONE
from tests.storage.test_schema import request

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TODAY = Period(NOW.astimezone(ZONE).date(), NOW.astimezone(ZONE).date(), ZONE)


def call(number: int, began: datetime = NOW - timedelta(hours=1)) -> CallRecord:
    return CallRecord(f"{number:032x}", began, "main", "en", ("welcome", "main"), 30, Ending.HUNG_UP)


def calls_today(database: Database) -> int:
    """Return the number of today's calls as a report has it."""
    return Reports(database).of(TODAY, "", CLINIC, NOW).calls.count


@pytest.fixture
def kept(database: Database) -> Database:
    """A database with three calls of today, and with the stored counts of today."""
    write_down(database, [call(each) for each in range(3)])
    for _ in range(2):
        calls_today(database)
    with database.reading() as read:
        assert read.scalar(select(func.count()).select_from(schema.day_counts))
    return database


def test_a_day_that_is_counted_is_not_read_again(kept: Database) -> None:
    with kept.reading() as read:
        assert gather(read, wanted(TODAY, ""), CLINIC).to_count == []
    write_down(kept, [call(9)])
    with kept.reading() as read:
        (today,) = gather(read, wanted(TODAY, ""), CLINIC).to_count
    (part,) = today.parts
    assert part.of.ends - part.of.starts == timedelta(minutes=15), "and of it only what has changed"
    assert calls_today(kept) == 4


def test_a_call_whose_line_is_stored_as_bytes_is_counted(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    write_down(database, [call(each) for each in range(3)])
    with database.writing() as write:
        write.execute(text("UPDATE calls SET line = X'6d61696e' WHERE id = 2"))
    for _ in range(2):
        assert calls_today(database) == 3
        Reports(database).keep_counts(CLINIC, NOW)
    database.close()


def test_what_is_deleted_while_it_is_counted_is_not_kept(kept: Database) -> None:
    write_down(kept, [call(9)])
    days = wanted(TODAY, "")
    with kept.reading() as read:
        found = gather(read, days, CLINIC)
    with kept.writing() as write:
        remove(write, schema.calls, write.scalars(select(schema.calls.c.id)).all())
    _days, new = counted(found, days, CLINIC, NOW)
    with kept.writing() as write:
        assert not bring_up_to_date(write, found.changes, new)
    assert calls_today(kept) == 0


def test_two_who_count_the_same_keep_it_once(kept: Database) -> None:
    write_down(kept, [call(9)])
    days = wanted(TODAY, "")
    with kept.reading() as read:
        found = gather(read, days, CLINIC)
    assert calls_today(kept) == 4
    with kept.writing() as write:
        assert not bring_up_to_date(write, found.changes, counted(found, days, CLINIC, NOW)[1])


def test_a_call_that_is_written_under_way_is_counted_once_it_is_there(postgres_url: str) -> None:
    database = Database(postgres_url)
    write_down(database, [call(0)])
    calls_today(database)
    row = {"mark": "f" * 32, "began": NOW, "line": "main", "language": "en", "path": "main", "seconds": 1}
    with database.writing() as late:
        late.execute(insert(schema.calls).values(row | {"ended": "hung_up"}))
        write_down(database, [call(1)])  # of a higher id
        assert [calls_today(database) for _ in range(2)] == [2, 2]
    assert calls_today(database) == 3
    database.close()


def test_a_request_whose_id_is_given_again_is_counted(kept: Database) -> None:
    for hours, ids in ((1, []), (3, [1])):
        with kept.writing() as write:
            remove(write, schema.requests, ids)
            created = NOW - timedelta(hours=hours)
            write.execute(insert(schema.requests).values(request(id=1, created=created, due=NOW + timedelta(hours=9))))
            line = {"id": 1, "request_id": 1, "at": created, "who": "caller", "what": "made", "detail": ""}
            write.execute(insert(schema.history).values(line))
        assert Reports(kept).of(TODAY, "", CLINIC, NOW).requests.count == 1


@pytest.mark.parametrize("column", ["counts", "by_slot", "quarters", "stale", "counted_by"])
def test_a_count_that_cannot_be_read_is_made_again(kept: Database, column: str) -> None:
    with kept.writing() as write:
        write.execute(update(schema.day_counts).values({column: "what is this"}))
    write_down(kept, [call(9)])
    assert [calls_today(kept) for _ in range(2)] == [4, 4]


def test_counts_may_be_thrown_away_at_any_time(kept: Database) -> None:
    with kept.writing() as write:
        write.execute(delete(schema.counting))
    write_down(kept, [call(9)])
    assert [calls_today(kept) for _ in range(3)] == [4, 4, 4]


def test_the_clock_counts_a_few_days_at_a_time_until_all_are(database: Database) -> None:
    write_down(database, [call(each, NOW - timedelta(days=each)) for each in range(5)])
    reports = Reports(database)
    found = [reports.keep_counts(CLINIC, NOW) for _ in range(30)]
    days = len(wanted(longest(CLINIC, NOW), "").days)
    assert (max(found), sum(found), found[-1]) == (3, days, 0)


def test_a_copy_makes_its_own_counts(sqlite_url: str, postgres_url: str) -> None:
    old, new = Database(sqlite_url), Database(postgres_url)
    write_down(old, [call(0)])
    assert [calls_today(old) for _ in range(2)] == [1, 1]
    assert not {"day_counts", "counting"} & set(copy(old, new))
    assert [calls_today(new) for _ in range(2)] == [1, 1]
    for each in (old, new):
        each.close()


@pytest.mark.parametrize(("keeps_newer", "calls"), [(True, 4), (False, 1)])
def test_after_a_restore_the_days_are_counted_anew(
    sqlite_url: str, tmp_path: Path, keeps_newer: bool, calls: int
) -> None:
    database, backup = Database(sqlite_url), tmp_path / "backup.db"
    write_down(database, [call(0)])
    assert [calls_today(database) for _ in range(2)] == [1, 1]
    back_up(sqlite_path(sqlite_url), backup)
    write_down(database, [call(each) for each in range(1, 4)])
    assert [calls_today(database) for _ in range(2)] == [4, 4]
    with prepared(backup, sqlite_path(sqlite_url)) as part:
        restore(part, sqlite_path(sqlite_url), tmp_path / "kept.db", keeps_newer=keeps_newer)
    assert [calls_today(database) for _ in range(2)] == [calls, calls]
    database.close()
