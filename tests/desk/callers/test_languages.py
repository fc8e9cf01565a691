"""A number is greeted in the language that its last two calls chose, until two later calls choose another language."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

from config.settings import Settings
from ivr.desk.callers.languages import ERASED_FOR, UsedLanguage, erase, remember, remembered
from ivr.line.phones import phone as number_of
from ivr.reports.call_records import SETTLES, Trace
from ivr.reports.traces.call_traces import CallTraces, traces_of
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds
from ivr.web.telephone.call_urls import language_of
from testing.servers import until
from tests.people import CALLER, OTHER, Clock, Conversation, Phone
from tests.third_language import clinic_in_three
from tests.web import service
from tests.workers import record_calls
from workers.clock import check_missed_calls
from workers.services import WorkerServices
from workers.services import build as build_workers

ABROAD = "+12025550199"
HINDI, ENGLISH = "hi-IN", "en-IN"


Another = Callable[..., AbstractContextManager[Phone]]
"""A function that starts another service on the test's stores; keyword arguments are settings to add."""


@pytest.fixture
def another(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Another:
    """A function that starts another service on the test's stores, with these further settings."""
    return partial(service, tmp_path, database_url, redis_url, clock)


def calls(phone: Phone, worker: WorkerServices, *keys: str, caller: str = CALLER, line: str = "main") -> Conversation:
    """Call the line, press these keys, hang up, and have the clock make the call's record; return the call."""
    call = phone.rings(line, caller).press(*keys)
    call.hangs_up()
    collects(worker, phone)
    return call


def collects(worker: WorkerServices, phone: Phone) -> None:
    clock = phone.services.clock
    assert isinstance(clock, Clock)
    clock.goes_on(seconds=SETTLES.total_seconds())
    record_calls(worker)
    check_missed_calls(worker)


def begins_in(phone: Phone, caller: str = CALLER, line: str = "main") -> str:
    """Return the language in which a new call from this number begins.

    No record is made of this call, so no language is remembered from it.
    """
    call = phone.rings(line, caller)
    return language_of(call.next_url)


def rows(phone: Phone) -> list[tuple[str, str | None, str | None]]:
    with phone.services.database.reading() as read:
        table = schema.caller_languages
        return [tuple(row) for row in read.execute(select(table.c.mark, table.c.language, table.c.latest))]


# -- learnt


def test_after_two_calls_in_hindi_the_third_is_greeted_in_it_and_offers_english(
    phone: Phone, worker: WorkerServices
) -> None:
    for _ in range(2):
        assert begins_in(phone) == "en"
        calls(phone, worker, "9", "4")
    third = phone.rings()
    assert third.spoken[0].language == HINDI
    offers = [each.words for each in third.spoken if each.language == ENGLISH]
    assert offers == ["For English press 9."]
    assert third.press("4").languages == {HINDI}
    assert begins_in(phone, line="second") == "hi", "on every line"
    assert begins_in(phone, OTHER) == "en"


def test_nine_pressed_once_or_taken_back_changes_nothing(phone: Phone, worker: WorkerServices) -> None:
    calls(phone, worker, "9")
    for _ in range(2):
        calls(phone, worker, "9", "9", "4")
    calls(phone, worker, "9")
    assert begins_in(phone) == "en"


def test_who_changes_back_in_two_calls_is_greeted_in_english_again(phone: Phone, worker: WorkerServices) -> None:
    for _ in range(2):
        calls(phone, worker, "9", "4")
    calls(phone, worker, "9", "4")
    assert begins_in(phone) == "hi", "once is not enough"
    calls(phone, worker, "9", "4")
    assert begins_in(phone) == "en"


def test_a_telephone_that_two_people_share_goes_on_as_it_began(phone: Phone, worker: WorkerServices) -> None:
    """Two people who share a number and choose different languages in turn change nothing in its greeting."""
    for _ in range(3):
        calls(phone, worker, "9", "4")
        calls(phone, worker, "4")
    assert begins_in(phone) == "en"
    for _ in range(2):
        calls(phone, worker, "9", "4")
    for _ in range(3):
        calls(phone, worker, "9", "4")  # he chooses English
        calls(phone, worker, "4")  # she stays with Hindi
    assert begins_in(phone) == "hi"


def test_calls_without_a_key_and_of_callers_without_a_number_teach_nothing(
    phone: Phone, worker: WorkerServices
) -> None:
    for caller in ("anonymous", ABROAD, "+918090080907"):
        for _ in range(2):
            calls(phone, worker, "9", "4", caller=caller)
    for _ in range(3):
        calls(phone, worker)
        calls(phone, worker, "4")
    assert rows(phone) == [], "nor is anything kept of who stays with the line's own language"


def test_a_call_is_learnt_from_once_however_often_it_is_collected(
    phone: Phone, worker: WorkerServices, settings: Settings, clock: Clock
) -> None:
    calls(phone, worker, "9", "4")
    for _ in range(3):
        another = build_workers(settings, clock)
        record_calls(another)
        another.database.close()
    assert begins_in(phone) == "en"


def test_calls_of_one_minute_count_in_their_order(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    for keys in (("9", "4"), ("4",), ("9", "4"), ("9", "4")):
        phone.rings().press(*keys).hangs_up()
        clock.goes_on(seconds=5)
    collects(worker, phone)
    assert begins_in(phone) == "hi"


# -- not used, or not kept


def test_a_line_that_does_not_remember_greets_in_its_own_language_and_learns_nothing(
    another: Another, settings: Settings, tmp_path: Path, clock: Clock
) -> None:
    shipped = settings.clinic_file.read_text(encoding="utf-8")
    file = tmp_path / "forgetful.toml"
    file.write_text(shipped.replace('key = "main"', 'key = "main"\nremembers_language = false', 1), encoding="utf-8")
    with another(CLINIC_FILE=str(file)) as phone:
        worker = build_workers(phone.services.settings, clock)
        for _ in range(2):
            calls(phone, worker, "9", "4")
        assert rows(phone) == []
        for _ in range(2):
            calls(phone, worker, "9", "4", line="second")
        worker.database.close()
        assert (begins_in(phone), begins_in(phone, line="second")) == ("en", "hi")


def test_a_blocked_number_is_not_greeted_in_its_language_and_teaches_none(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    for _ in range(2):
        calls(phone, worker, "9", "4")
    for number in (CALLER, OTHER):
        phone.services.desk.blocked.block(number_of(number), "", By("asha", clock()))
    assert begins_in(phone) == "en"
    before = rows(phone)
    for caller in (CALLER, OTHER):
        calls(phone, worker, "9", "4", caller=caller)
    assert rows(phone) == before


def test_a_language_that_the_line_no_longer_speaks_is_not_used(
    phone: Phone, worker: WorkerServices, another: Another, tmp_path: Path
) -> None:
    with another(CLINIC_FILE=clinic_in_three(tmp_path)) as three:
        for _ in range(2):
            calls(three, worker, "9", "3", "4")
        assert begins_in(three) == "pa"
    assert begins_in(phone) == "en"


def test_only_asking_for_the_menu_of_languages_is_no_use_of_one(
    worker: WorkerServices, another: Another, tmp_path: Path
) -> None:
    with another(CLINIC_FILE=clinic_in_three(tmp_path)) as three:
        for _ in range(2):
            calls(three, worker, "9", "2", "9")
        assert begins_in(three) == "hi"


def test_under_another_secret_nobody_is_known_and_two_calls_teach_anew(
    phone: Phone, worker: WorkerServices, another: Another, clock: Clock
) -> None:
    for _ in range(2):
        calls(phone, worker, "9", "4")
    with another(SECRET_KEY="fedcba9876543210" * 4) as changed:
        after = build_workers(changed.services.settings, clock)
        assert begins_in(changed) == "en"
        for _ in range(2):
            calls(changed, after, "9", "4")
        after.database.close()
        assert begins_in(changed) == "hi"


def test_what_is_kept_does_not_show_the_number(phone: Phone, worker: WorkerServices) -> None:
    for _ in range(2):
        phone.rings().press("9", "4").hangs_up()
    spool = b"".join(each.read_bytes() for each in (worker.settings.state_dir / "calls").iterdir())
    collects(worker, phone)
    (row,) = rows(phone)
    assert row == (KeyedIds(worker.settings.secret_key).telephone(CALLER), "hi", "hi")
    assert row[0].encode() in spool
    assert CALLER[3:].encode() not in spool


# -- handed out and forgotten


def privacy(phone: Phone, *words: str) -> str:
    told = phone.app.test_cli_runner().invoke(args=["privacy", *words])
    assert told.exit_code == 0, told.output
    return told.stdout


def test_it_is_handed_out_and_erased_with_all_else_of_the_number(phone: Phone, worker: WorkerServices) -> None:
    for caller in (CALLER, OTHER):
        for _ in range(2):
            calls(phone, worker, "9", "4", caller=caller)
    (told,) = json.loads(privacy(phone, "export", CALLER))["language"]
    assert (told["language"], told["latest"]) == ("hi", "hi")
    assert "Erased." in privacy(phone, "erase", CALLER, "--yes")
    assert (begins_in(phone), begins_in(phone, OTHER)) == ("en", "hi")
    assert json.loads(privacy(phone, "export", CALLER))["language"] == []
    lines = phone.services.staff.audit.page()
    assert [each.detail for each in lines if each.what == "erased"] == ["a language"]


def test_calls_from_before_the_erasure_that_are_recorded_later_teach_nothing(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    calls(phone, worker, "9", "4")
    for _ in range(2):
        phone.rings().press("9", "4").hangs_up()
    clock.goes_on(seconds=1)
    privacy(phone, "erase", CALLER, "--yes")
    collects(worker, phone)
    assert begins_in(phone) == "en"
    for _ in range(2):
        calls(phone, worker, "9", "4")
    assert begins_in(phone) == "hi", "who calls again is learnt from again"


def test_it_is_forgotten_ninety_days_after_the_last_call(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    for _ in range(2):
        calls(phone, worker, "9", "4")
    clock.goes_on(days=60)
    calls(phone, worker, "4")
    clock.goes_on(days=89)
    worker.purge.run(clock())
    assert begins_in(phone) == "hi", "it was heard and used since"
    clock.goes_on(days=2)
    assert worker.purge.run(clock()) == {"languages of callers": 1}
    assert begins_in(phone) == "en"


def test_what_holds_back_the_calls_before_an_erasure_is_gone_after_a_day(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    privacy(phone, "erase", CALLER, "--yes")
    worker.purge.run(clock())
    assert len(rows(phone)) == 1
    clock.goes_on(seconds=ERASED_FOR.total_seconds())
    worker.purge.run(clock())
    assert rows(phone) == []


# -- the rule itself


@pytest.fixture
def keyed_ids() -> KeyedIds:
    """The maker of keyed hashes of numbers and calls, with a secret of these tests."""
    return KeyedIds("a secret of these tests")


def test_many_calls_of_many_numbers_are_learnt_from_together(
    database: Database, keyed_ids: KeyedIds, clock: Clock
) -> None:
    marks = [keyed_ids.telephone(f"+91999990{n:04}") for n in range(50)]
    both = [
        UsedLanguage(mark, "hi", chosen=True, began=clock() + timedelta(minutes=n)) for n in range(2) for mark in marks
    ]
    with database.writing() as write:
        remember(write, both, keyed_ids)
    with database.reading() as read:
        assert read.scalars(select(schema.caller_languages.c.language)).all() == ["hi"] * 50


def test_an_erasure_waits_for_a_collector_at_work_and_never_in_a_circle(postgres_url: str, clock: Clock) -> None:
    """An erasure waits for a collector that has locked the number's traces, then erases what the collector stored."""
    keyed_ids, now = KeyedIds("a secret of these tests"), clock()
    mark = keyed_ids.telephone(CALLER)
    with closing(Database(postgres_url, timeout=60)) as database:
        CallTraces(database).take([Trace("a" * 32, now, "main", "hi", ("main",), "1" * 8, caller=mark)], "here", now)
        with database.writing() as write:
            remember(write, [UsedLanguage(mark, "hi", True, now - timedelta(days=days)) for days in (2, 1)], keyed_ids)

        def erases() -> None:
            with database.writing() as write:
                erase(write, CALLER, keyed_ids, clock())

        with ThreadPoolExecutor(1) as desk, database.writing() as collector:
            traces_of(collector, ["a" * 32], locked=True)
            erased = desk.submit(erases)
            assert until(lambda: bool(collector.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))))
            remember(collector, [UsedLanguage(mark, "hi", True, now)], keyed_ids)
        erased.result()
        with database.reading() as read:
            assert remembered(read, CALLER, keyed_ids) == []
            assert read.scalars(select(schema.call_traces.c.caller)).all() == [""]
