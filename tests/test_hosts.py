"""A clinic on two hosts: no caller, desk or report depends on which of the two a webhook or a trace came to."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from rq import Queue
from sqlalchemy import func, select

from ivr.diary.diary import book
from ivr.hosts.seen import SILENT
from ivr.hours.closures_file import FILE as CLOSURES
from ivr.hours.phone_booking import BookingSwitch
from ivr.line.hours import DeskClosure
from ivr.reports.call_records import SETTLES, Trace
from ivr.reports.period import Period
from ivr.reports.spool import FOLDER, HELD
from ivr.staff.people import MANAGER, STAFF
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import sqlite_path
from tests.conftest import PASSWORD, at_the_desk
from tests.desk.upkeep.test_upkeep import NINE
from tests.diary import asked, wished
from tests.people import CALLBACK, CALLER, DELHI, Clock, Phone, Staff
from tests.test_faults import moved
from tests.two_hosts import Host, goes_to, two_hosts
from tests.web.diary import books, words_of
from tests.web.diary import sends as sends_block
from tests.web.diary.test_calendar_feed import link_on
from tests.web.staff.second_factors import led_on, sets_up, shown, writes_code
from tests.web.staff.test_people import invites, opens, sends
from tests.web.telephone.test_limits import CALLS_OF_A_CALLER, is_refused, rings_often
from tests.workers import the_clock_runs

Hosts = tuple[Host, Host]

CLOSED = "We are closed today"
METRICS = "a-token-that-reads-numbers"
TODAY = DeskClosure(date(2026, 11, 23), "")


@pytest.fixture
def hosts(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Hosts]:
    """Two hosts of a clinic. Each test runs twice, on SQLite and on PostgreSQL."""
    with two_hosts(tmp_path, database_url, redis_url, clock) as found:
        yield found


@pytest.fixture
def pair(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Hosts]:
    """Two hosts of a clinic on SQLite, for tests to which the kind of database makes no difference."""
    with two_hosts(tmp_path, sqlite_url, redis_url, clock, METRICS_TOKEN=METRICS) as found:
        yield found


def paths(host: Host) -> list[str]:
    """Return the path of each recorded call, that is its places in order, as one text; the oldest call first."""
    with host.worker.database.reading() as read:
        return list(read.scalars(select(schema.calls.c.path).order_by(schema.calls.c.began)))


def count(host: Host, table: str) -> int:
    with host.worker.database.reading() as read:
        return read.scalar(select(func.count()).select_from(schema.metadata.tables[table])) or 0


def settles(clock: Clock) -> None:
    clock.goes_on(seconds=SETTLES.total_seconds())


def segments(host: Host) -> list[Path]:
    return list((host.worker.settings.state_dir / FOLDER).glob("*"))


def missed(host: Host) -> list[str]:
    return [each.how_far.kind for each in host.phone.services.desk.missed.standing(host.phone.services.clock())]


def is_told(host: Host) -> bool:
    """Return whether the desk has exactly one request to tell a patient of a booking that the caller did not hear."""
    with host.worker.database.reading() as read:
        return read.scalar(select(func.count()).where(schema.requests.c.why == "unheard")) == 1


# -- one record a call


@pytest.mark.parametrize("ends_at", [0, 1])
def test_a_call_that_both_hosts_answer_has_one_whole_record(hosts: Hosts, clock: Clock, ends_at: int) -> None:
    here, there = hosts
    for spread in (True, False):
        call = here.phone.rings()
        for host, key in ((there, "9"), (here, "2"), (there, "1")):
            clock.goes_on(seconds=5)
            goes_to(call, host if spread else here).press(key)
        goes_to(call, hosts[ends_at]).hangs_up()
        for each in hosts:
            each.sends()
        settles(clock)
        for each in hosts:
            each.sweeps()
    spread_out, of_one_host = paths(here)
    assert spread_out == of_one_host
    assert spread_out.startswith("welcome main welcome main callback ")
    assert missed(here) == missed(there) == ["midway"]


def test_what_is_sent_twice_and_recorded_by_three_clocks_at_once_is_there_once(hosts: Hosts, clock: Clock) -> None:
    here, there = hosts
    for number in range(12):
        call = here.phone.rings(caller=f"+9199999001{number:02}").press("9")
        clock.goes_on(seconds=1)
        goes_to(call, there).press("4").hangs_up()
    for each in (here, there, here, there):
        each.sends()
    settles(clock)
    clocks = (here.worker, there.worker, here.worker)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda worker: worker.call_collector.collect(clock()), clocks))
    assert len(paths(here)) == 12
    assert count(here, "caller_languages") == 12
    with here.worker.database.reading() as read:
        assert set(read.scalars(select(schema.caller_languages.c.language))) == {None}, "learnt from once"
        assert set(read.scalars(select(schema.call_traces.c.caller))) <= {"", "recorded"}, "nobody is named any more"


def test_a_part_that_comes_late_corrects_the_record_and_what_was_decided_by_it(hosts: Hosts, clock: Clock) -> None:
    """Traces that a second host sends late complete a call's record, and the call no longer counts as missed."""
    here, there = hosts
    call = here.phone.rings()
    clock.goes_on(seconds=5)
    goes_to(call, there).press("4")
    goes_to(call, here).hangs_up()
    settles(clock)
    here.sweeps()
    assert (paths(here), missed(here)) == (["welcome main"], ["nothing"])
    clock.goes_on(hours=1)
    there.sends()
    here.sweeps()
    assert paths(here) == ["welcome main hours"]
    assert (missed(here), count(here, "missed_calls")) == ([], 0)


@pytest.mark.parametrize("after", [(), ("4",)])
def test_a_language_that_a_late_part_shows_is_learnt_once(pair: Hosts, clock: Clock, after: tuple[str, ...]) -> None:
    """A caller's language is learnt once from a call, even if the host where it was chosen sends its traces late."""
    here, there = pair
    call = here.phone.rings()
    clock.goes_on(seconds=5)
    goes_to(call, there).press("9")
    clock.goes_on(seconds=5)
    goes_to(call, here).press(*after).hangs_up()
    settles(clock)
    here.sweeps()
    there.sends()
    here.sweeps()
    here.sweeps()
    with here.worker.database.reading() as read:
        assert read.execute(select(schema.caller_languages.c.language, schema.caller_languages.c.latest)).all() == [
            (None, "hi")
        ]


def test_traces_that_are_sent_anew_make_no_less_of_a_record(pair: Hosts, clock: Clock) -> None:
    """A record stays complete if the traces' table is emptied and a host then sends only its remaining traces."""
    here, there = pair
    call = here.phone.rings()
    clock.goes_on(seconds=5)
    goes_to(call, there).press("4").hangs_up()
    for each in pair:
        each.sends()
    settles(clock)
    here.sweeps()
    before = paths(here)
    with here.worker.database.writing() as write:
        write.execute(schema.call_traces.delete())
    there.worker.host.shipper.ship(clock())
    here.sweeps()
    assert (paths(here), count(here, "calls")) == (before, 1)
    assert count(here, "call_traces") > 0


def test_a_call_goes_on_at_its_host_while_its_first_minutes_are_recorded_nowhere(pair: Hosts, clock: Clock) -> None:
    """A host keeps the files of a long call until the call is over, because the end's webhook needs the whole path."""
    here, _there = pair
    call = here.phone.rings()
    for _ in range(3):
        clock.goes_on(seconds=HELD.total_seconds())
        here.sends()
    assert len(segments(here)) == 1
    call.press("2", "1", "1", "1").hangs_up()
    assert count(here, "missed_calls") == 0, "it was served, as the path shows"
    clock.goes_on(seconds=HELD.total_seconds())
    here.sends()
    assert segments(here) == []
    here.sweeps()
    assert len(paths(here)) == 1


def test_traces_are_forgotten_after_a_day(pair: Hosts, clock: Clock) -> None:
    here, _ = pair
    here.phone.rings().press("4").hangs_up()
    here.sends()
    settles(clock)
    here.sweeps()
    assert count(here, "call_traces") > 0
    for _ in range(9):
        clock.goes_on(hours=3)
        here.sweeps()
    assert (count(here, "call_traces"), count(here, "calls")) == (0, 1)


def test_a_number_that_is_erased_leaves_no_hash_in_the_traces(pair: Hosts, clock: Clock) -> None:
    here, there = pair
    call = here.phone.rings().press("9")
    here.sends()
    there.phone.app.test_cli_runner().invoke(args=["privacy", "erase", CALLER, "--yes"])
    with here.worker.database.reading() as read:
        assert set(read.scalars(select(schema.call_traces.c.caller))) == {""}
    call.hangs_up()


def test_an_hour_that_only_the_late_part_shows_as_unheard_is_told_then(pair: Hosts, clock: Clock) -> None:
    """A patient is to be told of a booking once the other host's late trace shows that a fault kept it unheard."""
    here, there = pair
    with here.worker.database.writing() as write:
        book(write, wished(NINE), asked(NINE))
    mark = here.worker.desk.unheard.mark_of("CA1")
    for step, place in enumerate(("main", "booked")):
        here.worker.host.spool.write(Trace(mark, clock(), "main", "en", (place,), f"{step:08}"))
    there.worker.host.spool.write(Trace(mark, clock() + timedelta(seconds=9), "main", "", ("fault",), "00000009"))
    here.worker.host.spool.write(Trace(mark, clock() + timedelta(seconds=20), "", "", over=True, lasted=40))
    clock.goes_on(minutes=1)
    here.sweeps()
    assert not is_told(here)
    there.sends()
    here.sweeps()
    here.sweeps()
    assert is_told(here)


def test_a_record_that_was_corrected_is_counted_anew(pair: Hosts, clock: Clock) -> None:
    """The reports count a day's calls again when a late trace has corrected a record that they had counted."""
    here, there = pair
    clock.goes_on(minutes=20)
    call = here.phone.rings()
    clock.goes_on(seconds=5)
    goes_to(call, there).press("4")
    goes_to(call, here).hangs_up()
    settles(clock)
    for _ in range(3):
        here.sweeps()
        assert served(here) == 0
    there.sends()
    here.sweeps()
    assert served(here) == 1


def served(host: Host) -> int:
    """Return the number of today's calls that were served, as a report on this host counts them."""
    services = host.phone.services
    today = services.clock().date()
    report = services.reports.reports.of(Period(today, today, DELHI), "", services.clinic, services.clock())
    return report.calls.served


# -- what the desk has set


def test_closures_and_pauses_reach_a_host_without_a_clock_and_hold_there(
    pair: Hosts, sqlite_url: str, clock: Clock
) -> None:
    here, there = pair
    assert CLOSED not in there.phone.rings().press("4").words
    by = By("asha", clock())
    here.worker.hours.closures.set([TODAY], by)
    here.worker.hours.phone_booking.change(BookingSwitch.PAUSED, here.worker.clinic.diary, by)
    there.sends()
    with moved(sqlite_path(sqlite_url)):
        for _ in range(2):
            assert CLOSED in there.phone.rings().press("4").words
            assert there.phone.services.hours.phone_booking.read().paused
            there.sends()


def test_a_host_whose_file_cannot_be_written_keeps_the_promises_of_a_closure(pair: Hosts, clock: Clock) -> None:
    """While a host lacks a closure in its file, its clock and its desk judge by the database, which has it."""
    here, there = pair
    with here.worker.database.writing() as write:
        book(write, wished(), asked())
    here.phone.rings().press(*CALLBACK)
    (there.worker.settings.state_dir / f"{CLOSURES}.lock").mkdir()
    here.worker.hours.closures.set([TODAY], By("asha", clock()))
    here.sweeps()
    listed = here.worker.desk.store.waiting()
    assert {(each.about, each.due.date()) for each in listed} == {(None, NINE.date()), (1, NINE.date())}

    there.sweeps(lambda: None)
    assert CLOSED not in there.phone.rings().press("4").words
    staff = at_the_desk(there.phone)
    assert sends_block(staff, "/blocks", day="2026-11-24", **{"from": "13:00", "until": "14:00"}).status_code == 200
    assert here.worker.desk.store.waiting() == listed
    assert "The clinic is closed then" in words_of(books(staff, "17:00", day="2026-11-23"))
    staff.does("take", 1)
    told = staff.does("report", 1, outcome="booked", day="2026-11-23", hour="17:00")
    assert "The clinic is closed at that time." in told


def test_an_upkeep_that_cannot_reach_the_database_says_so_once(
    pair: Hosts, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    here, _ = pair
    with moved(sqlite_path(sqlite_url)):
        for _ in range(3):
            here.sends()
    here.sends()
    said = [each.getMessage() for each in caplog.records if each.name == "ivr.hosts.upkeep"]
    assert len(said) == 2
    assert said[0].startswith("the upkeep of this host: StoreAway ")
    assert said[1] == "the upkeep of this host: all is well again"


# -- a host that is gone


def test_a_host_that_is_not_seen_any_more_is_named_once_by_each_clock(
    pair: Hosts, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    here, there = pair
    here.phone.rings()
    there.phone.rings()
    there.sends()
    gone = there.worker.host.host.name

    clock.goes_on(minutes=SILENT / timedelta(minutes=1))
    here.sends()
    here.sweeps(lambda: None, there.sends, lambda: None)
    said = [each.getMessage() for each in caplog.records if each.name == "ivr.hosts.seen"]
    assert [each.partition(" was last seen")[0] for each in said] == [
        f"host {gone}",
        f"host {gone} is back, or forgotten",
    ]


# -- callers and the desk on either


def test_limits_count_over_both_hosts(pair: Hosts) -> None:
    here, there = pair
    rings_often(here.phone, CALLS_OF_A_CALLER // 2)
    rings_often(there.phone, CALLS_OF_A_CALLER // 2)
    for each in pair:
        assert is_refused(each.phone.rings().press("2", "1", "1", "1"))


def moves(person: Staff, host: Host) -> Staff:
    """Return the same person at the desk, with the same cookies, whose next requests go to this host."""
    there = Staff(host.phone.app, person.name, person.password)
    there.browser._cookies = person.browser._cookies  # the jar of werkzeug's client
    return there


def test_sessions_hold_on_both_hosts_and_end_on_both(pair: Hosts) -> None:
    here, there = pair
    asha = at_the_desk(here.phone, "asha", MANAGER)
    there_too = moves(asha, there)
    assert "Waiting" in there_too.sees()
    copied = Staff(here.phone.app, "asha", PASSWORD)
    copied.browser._cookies = dict(asha.browser._cookies or {})
    assert led_on(sends(there_too, "/logout"))
    assert copied.browser.get("/desk").status_code == 302, "a cookie that was copied before opens nothing"


def test_an_invitation_and_a_second_factor_work_on_the_other_host(pair: Hosts, clock: Clock) -> None:
    here, there = pair
    link = invites(at_the_desk(here.phone, "asha", MANAGER), "devi", STAFF)
    answer, devi = opens(there.phone.app, link, name="devi")
    assert led_on(answer).startswith("/desk")
    secret, _ = sets_up(devi, clock)
    clock.goes_on(seconds=30)
    again = Staff(here.phone.app, "devi", devi.password)
    assert led_on(again.logs_in()) == "/login/code"
    assert led_on(writes_code(moves(again, there), shown(secret, clock))) == "/desk"


def test_the_calendars_link_is_read_on_the_other_host(pair: Hosts) -> None:
    here, there = pair
    asha = at_the_desk(here.phone, "asha", MANAGER)
    form = {"csrf_token": asha.csrf()}
    link = link_on(asha.browser.post("/desk/diary/link", data=form, follow_redirects=True).text)
    assert there.phone.app.test_client().get(link).status_code == 200


def test_what_is_counted_adds_up_and_what_is_read_is_the_same(pair: Hosts) -> None:
    here, there = pair
    for phone in (here.phone, here.phone, there.phone):
        phone.rings().press("2", "1", "1", "1")
    calls = [sum(figures(each.phone, "clinic_calls_total")) for each in pair]
    assert calls == [2, 1]
    assert figures(here.phone, "clinic_requests{") == figures(there.phone, "clinic_requests{")


def figures(phone: Phone, name: str) -> list[float]:
    page = phone.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {METRICS}"})
    assert page.status_code == 200
    return [float(line.rpartition(" ")[2]) for line in page.text.splitlines() if line.startswith(name)]


# -- three clocks


def test_three_clocks_at_once_double_nothing(hosts: Hosts, clock: Clock) -> None:
    """Three rounds of the clock process at the same time store each missed call, record and job only once."""
    here, there = hosts
    asha = at_the_desk(here.phone, "asha", MANAGER)
    here.phone.rings().press("1", "1", "1", "1", "1")
    asha.does("take", 1)
    for number in range(5):
        call = here.phone.rings(caller=f"+9199999002{number:02}").press("9")
        goes_to(call, there).press("2").hangs_up()
    clock.goes_on(minutes=25)
    for each in hosts:
        each.sends()
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(the_clock_runs, (here.worker, there.worker, here.worker)))
    history = [entry.who for entry in here.worker.desk.store.history(1)]
    assert history == ["caller", "asha", "the clock"]
    assert (len(paths(here)), count(here, "missed_calls"), count(here, "caller_languages")) == (5, 5, 5)
    queued = [job for name in here.worker.desk.job_queue.names for job in jobs_on(here, name)]
    assert len(queued) == len(set(queued))


def jobs_on(host: Host, name: str) -> list[str]:
    return Queue(name, connection=host.worker.desk.job_queue._redis).get_job_ids()
