"""Backups: made during calls, checked by reading before they count as made, and restored while the service runs."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from click.testing import Result
from flask import Flask

from config.settings import ROOT, Settings
from ivr.app import create_app
from ivr.desk.requests import Outcome, OutcomeReport
from ivr.diary.appointments import AnyAppointment
from ivr.diary.desk_diary import DeskBooking
from ivr.diary.diary import cancel
from ivr.line.hours import DeskClosure
from ivr.line.phones import Phone as Number
from ivr.operations import backup as backups
from ivr.operations.backup import BackupRefused, back_up
from ivr.operations.restore import prepared, restore
from ivr.storage import audit
from ivr.storage.audit import AuditAction, By
from ivr.storage.database import sqlite_path
from ivr.storage.migrate import migrate
from ivr.storage.revisions import revisions
from ivr.web.services import Services, build
from testing.servers.postgres import Postgres
from tests.conftest import NO_PG_DUMP, QUICK, settings_for
from tests.people import BOOK, Clock, Phone, Staff
from tests.web import environment
from workers import jobs
from workers.services import WorkerServices

NAME = "clinic-20261123-140000.db"
T = TypeVar("T")


def runs(app: Flask, *words: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=list(words), input=typed)


def made(app: Flask, *more: str) -> Path:
    """Make a backup of the service's database by the command; return the backup's path."""
    told = runs(app, "backup", *more)
    assert told.exit_code == 0, told.output
    return Path(told.output.partition(": ")[0])


def references(phone: Phone) -> list[str]:
    return sorted(each.reference for each in phone.services.desk.store.all())


def books(phone: Phone, number: int) -> str:
    return phone.rings(caller=f"+9199999000{number:02}").press(*BOOK).reference


def while_people_ring(phone: Phone, first: int, does: Callable[[], T]) -> tuple[T, list[str]]:
    """Do something while people call; return its result, and the references that these callers have heard.

    The first of these callers calls before `does` begins.
    """
    stop, begun = Event(), Event()

    def rings() -> list[str]:
        heard = []
        for number in range(first, 99):
            heard.append(books(phone, number))
            begun.set()
            if stop.is_set():
                break
        return heard

    with ThreadPoolExecutor(1) as caller:
        ringing = caller.submit(rings)
        assert begun.wait(20)
        done = does()
        stop.set()
        return done, ringing.result(30)


@pytest.fixture
def live(sqlite_url: str) -> Path:
    """The path of the SQLite file that the desk uses."""
    return sqlite_path(sqlite_url)


def left_over(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.name.startswith(backups.HALF_DONE))


# -- made


def test_a_backup_is_one_private_file_named_by_the_moment(phone: Phone, app: Flask, settings: Settings) -> None:
    books(phone, 1)
    told = runs(app, "backup")
    folder = settings.state_dir / "backups"
    assert [each.name for each in folder.iterdir()] == [NAME], "and nothing beside it"
    assert told.output.startswith(f"{folder / NAME}: 1 requests, read again and whole.\n")
    assert "SECRET_KEY" in told.output
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_backup_is_made_while_people_ring_and_has_every_request_of_before(
    phone: Phone, app: Flask, tmp_path: Path
) -> None:
    before = [books(phone, number) for number in range(5)]
    files, meanwhile = while_people_ring(
        phone, 5, lambda: [made(app, str(tmp_path / f"{each}.db")) for each in range(5)]
    )
    assert references(phone) == sorted([*before, *meanwhile]), "no caller was turned away for it"
    for each in files:
        with closing(sqlite3.connect(each)) as backup:
            held = {row[0] for row in backup.execute("SELECT reference FROM requests")}
            torn = backup.execute("SELECT count(*) FROM promises WHERE request_id NOT IN (SELECT id FROM requests)")
            assert torn.fetchone() == (0,)
        assert set(before) <= held <= {*before, *meanwhile}


def test_only_the_newest_are_kept_where_that_is_asked_for(app: Flask, clock: Clock, settings: Settings) -> None:
    folder = settings.state_dir / "backups"
    for _ in range(4):
        made(app)
        clock.goes_on(days=1)
    (folder / "of-the-owner.db").touch()
    told = runs(app, "backup", "--keep", "2")
    assert "3 older ones are removed." in told.output
    kept = ["clinic-20261126-140000.db", "clinic-20261127-140000.db", "of-the-owner.db"]
    assert sorted(each.name for each in folder.iterdir()) == kept
    assert runs(app, "backup", str(folder / "x.db"), "--keep", "1").exit_code == 2


def test_backups_of_a_wrong_clock_have_none_removed_that_was_made_after_them(
    app: Flask, clock: Clock, settings: Settings
) -> None:
    """A new backup is kept although older backups, made under a clock a year ahead, have later names."""
    folder = settings.state_dir / "backups"

    def on_the_next_day() -> Path:
        clock.goes_on(days=1)
        return made(app, "--keep", "2")

    clock.now += timedelta(days=400)
    wrong = [on_the_next_day() for _ in range(2)]
    clock.now -= timedelta(days=400)
    right = [on_the_next_day() for _ in range(3)]
    assert sorted(folder.iterdir()) == sorted([*wrong, *right[1:]])


def test_a_file_that_is_there_is_not_replaced(app: Flask, tmp_path: Path, live: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("not to be lost")
    for path in (precious, live):
        told = runs(app, "backup", str(path))
        assert (told.exit_code, told.output) == (1, f"Error: {path} is there already, and is not replaced\n")
    assert precious.read_text() == "not to be lost"


def test_a_database_that_is_damaged_or_missing_makes_no_backup(app: Flask, tmp_path: Path, live: Path) -> None:
    damage(live)
    target = tmp_path / "b" / "backup.db"
    told = runs(app, "backup", str(target))
    assert (told.exit_code, told.output) == (1, "Error: the backup failed (SQLITE_NOTADB)\n")
    live.unlink()
    told = runs(app, "backup", str(target))
    assert (told.exit_code, told.output) == (1, "Error: the backup failed (SQLITE_CANTOPEN)\n")
    assert list(target.parent.iterdir()) == []


def test_a_database_of_another_program_makes_no_backup(app: Flask, tmp_path: Path, live: Path) -> None:
    """A file that is a database of another program ends the backup with an error, and leaves no copy."""
    with closing(sqlite3.connect(live)) as other:
        other.execute("DROP TABLE alembic_version")
    target = tmp_path / "b" / "backup.db"
    told = runs(app, "backup", str(target))
    assert (told.exit_code, told.output) == (1, "Error: backup.db is not a database of this desk\n")
    assert list(target.parent.iterdir()) == []


def test_a_database_that_somebody_has_to_himself_is_given_up_on(tmp_path: Path, live: Path) -> None:
    with closing(sqlite3.connect(live, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(BackupRefused, match="somebody has the database to himself"):
            back_up(live, tmp_path / "backup.db", timeout=0.1)
    assert not (tmp_path / "backup.db").exists()
    assert left_over(tmp_path) == []


# -- put back


def test_after_a_restore_the_desk_shows_the_requests_of_the_backup_and_goes_on(
    phone: Phone, app: Flask, staff: Staff, live: Path, clock: Clock
) -> None:
    first = books(phone, 1)
    backup = made(app)
    second = books(phone, 2)
    clock.goes_on(minutes=5)
    told = runs(app, "restore", str(backup), "--drop-newer", typed="y\n")
    assert told.exit_code == 0, told.output
    assert "The backup has 1 requests, the desk has 2." in told.output
    assert f"They are DROPPED, and stand in the kept database only:\n  {second}  +919999900002" in told.output
    staff.logs_in()
    page = staff.sees()
    assert first in page
    assert second not in page
    third = books(phone, 3)
    assert references(phone) == sorted([first, third])
    assert staff.does("take", phone.services.desk.store.waiting()[0].id)
    kept = live.with_name("clinic.db.before-restore-20261123-140500")
    assert f"Restored. What was there is kept as {kept}\n" in told.output
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert left_over(live.parent) == []
    back = runs(app, "restore", str(kept), "--yes", "--drop-newer")
    assert back.exit_code == 0, back.output
    assert references(phone) == sorted([first, second]), "and back again"
    assert f"is kept as {kept}-2\n" in back.output, "in the same second nothing that is kept is replaced"


@pytest.mark.parametrize("since", ["renewed", "switched off"])
def test_a_restore_brings_no_link_of_the_calendar_back(phone: Phone, app: Flask, clock: Clock, since: str) -> None:
    feed = phone.services.diary.calendar_feed
    feed.renew(By("asha", clock()))
    old = feed.link()
    backup = made(app)
    (feed.renew if since == "renewed" else feed.switch_off)(By("asha", clock()))
    now = feed.link()
    told = runs(app, "restore", str(backup), "--yes")
    assert feed.link() == now
    assert old is not None
    assert not feed.opens(old.token)
    assert "The calendar's link is as it was before" in told.output
    assert "Recovery codes that were used since work again" in told.output


@pytest.mark.parametrize("database", ["read", "damaged"])
def test_a_restore_brings_no_whole_names_of_the_calendar_back(
    phone: Phone, app: Flask, live: Path, clock: Clock, database: str
) -> None:
    feed, asha = phone.services.diary.calendar_feed, By("asha", clock())
    feed.show_names(True, asha)
    backup = made(app)
    feed.show_names(False, asha)
    if database == "damaged":
        damage(live)
    assert runs(app, "restore", str(backup), "--yes").exit_code == 0
    assert not feed.has_whole_names()


def test_a_restore_leaves_whole_names_in_the_calendar_that_are_wanted_now(
    phone: Phone, app: Flask, clock: Clock
) -> None:
    feed = phone.services.diary.calendar_feed
    feed.show_names(True, By("asha", clock()))
    assert runs(app, "restore", str(made(app)), "--yes").exit_code == 0
    assert feed.has_whole_names()


@pytest.mark.parametrize("database", ["read", "damaged"])
def test_a_restore_brings_no_session_back_that_was_ended_since(
    app: Flask, staff: Staff, live: Path, database: str
) -> None:
    copied = staff.browser.get_cookie("session")
    assert copied is not None
    backup = made(app)
    staff.browser.post("/logout", data={"csrf_token": staff.csrf()})
    if database == "damaged":
        damage(live)
    assert runs(app, "restore", str(backup), "--yes").exit_code == 0
    staff.browser.set_cookie("session", copied.value)
    assert staff.browser.get("/desk").status_code == 302
    staff.logs_in()
    assert staff.browser.get("/desk").status_code == 200


def test_where_nobody_can_read_which_link_was_in_force_the_calendar_is_off(
    phone: Phone, app: Flask, live: Path, clock: Clock
) -> None:
    phone.services.diary.calendar_feed.renew(By("asha", clock()))
    backup = made(app)
    damage(live)
    assert runs(app, "restore", str(backup), "--yes").exit_code == 0
    assert phone.services.diary.calendar_feed.link() is None


# -- promised since the backup


def restored(app: Flask, backup: Path) -> str:
    told = runs(app, "restore", str(backup), "--yes")
    assert told.exit_code == 0, told.output
    return told.output


def test_what_was_promised_since_the_backup_is_named_and_stays(
    phone: Phone, app: Flask, clock: Clock, worker: WorkerServices
) -> None:
    first, backup = books(phone, 1), made(app)
    clock.goes_on(minutes=5)
    call = phone.rings(caller="+919999900002").press(*BOOK)
    before = phone.services.desk.store.all()
    told = restored(app, backup)
    named, _, afterwards = told.partition("Restored.")
    assert "Promised or booked since this backup was made: 1. They stay at the desk:" in named
    assert f"  {call.reference}  +919999900002  booking  due Mon 23 Nov 14:05  waits\n" in named
    assert first not in told
    assert "NOT kept" not in afterwards
    assert phone.services.desk.store.all() == before
    history = phone.services.desk.store.history(before[-1].id)
    assert [(each.who, each.what) for each in history] == [("caller", "made")]
    call.repeats_last_webhook()
    assert phone.services.desk.store.all() == before, "the promise is known by its mark"
    clock.goes_on(minutes=1)
    assert len(worker.desk.outbox.due(clock())) == len(before), "and the staff are told of both"


def test_a_patient_who_rang_again_since_is_called_as_they_wished_last(phone: Phone, app: Flask) -> None:
    books(phone, 1)
    backup = made(app)
    phone.rings(caller="+919999900001").press("1", "2", "1", "1", "1", "1")
    (wished,) = phone.services.desk.store.all()
    assert f"{wished.reference}  +919999900001" in restored(app, backup)
    assert phone.services.desk.store.all() == [wished]
    assert wished.rang_again == 1


def test_a_patient_who_was_called_since_and_asked_anew_has_one_live_request(
    phone: Phone, app: Flask, clock: Clock
) -> None:
    books(phone, 1)
    backup = made(app)
    moves, by = phone.services.desk.moves, By("asha", clock())
    moves.take(1, by)
    moves.report(1, OutcomeReport(Outcome.SETTLED), by)
    again = books(phone, 1)
    told = restored(app, backup)
    assert f"{again}  +919999900001" in told
    assert "NOT kept" not in told
    assert [each.reference for each in phone.services.desk.store.waiting()] == [again]
    assert len(references(phone)) == 2


def test_an_appointment_that_was_given_since_stands(phone: Phone, app: Flask, clock: Clock) -> None:
    books(phone, 1)
    backup = made(app)
    moves, by, at = phone.services.desk.moves, By("asha", clock()), clock() + timedelta(days=1)
    moves.take(1, by)
    moves.report(1, OutcomeReport(Outcome.BOOKED, at), by)
    assert "closed\n" in restored(app, backup)
    assert [each.appointment for each in phone.services.desk.store.all()] == [at]


def test_one_whose_place_another_has_taken_gets_a_new_one(phone: Phone, app: Flask) -> None:
    """An erased request that comes back from a backup gets a new id if a newer request has taken its old id.

    A number may have several live requests, so the restored and the newer request both stay.
    """
    kept, gone, back = books(phone, 0), books(phone, 1), books(phone, 2)
    backup = made(app)
    for number in ("+919999900001", "+919999900002"):
        assert runs(app, "privacy", "erase", number, "--yes").exit_code == 0
    again, new = books(phone, 2), books(phone, 3)
    told = restored(app, backup)
    assert "NOT kept" not in told
    assert references(phone) == sorted([kept, gone, back, again, new])
    assert {each.phone.e164 for each in phone.services.desk.store.waiting()} == {
        f"+9199999000{number:02}" for number in range(4)
    }


def test_a_restore_asks_first(phone: Phone, app: Flask, live: Path) -> None:
    backup = made(app)
    books(phone, 1)
    for typed in ("n\n", ""):
        assert runs(app, "restore", str(backup), typed=typed).exit_code == 1
    assert len(references(phone)) == 1
    assert left_over(live.parent) == []


def test_calls_go_on_while_a_backup_is_put_back_and_no_promise_is_lost(
    phone: Phone, app: Flask, worker: WorkerServices, live: Path
) -> None:
    before = books(phone, 0)
    backup = made(app)
    told, promised = while_people_ring(phone, 1, lambda: runs(app, "restore", str(backup), "--yes"))
    assert told.exit_code == 0, told.output
    jobs.save(worker)
    (kept,) = live.parent.glob("clinic.db.before-restore-*")
    with closing(sqlite3.connect(kept)) as replaced:
        held = {row[0] for row in replaced.execute("SELECT reference FROM requests")}
    assert {before, *promised} == held | set(references(phone)), "each stands in what was kept, or at the desk"


def damage(path: Path) -> None:
    """Overwrite the middle of this database's file."""
    with closing(sqlite3.connect(path)) as whole:
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(0)
        file.write(b"SQLite format 3\0" + b"\xff" * 84)
        file.seek(4096)
        file.write(b"\xff" * 4096 * 8)


def is_text(path: Path) -> None:
    path.write_text("an old shopping list")


def is_empty(path: Path) -> None:
    path.write_bytes(b"")


def has_a_torn_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 2)
        file.write(b"\xff" * 4096)


def is_cut_short(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 4096 * 3)


def is_of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name)")


def is_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (is_text, "is damaged, or no database at all"),
        (is_empty, "is not a database of this desk"),
        (damage, "is damaged"),
        (has_a_torn_page, "is damaged"),
        (is_cut_short, "is damaged"),
        (is_of_another_program, "is not a database of this desk"),
        (is_newer, "is of a newer version of this program (revision 9999): install that first"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_is_no_whole_backup_of_ours_is_refused_and_the_desk_stays(
    phone: Phone, app: Flask, live: Path, change: Callable[[Path], None], says: str
) -> None:
    books(phone, 1)
    backup = made(app)
    change(backup)
    told = runs(app, "restore", str(backup), "--yes")
    assert told.exit_code == 1
    assert f"Error: {NAME} {says}" in told.output
    assert len(references(phone)) == 1
    assert [each.name for each in live.parent.glob("clinic.db.before*")] + left_over(live.parent) == []


def test_a_backup_that_is_not_there_and_the_database_itself_are_refused(app: Flask, tmp_path: Path, live: Path) -> None:
    told = runs(app, "restore", str(tmp_path / "nowhere.db"), "--yes")
    assert (told.exit_code, told.output) == (1, "Error: the backup cannot be used (No such file or directory)\n")
    link = tmp_path / "link.db"
    link.symlink_to(live)
    for path in (live, link):
        told = runs(app, "restore", str(path), "--yes")
        assert (told.exit_code, told.output) == (1, f"Error: {path} is the desk's database itself\n")


def test_an_older_backup_is_brought_up_to_date(phone: Phone, app: Flask, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    migrate(f"sqlite:///{old}", "0002")
    books(phone, 1)
    assert runs(app, "restore", str(old), "--yes", "--drop-newer").exit_code == 0
    assert references(phone) == []
    assert len(books(phone, 2)) == 6
    with closing(sqlite3.connect(sqlite_path(phone.services.settings.database_url))) as now:
        assert now.execute("SELECT count(*) FROM blocked").fetchone() == (0,)
        assert now.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("trouble", [damage, is_text, is_empty, Path.unlink], ids=lambda each: each.__name__)
def test_a_desk_whose_database_is_damaged_or_gone_is_restored(
    phone: Phone, app: Flask, live: Path, trouble: Callable[[Path], None]
) -> None:
    reference = books(phone, 1)
    backup = made(app)
    stale = live.with_name("clinic.db-wal")
    with closing(sqlite3.connect(live)) as page:
        page.execute("SELECT count(*) FROM requests").fetchone()
        books(phone, 9)
        journal = stale.read_bytes()
    trouble(live)
    broken = live.exists()
    stale.write_bytes(journal)  # SQLite would play it back into any file called clinic.db
    told = runs(app, "restore", str(backup), "--yes")
    assert told.exit_code == 0, told.output
    assert "the desk has none that can be read" in told.output
    assert "nobody can tell what was promised since" in told.output
    assert references(phone) == [reference]
    assert len(books(phone, 2)) == 6
    assert stat.S_IMODE(live.stat().st_mode) == 0o600
    kept = live.with_name("clinic.db.before-restore-20261123-140000")
    assert kept.exists() == broken
    with closing(sqlite3.connect(live)) as now:
        assert now.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_whoever_was_erased_since_the_backup_is_named_by_reference_when_they_come_back(
    phone: Phone, app: Flask
) -> None:
    gone, stays = books(phone, 1), books(phone, 2)
    backup = made(app)
    assert runs(app, "privacy", "erase", "+919999900001", "--yes").exit_code == 0
    told = runs(app, "restore", str(backup), "--yes")
    assert f"ERASED since, and back now; please erase again: {gone}\n" in told.output
    assert stays not in told.output


def test_a_writer_who_does_not_end_keeps_a_restore_waiting_and_then_nothing_has_changed(
    phone: Phone, app: Flask, live: Path
) -> None:
    books(phone, 1)
    backup = made(app)
    kept = live.with_name("kept")
    with prepared(backup, live) as part, closing(sqlite3.connect(live, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BackupRefused, match=r"nothing was restored \(SQLITE_BUSY\)"):
            restore(part, live, kept, timeout=0.1)
    assert len(references(phone)) == 1
    assert not kept.exists()


# -- before an upgrade


@pytest.fixture
def older(tmp_path: Path, redis_url: str, clock: Clock) -> Iterator[Services]:
    """A service whose SQLite database is of revision 0005, older than the program's, with one request in it."""
    url = f"sqlite:///{tmp_path}/older.db"
    migrate(url, "0005")
    with closing(sqlite3.connect(sqlite_path(url))) as write:
        write.execute(ONE_REQUEST)
        write.commit()
    services = build(settings_for(tmp_path, url, redis_url), clock, QUICK)
    yield services
    services.close()


ONE_REQUEST = """
INSERT INTO requests (reference, kind, line, phone, language, due, status, created, call_sid, rang_again)
VALUES ('12345', 'booking', 'main', '+919999900001', 'en', '2026-11-23 08:30:00',
  'open', '2026-11-23 08:30:00', 'CA', 0)
"""

BEFORE = f"before-{revisions()[-1]}-20261123-083000Z.db"


def test_an_upgrade_says_where_the_older_state_is_for_a_restore(older: Services) -> None:
    phone = Phone(create_app(older), older)
    file = older.settings.state_dir / "backups" / BEFORE
    told = runs(phone.app, "database", "upgrade")
    kept = f"The tables change. The older state (revision 0005) is kept as {file}\n"
    assert (told.exit_code, told.output) == (0, f"{kept}The database is up to date.\n")
    reference = books(phone, 9)
    made(phone.app, "--keep", "1")
    assert len(references(phone)) == 2
    assert runs(phone.app, "restore", str(file), "--yes").exit_code == 0
    assert references(phone) == sorted(["12345", reference])


def test_an_upgrade_that_cannot_keep_the_older_state_goes_on_when_told(older: Services) -> None:
    app = create_app(older)
    (older.settings.state_dir / "backups").touch()
    stopped = runs(app, "database", "upgrade")
    assert stopped.exit_code == 1
    assert stopped.output.startswith("Error: the tables are not changed, since the older state cannot be kept: ")
    assert len(stopped.output.splitlines()) == 1
    told = runs(app, "database", "upgrade", "--without-backup")
    assert (told.exit_code, told.output) == (0, "The database is up to date.\n")


def test_an_older_state_is_put_back_once_the_newer_is_away(older: Services) -> None:
    phone = Phone(create_app(older), older)
    runs(phone.app, "database", "upgrade")
    database = sqlite_path(older.settings.database_url)
    aside = database.parent / "newer"
    aside.mkdir()
    for each in database.parent.glob(f"{database.name}*"):
        each.rename(aside / each.name)
    told = runs(phone.app, "restore", str(older.settings.state_dir / "backups" / BEFORE), "--yes")
    assert (told.exit_code, references(phone)) == (0, ["12345"]), told.output


# -- as an operator does it


def test_a_whole_round_by_the_commands_themselves(phone: Phone, settings: Settings, tmp_path: Path) -> None:
    def flask(*words: str) -> str:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        given = {"cwd": ROOT, "env": environment(settings), "text": True, "timeout": 60}
        done = subprocess.run(command, check=True, capture_output=True, **given)  # type: ignore[call-overload]
        assert "99999000" not in done.stderr
        return str(done.stdout)

    first = books(phone, 1)
    backup = flask("backup").partition(": ")[0]
    second = books(phone, 2)
    assert "Restored." in flask("restore", backup, "--yes")
    assert references(phone) == sorted([first, second])
    assert "Erased." in flask("privacy", "erase", "99999 00001", "--yes")
    assert references(phone) == [second]


# -- PostgreSQL


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_url: str, redis_url: str, clock: Clock) -> Iterator[Services]:
    services = build(settings_for(tmp_path, postgres_url, redis_url), clock, QUICK)
    yield services
    services.close()


@contextmanager
def at(url: str, settings: Settings, clock: Clock) -> Iterator[Services]:
    services = build(settings.model_copy(update={"database_url": url}), clock, QUICK)
    yield services
    services.close()


def test_with_postgresql_the_commands_say_how_and_name_what_was_promised_since(
    on_postgres: Services, postgres_server: Postgres, postgres_url: str, clock: Clock, tmp_path: Path
) -> None:
    programs = Path(postgres_server.command[0]).parent
    if not (programs / "pg_dump").exists():
        pytest.skip(f"{NO_PG_DUMP}this PostgreSQL came without it")
    password = urlsplit(postgres_url).password or ""
    file = tmp_path / "the desk.dump"
    phone = Phone(create_app(on_postgres), on_postgres)
    reference, booked = books(phone, 1), books(phone, 2)
    visits, erased = [enters(on_postgres, number, clock) for number in range(4, 7)], enters(on_postgres, 8, clock)
    since = By("asha", clock() + timedelta(minutes=1))
    on_postgres.desk.blocked.block(Number("+919999900008"), "shouts", since)
    for words in (("backup", str(file)), ("restore", str(file))):
        told = runs(phone.app, *words)
        assert told.exit_code == 2
        assert password not in told.output
        said = [operates(line, programs, password) for line in told.stdout.splitlines()]
        if words[0] == "backup":
            newer = books(phone, 3)
            books_in(on_postgres, booked, clock)
            on_postgres.hours.closures.set([DeskClosure(clock().date(), "", reason="heavy_rain")], since)
            assert runs(phone.app, "privacy", "erase", "+919999900008", "--yes").exit_code == 0
            on_postgres.diary.desk.move(visits[0].id, clock() + timedelta(days=4), since)
            with on_postgres.database.writing() as write:
                cancel(write, visits[1].id, since)
                # somebody else, who was erased before this reference was given again
                write.execute(audit.line(By("asha", since.at - timedelta(days=20)), AuditAction.ERASED, reference))
            visits.append(enters(on_postgres, 7, clock))
    moved, cancelled, same, added = (each.reference for each in visits)
    assert {"+919999900003", "+919999900004", "Made Up 7"} <= set(re.split(r" *\n? *\| *|\n", said[-1]))
    assert {each for each in (reference, booked, newer, moved, cancelled, same, added) if each in said[-1]} == {
        *(booked, newer),
        *(moved, cancelled, added),
    }
    assert re.search(rf"erased_since *\n-+\n *{erased.reference}\n\(1 row\)", said[-1])
    assert re.search(r"blocked_only_in_the_backup *\n-+\n *\+919999900008\n", said[-1])
    assert re.search(r"^ closures .* heavy_rain .*\n\(1 row\)$", said[-1], re.MULTILINE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restored = f"{postgres_url}_restored"
    migrate(restored)
    with at(restored, on_postgres.settings, clock) as services:
        assert {each.reference for each in services.desk.store.all()} == {reference, booked}


def enters(services: Services, number: int, clock: Clock) -> AnyAppointment:
    """Enter an appointment in the diary, on a day of its own, as somebody at the desk does."""
    starts = clock().replace(hour=10, minute=0) + timedelta(days=number)
    wanted = DeskBooking(starts, Number(f"+9199999000{number:02}"), f"Made Up {number}", "main", "en", f"{number:06}")
    return services.diary.reads.appointment(services.diary.desk.book(wanted, By("asha", clock())))


def books_in(services: Services, reference: str, clock: Clock) -> None:
    """Give the request with this reference an appointment in two days, as somebody at the desk does."""
    (found,) = services.desk.worklist.referred(reference)
    services.desk.moves.take(found.id, By("asha", clock()))
    at = OutcomeReport(Outcome.BOOKED, clock() + timedelta(days=2))
    services.desk.moves.report(found.id, at, By("asha", clock()))


def operates(line: str, programs: Path, password: str) -> str:
    """Run a shell line from the docs, with PostgreSQL's programs and password at hand; return its output."""
    surroundings = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PGPASSWORD": password}
    done = subprocess.run(
        ["/bin/sh", "-c", line], env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout
