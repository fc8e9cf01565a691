"""Bookings that their callers did not hear confirmed: sweeps on SQLite and PostgreSQL list them, so that staff call."""

from collections.abc import Callable

import pytest

from ivr.desk.requests import Outcome, OutcomeReport
from ivr.desk.upkeep.unheard import has_heard
from ivr.diary.appointments import Source
from ivr.diary.diary import Diary, book, cancel, move
from ivr.line.hours import DeskClosure
from ivr.reports.call_records import Trace
from ivr.storage.audit import By
from tests.desk.upkeep.test_upkeep import NINE, closes, opens, to_tell
from tests.diary import asked, wished
from tests.people import Clock
from tests.workers import the_clock_runs
from workers.services import WorkerServices


@pytest.fixture
def calls(worker: WorkerServices, clock: Clock) -> Callable[..., None]:
    """A function that writes the traces of a finished call which came to these places of the menu."""

    def call(call_id: str, *places: str, repeats: str = "", repeats_as: str = "") -> None:
        mark, spool = worker.desk.unheard.mark_of(call_id), worker.host.spool
        for step, place in enumerate(places):
            address = f"{places.index(repeats) if place == repeats_as else step:08}"
            spool.write(Trace(mark, clock(), "main", "en", (place,), address))
        spool.write(Trace(mark, clock(), "", "", (), "", over=True, lasted=40))

    return call


def booked(worker: WorkerServices, **more: object) -> int:
    with worker.database.writing() as write:
        return book(write, wished(NINE, **more), asked(NINE))  # type: ignore[arg-type]


def rounds(worker: WorkerServices, clock: Clock, *minutes: int) -> None:
    """Let these pauses, in minutes, pass one after another, and start a new clock process after each pause.

    A clock process that ran during a pause would see the time jump.
    """
    for each in minutes:
        clock.goes_on(minutes=each)
        the_clock_runs(worker)


UNHEARD = [(1, "unheard", "000001")]


@pytest.mark.parametrize(
    ("places", "told"),
    [
        (("main", "booked", "goodbye"), []),
        (("main", "booked"), []),
        (("main", "fault", "booked"), []),
        (("main", "booked", "main", "fault"), []),
        (("main", "summary"), UNHEARD),
        (("main", "booked", "fault"), UNHEARD),
        (("main", "own_number", "kept"), UNHEARD),
    ],
)
def test_the_record_of_the_call_shows_whether_the_caller_has_heard(
    worker: WorkerServices, clock: Clock, calls: Callable[..., None], places: tuple[str, ...], told: object
) -> None:
    booked(worker)
    calls("CA1", *places)
    rounds(worker, clock, 1, 30)
    assert to_tell(worker) == told


def test_while_the_call_goes_on_nobody_is_told_and_once_only_after_it(
    worker: WorkerServices, clock: Clock, calls: Callable[..., None]
) -> None:
    booked(worker)
    rounds(worker, clock, 0, 14)
    assert to_tell(worker) == []
    rounds(worker, clock, 1, 1)
    assert to_tell(worker) == UNHEARD, "the record is lost"
    worker.desk.moves.take(1, By("asha", clock()))
    with worker.database.writing() as write:
        cancel(write, 1, By("asha", clock()))
    rounds(worker, clock, 60)
    assert [each.what for each in Diary(worker.database).history(1)] == ["booked", "to_tell", "cancelled"]


@pytest.mark.parametrize("what", ["moved", "cancelled"])
def test_a_change_by_phone_is_checked_by_the_call_that_made_it(
    worker: WorkerServices, clock: Clock, calls: Callable[..., None], what: str
) -> None:
    booked(worker)
    calls("CA1", "main", "booked")
    rounds(worker, clock, 1)
    by = By("caller", clock())
    with worker.database.writing() as write:
        if what == "moved":
            move(write, 1, asked(NINE.replace(hour=10)), by, call_id="CA2")
        else:
            cancel(write, 1, by, call_id="CA2")
    calls("CA2", "main", "own_appointment")
    rounds(worker, clock, 1, 0)
    assert to_tell(worker) == UNHEARD
    clock.goes_on(minutes=1)
    with worker.database.writing() as write:
        if what == "moved":
            move(write, 1, asked(NINE.replace(hour=11)), By("caller", clock()), call_id="CA3")
            calls("CA3", "main", "moved")
    rounds(worker, clock, 1, 0)
    assert to_tell(worker) == ([] if what == "moved" else UNHEARD), "the patient has called again"


def test_a_change_that_was_stored_after_the_caller_heard_of_none_is_told(
    worker: WorkerServices, clock: Clock, calls: Callable[..., None]
) -> None:
    """A second change of a call, stored late, does not count as heard because the first one was."""
    booked(worker)
    calls("CA1", "main", "booked")
    rounds(worker, clock, 1)
    for hour in (10, 11):
        with worker.database.writing() as write:
            move(write, 1, asked(NINE.replace(hour=hour)), By("caller", clock()), call_id="CA2")
    calls("CA2", "main", "moved", "main", "change_away", "callback")
    rounds(worker, clock, 1, 0)
    assert to_tell(worker) == UNHEARD


def test_what_the_desk_books_or_has_moved_since_needs_no_check(worker: WorkerServices, clock: Clock) -> None:
    booked(worker)
    with worker.database.writing() as write:
        move(write, 1, asked(NINE.replace(hour=10)), By("asha", clock()))
        book(write, wished(NINE, 2, source=Source.DESK, made_by="asha"), asked(NINE))
    rounds(worker, clock, 60)
    assert to_tell(worker) == []


def test_what_is_over_before_anybody_can_tell_it_is_left_alone(worker: WorkerServices, clock: Clock) -> None:
    booked(worker)
    clock.shows(2026, 11, 24, 10, 0)
    the_clock_runs(worker)
    assert to_tell(worker) == []


@pytest.mark.parametrize("places", [("main", "booked", "time_taken"), ("main", "time_taken", "free", "booked")])
def test_where_one_webhook_had_two_answers_the_patient_is_told(
    worker: WorkerServices, clock: Clock, calls: Callable[..., None], places: tuple[str, ...]
) -> None:
    """A patient is told of a booking if its webhook came twice and one answer said that the time was taken."""
    booked(worker)
    calls("CA1", *places, repeats="time_taken", repeats_as="booked")
    rounds(worker, clock, 1, 30)
    assert to_tell(worker) == UNHEARD


@pytest.mark.parametrize(
    ("places", "told"),
    [
        (("booked", "main", "booked"), []),
        (("booked", "booked", "main", "booked"), []),
        (("booked", "fault", "main", "booked"), ["000001"]),
        (("booked", "main", "booked", "fault"), ["000002"]),
        (("summary", "fault", "main", "booked"), ["000001", "000002"]),
    ],
    ids=["both", "one twice", "the second", "the first", "one of them"],
)
def test_of_two_that_one_call_has_booked_each_is_heard_for_itself(
    worker: WorkerServices, clock: Clock, calls: Callable[..., None], places: tuple[str, ...], told: list[str]
) -> None:
    """The patient of an unheard booking is to be told. If either of two bookings may be unheard, both patients are."""
    booked(worker)
    with worker.database.writing() as write:
        book(write, wished(NINE.replace(hour=10), 2, call_id="CA1"), asked(NINE.replace(hour=10)))
    calls("CA1", *places)
    rounds(worker, clock, 1, 30)
    assert sorted(reference for _about, _why, reference in to_tell(worker)) == told


def test_who_is_told_of_closed_hours_is_told_of_the_appointment_when_they_open_again(
    worker: WorkerServices, clock: Clock, calls: Callable[..., None]
) -> None:
    booked(worker)
    closed = closes(worker, DeskClosure(NINE.date(), "", (), ""))
    calls("CA1", "main", "summary")
    rounds(worker, clock, 1, 5)
    assert to_tell(worker) == [(1, "closed", "000001")], "who rings them tells them all"
    opens(worker, closed)
    rounds(worker, clock, 1, 5)
    assert to_tell(worker) == UNHEARD, "and nobody has rung them yet"


def test_whom_somebody_has_spoken_to_of_closed_hours_is_not_rung_again(
    worker: WorkerServices, clock: Clock, calls: Callable[..., None]
) -> None:
    booked(worker)
    closes(worker, DeskClosure(NINE.date(), "", (), ""))
    calls("CA1", "main", "summary")
    rounds(worker, clock, 1, 5)
    (task,) = worker.desk.store.waiting()
    asha = By("asha", clock())
    worker.desk.moves.take(task.id, asha)
    worker.desk.moves.report(task.id, OutcomeReport(Outcome.SETTLED), asha)
    rounds(worker, clock, 1, 5)
    assert "unheard" not in [why for _, why, _ in to_tell(worker)]


def test_an_apology_right_after_it_was_heard_instead() -> None:
    assert has_heard(["booked", "fault", "booked"], "booked")
    assert not has_heard([], "booked")
