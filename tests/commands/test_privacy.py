"""The personal data of a number: handed out whole, and erased so that none of it stays or comes back."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click import ClickException
from click.testing import Result
from flask import Flask
from sqlalchemy import insert

from ivr.app import create_app
from ivr.commands.privacy import erase_all
from ivr.desk.moves import Moves
from ivr.desk.requests import Outcome, OutcomeReport, Request
from ivr.line.phones import phone as number_of
from ivr.operations.personal_data import PersonalData
from ivr.storage import schema
from ivr.storage.audit import COMMAND_LINE, By
from ivr.storage.database import Database, sqlite_path
from ivr.web.services import build
from testing.servers.valkey import Valkey
from tests.conftest import PASSWORD, QUICK
from tests.people import BOOK, OTHER, Clock, Conversation, Phone
from tests.test_faults import moved
from workers import jobs
from workers.services import build as build_workers

MARKED = "+919876501234"
AS_TYPED = "0 98765 01234"
NOTE = "Her knee; asks for Dr Nobody-at-all"
EARLIER = f"rang from {MARKED}"
ASK_TO_BE_RUNG = ("2", "1", "1", "1")


@pytest.fixture
def desk_url(database_url: str) -> str:
    """The address of the desk's database. Each test runs once on SQLite and once on PostgreSQL."""
    return database_url


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def runs(phone: Phone, *words: str, typed: str = "") -> Result:
    return phone.app.test_cli_runner().invoke(args=["privacy", *words], input=typed)


def exported(phone: Phone, number: str = AS_TYPED) -> dict[str, Any]:
    told = runs(phone, "export", number)
    assert told.exit_code == 0, told.output
    found: dict[str, Any] = json.loads(told.stdout)
    return found


@contextmanager
def without_database(phone: Phone) -> Iterator[Phone]:
    """Yield a telephone at the service of `phone`, but with the database away."""
    nowhere = f"sqlite:///{phone.services.settings.state_dir}/nowhere.db"
    settings = phone.services.settings.model_copy(update={"database_url": nowhere})
    away = build(settings, phone.services.clock, QUICK)
    yield Phone(create_app(away), away)
    away.close()


def waits_in_redis(phone: Phone, caller: str = MARKED) -> Conversation:
    """Make a request by telephone while the database is away, so that it is pending in Redis; return the call."""
    with without_database(phone) as away:
        return away.rings(caller=caller).press(*ASK_TO_BE_RUNG)


def missed_in_redis(phone: Phone, caller: str = MARKED) -> None:
    """Leave a missed call while the database is away, so that it waits in Redis."""
    with without_database(phone) as away:
        away.rings(caller=caller).hangs_up()


def known_well(phone: Phone, clock: Clock) -> list[str]:
    """Give one number a closed request with a note, a live one, a pending one and a block.

    Return the requests' references.
    """
    moves: Moves = phone.services.desk.moves
    closed = phone.rings(caller=MARKED).press(*ASK_TO_BE_RUNG)
    (found,) = phone.services.desk.store.waiting()
    moves.take(found.id, By("asha", clock()))
    moves.write_note(found.id, NOTE, By("asha", clock()))
    moves.report(found.id, OutcomeReport(Outcome.SETTLED), By("asha", clock()))
    live = phone.rings(caller=MARKED).press(*BOOK)
    row = {"phone": MARKED, "reason": "rings at night", "who": "asha", "at": clock()}
    with moves.database.writing() as write:
        write.execute(insert(schema.blocked).values(row))
    return [closed.reference, live.reference, waits_in_redis(phone).reference]


def desk_of(phone: Phone) -> list[Request]:
    return phone.services.desk.store.all()


def refused(phone: Phone, url: str) -> str:
    """Return the message of an erasure that fails half-way, because the database is given only 0.1 seconds."""
    database = Database(url, timeout=0.1)
    desk = phone.services.desk
    dossiers = PersonalData(database, desk.pending, desk.sealed_missed, phone.services.reports.keyed_ids)
    with phone.app.app_context(), pytest.raises(ClickException) as told:
        erase_all(dossiers, dossiers.of(number_of(MARKED)))
    database.close()
    return told.value.message


# -- handed out


def test_all_that_is_held_about_a_number_is_handed_out_and_nothing_of_anybody_else(phone: Phone, clock: Clock) -> None:
    references = known_well(phone, clock)
    phone.rings(caller=OTHER).press(*BOOK)
    found = exported(phone)
    assert found["number"] == MARKED
    assert [each["reference"] for each in found["requests"]] == references[:2]
    closed = found["requests"][0]
    history, errands, promises = (closed[name] for name in ("history", "errands", "promises"))
    assert [(each["what"], each["detail"]) for each in history][2] == ("note", NOTE)
    assert [each["task"] for each in errands] == ["tell_staff"]
    assert [each["reference"] for each in promises] == [references[0]]
    assert closed["created"] == "2026-11-23T08:30:00+00:00"
    assert [each["reason"] for each in found["blocks"]] == ["rings at night"]
    assert [each["reference"] for each in found["waiting"]] == references[2:]
    assert OTHER not in json.dumps(found)


def test_every_column_of_a_request_is_handed_out(phone: Phone, clock: Clock) -> None:
    known_well(phone, clock)
    names = {column.name for column in schema.requests.columns} | {"promises", "history", "errands"}
    assert set(exported(phone)["requests"][0]) == names


@pytest.mark.parametrize(
    "typed", ["98765 01234", "+91-98765-01234", "09876501234", "919876501234", "(+91) 98765 01234"]
)
@on_sqlite
def test_a_number_is_taken_as_people_write_it(phone: Phone, typed: str) -> None:
    phone.rings(caller=MARKED).press(*BOOK)
    assert len(exported(phone, typed)["requests"]) == 1


@pytest.mark.parametrize("command", ["export", "erase"])
@on_sqlite
def test_what_is_no_number_is_refused_and_not_repeated(phone: Phone, command: str) -> None:
    told = runs(phone, command, "98765 0123")
    assert told.exit_code == 2
    assert "that is not a complete telephone number" in told.output
    assert "98765" not in told.output


@on_sqlite
def test_the_number_is_asked_for_so_that_it_need_not_stand_in_the_shells_history(phone: Phone) -> None:
    phone.rings(caller=MARKED).press(*BOOK)
    told = runs(phone, "export", typed=f"nonsense\n{AS_TYPED}\n")
    assert len(json.loads(told.stdout)["requests"]) == 1


NOTHING: dict[str, Any] = {"number": MARKED} | {
    each: []
    for each in (
        *("requests", "appointments", "patients", "blocks", "missed_calls", "waiting"),
        *("mentioned_in_notes_of", "merged_with", "language"),
    )
}


@on_sqlite
def test_about_a_number_that_never_rang_nothing_is_held(phone: Phone) -> None:
    assert exported(phone) == NOTHING


def test_the_audit_says_that_it_was_handed_out_by_references_only(phone: Phone, clock: Clock) -> None:
    references = known_well(phone, clock)
    exported(phone)
    told = [line for line in phone.services.staff.audit.page() if line.what == "exported"]
    assert {line.about for line in told} == set(references)
    assert {line.who for line in told} == {COMMAND_LINE}
    assert MARKED[3:] not in str(phone.services.staff.audit.page())


# -- erased


def test_erasing_shows_what_would_go_and_asks(phone: Phone, clock: Clock) -> None:
    references = known_well(phone, clock)
    asked = runs(phone, "erase", AS_TYPED, typed="n\n")
    assert asked.exit_code == 1
    assert "2 requests with their history, 1 blocks,\n1 requests that wait in Redis" in asked.output
    assert all(each in asked.output for each in references)
    live = sorted(references[1:])
    assert f"STILL TO BE CALLED, and then nobody will: {', '.join(live)}" in asked.output
    assert [len(exported(phone)[name]) for name in ("requests", "blocks", "waiting")] == [2, 1, 1]


def test_missed_calls_are_handed_out_and_erased_wherever_they_lie(phone: Phone) -> None:
    """Missed calls of a number are found and erased in the database, and in Redis if they wait for the database."""
    call = phone.rings(caller=MARKED).press("1").hangs_up()
    missed_in_redis(phone)
    phone.rings(caller=OTHER).hangs_up()
    at_the_desk, in_redis = exported(phone)["missed_calls"]
    assert (at_the_desk["call_sid"], at_the_desk["kind"], at_the_desk["reached"]) == (call.sid, "midway", "book")
    assert (in_redis["phone"], in_redis["how_far"]) == (MARKED, ["nothing", ""])
    done = runs(phone, "erase", AS_TYPED, "--yes")
    assert "Missed calls, or calls that the reception took: 2." in done.output
    assert exported(phone) == NOTHING
    assert len(exported(phone, OTHER)["missed_calls"]) == 1
    told = [(each.about, each.detail) for each in phone.services.staff.audit.page() if each.what == "erased"]
    assert told == [("", "1 missed calls")]


def test_what_is_erased_is_gone_and_does_not_come_back(phone: Phone, clock: Clock) -> None:
    references = known_well(phone, clock)
    other = phone.rings(caller=OTHER).press(*BOOK)
    done = runs(phone, "erase", AS_TYPED, "--yes")
    assert (done.exit_code, "Erased." in done.output) == (0, True), done.output
    assert exported(phone) == NOTHING
    worker = build_workers(phone.services.settings, clock)
    jobs.save(worker)
    for errand in worker.desk.job_queue.queued_tasks():
        jobs.run(worker, errand)
    worker.database.close()
    assert [each.reference for each in desk_of(phone)] == [other.reference]
    told = [line for line in phone.services.staff.audit.page() if line.what == "erased"]
    assert {line.about for line in told} == {*references, ""}, "the last is the block, which has no reference"
    assert MARKED[3:] not in str(phone.services.staff.audit.page())
    again = runs(phone, "erase", AS_TYPED, "--yes")
    assert (again.exit_code, "There was nothing to erase." in again.output) == (0, True)


def test_whoever_was_erased_may_ring_again(phone: Phone, clock: Clock) -> None:
    known_well(phone, clock)
    runs(phone, "erase", AS_TYPED, "--yes")
    call = phone.rings(caller=MARKED).press(*BOOK)
    assert [each.reference for each in desk_of(phone)] == [call.reference]


def test_another_number_that_waits_in_redis_is_left_there(phone: Phone, clock: Clock) -> None:
    known_well(phone, clock)
    other = waits_in_redis(phone, OTHER)
    runs(phone, "erase", AS_TYPED, "--yes")
    assert [each["reference"] for each in exported(phone, OTHER)["waiting"]] == [other.reference]


@on_sqlite
def test_notes_of_others_that_have_the_number_are_named_to_be_looked_at(phone: Phone, clock: Clock) -> None:
    other = phone.rings(caller=OTHER).press(*BOOK)
    phone.services.desk.moves.write_note(desk_of(phone)[0].id, "or her son, 98765-01234", By("asha", clock()))
    done = runs(phone, "erase", AS_TYPED, "--yes")
    assert f"Notes of other people's requests have this number in them: {other.reference}" in done.output
    assert "There was nothing to erase." in done.output


@on_sqlite
def test_what_was_sealed_under_another_secret_is_said_to_be_anybodys(phone: Phone) -> None:
    waits_in_redis(phone)
    settings = phone.services.settings.model_copy(update={"secret_key": "fedcba9876543210" * 4})
    other = build(settings, phone.services.clock, QUICK)
    done = runs(Phone(create_app(other), other), "erase", AS_TYPED, "--yes")
    other.close()
    assert "1 requests in Redis were sealed under another SECRET_KEY" in done.output


# -- the bytes themselves


def bytes_of(folder: Path) -> bytes:
    """Return all bytes of the SQLite database's files in this folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("clinic.db*")))


@on_sqlite
def test_the_digits_and_the_notes_are_gone_from_the_files_also_while_others_have_them_open(
    phone: Phone, clock: Clock, sqlite_url: str
) -> None:
    path = sqlite_path(sqlite_url)
    with closing(sqlite3.connect(path)) as page:  # somebody has the file open all the while: its journal stays
        page.execute("SELECT count(*) FROM requests").fetchone()
        known_well(phone, clock)
        for number in range(60):  # enough that pages of the file are split and joined
            phone.rings(caller=f"+9199999000{number:02}").press(*BOOK)
        page.execute("PRAGMA secure_delete=OFF")  # as an earlier version deleted: the bytes stay where they were
        page.execute("UPDATE requests SET call_sid = ?", (EARLIER,))
        page.execute("UPDATE requests SET call_sid = 'CA'")
        page.commit()
        held = bytes_of(path.parent)
        assert MARKED.encode() in held
        assert EARLIER.encode() in held
        assert NOTE.encode() in held
        assert path.with_name("clinic.db-wal").stat().st_size > 0
        assert "Erased." in runs(phone, "erase", AS_TYPED, "--yes").output
        left = bytes_of(path.parent)
    assert MARKED[3:].encode() not in left
    assert NOTE.encode() not in left
    assert EARLIER.encode() not in left
    assert OTHER.encode() in left, "the others are still there to be found"


@on_sqlite
def test_while_somebody_goes_on_reading_the_old_rows_it_is_said_that_the_bytes_are_still_there(
    phone: Phone, clock: Clock, sqlite_url: str
) -> None:
    known_well(phone, clock)
    with Database(sqlite_url).reading() as read:
        read.execute(schema.requests.select()).all()
        told = refused(phone, sqlite_url)
    assert told.startswith("the requests are erased, but their bytes may still be in the database's file: ")
    again = runs(phone, "erase", AS_TYPED, "--yes")
    assert again.exit_code == 0
    assert MARKED[3:].encode() not in bytes_of(sqlite_path(sqlite_url).parent)


@on_sqlite
def test_backups_that_may_bring_it_back_are_named(phone: Phone, app: Flask) -> None:
    phone.rings(caller=MARKED).press(*BOOK)
    assert "No backup lies here." in runs(phone, "erase", OTHER, "--yes").output
    phone.runs("backup")
    done = runs(phone, "erase", AS_TYPED, "--yes")
    (backup,) = (phone.services.settings.state_dir / "backups").iterdir()
    assert "Backups that may still hold it, and would bring it back:" in done.output
    assert str(backup) in done.output


def test_what_upgrades_left_is_named_with_either_database(phone: Phone) -> None:
    folder = phone.services.settings.state_dir / "backups"
    folder.mkdir()
    before = ("before-0006-20261123-083000Z.db", "before-0006-20261123-083000Z.dump")
    left = (*before, "clinic-20261123-140000.db", ".half-done-of-one-that-was-killed")
    for name in left:
        (folder / name).touch()
    done = runs(phone, "erase", OTHER, "--yes")
    assert [name for name in left if f"  {folder / name}\n" not in done.output] == []


# -- a store away


@on_sqlite
def test_with_redis_away_nothing_is_erased_and_that_is_said(phone: Phone, clock: Clock, valkey_server: Valkey) -> None:
    known_well(phone, clock)
    valkey_server.stop()
    told = [runs(phone, command, AS_TYPED, *more) for command, *more in (("export",), ("erase", "--yes"))]
    valkey_server.start()
    assert [each.exit_code for each in told] == [1, 1]
    assert "nothing was read: Redis is away (" in told[0].output
    assert "nothing was erased: Redis is away (" in told[1].output
    assert len(exported(phone)["requests"]) == 2


@on_sqlite
def test_with_the_database_away_nothing_is_erased_and_that_is_said(phone: Phone, clock: Clock, sqlite_url: str) -> None:
    known_well(phone, clock)
    with moved(sqlite_path(sqlite_url)):
        told = runs(phone, "erase", AS_TYPED, "--yes")
    assert told.exit_code == 1
    assert "nothing was erased: the database is away (OperationalError SQLITE_CANTOPEN" in told.output
    assert len(exported(phone)["waiting"]) == 1, "nor in Redis"


@on_sqlite
def test_a_database_that_is_locked_when_it_comes_to_erasing_is_told_apart(
    phone: Phone, clock: Clock, sqlite_url: str
) -> None:
    known_well(phone, clock)
    with Database(sqlite_url).writing():
        told = refused(phone, sqlite_url)
    assert told.startswith("what waited in Redis is erased, but nothing in the database is: the database is away")
    assert [len(exported(phone)[name]) for name in ("requests", "waiting")] == [2, 0]
    clock.now += timedelta(minutes=1)
    assert runs(phone, "erase", AS_TYPED, "--yes").exit_code == 0
    assert desk_of(phone) == []


# -- what was typed and not sent


def test_what_staff_typed_about_a_number_and_did_not_send_is_counted_and_erased_with_it(
    phone: Phone, clock: Clock
) -> None:
    phone.rings(caller=MARKED).press(*BOOK)
    phone.rings(caller=OTHER).press(*BOOK)
    phone.services.staff.people.add("asha", PASSWORD, clock())
    drafts, spaced = phone.services.staff.drafts, " ".join(number_of(MARKED).groups)
    for place, words in (("card 1", "knee"), ("new", f"ring {spaced}"), ("card 2", "back"), ("blocked 1", "shouts")):
        drafts.keep(1, place, {"note": words}, clock())
    assert exported(phone)["typed_and_not_sent"] == 3
    said = phone.app.test_cli_runner().invoke(args=["privacy", "erase", MARKED, "--yes"])
    assert said.exit_code == 0, said.output
    assert "Typed about it at the desk and not sent: 3." in said.output
    assert [each.place for each in drafts.of(1)] == ["card 2"]
