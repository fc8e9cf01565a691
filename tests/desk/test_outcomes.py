"""Outcomes in the diary, on both databases: "booked" books a time, or moves the appointment of the request."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from ivr.desk.outcomes import Clash, NotFree
from ivr.desk.requests import MoveRefused, Outcome, OutcomeReport, Request, Status, Why
from ivr.diary.appointments import Appointment, AppointmentStatus, ChangeRefused, TimeTaken
from ivr.diary.blocked_times import TimeBlock
from ivr.diary.desk_diary import DeskBooking, NameAndNote, NotMeant
from ivr.line.hours import Shift
from ivr.line.phones import Phone as Number
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.web.services import Services
from tests.people import CALLBACK, DELHI, Clock, Phone
from tests.staff.staffed import at_once

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=DELHI)
SOMEBODY = Number("+919999900009")


@pytest.fixture
def taken(services: Services, phone: Phone, clock: Clock) -> Request:
    """Request 1, which asha has taken from the list."""
    phone.rings().press(*CALLBACK)
    services.desk.moves.take(1, By("asha", clock()))
    return services.desk.store.request(1)


def booked(at: datetime = TEN, *, on_purpose: bool = False) -> OutcomeReport:
    return OutcomeReport(Outcome.BOOKED, at, on_purpose=on_purpose)


def in_diary(services: Services) -> list[tuple[datetime, str, int]]:
    """Return the time, the status and the extra place of each appointment in the diary."""
    found = services.diary.reads.between(TEN - timedelta(days=9), TEN + timedelta(days=9))
    return [(each.starts, each.status, each.extra) for each in found if isinstance(each, Appointment)]


def stands(services: Services) -> tuple[Request, list[str], list[tuple[datetime, str, int]]]:
    """Return request 1, its history and the diary, none of which a refused move may change."""
    told = [f"{each.what} {each.detail}" for each in services.desk.store.history(1)]
    return services.desk.store.request(1), told, in_diary(services)


def somebody_has(services: Services, at: datetime, now: datetime) -> int:
    return services.diary.desk.book(DeskBooking(at, SOMEBODY, "Some Body", "main", "en", "000009"), By("meena", now))


def test_a_booked_request_is_an_appointment_with_its_reference_and_its_person(
    services: Services, taken: Request, clock: Clock
) -> None:
    services.desk.moves.name(1, "Made Up", By("asha", clock()))
    services.desk.moves.report(1, booked(), By("asha", clock()), "by bus")
    (found,) = services.diary.reads.of_phone(taken.number)
    assert (found.starts, found.reference, found.request_id, found.status) == (TEN, taken.reference, 1, "booked")
    assert services.diary.patients.called({found.patient_id or 0})[found.patient_id or 0].name == "Made Up"
    assert services.desk.store.request(1).appointment == TEN
    lines = [each.what for each in services.staff.audit.page()]
    assert {"reported request", "booked appointment", "named patient"} <= set(lines)


def test_a_name_that_is_written_down_later_is_the_appointments_too(
    services: Services, taken: Request, clock: Clock
) -> None:
    by = By("asha", clock())
    services.desk.moves.report(1, booked(), by)
    for name in ("Made Up", "Some Body"):
        services.desk.moves.name(1, name, by)
        (found,) = services.diary.reads.of_phone(taken.number)
        assert found.patient_id == services.desk.store.request(1).patient_id is not None
    services.diary.desk.keep(found.id, NameAndNote("Made Up"), by)
    services.desk.moves.name(1, "", by)
    (after,) = services.diary.reads.of_phone(taken.number)
    assert services.diary.patients.called({after.patient_id or 0})[after.patient_id or 0].name == "Made Up"


@pytest.mark.parametrize(
    ("at", "why"),
    [(TEN, Clash.TAKEN), (TEN.replace(hour=3), Clash.CLOSED), (TEN.replace(hour=15), Clash.BLOCKED)],
)
def test_a_time_that_is_not_free_is_said_before_it_is_kept_and_kept_on_purpose(
    services: Services, taken: Request, clock: Clock, at: datetime, why: Clash
) -> None:
    somebody_has(services, TEN, clock())
    shift = Shift(time(14), time(16))
    services.diary.blocked_times.set(TimeBlock(shift, TEN.date(), TEN.date()), By("asha", clock()))
    before = stands(services)
    with pytest.raises(NotFree) as refused:
        services.desk.moves.report(1, booked(at), By("asha", clock()), "a note")
    assert refused.value.why is why
    assert stands(services) == before
    services.desk.moves.report(1, booked(at, on_purpose=True), By("asha", clock()), "a note")
    assert in_diary(services).count((at, "booked", 1 if why is Clash.TAKEN else 0)) == 1


def test_a_year_that_cannot_be_meant_is_refused_and_changes_nothing(
    services: Services, taken: Request, clock: Clock
) -> None:
    before = stands(services)
    for purpose in (False, True):
        with pytest.raises(NotMeant):
            services.desk.moves.report(1, booked(TEN.replace(year=9999), on_purpose=purpose), By("asha", clock()))
    with pytest.raises(NotMeant):
        services.desk.moves.report(1, OutcomeReport(Outcome.LATER, TEN.replace(year=9999)), By("asha", clock()))
    assert stands(services) == before


def test_an_undo_cancels_the_appointment_and_frees_its_time(services: Services, taken: Request, clock: Clock) -> None:
    services.desk.moves.report(1, booked(), By("asha", clock()))
    assert not services.desk.moves.undo(1, "booked", By("meena", clock()))
    assert services.desk.moves.undo(1, "booked", By("asha", clock()))
    assert services.desk.store.request(1) == taken
    assert in_diary(services) == [(TEN, "cancelled", 0)]
    services.desk.moves.report(1, booked(), By("asha", clock()))
    assert in_diary(services) == [(TEN, "cancelled", 0), (TEN, "booked", 0)]


def test_an_undo_changes_nothing_once_the_patient_has_come(services: Services, taken: Request, clock: Clock) -> None:
    services.desk.moves.report(1, booked(), By("asha", clock()))
    services.diary.desk.mark(1, AppointmentStatus.ARRIVED, By("meena", clock()))
    before = stands(services)
    assert not services.desk.moves.undo(1, "booked", By("asha", clock()))
    assert stands(services) == before


def test_of_many_who_book_one_time_at_once_one_has_it(services: Services, phone: Phone, clock: Clock) -> None:
    for number in range(1, 5):
        phone.rings(caller=f"+9199999000{number:02}").press(*CALLBACK)
        services.desk.moves.take(number, By("asha", clock()))

    def books(number: int) -> None:
        services.desk.moves.report(number, booked(), By("asha", clock()))

    came = at_once(*(lambda number=number: books(number) for number in range(1, 5)))
    assert [type(each) for each in came if each is not None] == [NotFree] * 3
    assert in_diary(services) == [(TEN, "booked", 0)]
    assert [each.status for each in services.desk.store.all()].count(Status.CLOSED) == 1


# -- requests about an appointment


@pytest.fixture
def about(services: Services, taken: Request, clock: Clock) -> int:
    """The id of an appointment at ten; request 1 asks the staff to tell the patient that the clinic is closed then."""
    appointment_id = somebody_has(services, TEN, clock())
    is_about(services, appointment_id, Why.CLOSED)
    return appointment_id


def is_about(services: Services, appointment_id: int, why: str) -> None:
    with services.database.writing() as write:
        write.execute(update(schema.requests).where(schema.requests.c.id == 1).values(about=appointment_id, why=why))


@pytest.mark.usefixtures("about")
def test_a_time_for_a_task_moves_its_appointment_and_closes_it_and_an_undo_moves_it_back(
    services: Services, clock: Clock
) -> None:
    before = services.desk.store.request(1)
    eleven = TEN.replace(hour=11)
    services.desk.moves.report(1, booked(eleven), By("asha", clock()))
    assert in_diary(services) == [(eleven, "booked", 0)]
    assert services.desk.store.request(1).status is Status.CLOSED
    assert services.desk.moves.undo(1, "booked", By("asha", clock()))
    assert in_diary(services) == [(TEN, "booked", 0)]
    assert services.desk.store.request(1) == before


def test_a_task_moves_a_longer_visit_whole_and_to_no_time_that_is_too_short(
    services: Services, about: int, clock: Clock
) -> None:
    lasts(services, about, timedelta(hours=1))
    somebody_has(services, TEN.replace(hour=12), clock())
    with pytest.raises(NotFree):
        services.desk.moves.report(1, booked(TEN.replace(hour=11, minute=30)), By("asha", clock()))
    services.desk.moves.report(1, booked(TEN.replace(hour=11)), By("asha", clock()))
    moved = services.diary.reads.appointment(about)
    assert isinstance(moved, Appointment)
    assert (moved.starts, moved.ends, moved.extra) == (TEN.replace(hour=11), TEN.replace(hour=12), 0)


def lasts(services: Services, appointment_id: int, length: timedelta) -> None:
    """Give an appointment another length, as one has that an import brought, or an older length of visits."""
    table = schema.appointments
    with services.database.writing() as write:
        starts = write.scalars(select(table.c.starts).where(table.c.id == appointment_id)).one()
        write.execute(update(table).where(table.c.id == appointment_id).values(ends=starts + length))


@pytest.mark.usefixtures("about")
def test_an_undo_gives_way_to_who_has_the_former_time(services: Services, clock: Clock) -> None:
    services.desk.moves.report(1, booked(TEN.replace(hour=11)), By("asha", clock()))
    somebody_has(services, TEN, clock())
    before = stands(services)
    with pytest.raises(TimeTaken):
        services.desk.moves.undo(1, "booked", By("asha", clock()))
    assert stands(services) == before


def test_a_cancelled_task_cancels_its_appointment_and_an_undo_books_it_again(
    services: Services, about: int, clock: Clock
) -> None:
    is_about(services, about, Why.CANCEL)
    services.desk.moves.report(1, OutcomeReport(Outcome.CANCELLED), By("asha", clock()))
    assert in_diary(services) == [(TEN, "cancelled", 0)]
    assert services.desk.moves.undo(1, "cancelled", By("asha", clock()))
    assert in_diary(services) == [(TEN, "booked", 0)]


def test_who_was_told_is_in_the_history_of_the_appointment(services: Services, about: int, clock: Clock) -> None:
    services.desk.moves.report(1, OutcomeReport(Outcome.SETTLED), By("asha", clock()))
    assert [each.what for each in services.diary.reads.history(about)] == ["booked", "told"]
    assert in_diary(services) == [(TEN, "booked", 0)]


def test_a_task_about_an_appointment_that_is_cancelled_already_moves_nothing(
    services: Services, about: int, clock: Clock
) -> None:
    services.diary.desk.cancel(about, By("meena", clock()))
    before = stands(services)
    with pytest.raises(ChangeRefused):
        services.desk.moves.report(1, booked(TEN.replace(hour=11)), By("asha", clock()))
    assert stands(services) == before
    services.desk.moves.report(1, OutcomeReport(Outcome.CANCELLED), By("asha", clock()))
    assert services.desk.store.request(1).status is Status.CLOSED


def test_what_is_not_taken_books_nothing(services: Services, phone: Phone, clock: Clock) -> None:
    phone.rings().press(*CALLBACK)
    with pytest.raises(MoveRefused):
        services.desk.moves.report(1, booked(), By("asha", clock()))
    assert in_diary(services) == []
