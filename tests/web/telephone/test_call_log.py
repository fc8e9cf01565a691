"""Records of calls, made from webhooks: each call's places and end, written once even if a store was away."""

import json
import logging
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.settings import ROOT, Settings
from ivr.app import create_app
from ivr.reports import spool
from ivr.reports.call_records import SETTLES, SILENT, Trace
from ivr.reports.spool import HELD, Segment, Spool
from ivr.reports.traces.call_traces import CallTraces
from ivr.reports.traces.shipper import TraceShipper
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database, StoreAway
from ivr.web.services import Services
from tests.conftest import settings_for
from tests.people import BOOK, CALLER, Clock, Conversation, Phone
from tests.web import RECEPTION, clinic_with_reception
from tests.workers import record_calls
from workers.services import WorkerServices
from workers.services import build as build_workers

Row = dict[str, Any]


@pytest.fixture
def settings(tmp_path: Path, database_url: str, redis_url: str) -> Settings:
    """The settings of a service whose first line has a reception. Tests run once with SQLite, once with PostgreSQL."""
    (tmp_path / "state").mkdir()
    more = {"CLINIC_FILE": clinic_with_reception(tmp_path), "STATE_DIR": str(tmp_path / "state")}
    return settings_for(tmp_path, database_url, redis_url, **more)


def ends(call: Conversation, seconds: int = 61, **more: str) -> Conversation:
    """Report to the service, as the carrier does, that the call is over and has taken this many seconds."""
    return call.hangs_up(CallDuration=str(seconds), **more)


def recorded(worker: WorkerServices, clock: Clock) -> list[Row]:
    """Let time pass, have the clock process make records of all calls that are over, and return these records' rows."""
    clock.goes_on(seconds=SETTLES.total_seconds())
    record_calls(worker)
    with worker.database.reading() as read:
        rows = read.execute(select(schema.calls).order_by(schema.calls.c.id))
        return [dict(row._mapping) for row in rows]


def segments(worker: WorkerServices) -> list[Path]:
    return sorted((worker.settings.state_dir / spool.FOLDER).glob("*"))


# -- what is written


def test_a_call_is_recorded_when_it_is_over_with_its_path_its_length_and_its_end(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    began = clock()
    call = phone.rings("second", lang="hi")
    clock.goes_on(seconds=20)
    call.press(*BOOK).stays_silent()
    assert call.over
    assert recorded(worker, clock) == [], "nobody has said yet that it is over"
    (row,) = recorded(worker, clock) if ends(call, 48) else []
    path = "welcome main welcome main book free no_booking wish book_day book_part for_whom number own_number"
    path += " summary confirmed kept goodbye"
    assert (row["path"], row["ended"], row["seconds"]) == (path, "goodbye", 48)
    assert (row["began"], row["line"], row["language"]) == (began, "second", "hi")


def test_an_answer_that_did_not_leave_was_not_heard(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    call = phone.rings().press("2", "1", "1")
    form, url = call.form({"Digits": "1"}), call.next_url
    signed = {"X-Twilio-Signature": phone.signs(url, form)}
    unsent = phone.app.test_client().post(phone.within(url), data=form, headers=signed)
    assert "We have your request." in unsent.text
    (row,) = recorded(worker, clock) if ends(call) else []
    path = "welcome main callback for_whom number own_number summary"
    assert row["path"] == path, "its process could have died before the promise was on its way"
    unsent.close()


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ("", "welcome main"),
        ("31", "welcome main advice topics topic"),
        ("4", "welcome main hours"),
        ("**8", "welcome main"),
        ("2111", "welcome main callback for_whom number own_number summary confirmed kept"),
    ],
)
def test_who_hangs_up_is_recorded_where_they_did(
    phone: Phone, worker: WorkerServices, clock: Clock, keys: str, path: str
) -> None:
    ends(phone.rings().press(*keys))
    (row,) = recorded(worker, clock)
    assert (row["path"], row["ended"]) == (path, "hung_up")


def test_a_talk_with_the_reception_is_recorded_and_its_own_leg_is_not(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    call = phone.rings().press("0")
    leg = {"CallSid": "CA" + "1" * 32, "AccountSid": "AC" + "0" * 32, "From": CALLER, "To": RECEPTION[0]}
    for path in ("/voice/answered?line=main&lang=en", "/voice/screen?line=main&lang=en"):
        assert phone.posts(path, {**leg, "Digits": "1"}).status_code == 200
    phone.posts("/voice/status", {**leg, "CallStatus": "completed", "CallDuration": "30"})
    ends(call.reception(talked=True))
    rows = recorded(worker, clock)
    assert [(row["path"], row["ended"]) for row in rows] == [("welcome main person ring talked goodbye", "talked")]


def test_who_wanted_a_person_and_got_none_is_still_known_to_have_wanted_one(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    ends(phone.rings().press("0").reception(talked=False))
    clock.shows(2026, 11, 29, 22, 0)
    ends(phone.rings().press("0"))
    phone.services.desk.blocked.block(phone.services.clinic.dialling.keyed(CALLER[3:]), "", By("asha", clock()))
    clock.shows(2026, 11, 30, 11, 0)
    ends(phone.rings().press("0"))
    assert [row["path"] for row in recorded(worker, clock)] == [
        "welcome main person ring unanswered nobody wish_left call_back_instead callback",
        "welcome main person closed_now wish_left call_back_instead callback",
        "over_limit welcome main person refused",
    ]


def test_a_fault_of_ours_is_how_a_call_ended_unless_it_went_on(
    services: Services, phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    telephone = replace(services.telephone, intake=None)  # type: ignore[arg-type]  # so that each request fails
    broken = replace(services, telephone=telephone)
    ends(Phone(create_app(broken), broken).rings().press(*BOOK))
    call = phone.rings()
    fallback = phone.posts(
        "/voice/fallback",
        {**call.fields, "CallSid": call.sid, "AccountSid": "AC" + "0" * 32, "ErrorUrl": "https://line.example"},
    )
    assert fallback.status_code == 200
    call.follows("/voice/again/main?line=main&lang=en", {})
    ends(call.press("4"))
    rows = recorded(worker, clock)
    assert [row["ended"] for row in rows] == ["fault", "hung_up"]
    assert rows[1]["path"] == "welcome main fault main hours"


def test_a_fallback_that_the_carrier_did_not_sign_is_heard_and_leaves_nothing(
    phone: Phone, worker: WorkerServices
) -> None:
    assert phone.unsigned("/voice/fallback", {"CallSid": "CA1", "To": "+918090080906"}).status_code == 200
    assert segments(worker) == []


def test_nothing_that_is_left_anywhere_names_the_caller_or_the_call(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    call = ends(phone.rings().press("2", "1", "2", "9999900003#", "1", "1"))
    (path,) = segments(worker)
    left = path.read_text() + json.dumps(recorded(worker, clock), default=str)
    reference = call.reference if call.heard else ""
    for secret in (CALLER[-10:], "9999900003", call.sid.removeprefix("CA"), reference):
        assert secret not in left
    assert path.stat().st_mode & 0o077 == 0, "and nobody else may read it"


# -- once


def test_a_webhook_that_comes_twice_counts_once(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    call = phone.rings()
    call.repeats_last_webhook()
    call.press("0")
    chosen = call._last
    call.reception(talked=True)
    call.repeats_last_webhook()
    phone.posts(*chosen)  # and one comes late
    ends(ends(call))
    (row,) = recorded(worker, clock)
    assert row["path"] == "welcome main person ring talked goodbye"


def test_what_comes_late_changes_nothing(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    call = ends(phone.rings().press("4"))
    before = recorded(worker, clock)
    clock.goes_on(seconds=HELD.total_seconds())
    record_calls(worker)
    assert segments(worker) == []
    call.repeats_last_webhook()
    ends(call, 999)
    assert recorded(worker, clock) == before


def test_a_call_that_nobody_ends_is_over_when_it_was_silent_for_an_hour(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    call = phone.rings()
    clock.goes_on(seconds=30)
    call.press("4")
    clock.now += SILENT - 2 * SETTLES
    assert recorded(worker, clock) == []
    (row,) = recorded(worker, clock)
    assert (row["ended"], row["seconds"], row["path"]) == ("unknown", 30, "welcome main hours")


def test_a_collector_that_dies_between_writing_and_deleting_leaves_nothing_twice(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    class Dies(Spool):
        def remove(self, segment: Segment, now: Any) -> None:
            raise KeyboardInterrupt

    ends(phone.rings())
    clock.now += HELD
    dying = TraceShipper(CallTraces(worker.database), Dies(worker.settings.state_dir / spool.FOLDER), lambda: "a")
    with pytest.raises(KeyboardInterrupt):
        dying.ship(clock())
    assert len(recorded(worker, clock)) == 1
    assert segments(worker) == []


def test_two_clocks_that_collect_the_same_write_it_once(
    services: Services, phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    for _ in range(20):
        ends(phone.rings())
    clock.now += HELD
    others = [build_workers(services.settings, clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(record_calls, others))
    for each in others:
        each.database.close()
    assert len(recorded(worker, clock)) == 20


# -- when something is away


def test_with_the_database_away_the_records_wait(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    ends(phone.rings().press("4"))
    clock.now += HELD
    nowhere = Database("postgresql+psycopg://127.0.0.1:1/clinic")
    with pytest.raises(StoreAway):
        TraceShipper(CallTraces(nowhere), Spool(worker.settings.state_dir / spool.FOLDER), lambda: "a").ship(clock())
    nowhere.close()
    assert len(segments(worker)) == 1
    assert [row["path"] for row in recorded(worker, clock)] == ["welcome main hours"]
    assert segments(worker) == []


def test_a_folder_that_cannot_be_written_is_named_once_and_keeps_nobody_from_calling(
    phone: Phone, worker: WorkerServices, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    folder = worker.settings.state_dir / spool.FOLDER
    folder.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        call = phone.rings().press(*BOOK)
    assert call.reference
    said = [each.getMessage() for each in caplog.records if each.name == "ivr.reports.spool"]
    assert said == ["calls leave no record: Not a directory"]
    folder.unlink()
    ends(phone.rings())
    assert len(recorded(worker, clock)) == 1, "and goes on by itself when it can"


# -- the files


def test_what_a_full_disk_cut_off_spoils_no_other_line_and_nothing_foreign_gets_through(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    call = phone.rings()
    (path,) = segments(worker)
    whole = path.read_bytes()
    odd = [
        b"[1]", b"{}", b"null", b'"', b"\xff\xfe",
        whole.replace(b'"l":"main"', b'"l":"main; drop"'), whole.replace(b'"welcome"', b'"9999900003"'),
        whole.replace(b'"t":1', b'"t":1e99'), whole.replace(b'"c":"', b'"c":"x'),
    ]  # fmt: skip
    with path.open("ab") as file:
        file.write(b"".join(b"\n" + each for each in odd) + whole[: len(whole) // 2])
    ends(call.press("4"))
    clock.now += HELD
    assert [row["path"] for row in recorded(worker, clock)] == ["welcome main hours"]
    assert segments(worker) == []


def test_a_writer_that_was_held_up_in_an_old_segment_is_still_read(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    ends(phone.rings())
    (path,) = segments(worker)
    file = os.open(path, os.O_WRONLY | os.O_APPEND)
    assert len(recorded(worker, clock)) == 1
    assert segments(worker) == [path], "somebody may still be at it"
    late = path.read_bytes().replace(b'"c":"', b'"c":"' + b"0" * 32 + b'","was":"')
    os.write(file, late)
    os.close(file)
    clock.now += HELD
    assert len(recorded(worker, clock)) == 2
    assert segments(worker) == []


def test_a_segment_that_grew_since_it_was_read_is_not_removed(worker: WorkerServices, clock: Clock) -> None:
    calls = Spool(worker.settings.state_dir / spool.FOLDER)
    calls.write(Trace("0" * 32, clock(), "main", "en", ("welcome",)))
    (read,), _ = calls.read()
    calls.write(Trace("1" * 32, clock(), "main", "en", ("welcome",)))
    calls.remove(read, clock() + HELD)
    assert len(segments(worker)) == 1


def test_a_clock_that_was_wrong_keeps_nothing_for_ever(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    clock.goes_on(days=4000)
    phone.rings()
    clock.goes_on(days=-4000)
    assert len(recorded(worker, clock)) == 1
    assert segments(worker) == []


WRITES = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ivr.reports.call_records import Trace
from ivr.reports.spool import Spool
spool, at = Spool(Path(sys.argv[1])), datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
print("ready", flush=True)
sys.stdin.readline()
for number in range(500):
    mark = f"{int(sys.argv[2]):016x}{number:016x}"
    spool.write(Trace(mark, at, "main", "en", ("welcome", "main") * 15))
"""


def test_processes_that_write_at_once_do_not_spoil_each_others_lines(worker: WorkerServices) -> None:
    folder = worker.settings.state_dir / spool.FOLDER
    command = [sys.executable, "-c", WRITES, str(folder)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    writers = [subprocess.Popen([*command, str(each)], cwd=ROOT, text=True, **pipes) for each in range(3)]
    for each in writers:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    done = [each.communicate("now\n", timeout=60) for each in writers]
    assert len(done) == 3
    (read,), _ = Spool(folder).read()
    assert len({trace.mark for trace in read.traces}) == 1500
    assert {trace.what for trace in read.traces} == {("welcome", "main") * 15}


def test_a_flood_is_collected_a_piece_at_a_time(
    worker: WorkerServices, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "AT_ONCE", 2000)  # bytes: some fifteen traces
    calls, began = Spool(worker.settings.state_dir / spool.FOLDER), clock()
    for number in range(300):
        at = began + timedelta(seconds=number * 4)
        calls.write(Trace(f"{number:032x}", at, "main", "en", ("welcome", "main")))
        if number % 3:
            calls.write(Trace(f"{number:032x}", at, "", "", over=True, lasted=1))
    clock.goes_on(hours=3)
    for _ in range(100):
        record_calls(worker)
    assert segments(worker) == []
    assert len(recorded(worker, clock)) == 300


def test_twice_as_many_segments_are_twice_the_work(tmp_path: Path, clock: Clock) -> None:
    def work(count: int) -> int:
        calls = Spool(tmp_path / str(count))
        for number in range(count):
            calls.write(Trace(f"{number:032x}", clock() + timedelta(minutes=number), "main", "en", ("welcome",)))
        steps: Counter[str] = Counter()
        sys.setprofile(lambda _frame, what, _arg: steps.update([what]))
        try:
            read, _ = calls.read()
        finally:
            sys.setprofile(None)
        assert len(read) == count
        return steps.total()

    assert work(400) < 2.5 * work(200)
