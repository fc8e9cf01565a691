"""The reports' figures of calls and reached patients by day, and of calls that the reception did not answer."""

from collections.abc import Sequence
from datetime import date

from ivr.desk.requests import Outcome
from ivr.line.hours import DeskClosure
from ivr.storage.audit import By
from ivr.web.services import Services
from tests.desk import takes_and_reports
from tests.people import CALLBACK, Clock, Phone, Staff
from tests.web.reports import hangs_up, numbers, rows_of, sees
from workers.services import WorkerServices

NOBODY_THEN_A_REQUEST = ("0", "1", "1", "1")


def rings(phone: Phone, clock: Clock, moment: Sequence[int], *keys: str) -> None:
    """Call the line in November 2026 at `moment` (day, hour, minute), press these keys, and hang up."""
    clock.shows(2026, 11, *moment)
    hangs_up(phone.rings().press(*keys))


def reaches(services: Services, clock: Clock, request_id: int, outcome: Outcome = Outcome.SETTLED) -> None:
    takes_and_reports(services, request_id, outcome)


def test_calls_are_told_by_day_while_open_and_while_closed(
    phone: Phone, staff: Staff, worker: WorkerServices, clock: Clock
) -> None:
    rings(phone, clock, (20, 12, 0), "4")
    rings(phone, clock, (22, 20, 0))  # a Sunday, after half past seven
    rings(phone, clock, (23, 8, 59), "4")
    rings(phone, clock, (23, 9, 0))
    clock.shows(2026, 11, 23, 14, 0)
    found = numbers(staff, worker, clock, period="week")
    assert rows_of(found, "calls_by_day") == {
        ("2026-11-20", "open"): 1,
        ("2026-11-22", "closed"): 1,
        ("2026-11-23", "closed"): 1,
        ("2026-11-23", "open"): 1,
    }
    assert rows_of(found, "served_by_day") == {("2026-11-20", "open"): 1, ("2026-11-23", "closed"): 1}
    days = [row for table, row, column in found if (table, column) == ("calls_by_day", "open")]
    assert (days[0], len(days)) == ("2026-11-17", 7), "each day of the period, in order"
    assert rows_of(numbers(staff, worker, clock, period="today"), "calls_by_day") == {
        ("2026-11-23", "closed"): 1,
        ("2026-11-23", "open"): 1,
    }


def test_a_day_that_the_desk_has_closed_is_closed_and_each_line_has_its_own_hours(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    services.hours.closures.set([DeskClosure(date(2026, 11, 20), "main")], By("asha", clock()))
    rings(phone, clock, (20, 12, 0))
    hangs_up(phone.rings("third"))
    clock.shows(2026, 11, 23, 14, 0)
    found = numbers(staff, worker, clock)
    assert rows_of(found, "calls_by_day") == {("2026-11-20", "open"): 1, ("2026-11-20", "closed"): 1}
    assert rows_of(numbers(staff, worker, clock, line="main"), "calls_by_day") == {("2026-11-20", "closed"): 1}


def test_patients_are_told_as_reached_on_the_day_on_which_they_asked(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    rings(phone, clock, (20, 21, 0), *CALLBACK)
    rings(phone, clock, (21, 11, 0), *CALLBACK)
    clock.shows(2026, 11, 22, 11, 0)
    reaches(services, clock, 1)
    clock.shows(2026, 11, 23, 14, 0)
    assert rows_of(numbers(staff, worker, clock), "reached_by_day") == {("2026-11-20", "closed"): 1}


def test_the_days_are_compared_with_as_many_before_until_the_same_hour(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    """The days are compared with as many earlier days, up to the same time of day: a morning with a morning."""
    rings(phone, clock, (9, 12, 0))  # before the days before
    rings(phone, clock, (10, 12, 0), *CALLBACK)
    clock.shows(2026, 11, 16, 13, 0)
    reaches(services, clock, 1)
    rings(phone, clock, (16, 8, 0), "4")
    rings(phone, clock, (16, 15, 0), "4")  # later in the day than now
    rings(phone, clock, (23, 10, 0), "4")
    clock.shows(2026, 11, 23, 14, 0)
    found = numbers(staff, worker, clock)
    assert rows_of(found, "against_before") == {
        ("calls_open", "these_days"): 1,
        ("calls_open", "days_before"): 1,
        ("calls_closed", "days_before"): 1,
        ("served_open", "these_days"): 1,
        ("served_open", "days_before"): 1,
        ("served_closed", "days_before"): 1,
        ("reached_open", "days_before"): 1,
    }
    assert "Calls in these days: 1. In as many days before, until the same hour: 2." in sees(staff)


def test_who_was_reached_only_in_these_days_is_not_held_against_them(
    phone: Phone, staff: Staff, worker: WorkerServices, services: Services, clock: Clock
) -> None:
    rings(phone, clock, (13, 12, 0), *CALLBACK)
    clock.shows(2026, 11, 18, 11, 0)
    reaches(services, clock, 1)
    clock.shows(2026, 11, 23, 14, 0)
    found = rows_of(numbers(staff, worker, clock), "against_before")
    assert found == {("calls_open", "days_before"): 1, ("served_open", "days_before"): 1}


def test_who_asked_for_the_reception_and_found_nobody_counts_whatever_came_after(
    phone: Phone, staff: Staff, worker: WorkerServices, clock: Clock
) -> None:
    """Callers whom the reception did not answer are counted, whether they then leave a request or only hang up."""
    rings(phone, clock, (23, 11, 0), *NOBODY_THEN_A_REQUEST)
    rings(phone, clock, (23, 11, 30), "0")
    rings(phone, clock, (23, 8, 0), "0")
    rings(phone, clock, (23, 12, 0), "4")
    clock.shows(2026, 11, 23, 14, 0)
    found = numbers(staff, worker, clock, period="today")
    assert rows_of(found, "reception") == {
        ("nobody", "left_something"): 1,
        ("nobody", "left_nothing"): 1,
        ("closed", "left_nothing"): 1,
    }
    assert (found["summary", "asked_for_reception", ""], found["summary", "found_nobody", ""]) == ("3", "2")
    assert found["calls_came_to", "asked", "calls"] == "1", "and the call came to a request"
    assert "Asked for the reception: 3. Nobody answered there: 2." in sees(staff)
