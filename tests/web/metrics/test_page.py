"""The page of metrics: only the monitoring reads it; the page shows counts and the desk's state, and names nobody."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from psutil import Process
from werkzeug.test import TestResponse

from config.settings import Settings
from ivr.app import create_app
from ivr.desk.outbox import PAUSES
from ivr.line.hours import DeskClosure
from ivr.line.menu import MENU
from ivr.metrics.counters import Counters
from ivr.metrics.files import ROOM
from ivr.metrics.table import CALLS, FAULT, LABELS, OK, OTHER, READ, WEBHOOKS, from_zero
from ivr.storage.audit import By
from ivr.storage.database import sqlite_path
from ivr.web.services import Services
from ivr.wiring.foundation import A_CALLER_WAITS, TimeLimits
from testing.servers import until
from testing.servers.valkey import Valkey
from tests.conftest import PASSWORD, settings_for
from tests.desk.callers import prefers_hindi
from tests.people import CALL, Clock, Conversation, Phone, Staff
from tests.served import asked, web
from tests.test_faults import moved
from tests.web import Serves
from workers.services import WorkerServices

TOKEN = "a-token-that-reads-numbers"

BOOKS, ASKS = ("1", "1", "1", "1", "1"), ("2", "1", "1", "1")
"""The keys by which a caller books an appointment, and asks for a call back."""

Series = dict[tuple[str, ...], float]


@pytest.fixture
def time_limits() -> TimeLimits:
    """The service's own time limits for the stores, for tests that stop one of the stores from answering."""
    return A_CALLER_WAITS


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str, redis_url: str) -> Settings:
    """The usual settings of a test, with a token for reading the metrics."""
    return settings_for(tmp_path, sqlite_url, redis_url, METRICS_TOKEN=TOKEN)


def scrape(phone: Phone, **headers: str) -> str:
    """Return the page of metrics as Prometheus gets it, with the token."""
    answer = phone.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", **headers})
    assert answer.status_code == 200
    return answer.text


def read(text: str) -> Series:
    """Return the value of each series on the page, by the series' name and its label values, sorted by label name."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(each.name, *(value for _, value in sorted(each.labels.items()))): each.value for each in samples}


def numbers(phone: Phone) -> Series:
    return read(scrape(phone))


def books(phone: Phone, **more: str) -> None:
    phone.rings(**more).press(*BOOKS)


# -- who may read


@pytest.mark.parametrize(
    "given", ["", f"Bearer {TOKEN}x", f"Bearer x{TOKEN}", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, "Bearer é"]
)
def test_who_has_not_the_token_is_asked_for_it_and_told_nothing(phone: Phone, given: str) -> None:
    answer = phone.app.test_client().get("/metrics", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "clinic_" not in answer.text


def test_where_no_token_is_set_there_is_no_such_page_for_anybody(serves: Serves) -> None:
    with serves() as phone:
        for given in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}"}):
            assert phone.app.test_client().get("/metrics", headers=given).status_code == 404


def test_somebody_at_the_desk_does_not_read_them_either(staff: Staff) -> None:
    assert staff.browser.get("/metrics").status_code == 401


# -- what is counted


def test_calls_are_counted_by_line_and_language(phone: Phone) -> None:
    phone.rings("main")
    phone.rings("main")
    phone.rings("third")
    found, third = numbers(phone), phone.services.clinic.lines["third"].language
    assert found["clinic_calls_total", "en", "main"] == 2
    assert found["clinic_calls_total", third, "third"] == 1
    assert found["clinic_calls_total", "en", "second"] == 0, "there before its first call, so that one is seen"


def test_a_call_is_counted_in_the_language_that_its_number_is_greeted_in(phone: Phone) -> None:
    prefers_hindi(phone)
    phone.rings("main")
    found = numbers(phone)
    assert (found["clinic_calls_total", "en", "main"], found["clinic_calls_total", "hi", "main"]) == (0, 1)


def test_a_call_that_begins_again_after_an_apology_is_counted_once(phone: Phone) -> None:
    call = phone.rings()
    call.follows("/voice/fallback", {"ErrorUrl": f"{phone.called_at}/voice"})
    assert "there is a small problem" in call.words
    call.follows(call.silence_leads, {})
    assert call.url == "/voice/again"
    assert call.place == "main"
    assert numbers(phone)["clinic_calls_total", "en", "main"] == 1


def test_webhooks_are_timed_by_place_as_long_as_the_carrier_waited(
    phone: Phone, services: Services, clock: Clock
) -> None:
    class Slow:
        def accept(self, new: Any) -> Any:
            clock.goes_on(seconds=2.5)
            return services.telephone.intake.accept(new)

    telephone = replace(services.telephone, intake=Slow())  # type: ignore[arg-type]  # an intake that is slow
    slow = replace(services, telephone=telephone)
    phone = Phone(create_app(slow), slow)
    books(phone)
    found = numbers(phone)
    assert found["clinic_webhook_seconds_count", "ok", "incoming"] == 1
    assert found["clinic_webhook_seconds_sum", "ok", "summary"] == pytest.approx(2.5)
    buckets = {
        bound: found["clinic_webhook_seconds_bucket", bound, "ok", "summary"] for bound in ("2.0", "3.0", "+Inf")
    }
    assert buckets == {"2.0": 0, "3.0": 1, "+Inf": 1}


def test_a_mistake_of_ours_is_an_apology_and_so_is_what_the_carrier_could_not_reach(
    phone: Phone, services: Services
) -> None:
    telephone = replace(services.telephone, intake=None)  # type: ignore[arg-type]  # so that each request fails
    broken = replace(services, telephone=telephone)
    books_in_vain = Phone(create_app(broken), broken)
    assert "there is a small problem" in books_in_vain.rings().press("1", "1", "1", "1", "1").words
    phone.unsigned("/voice/fallback", {})
    found = numbers(phone)
    assert found["clinic_webhook_seconds_count", "fault", "summary"] == 1
    assert found["clinic_webhook_seconds_count", "ok", "fallback"] == 1
    assert (found["clinic_apologies_total", "fault"], found["clinic_apologies_total", "fallback"]) == (1, 1)


def test_promises_are_counted_by_kind_and_by_the_store_that_keeps_them(
    phone: Phone, sqlite_url: str, valkey_server: Valkey
) -> None:
    books(phone)
    with moved(sqlite_path(sqlite_url)):
        phone.rings().press("2", "1", "1", "1")
        found = numbers(phone)
        assert found["clinic_promises_total", "booking", "database"] == 1
        assert found["clinic_promises_total", "callback", "redis"] == 1
        assert (found["clinic_database_up",], found["clinic_redis_up",]) == (0, 1)
        assert found["clinic_requests_in_redis",] == 1
        valkey_server.stop()
        try:
            phone.rings().press("2", "1", "1", "1")
            found = numbers(phone)
        finally:
            valkey_server.start()
        assert found["clinic_nothing_promised_total", "callback"] == 1
        assert sum(value for key, value in found.items() if key[0] == "clinic_promises_total") == 2
        assert (found["clinic_database_up",], found["clinic_redis_up",]) == (0, 0)
    assert numbers(phone)["clinic_database_up",] == 1


def test_a_promise_is_counted_once_however_often_its_webhook_comes(phone: Phone, sqlite_url: str) -> None:
    """The carrier delivers the last key of a call again: in either store it is the same promise."""
    for number, keys in enumerate((BOOKS, ASKS, ASKS)):
        repeats(phone.rings(caller=f"+91999990000{number}").press(*keys))
    found = numbers(phone)
    assert found["clinic_promises_total", "booking", "database"] == 1
    assert found["clinic_promises_total", "callback", "database"] == 2
    with moved(sqlite_path(sqlite_url)):
        repeats(phone.rings(caller="+919999900003").press(*ASKS))
        assert numbers(phone)["clinic_promises_total", "callback", "redis"] == 1


def repeats(call: Conversation) -> None:
    """Deliver a call's last webhook twice more."""
    for _ in range(2):
        call.repeats_last_webhook()


def test_forged_webhooks_and_failed_logins_are_counted(phone: Phone, services: Services, clock: Clock) -> None:
    for _ in range(3):
        phone.unsigned("/voice/main", {"CallSid": "CA1"})
    services.staff.people.add("asha", PASSWORD, clock())
    for _ in range(6):
        Staff(phone.app).logs_in(password="not this one")
    Staff(phone.app).logs_in(password=PASSWORD)
    found = numbers(phone)
    assert found["clinic_signature_failures_total",] == 3
    assert (found["clinic_failed_logins_total", "wrong"], found["clinic_failed_logins_total", "locked_out"]) == (5, 2)
    assert not [key for key in found if key[0] == "clinic_webhook_seconds_count"], "nobody of the carrier's has waited"


def test_nobody_outside_makes_labels(phone: Phone) -> None:
    for place in ("nowhere", "9876505678", "incoming", "a" * 500):
        assert phone.posts(f"/voice/{place}?line=x9876505678&lang=zz", CALL).status_code == 200
    found = numbers(phone)
    assert {key[-1] for key in found if key[0] == "clinic_webhook_seconds_count"} == {OTHER}
    assert found["clinic_webhook_seconds_count", "ok", OTHER] == 4
    assert not set(LABELS.values()) & set(MENU), "nor is a route mistaken for a place"


# -- what is read from the desk


def test_requests_are_read_by_where_they_stand(staff: Staff, phone: Phone) -> None:
    books(phone)
    books(phone, caller="+919999900002")
    staff.does("take", 1)
    found = numbers(phone)
    standing = {status: found["clinic_requests", status] for status in ("open", "taken", "closed")}
    assert standing == {"open": 1, "taken": 1, "closed": 0}


def test_the_most_overdue_request_that_nobody_has_taken_is_timed(phone: Phone, staff: Staff, clock: Clock) -> None:
    phone.rings().press("2", "1", "1", "1")
    due = phone.services.desk.store.request(1).due
    clock.now = due
    assert numbers(phone)["clinic_oldest_overdue_seconds",] == 0
    clock.goes_on(minutes=5)
    assert numbers(phone)["clinic_oldest_overdue_seconds",] == 300
    staff.does("take", 1)
    assert numbers(phone)["clinic_oldest_overdue_seconds",] == 0


def test_a_request_is_late_in_the_hours_of_its_own_line(phone: Phone, clock: Clock) -> None:
    """The main line is closed for the day, and a request on another line is as late as ever."""
    phone.rings("main").press("2", "1", "1", "1")
    phone.rings("second", caller="+919999900002").press("2", "1", "1", "1")
    main, second = (phone.services.desk.store.request(number) for number in (1, 2))
    hours, today = phone.services.hours, clock.now.date()
    hours.closures.set([DeskClosure(today, "main", (), "")], By("asha", clock()))
    hours.closures_file.follow(hours.closures, today)
    clock.now = max(main.due, second.due)
    clock.goes_on(hours=3)
    late = clock.now - second.due
    assert numbers(phone)["clinic_oldest_overdue_seconds",] == late.total_seconds()


def test_the_oldest_notification_that_nobody_has_got_is_timed_until_it_is_done_or_has_failed(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    books(phone)
    clock.goes_on(seconds=400)
    assert numbers(phone)["clinic_oldest_unsent_seconds", "tell_staff"] == 400
    for _ in range(len(PAUSES) + 1):
        errand = worker.desk.outbox.begin(1, clock())
        assert errand
        worker.desk.outbox.failed(errand, "NotTold", clock())
    found = numbers(phone)
    assert found["clinic_errands_failed", "tell_staff"] == 1
    assert found["clinic_oldest_unsent_seconds", "tell_staff"] == 0


def test_lines_are_open_as_their_callers_hear(phone: Phone, clock: Clock) -> None:
    assert numbers(phone)["clinic_line_open", "main"] == 1
    clock.shows(2026, 11, 23, 23, 30)
    assert numbers(phone)["clinic_line_open", "main"] == 0


def test_a_frozen_redis_does_not_keep_prometheus_waiting(phone: Phone, valkey_server: Valkey) -> None:
    valkey_server.pause()
    try:
        with ThreadPoolExecutor(1) as hand:
            found = hand.submit(numbers, phone).result(timeout=5)
    finally:
        valkey_server.resume()
    assert found["clinic_redis_up",] == 0
    assert not [key for key in found if key[0] in {"clinic_requests_in_redis", "clinic_worker_up"}], "nobody knows"


def test_every_metric_of_the_table_is_given_also_in_the_newer_format(phone: Phone) -> None:
    phone.rings()
    names = {key[0] for key in numbers(phone)}
    assert {metric.name for metric, _ in from_zero(["main"], ["en"])} | {metric.name for metric in READ} <= names
    assert scrape(phone, Accept="application/openmetrics-text; version=1.0.0").endswith("# EOF\n")


# -- nothing personal


def test_no_name_no_value_and_no_file_holds_anything_personal(phone: Phone, services: Services, tmp_path: Path) -> None:
    caller, keyed, name, password = "+919876501234", "9876505678", "asha-of-the-desk", "a-password-to-hide"
    phone.rings(caller=caller).press("1", "1", "1", "2", f"0{keyed}#", "1", "1")
    phone.posts(f"/voice/{keyed}", {**CALL, "From": caller, "To": caller})
    services.staff.people.add(name, password, services.clock())
    Staff(phone.app, name, password).logs_in(password=f"{password}!")
    written = "".join(path.read_bytes().decode("latin-1") for path in (tmp_path / "metrics").iterdir())
    for word in (caller[3:], keyed, name, password):
        assert word not in scrape(phone) + written
    assert re.search(r"\d{6}", re.sub(r" \S+$", "", scrape(phone), flags=re.MULTILINE)) is None


# -- several processes


def test_whichever_process_is_asked_it_tells_what_all_have_counted_and_what_a_dead_one_had(
    services: Services, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "metrics"

    def found() -> set[float]:
        answers = [asked(f"{running.url}/metrics", Authorization=f"Bearer {TOKEN}") for _ in range(12)]
        return {calls(answer) for answer in answers}

    with web(services, settings) as running:
        rung = rings_until(lambda: all(counts(each) for each in running.processes), running.phone)
        assert found() == {rung}
        running.loses_one()
        assert found() == {rung}, "its calls are not forgotten"
        rung += rings_until(lambda: all(counts(each) for each in running.processes), running.phone)
        assert found() == {rung}
        assert len(list(folder.glob("*.db"))) == 4, "the new one goes on in the files of the dead one"


def counts(process: Process) -> bool:
    """Return whether a web process has counted anything yet, and so has opened its files of counts."""
    return any("counter_" in file.path for file in process.open_files())


def rings_until(enough: Callable[[], bool], phone: Phone) -> int:
    """Call the line, eight calls at a time, until `enough` returns True; return the number of calls."""
    rung = 0

    def once() -> bool:
        nonlocal rung
        with ThreadPoolExecutor(8) as hands:
            rung += len(list(hands.map(lambda _: phone.rings(), range(8))))
        return enough()

    assert until(once)
    return rung


def calls(answer: TestResponse) -> float:
    assert answer.status_code == 200
    found: Series = read(answer.text)
    return sum(value for key, value in found.items() if key[0] == "clinic_calls_total")


# -- the files


@pytest.fixture
def tally(tmp_path: Path) -> Iterator[Counters]:
    tally = Counters(tmp_path / "counts")
    yield tally
    tally.close()


def total(tally: Counters) -> float:
    return sum(sample.value for family in tally.collect() for sample in family.samples)


def test_a_new_process_goes_on_where_one_that_has_ended_left_off(tmp_path: Path) -> None:
    for ended in range(3):
        with_two = [Counters(tmp_path), Counters(tmp_path)]
        for each in with_two:
            each.count(CALLS, line="main", language="en")
        assert {total(each) for each in with_two} == {2 * (ended + 1)}
        for each in with_two:
            each.close()
    assert len(list(tmp_path.glob("*.db"))) == 4


@pytest.mark.parametrize("spoilt", [b"", b"\x00", b"\x00\x10\x00\x00" + b"\x07" * ROOM], ids=["empty", "cut", "wrong"])
def test_a_file_that_a_power_cut_has_spoilt_is_begun_anew_and_the_others_count(tmp_path: Path, spoilt: bytes) -> None:
    first, second = Counters(tmp_path), Counters(tmp_path)
    first.count(CALLS, line="main", language="en")
    second.count(CALLS, line="main", language="en")
    first.close()
    (tmp_path / "counter_1.db").write_bytes(spoilt)
    assert total(second) == 1
    first.count(CALLS, line="main", language="en")
    assert total(second) == 2
    first.close()
    second.close()


def test_where_nothing_can_be_written_calls_are_answered_all_the_same(
    phone: Phone, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "metrics").write_text("a file where the folder should be")
    books(phone)
    assert phone.services.desk.store.request(1)
    assert numbers(phone)["clinic_requests", "open"] == 1
    assert caplog.text.count("nothing is counted any more") == 1


def test_all_that_can_be_counted_has_room_in_a_file(tally: Counters, tmp_path: Path) -> None:
    """A process's file of counts never grows, because growing on a full disk would end the process."""
    for place in (*MENU, *LABELS.values(), OTHER):
        for outcome in (OK, FAULT):
            tally.observe(WEBHOOKS, 1, place=place, outcome=outcome)
    for metric, labels in from_zero([f"line {number}" for number in range(100)], ["en", "hi"]):
        tally.count(metric, 1, **labels)
    assert {path.stat().st_size for path in (tmp_path / "counts").glob("*.db")} == {ROOM}


def test_a_label_that_a_metric_does_not_have_is_refused(tally: Counters) -> None:
    with pytest.raises(ValueError, match="clinic_calls_total has the labels"):
        tally.count(CALLS, line="main", caller="somebody")
