"""What becomes of an appointment that was booked: another time or none; in the lists, the reports and what is kept."""

from datetime import timedelta
from typing import Any

import pytest

from ivr.desk.request_rows import readable
from ivr.desk.requests import MoveRefused, Outcome, OutcomeReport, Request, Status
from ivr.operations.retention import Purge
from ivr.reports.reports import Period
from ivr.storage.audit import By
from ivr.web.services import Services
from tests.people import DELHI, Clock, Phone
from tests.staff.staffed import at_once

CALLBACK = ("2", "1", "1", "1")


@pytest.fixture
def booked(services: Services, phone: Phone, clock: Clock) -> Request:
    """Asha has booked request 1 for tomorrow."""
    phone.rings().press(*CALLBACK)
    services.desk.moves.take(1, By("asha", clock()))
    services.desk.moves.report(1, OutcomeReport(Outcome.BOOKED, clock() + timedelta(days=1)), By("asha", clock()))
    clock.goes_on(hours=1)
    return services.desk.store.request(1)


def told(services: Services) -> list[str]:
    return [f"{entry.who} {entry.what} {entry.detail}".strip() for entry in services.desk.store.history(1)]


def listed(services: Services, clock: Clock) -> list[Any]:
    return [
        each.appointment for each in readable(services.desk.worklist.appointments(clock(), clock() + timedelta(days=9)))
    ]


def test_anybody_gives_it_another_time(services: Services, booked: Request, clock: Clock) -> None:
    later = clock() + timedelta(days=3)
    services.desk.bookings.rebook(1, later, By("meena", clock()))
    found = services.desk.store.request(1)
    assert (found.status, found.outcome, found.appointment) == (Status.CLOSED, Outcome.BOOKED, later)
    assert listed(services, clock) == [later]
    assert told(services)[-1] == f"meena rebooked {later.isoformat()}"
    line = services.staff.audit.page()[0]
    assert (line.who, line.what, line.about) == ("meena", "changed appointment", booked.reference)


def test_anybody_cancels_it_and_it_stands_in_no_list(services: Services, booked: Request, clock: Clock) -> None:
    services.desk.bookings.call_off(1, By("meena", clock()))
    found = services.desk.store.request(1)
    assert (found.status, found.outcome, found.appointment) == (Status.CLOSED, Outcome.CANCELLED, None)
    assert listed(services, clock) == []
    assert told(services)[-1] == "meena called_off"
    line = services.staff.audit.page()[0]
    assert (line.who, line.what, line.about) == ("meena", "cancelled appointment", booked.reference)


def test_what_is_not_booked_is_neither_changed_nor_cancelled(services: Services, phone: Phone, clock: Clock) -> None:
    def tries() -> None:
        before = services.desk.store.request(1)
        with pytest.raises(MoveRefused):
            services.desk.bookings.rebook(1, clock() + timedelta(days=1), By("meena", clock()))
        with pytest.raises(MoveRefused):
            services.desk.bookings.call_off(1, By("meena", clock()))
        assert services.desk.store.request(1) == before

    phone.rings().press(*CALLBACK)
    tries()
    services.desk.moves.take(1, By("asha", clock()))
    tries()
    services.desk.moves.report(1, OutcomeReport(Outcome.SETTLED), By("asha", clock()))
    tries()


@pytest.mark.usefixtures("booked")
def test_of_many_who_cancel_it_at_once_one_does(services: Services, clock: Clock) -> None:
    cancel = [lambda who=f"staff {each}": services.desk.bookings.call_off(1, By(who, clock())) for each in range(4)]
    came = at_once(*cancel)
    assert [type(each) for each in came if each is not None] == [MoveRefused] * 3
    assert sum(line.endswith("called_off") for line in told(services)) == 1


def test_either_is_taken_back_by_who_made_it_also_where_the_patient_has_rung_since(
    services: Services, phone: Phone, booked: Request, clock: Clock
) -> None:
    phone.rings().press(*CALLBACK)
    services.desk.bookings.rebook(1, clock() + timedelta(days=3), By("meena", clock()))
    assert not services.desk.moves.undo(1, "rebooked", By("asha", clock()))
    assert services.desk.moves.undo(1, "rebooked", By("meena", clock()))
    assert services.desk.store.request(1) == booked
    services.desk.bookings.call_off(1, By("meena", clock()))
    assert services.desk.moves.undo(1, "called_off", By("meena", clock()))
    assert services.desk.store.request(1) == booked
    assert told(services)[-1] == "meena undone called_off"


def test_the_reports_count_it_as_cancelled_and_its_patient_as_reached(
    services: Services, booked: Request, clock: Clock
) -> None:
    services.desk.bookings.rebook(1, clock() + timedelta(days=3), By("meena", clock()))
    assert services.desk.moves.undo(1, "rebooked", By("meena", clock()))
    services.desk.bookings.call_off(1, By("meena", clock()))
    today = clock().date()
    report = services.reports.reports.of(Period(today, today, DELHI), "", services.clinic, clock())
    assert (dict(report.requests.outcomes), dict(report.requests.reached)) == ({Outcome.CANCELLED: 1}, {1: 1})


@pytest.mark.usefixtures("booked")
def test_it_is_kept_for_as_long_as_what_was_closed_when_it_was_cancelled(services: Services, clock: Clock) -> None:
    purge = Purge(services.database, services.clinic.retention)
    services.desk.bookings.rebook(1, clock() + timedelta(days=200), By("meena", clock()))
    clock.goes_on(days=150)
    assert "requests" not in purge.run(clock()), "it is still ahead"
    services.desk.bookings.call_off(1, By("meena", clock()))
    clock.goes_on(days=89)
    assert "requests" not in purge.run(clock())
    clock.goes_on(days=1)
    assert purge.run(clock())["requests"] == 1
