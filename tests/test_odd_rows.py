"""Odd rows, which this version cannot read: each page, command and job shows the other rows."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    String,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    text,
)
from sqlalchemy.exc import DBAPIError

from ivr.desk.requests import Outcome, OutcomeReport
from ivr.diary.blocked_times import TimeBlock
from ivr.diary.desk_diary import DeskBooking
from ivr.line.hours import DeskClosure, Shift
from ivr.operations.demo_calls import made_up
from ivr.operations.retention import Purge
from ivr.reports.traces.collector import write_down
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.web.services import Services, build
from tests.applications import lent
from tests.conftest import PASSWORD, QUICK, UNHURRIED, settings_for
from tests.people import Clock, Phone, Staff
from workers.services import build as build_workers

pytestmark = pytest.mark.slow

PROMISED = re.compile("We have your request|Your request is already")

METRICS = "the-token-of-the-scraper"

ODD_TEXTS = ("", "zzz", "a b/c?d#e", "<b>", "2026-11-24 noon", "मंगलवार", "%s", "{}", "[1]", "not a word of ours")
ODD_MOMENTS = ("tomorrow", "", "2026-13-45 99:00:00", "0001-01-01 00:00:00.000000", "9999-12-31 23:59:59.000000")
INFINITE = ("infinity", "-infinity", "4000-01-01 BC", "9999-12-31", "0001-01-01", "2199-12-31", "1970-01-01")
ODD_OF_SQLITE = (17, -1, 2.5, b"\xff\xfe", "many")

CHANGED_BY_NOBODY = {"id", "request_id", "staff_id", "token_hash", "nonce", "password_hash", "secret"}
"""Columns that the tests do not spoil. No page shows these columns: they only join rows, or hold hashes of secrets."""

TABLES = (
    *(schema.requests, schema.history, schema.blocked, schema.calls, schema.staff, schema.closures, schema.audit),
    *(schema.promises, schema.errands, schema.failed_logins),
    *(schema.patients, schema.appointments, schema.appointment_history, schema.blocked_times, schema.missed_calls),
)


def columns(table: Table, sqlite: bool) -> Iterator[tuple[Column[Any], tuple[Any, ...]]]:
    """Yield the columns of a table that can hold odd values, each with odd values that the database accepts."""
    for column in table.columns:
        kept_by_the_database = bool(column.foreign_keys) and not sqlite
        if column.name not in CHANGED_BY_NOBODY and not kept_by_the_database:
            yield column, odd_values(column, sqlite)


def odd_values(column: Column[Any], sqlite: bool) -> tuple[Any, ...]:
    kind = column.type
    if isinstance(kind, String | Text):
        return (
            *(each[: getattr(kind, "length", None) or 99] for each in ODD_TEXTS),
            *(ODD_OF_SQLITE if sqlite else ()),
        )
    if isinstance(kind, TypeDecorator | Date):
        return (*ODD_MOMENTS, *ODD_OF_SQLITE) if sqlite else INFINITE
    if isinstance(kind, Boolean):
        return ("many", 7) if sqlite else (True, False)
    assert isinstance(kind, Integer)
    return ("many", 2.5, b"\xff", 2**62, -1) if sqlite else (2**31 - 1, -(2**31))


class Desk:
    """A desk with two rows in every table, the second of which a test may spoil with odd values."""

    def __init__(self, services: Services, app: Flask) -> None:
        self.services = services
        self.app = app
        self.phone = Phone(self.app, services)
        self.staff = Staff(self.app, "asha", PASSWORD)
        self.engine = create_engine(services.settings.database_url)
        self.good = ""

    @property
    def is_sqlite(self) -> bool:
        """True for a desk on SQLite, which keeps any value in any database column."""
        return self.engine.dialect.name == "sqlite"

    def fill(self) -> None:
        """Put two rows into every table; the tests spoil the second one."""
        now, desk = self.services.clock(), self.services.desk
        asha = By("asha", now)
        for name in ("asha", "binod"):
            self.services.staff.people.add(name, PASSWORD, now)
        self.good = self.phone.rings().press("1", "1", "1", "1", "1").reference
        self.phone.rings(caller="+919999900002").press("1", "2", "1", "1", "1")
        for request_id, caller in ((3, "+919999900003"), (4, "+919999900004")):
            self.phone.rings(caller=caller).press("2", "1", "1", "1")
            desk.moves.take(request_id, asha)
            desk.moves.report(request_id, OutcomeReport(Outcome.BOOKED, now + timedelta(hours=request_id)), asha)
        for caller in ("+919999900005", "+919999900006"):
            self.phone.rings(caller=caller).press("0").hangs_up()
        for number in ("+919999900007", "+919999900008"):
            desk.blocked.block(self.services.clinic.dialling.anybodys(number), "rings all day", asha)
        week = [DeskClosure(now.date() + timedelta(days=each), "", (), "") for each in (2, 3)]
        self.services.hours.closures.set(week, asha)
        write_down(self.services.database, made_up(self.services.clinic, now)[:40])
        self.services.staff.lockout.attempt("somebody", "10.0.0.1", now)
        self.services.diary.calendar_feed.renew(asha)
        self.in_the_diary(asha)

    def in_the_diary(self, asha: By) -> None:
        """Put two appointments with names and notes, and two blocked times, into the desk's diary of today."""
        diary, day = self.services.diary, asha.at.date()
        for hour in (16, 17):
            starts = asha.at.replace(hour=hour)
            wanted = DeskBooking(starts, None, "Made Up", "main", "en", f"0000{hour}", beside=True, words="her knee")
            diary.desk.book(wanted, asha)
            diary.blocked_times.set(TimeBlock(Shift(time(hour), time(hour + 1)), day, day, words="a meeting"), asha)

    def spoils(self, table: Table, column: Column[Any], value: Any, row_id: int) -> None:
        """Write a value straight into one row's column of the table. Raises DBAPIError if the database refuses it."""
        with self.engine.begin() as write:
            spoil(write, table, column, value, row_id)

    def spoils_row(self, table: Table, which: int, from_the_end: int = 0) -> None:
        """Write odd values, chosen by `which`, into every column of the row `from_the_end` rows before the last."""
        row = self.last(table) - from_the_end
        for column, values in columns(table, self.engine.dialect.name == "sqlite"):
            self.spoils(table, column, values[which % len(values)], row)

    @contextmanager
    def spoilt(self, table: Table, column: Column[Any], value: Any) -> Iterator[None]:
        """Put a value into a column of a table's last row for a block. Skip the example if the database refuses it."""
        row, engine = self.last(table), self.engine
        with engine.connect() as read:
            was = read.execute(text(f"SELECT {column.name} FROM {table.name} WHERE id = {row}")).scalar()  # noqa: S608
        try:
            self.spoils(table, column, value, row)
        except (DBAPIError, OverflowError):
            assume(False)
        try:
            yield
        finally:
            self.spoils(table, column, was, row)

    def last(self, table: Table) -> int:
        """Return the id of the last row in a table."""
        with self.engine.connect() as read:
            return int(read.execute(text(f"SELECT max(id) FROM {table.name}")).scalar_one())  # noqa: S608 - our tables

    # -- what people and programs do

    def opens(self, path: str) -> str:
        """Open this page of the desk; return its words. The page must open, whatever the rows hold."""
        answer = self.staff.browser.get(path, headers={"Authorization": f"Bearer {METRICS}"})
        assert answer.status_code == 200, f"{answer.status_code} at {path}"
        return unescape(answer.text)

    def opens_everything(self) -> None:
        """Open every page, and run the processes and commands that read the desk's rows."""
        self.opens_pages()
        self.asks_the_commands()
        self.works_behind_the_desk()

    def opens_pages(self) -> None:
        """Open every page of the desk, every card and the calendar's feed."""
        assert self.staff.logs_in().status_code == 302
        assert self.good in self.opens("/desk"), "the row that can be read stands on the list"
        for path in PAGES:
            self.opens(path.format(good=self.good))
        for request_id in (1, 2, 3, 4):
            self.opens(f"/desk/requests/{request_id}/stored")
        self.opens_references()
        link = self.services.diary.calendar_feed.link()
        assert link
        assert self.opens(f"/calendar/{link.token}.ics").startswith("BEGIN:VCALENDAR")

    def opens_references(self) -> None:
        """Open every card to which the list of requests leads."""
        for path in set(re.findall(r'href="(/desk/requests/[^"]+)"', self.opens("/desk"))):
            self.opens(path)

    def asks_the_commands(self) -> None:
        """Check that the server's commands list those of the desk's rows that can be read."""
        rows = [json.loads(line) for line in self.runs("desk", "list", "--all", "--json").splitlines()]
        assert self.good in {row["reference"] for row in rows}
        assert len(rows) == self.last(schema.requests)
        for more in ((), ("--all",)):
            assert self.good in self.runs("desk", "list", *more)
        for number in ("+919999900001", "+919999900002", "+919999900004", "+919999900008"):
            json.loads(self.runs("privacy", "export", number))

    def runs(self, *words: str) -> str:
        """Run a command of the server, check that it ends well, and return the words it prints."""
        done = self.app.test_cli_runner().invoke(args=list(words))
        assert done.exit_code == 0, f"{words}: {done.output} {done.exception!r}"
        return str(done.stdout)

    def works_behind_the_desk(self) -> None:
        """Run the jobs of the clock process and of a worker on the desk's rows."""
        now = self.services.clock()
        worker = build_workers(self.services.settings, lambda: now)
        try:
            worker.desk.moves.return_untouched(now)
            for task in worker.desk.outbox.due(now + timedelta(hours=1)):
                worker.desk.outbox.begin(task.task_id, now)
            self.services.hours.closures_file.follow(self.services.hours.closures, now.date())
            self.services.operations.snapshot(now)
            Purge(worker.database, self.services.clinic.retention).run(now)
            worker.desk.missed_upkeep.check(now)
            worker.desk.missed_upkeep.purge(now)
        finally:
            worker.database.close()

    def is_used(self) -> None:
        """Let staff and callers use the desk's odd rows: no move of theirs may end in an error page."""
        token = self.staff.csrf()
        for request_id in (2, 4):
            for move, more in MOVES:
                form = {"csrf_token": token, **more}
                answer = self.staff.browser.post(f"/desk/requests/{request_id}/{move}", data=form)
                assert answer.status_code < 500, f"{answer.status_code} after {move}"
        for caller in ("+919999900002", "+919999900004"):
            for keys in (("1", "2", "1"), ("2", "1")):
                call = self.phone.rings(caller=caller).press(*keys)
                same_person = ("1",) if call.place == "whose" else ()
                assert PROMISED.search(call.press(*same_person, "1", "1").words)
        for what in ("call", "undo", "request"):
            answer = self.staff.browser.post(f"/desk/missed/2/{what}", data={"csrf_token": token})
            assert answer.status_code < 500, f"{answer.status_code} after {what}"
        for person in (1, 2):
            form = {"csrf_token": self.staff.csrf()}
            assert self.staff.browser.post(f"/desk/people/{person}/end_sessions", data=form).status_code < 500
            assert self.staff.logs_in().status_code in {302, 401, 429}
        self.runs("privacy", "erase", "+919999900002", "--yes")


A_CALL_THAT_ENDS = "/desk/hear?keys=-+-+-+-+-"
"""The path of the page "Callers hear" for a short call; the page of the whole menu reads the same rows, but slowly."""

PAGES = (
    *("/desk", "/desk/list", "/desk?line=main", "/desk/new"),
    *("/desk/diary", "/desk/diary/week", "/desk/diary/blocks", "/desk/diary/book?request=2"),
    *("/desk/diary/1", "/desk/diary/book"),
    *("/desk/hours", A_CALL_THAT_ENDS, "/desk/advice", "/desk/blocked", "/desk/blocked?request=2"),
    *("/desk/reports?period=month", "/desk/reports?line=main", "/desk/reports.csv?period=month", "/desk/people"),
    *("/desk/audit", "/desk/audit?person=asha", "/desk/requests/{good}", "/desk/me", "/metrics", "/healthz"),
)

MOVES: tuple[tuple[str, dict[str, str]], ...] = (
    *(
        ("take", {}),
        ("note", {"note": "her knee"}),
        ("report", {"outcome": "no_answer"}),
        ("undo", {"what": "no_answer"}),
    ),
    *(
        ("take", {}),
        ("report", {"outcome": "later", "day": "2026-11-24", "hour": "10:00"}),
        ("undo", {"what": "later"}),
    ),
    *(
        ("take", {}),
        ("merge", {"other": "1"}),
        ("undo", {"what": "took_in"}),
        ("put_back", {}),
        ("pass_on", {"to": "asha"}),
    ),
    *(("rebook", {"day": "2026-11-24", "hour": "10:00"}), ("call_off", {}), ("report", {"outcome": "settled"})),
)


def spoil(write: Connection, table: Table, column: Column[Any], value: Any, row_id: int) -> None:
    change = text(f"UPDATE {table.name} SET {column.name} = {as_it_is(column, write)} WHERE id = :row")  # noqa: S608
    write.execute(change, {"value": value, "row": row_id})


def as_it_is(column: Column[Any], write: Connection) -> str:
    """Return the SQL that stores a value unchanged in this column, with a cast to the column's type for PostgreSQL."""
    if write.dialect.name == "sqlite":
        return ":value"
    return f"CAST(:value AS {column.type.compile(dialect=write.dialect)})"


@contextmanager
def desk_at(folder: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Desk]:
    """Yield a desk on these stores, with two rows in every table."""
    services = build(
        settings_for(folder, database_url, redis_url, METRICS_TOKEN=METRICS), clock, QUICK, limits=UNHURRIED
    )
    try:
        with lent(services) as app:
            desk = Desk(services, app)
            yield desk
        desk.engine.dispose()
    finally:
        services.close()


@pytest.fixture
def desk(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Desk]:
    """Yield a desk with two rows in every table. A test with this desk runs on SQLite and again on PostgreSQL."""
    with desk_at(tmp_path, database_url, redis_url, clock) as desk:
        desk.fill()
        yield desk


@pytest.mark.parametrize("which", [0, 1, 2])
def test_rows_that_cannot_be_read_take_no_page_with_them(desk: Desk, which: int) -> None:
    """Every page and command works while the last row of every table has an odd value in each column."""
    for table in TABLES:
        desk.spoils_row(table, which)
    desk.opens_everything()
    desk.opens("/desk/hear")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_row_that_cannot_be_read_takes_nothing_else_with_it(desk: Desk, table: Table) -> None:
    """Check that an odd row in one table disturbs no page, no command, no member of staff and no caller.

    The test runs for each table. On SQLite, which stores any value, a second row of the table is odd too; but not in
    the table of people, since these people use the desk in this test.
    """
    desk.spoils_row(table, 1)
    if desk.is_sqlite and table is not schema.staff:
        desk.spoils_row(table, 2, from_the_end=1)
    desk.opens_everything()
    desk.is_used()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_person_who_cannot_be_read_at_all_takes_nothing_else_with_them(desk: Desk) -> None:
    desk.spoils_row(schema.staff, 2)
    desk.opens_everything()
    desk.is_used()


@settings(max_examples=settings().max_examples // 12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_in_a_column_every_page_opens(desk: Desk, data: st.DataObject) -> None:
    sqlite = desk.engine.dialect.name == "sqlite"
    table = data.draw(st.sampled_from(TABLES), "table")
    column, values = data.draw(st.sampled_from(list(columns(table, sqlite))), "column")
    value = data.draw(st.sampled_from(values) | anything(column, sqlite), "value")
    with desk.spoilt(table, column, value):
        desk.opens_pages()


def anything(column: Column[Any], sqlite: bool) -> st.SearchStrategy[Any]:
    """Draw a random value of any kind that this database column would take."""
    words = st.text(max_size=getattr(column.type, "length", None) or 60)
    if sqlite:
        return words | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.binary(max_size=40)
    return words if isinstance(column.type, String | Text) else st.nothing()


def test_the_desk_shows_what_is_stored_and_the_log_names_the_row_once(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    reference, row_id = "777777", 90_001 + (desk.engine.dialect.name == "sqlite")
    with desk.engine.begin() as write:
        row = dict(write.execute(text("SELECT * FROM requests WHERE id = 1")).mappings().one())
        row |= {"id": row_id, "reference": reference, "kind": "telepathy", "phone": "+919999"}
        names = ", ".join(row)
        write.execute(text(f"INSERT INTO requests ({names}) VALUES (:{', :'.join(row)})"), row)  # noqa: S608
    desk.staff.logs_in()
    with caplog.at_level(logging.WARNING, "ivr.storage.odd"):
        for path in ("/desk", "/desk/list", f"/desk/requests/{row_id}/stored"):
            assert all(each in desk.opens(path) for each in (reference, "telepathy", "+919999", "cannot be read")), path
    named = [each.getMessage() for each in caplog.records if each.name == "ivr.storage.odd"]
    assert named == [f"row {row_id} of requests cannot be read by this version: kind, phone"]
    (told,) = [line for line in desk.runs("desk", "list", "--json").splitlines() if "telepathy" in line]
    assert json.loads(told)["cannot_read"] == ["kind", "phone"]


def test_a_request_that_cannot_be_read_is_taken_noted_and_closed(desk: Desk) -> None:
    desk.spoils(schema.requests, schema.requests.c.part, "noon", 2)
    desk.staff.logs_in()
    assert "Outcome" in desk.staff.does("take", 2)
    assert "her knee" in desk.staff.does("note", 2, note="her knee")
    assert "This cannot be done with a request that cannot be read." in desk.staff.does(
        "report", 2, outcome="no_answer"
    )
    desk.staff.does("report", 2, outcome="settled")
    assert "cannot be read" not in desk.staff.sees()


def test_a_request_of_a_status_of_another_version_stays_in_sight(desk: Desk) -> None:
    desk.spoils(schema.requests, schema.requests.c.status, "paused", 2)
    desk.staff.logs_in()
    assert "paused" in desk.staff.sees()
    assert "paused" in desk.runs("desk", "list")
    assert "This cannot be done" in desk.staff.does("take", 2)


def test_a_caller_is_promised_a_call_beside_a_request_that_cannot_be_read(desk: Desk) -> None:
    """A caller whose live request has an odd due time calls again, joins that request, and hears a promise."""
    desk.spoils(schema.requests, schema.requests.c.due, odd_values(schema.requests.c.due, desk.is_sqlite)[0], 2)
    assert PROMISED.search(desk.phone.rings(caller="+919999900002").press("1", "2", "1", "1", "1", "1").words)
    assert desk.services.desk.store.request(2).rang_again == 1


def test_nobody_could_be_told_of_a_request_that_cannot_be_read_and_the_desk_says_so(desk: Desk) -> None:
    """The desk says that no staff were told of an odd request, or of a request whose task this version cannot read."""
    with desk.engine.begin() as write:
        write.execute(text("UPDATE requests SET part = 'noon' WHERE id = 2"))
        write.execute(text("UPDATE errands SET task = 'sing' WHERE request_id = 1"))
    outbox, now = desk.services.desk.outbox, desk.services.clock() + timedelta(hours=1)
    for task in outbox.due(now):
        outbox.begin(task.task_id, now)
    desk.staff.logs_in()
    assert "nobody could be told of it: this version cannot read the request" in desk.staff.sees()
    with desk.engine.begin() as write:
        write.execute(text("UPDATE errands SET failed_at = created WHERE request_id = 1"))
    assert f"{desk.good}</a>: nobody could be told of it" in desk.opens("/desk")


def test_callers_hear_every_closure_that_can_be_read(desk: Desk) -> None:
    """An odd closure hides no other closure from callers, and the desk says that callers do not hear the odd one."""
    desk.spoils(schema.closures, schema.closures.c.shifts, "nine to five", desk.last(schema.closures))
    set_by_the_desk, now = desk.services.hours.closures, desk.services.clock()
    followed = desk.services.hours.closures_file.follow(set_by_the_desk, now.date())
    assert [each.closure.day for each in followed] == [now.date() + timedelta(days=2)]
    desk.staff.logs_in()
    page = desk.opens("/desk/hours")
    assert "callers do not hear it" in page
    assert "nine to five" in page


def test_a_number_that_is_none_is_exported_and_erased_as_stored(desk: Desk) -> None:
    desk.spoils(schema.requests, schema.requests.c.phone, "+91999", 2)
    assert json.loads(desk.runs("privacy", "export", "+91 999"))["requests"][0]["id"] == 2
    desk.runs("privacy", "erase", "+91 999", "--yes")
    assert "+91999" not in desk.runs("desk", "list", "--all").split()


def test_a_report_says_what_it_does_not_count(desk: Desk) -> None:
    desk.spoils(schema.calls, schema.calls.c.ended, "abducted", desk.last(schema.calls))
    desk.spoils(schema.requests, schema.requests.c.outcome, "beamed up", 4)
    desk.staff.logs_in()
    assert "Not counted, because this version cannot read them: 2." in desk.opens("/desk/reports?period=month")
    assert "summary,not_readable,,2" in desk.opens("/desk/reports.csv?period=month")
