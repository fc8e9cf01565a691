"""The upkeep of missed calls by the clock process: it corrects them by the records of calls, and deletes old ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from ivr.desk.missed.upkeep import RECORDED
from ivr.reports.call_records import SETTLES
from ivr.reports.spool import FOLDER, Spool
from ivr.reports.traces.call_traces import CallTraces
from ivr.reports.traces.shipper import TraceShipper
from ivr.storage import schema
from ivr.storage.database import Database
from tests.people import CALLER, Clock, Phone
from tests.web import service
from tests.workers import the_clock_runs
from workers.clock import check_missed_calls, purge_expired
from workers.services import WorkerServices

table = schema.missed_calls


@pytest.fixture
def beside(tmp_path: Path, desk_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone that calls another host of the clinic, which has the same stores and its own state folder."""
    (tmp_path / "beside").mkdir()
    with service(tmp_path, desk_url, redis_url, clock, STATE_DIR=str(tmp_path / "beside")) as found:
        yield found


def shown(phone: Phone) -> list[str]:
    return [each.how_far.kind for each in phone.services.desk.missed.standing(phone.services.clock())]


def stored(worker: WorkerServices) -> int:
    with worker.database.reading() as read:
        return len(read.execute(select(table.c.id)).all())


def sends(phone: Phone, clock: Clock) -> None:
    """Have this telephone's host send its calls' traces to the database, as its web does every five seconds."""
    services = phone.services
    spool, traces = Spool(services.settings.state_dir / FOLDER), CallTraces(services.database)
    TraceShipper(traces, spool, lambda: services.settings.state_dir.name).ship(clock())


def the_clock_looks(worker: WorkerServices, clock: Clock) -> None:
    clock.goes_on(seconds=SETTLES.total_seconds())
    the_clock_runs(worker)


def test_a_last_step_that_comes_after_the_end_takes_it_back(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    """A missed call leaves the desk when its last key, 4 for the hours, comes after the carrier's report of the end."""
    call = phone.rings().hangs_up()
    call.press("4")
    assert shown(phone) == ["nothing"]
    the_clock_looks(worker, clock)
    assert (shown(phone), stored(worker)) == ([], 0)
    call.hangs_up()
    assert shown(phone) == [], "nor does the carrier's word bring it back, where it comes again"
    the_clock_looks(worker, clock)
    assert stored(worker) == 0


def test_a_last_step_that_comes_after_the_end_tells_how_far_it_came(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    phone.rings().hangs_up().press("2")
    the_clock_looks(worker, clock)
    assert shown(phone) == ["midway"]


def test_a_call_of_another_machine_is_shown_when_its_clock_has_looked(
    phone: Phone, beside: Phone, worker: WorkerServices, clock: Clock
) -> None:
    """A call that another host answered is shown as missed once the clock has its traces; a served one never is."""
    for keys in ((), ("4",)):
        call = phone.rings(lang="hi").press(*keys)
        call.phone = beside
        call.hangs_up()
    assert (shown(phone), stored(worker)) == ([], 2)
    the_clock_runs(worker)
    (found,) = phone.services.desk.missed.standing(clock())
    assert (found.how_far.kind, found.language, found.phone.e164) == ("nothing", "hi", CALLER)
    sends(beside, clock)
    the_clock_looks(worker, clock)
    assert (shown(phone), stored(worker)) == (["nothing"], 1)


def test_a_call_that_two_machines_answered_is_none_if_either_has_served_it(
    phone: Phone, beside: Phone, worker: WorkerServices, clock: Clock
) -> None:
    call = phone.rings().press("4")
    call.phone = beside
    call.press("1").hangs_up()
    assert shown(phone) == ["midway"], "the machine that hears of the end knows the last step only"
    the_clock_runs(worker)
    assert shown(phone) == []
    sends(beside, clock)
    the_clock_looks(worker, clock)
    assert stored(worker) == 0


@pytest.mark.parametrize("says_so", ["phone", "beside"])
def test_an_answer_on_one_machine_hides_no_wish_that_another_has_heard(
    phone: Phone, beside: Phone, worker: WorkerServices, clock: Clock, says_so: str
) -> None:
    """A call over two hosts is shown as wanting the reception, though its caller heard the hours on the first host."""
    call = phone.rings().press("4")
    call.phone = beside
    call.press("0")
    call.phone = phone if says_so == "phone" else beside
    call.hangs_up()
    for _ in range(2):
        the_clock_runs(worker)
        assert "nothing" not in shown(phone)
    sends(beside, clock)
    the_clock_looks(worker, clock)
    assert shown(phone) == ["reception"]


def test_a_call_of_which_nobody_tells_more_is_let_go(beside: Phone, worker: WorkerServices, clock: Clock) -> None:
    """A missed call without any trace is deleted in time, because it may be the line's own call to the reception."""
    call = beside.rings()
    call.sid = "CA" + "7" * 32
    call.hangs_up(CallStatus="completed")
    clock.goes_on(seconds=RECORDED.total_seconds() - 62)
    check_missed_calls(worker)
    assert stored(worker) == 1
    clock.goes_on(seconds=1)
    check_missed_calls(worker)
    assert stored(worker) == 0


def test_a_call_whose_record_was_lost_stands_as_it_was_seen(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    phone.rings().hangs_up()
    clock.goes_on(seconds=RECORDED.total_seconds())
    check_missed_calls(worker)
    check_missed_calls(worker)
    assert shown(phone) == ["nothing"]


def test_a_kind_that_the_clinic_does_not_keep_any_more_goes(phone: Phone, worker: WorkerServices) -> None:
    """The desk does not show a missed call of a kind that this version does not know, and the clock deletes it."""
    phone.rings().hangs_up()
    with worker.database.writing() as write:
        write.execute(update(table).values(kind="odd"))
    assert shown(phone) == []
    purge_expired(worker)
    assert stored(worker) == 0


@pytest.mark.parametrize("broken", [{"phone": "nonsense"}, {"reached": "newer"}])
def test_a_row_that_cannot_be_read_keeps_no_other_from_the_desk(
    phone: Phone, database: Database, broken: dict[str, str]
) -> None:
    phone.rings().hangs_up()
    phone.rings(caller="+919999900002").press("0").hangs_up()
    with database.writing() as write:
        write.execute(update(table).where(table.c.phone == CALLER).values(broken))
    assert len(shown(phone)) == (1 if "phone" in broken else 2)
