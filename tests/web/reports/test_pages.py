"""The reports: the page and the spreadsheet count calls and the desk's work, and name no person."""

import csv
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from ivr.app import create_app
from ivr.desk.requests import Outcome
from ivr.line.hours import DeskClosure
from ivr.line.menu import MENU
from ivr.operations.retention import Purge
from ivr.reports.call_records import SETTLES
from ivr.reports.call_stats import choices_of
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.web.services import Services
from tests.clinic import WISHES_ONLY
from tests.conftest import PASSWORD, at_the_desk
from tests.desk import takes_and_reports
from tests.people import BOOK, CALLER, Clock, Phone, Staff
from tests.web import Serves
from tests.web.reports import hangs_up, numbers, sees
from tests.workers import record_calls
from workers.services import WorkerServices


def test_where_nobody_has_rung_the_page_says_so(staff: Staff) -> None:
    page = sees(staff)
    assert "No calls yet." in page
    assert "No requests yet." in page
    assert "No appointments yet." in page
    assert "<canvas" not in page


def test_calls_are_told_by_hour_choice_and_what_came_of_them(
    phone: Phone, staff: Staff, worker: WorkerServices, clock: Clock
) -> None:
    for keys in (BOOK, ("4",), ("3", "1"), ("1",), (), ("0",)):
        hangs_up(phone.rings().press(*keys))
    found = numbers(staff, worker, clock)
    assert found["calls_by_hour", "14", "calls"] == "6"
    chosen = {row: value for (table, row, _), value in found.items() if table == "choices"}
    unchosen = dict.fromkeys(choices_of(MENU), "0")
    assert chosen == {**unchosen, "book": "2", "advice": "1", "hours": "1", "person": "1", "nothing": "1"}
    assert chosen["callback"] == "0"
    came = {row: value for (table, row, _), value in found.items() if table == "calls_came_to"}
    nobodys_choice = {"booked": "0", "failed": "0", "refused": "0", "not_answered": "1"}  # 0: there is no reception
    assert came == {"asked": "1", "talked": "0", "heard": "2", "midway": "1", "before": "1", **nobodys_choice}
    assert found["summary", "calls_served", ""] == "3"
    page = sees(staff)
    said = (
        "Calls: 6. Booked, left a request, talked to the reception or heard what they wanted: 3. "
        "Hung up without choosing anything: 1."
    )
    assert said in page
    assert "Busiest from 14:00: 6 calls." in page


def test_what_the_line_could_not_do_is_not_told_as_the_callers_choice(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    telephone = replace(services.telephone, intake=None)  # type: ignore[arg-type]  # so that each request fails
    broken = replace(services, telephone=telephone)
    hangs_up(Phone(create_app(broken), broken).rings().press(*BOOK))
    services.desk.blocked.block(services.clinic.dialling.keyed(CALLER[3:]), "", By("asha", clock()))
    hangs_up(phone.rings().press(*BOOK))
    found = numbers(staff, worker, clock)
    came = {row: value for (table, row, _), value in found.items() if table == "calls_came_to" and value != "0"}
    assert came == {"failed": "1", "refused": "1"}
    assert (found["summary", "calls_failed", ""], found["summary", "calls_without_a_choice", ""]) == ("1", "0")
    assert "Line fault: 1." in sees(staff)


def test_requests_are_told_by_kind_and_source_and_how_soon_the_patient_was_rung(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    phone.rings().press(*BOOK)
    phone.rings(caller="+919999900002").press("2", "1", "1", "1")
    form = {"csrf_token": staff.csrf(), "kind": "booking", "line": "main", "language": "en", "phone": "9999900003"}
    staff.browser.post("/desk/new", data=form)
    clock.goes_on(minutes=12)
    for request_id, outcomes in ((1, (Outcome.NO_ANSWER, Outcome.SETTLED)), (2, (Outcome.SETTLED,))):
        for outcome in outcomes:
            takes_and_reports(services, request_id, outcome)
            clock.goes_on(minutes=40)
    found = numbers(staff, worker, clock)
    assert found["requests_made", "booking", "call"] == found["requests_made", "booking", "counter"] == "1"
    assert found["requests_made", "callback", "call"] == "1"
    assert (found["first_try", "within_15_min", "rung"], found["first_try", "within_120_min", "rung"]) == ("1", "1")
    # The one from the counter has waited for two hours and more, and nobody has rung.
    assert (found["first_try", "within_240_min", "waiting"], found["summary", "first_try_late", ""]) == ("1", "2")
    assert (found["reached", "1", "requests"], found["reached", "2", "requests"]) == ("1", "1")
    assert (found["outcomes", "settled", "requests"], found["outcomes", "waiting", "requests"]) == ("2", "1")
    assert (found["summary", "not_tried_yet", ""], found["summary", "overdue_now", ""]) == ("1", "1")
    # The middle one of 12, 92 and the 133 minutes that the last has waited until now.
    assert found["summary", "first_try_median_minutes", ""] == "92"
    assert found["summary", "first_try_nine_in_ten_minutes", ""] == "", "of three it says nothing"
    page = sees(staff)
    half = "Half of the patients waited 1 h 32 min of opening time or less, until the first call or until now."
    assert f"{half} First called more than" in re.sub(r"</p>\s*<p>", " ", page)
    assert "Requests: 3. Patients to be reached: 3, reached: 2." in page


def test_a_wait_overnight_and_over_a_day_the_desk_has_closed_is_counted_in_opening_hours(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    clock.shows(2026, 11, 23, 20, 20)  # ten minutes before it closes
    phone.rings().press("2", "1", "1", "1")
    services.hours.closures.set([DeskClosure(date(2026, 11, 24), "")], By("asha", clock()))
    clock.shows(2026, 11, 25, 9, 7)
    takes_and_reports(services, 1, Outcome.SETTLED)
    assert numbers(staff, worker, clock)["summary", "first_try_median_minutes", ""] == "17"


def test_a_patient_who_asked_for_the_evening_has_not_waited_since_the_afternoon(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    phone.rings().press("2", "3", "1", "1")
    due = services.desk.store.waiting()[0].due
    assert due > clock() + timedelta(hours=1)
    clock.now = due + timedelta(minutes=5)
    takes_and_reports(services, 1, Outcome.NO_ANSWER)
    assert numbers(staff, worker, clock)["summary", "first_try_median_minutes", ""] == "5"


def test_who_has_not_been_rung_counts_with_what_they_have_waited_and_who_is_not_due_not_at_all(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    for number in range(2, 12):
        phone.rings(caller=f"+9199999000{number:02}").press("2", "1", "1", "1")
    phone.rings().press("2", "3", "1", "1")  # tomorrow
    clock.goes_on(minutes=4, seconds=20)
    takes_and_reports(services, 1, Outcome.SETTLED)
    clock.goes_on(minutes=95)
    found = numbers(staff, worker, clock)
    waited = {(row, column): value for (table, row, column), value in found.items() if table == "first_try"}
    assert {key: value for key, value in waited.items() if value != "0"} == {
        ("within_15_min", "rung"): "1",
        ("within_120_min", "waiting"): "9",
    }
    assert found["summary", "first_try_nine_in_ten_minutes", ""] == "100", "rounded up: it is a bound"
    assert (found["summary", "first_try_late", ""], found["summary", "not_tried_yet", ""]) == ("9", "10")
    page = sees(staff)
    assert "Nine in ten waited 1 h 40 min or less." in page
    for words in ("up to 15 min", "15–30 min", "more than 240 min"):
        assert words in page


def test_a_call_to_somebody_who_wants_nothing_more_is_a_try_that_reached_them(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    phone.rings().press("2", "1", "1", "1")
    clock.goes_on(minutes=5)
    takes_and_reports(services, 1, Outcome.CANCELLED)
    found = numbers(staff, worker, clock)
    assert (found["summary", "requests_reached", ""], found["summary", "requests_to_reach", ""]) == ("1", "1")
    assert (found["summary", "first_try_median_minutes", ""], found["reached", "1", "requests"]) == ("5", "1")


def test_a_merged_request_is_nobody_to_be_reached(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    phone.rings().press(*BOOK)
    phone.rings().press("2", "1", "1", "1")
    services.desk.merging.merge(1, 2, By("asha", clock()))
    takes_and_reports(services, 1, Outcome.SETTLED)
    found = numbers(staff, worker, clock)
    assert (found["summary", "requests", ""], found["summary", "requests_to_reach", ""]) == ("2", "1")
    assert found["summary", "requests_reached", ""] == "1"


def test_a_period_ends_today_and_begins_at_midnight_of_the_clinics_own_days(
    phone: Phone, staff: Staff, worker: WorkerServices, clock: Clock
) -> None:
    for moment in ((25, 0, 0), (25, 23, 59), (17, 0, 0), (18, 23, 59), (24, 0, 0)):
        clock.shows(2026, 10 if moment[0] == 25 else 11, *moment)
        hangs_up(phone.rings())
        clock.goes_on(seconds=SETTLES.total_seconds())
        record_calls(worker)
    clock.shows(2026, 11, 24, 1, 0)
    counted = {
        name: numbers(staff, worker, clock, period=name)["summary", "calls", ""] for name in ("today", "week", "month")
    }
    assert counted == {"today": "1", "week": "2", "month": "3"}
    assert numbers(staff, worker, clock, period="for ever")["summary", "first_day", ""] == "2026-11-18"


def test_the_hours_are_the_clinics_own_to_the_minute(
    phone: Phone, staff: Staff, worker: WorkerServices, clock: Clock
) -> None:
    for moment in ((21, 0), (21, 59), (22, 0), (22, 29), (22, 30), (23, 0)):
        clock.shows(2026, 11, 22, *moment)
        hangs_up(phone.rings())
    clock.shows(2026, 11, 23, 9, 0)
    found = numbers(staff, worker, clock)
    assert [found["calls_by_hour", hour, "calls"] for hour in ("20", "21", "22", "23")] == ["0", "2", "3", "1"]


def test_one_line_is_looked_at_alone(phone: Phone, staff: Staff, worker: WorkerServices, clock: Clock) -> None:
    hangs_up(phone.rings("main"))
    hangs_up(phone.rings("third").press("2", "1", "1", "1"))
    third = numbers(staff, worker, clock, line="third")
    assert (third["summary", "calls", ""], third["summary", "requests", ""]) == ("1", "1")
    assert third["summary", "line", ""] == "third"
    assert numbers(staff, worker, clock, line="main")["summary", "requests", ""] == "0"
    assert numbers(staff, worker, clock, line="no such line")["summary", "calls", ""] == "2"


def test_the_file_has_a_name_and_nothing_in_it_is_free_text(phone: Phone, staff: Staff) -> None:
    phone.rings().press(*BOOK)
    answer = staff.browser.get("/desk/reports.csv?period=today&line=main")
    assert answer.headers["Content-Disposition"] == ('attachment; filename="reports-main-2026-11-23-2026-11-23.csv"')
    cells = [cell for row in csv.reader(StringIO(answer.text)) for cell in row]
    assert [each for each in cells if not re.fullmatch(r"([a-z0-9][a-z0-9_-]*)?", each)] == []


@pytest.mark.parametrize("name", ["closed_requests = 90", "log = 365"])
def test_a_month_of_which_some_is_deleted_by_now_says_so(tmp_path: Path, serves: Serves, name: str) -> None:
    words = WISHES_ONLY
    (tmp_path / "clinic.toml").write_text(words.replace(name, f"{name.partition(' =')[0]} = 7"))
    with serves(CLINIC_FILE=str(tmp_path / "clinic.toml")) as phone:
        staff = at_the_desk(phone)
        said = "What is older than 7 days may be missing: it is deleted."
        assert [said in sees(staff, period=each) for each in ("today", "week", "month")] == [False, True, True], (
            "a week is compared with the week before"
        )


@pytest.mark.parametrize(
    ("table", "path"), [("calls", "/desk/reports?period=month"), ("audit", "/desk/audit?person=asha")]
)
def test_who_reads_for_long_holds_back_neither_callers_nor_colleagues(
    phone: Phone, staff: Staff, clock: Clock, table: str, path: str
) -> None:
    services = phone.services
    reads, goes_on = threading.Event(), threading.Event()

    def holds(*asked: Any) -> None:
        if f"FROM {table}" in asked[2]:
            reads.set()
            goes_on.wait(30)

    event.listen(services.reports.reports._database._engine, "before_cursor_execute", holds)
    with ThreadPoolExecutor(1) as thread:
        try:
            page = thread.submit(staff.browser.get, path)
            assert reads.wait(30)
            clock.goes_on(seconds=5)
            assert phone.rings().press(*BOOK).reference
            assert len(services.desk.store.waiting()) == 1, "in the database, and not in Redis until it is well again"
            colleague = Staff(phone.app, "asha", PASSWORD)
            assert colleague.logs_in().status_code == 302
            assert colleague.browser.get("/desk").status_code == 200
        finally:
            goes_on.set()
        assert page.result(30).status_code == 200


def test_nothing_on_the_page_or_in_the_file_is_personal(
    phone: Phone, staff: Staff, worker: WorkerServices, clock: Clock
) -> None:
    call = phone.rings().press(*BOOK)
    hangs_up(call)
    found = numbers(staff, worker, clock)
    shown = sees(staff) + str(found)
    for secret in (CALLER[-10:], call.sid, call.reference, call.fields["From"]):
        assert secret not in shown


def test_a_record_of_a_call_is_kept_for_a_year(
    phone: Phone, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    hangs_up(phone.rings())
    clock.goes_on(minutes=1)
    record_calls(worker)
    purge = Purge(worker.database, services.clinic.retention)
    clock.goes_on(days=364)
    assert purge.run(clock()) == {}
    clock.goes_on(days=1)
    assert purge.run(clock()) == {"calls": 1}
    with worker.database.reading() as read:
        assert read.scalar(select(func.count()).select_from(schema.calls)) == 0
