"""Moves on a request by people at the desk: one person takes the request, and an outcome closes or postpones it."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from ivr.desk.move_parts import UNDO_WITHIN
from ivr.desk.moves import LEFT_ALONE
from ivr.desk.requests import MoveRefused, NoSuchRequest, Outcome, OutcomeReport, Request, Status
from ivr.storage.audit import By
from ivr.web.services import Services
from tests.desk import takes_and_reports
from tests.people import Clock, Phone


@pytest.fixture
def request_id(services: Services, phone: Phone) -> int:
    """The id of a request that a caller has just made by telephone."""
    phone.rings().press("2", "1", "1", "1")
    return services.desk.store.waiting()[0].id


def now(services: Services, request_id: int) -> Request:
    return services.desk.store.request(request_id)


def told(services: Services, request_id: int) -> list[str]:
    return [f"{entry.who} {entry.what}" for entry in services.desk.store.history(request_id)]


def test_a_request_is_taken_and_put_back(services: Services, request_id: int, clock: Clock) -> None:
    services.desk.moves.take(request_id, By("asha", clock()))
    assert (now(services, request_id).status, now(services, request_id).taken_by) == ("taken", "asha")
    services.desk.moves.put_back(request_id, By("asha", clock()))
    assert (now(services, request_id).status, now(services, request_id).taken_by) == ("open", None)
    assert told(services, request_id) == ["caller made", "asha taken", "asha put_back"]


def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told_who(
    services: Services, request_id: int, clock: Clock
) -> None:
    barrier, refusals = Barrier(2), []

    def takes(who: str) -> None:
        barrier.wait()
        try:
            services.desk.moves.take(request_id, By(who, clock()))
        except MoveRefused as refused:
            refusals.append((who, refused.taken_by))

    both = [Thread(target=takes, args=(who,)) for who in ("asha", "meena")]
    for each in both:
        each.start()
    for each in both:
        each.join()
    owner = now(services, request_id).taken_by
    assert refusals == [("meena" if owner == "asha" else "asha", owner)]


def test_only_who_has_it_may_report_or_put_it_back(services: Services, request_id: int, clock: Clock) -> None:
    services.desk.moves.take(request_id, By("asha", clock()))
    for move in (services.desk.moves.put_back, services.desk.moves.take):
        with pytest.raises(MoveRefused):
            move(request_id, By("meena", clock()))
    with pytest.raises(MoveRefused):
        services.desk.moves.report(request_id, OutcomeReport(Outcome.SETTLED), By("meena", clock()))


@pytest.mark.parametrize(
    "outcome", [Outcome.SETTLED, Outcome.WRONG_NUMBER, Outcome.DUPLICATE, Outcome.CANCELLED, Outcome.BOOKED]
)
def test_an_outcome_closes_it(services: Services, request_id: int, clock: Clock, outcome: Outcome) -> None:
    services.desk.moves.take(request_id, By("asha", clock()))
    at = clock() + timedelta(days=1) if outcome is Outcome.BOOKED else None
    services.desk.moves.report(request_id, OutcomeReport(outcome, at), By("asha", clock()))
    found = now(services, request_id)
    assert (found.status, found.outcome, found.appointment) == (Status.CLOSED, outcome, at)
    assert services.desk.store.waiting() == []


def test_no_answer_sets_a_later_due_time_and_after_all_tries_it_is_not_reached(
    services: Services, request_id: int, clock: Clock
) -> None:
    tries = services.clinic.persistence.tries
    pauses = []
    for _ in range(tries):
        takes_and_reports(services, request_id, Outcome.NO_ANSWER)
        found = now(services, request_id)
        if found.status is Status.OPEN:
            pauses.append(found.due - clock())
            assert services.clinic.line("main").hours.is_open(found.due)
            clock.now = found.due
    assert pauses[:2] == [timedelta(minutes=30), timedelta(minutes=120)]
    assert (found.status, found.outcome, found.tries) == (Status.CLOSED, Outcome.NOT_REACHED, tries)


def test_busy_is_tried_again_sooner_than_no_answer(services: Services, request_id: int, clock: Clock) -> None:
    takes_and_reports(services, request_id, Outcome.BUSY)
    assert now(services, request_id).due == clock() + timedelta(minutes=10)


def test_ring_later_is_due_when_somebody_said(services: Services, request_id: int, clock: Clock) -> None:
    services.desk.moves.take(request_id, By("asha", clock()))
    later = clock() + timedelta(days=2)
    services.desk.moves.report(request_id, OutcomeReport(Outcome.LATER, later), By("asha", clock()))
    assert (now(services, request_id).due, now(services, request_id).tries) == (later, 0)


def test_an_outcome_and_its_moment_go_together(clock: Clock) -> None:
    for outcome, at in ((Outcome.BOOKED, None), (Outcome.LATER, None), (Outcome.BUSY, clock())):
        with pytest.raises(ValueError, match="go together"):
            OutcomeReport(outcome, at)


def test_a_report_is_undone_within_seconds_by_who_made_it(services: Services, request_id: int, clock: Clock) -> None:
    before = now(services, request_id)
    takes_and_reports(services, request_id, Outcome.NO_ANSWER)
    assert not services.desk.moves.undo(request_id, "no_answer", By("meena", clock())), "not by somebody else"
    clock.now += UNDO_WITHIN
    assert services.desk.moves.undo(request_id, "no_answer", By("asha", clock()))
    found = now(services, request_id)
    assert (found.status, found.taken_by, found.tries, found.due) == ("taken", "asha", 0, before.due)
    assert not services.desk.moves.undo(request_id, "no_answer", By("asha", clock())), "once"


def test_an_undo_takes_back_what_it_was_offered_for_and_nothing_later(
    services: Services, request_id: int, clock: Clock
) -> None:
    takes_and_reports(services, request_id, Outcome.NO_ANSWER)
    services.desk.moves.take(request_id, By("asha", clock()))
    assert not services.desk.moves.undo(request_id, "no_answer", By("asha", clock()))
    assert (now(services, request_id).taken_by, now(services, request_id).tries) == ("asha", 1)


def test_after_a_while_nothing_is_undone(services: Services, request_id: int, clock: Clock) -> None:
    takes_and_reports(services, request_id, Outcome.SETTLED)
    clock.now += UNDO_WITHIN + timedelta(seconds=1)
    assert not services.desk.moves.undo(request_id, "settled", By("asha", clock()))


def test_a_closing_is_undone_though_the_patient_has_made_another_request(
    services: Services, phone: Phone, request_id: int, clock: Clock
) -> None:
    """A closed request can be reopened although its number has a newer request: a family may share one telephone."""
    takes_and_reports(services, request_id, Outcome.SETTLED)
    phone.rings().press("2", "1", "1", "1")
    assert services.desk.moves.undo(request_id, "settled", By("asha", clock()))
    assert [each.id for each in services.desk.store.waiting()] == [request_id, request_id + 1]


def test_a_closed_request_is_opened_again_at_any_time_due_while_the_clinic_is_open(
    services: Services, request_id: int, clock: Clock
) -> None:
    takes_and_reports(services, request_id, Outcome.WRONG_NUMBER)
    clock.shows(2026, 12, 12, 22, 0)
    services.desk.moves.reopen(request_id, By("meena", clock()), "he has written his number down wrongly")
    found = now(services, request_id)
    assert (found.status, found.outcome, found.tries) == ("open", None, 0)
    assert services.clinic.line("main").hours.local(found.due).isoformat() == "2026-12-13T09:30:00+05:30"
    assert told(services, request_id)[-2:] == ["meena note", "meena reopened"]
    assert services.staff.audit.page()[0].what == "reopened request"
    with pytest.raises(MoveRefused):
        services.desk.moves.reopen(request_id, By("asha", clock()))
    assert services.desk.moves.undo(request_id, "reopened", By("meena", clock()))
    assert now(services, request_id).outcome is Outcome.WRONG_NUMBER


def test_a_request_left_alone_for_twenty_minutes_goes_back_by_itself(
    services: Services, request_id: int, clock: Clock
) -> None:
    services.desk.moves.take(request_id, By("asha", clock()))
    clock.now += LEFT_ALONE - timedelta(seconds=1)
    assert services.desk.moves.return_untouched(clock()) == 0
    services.desk.moves.write_note(request_id, "rings in a minute", By("asha", clock()))
    clock.goes_on(minutes=19)
    assert services.desk.moves.return_untouched(clock()) == 0, "a note counts as touching it"
    clock.goes_on(minutes=1)
    assert services.desk.moves.return_untouched(clock()) == 1
    assert (now(services, request_id).status, told(services, request_id)[-1]) == ("open", "the clock returned")


def test_a_request_is_passed_on_and_only_the_other_has_it_then(
    services: Services, request_id: int, clock: Clock
) -> None:
    services.desk.moves.take(request_id, By("asha", clock()))
    services.desk.moves.pass_on(request_id, "meena", By("asha", clock()))
    assert now(services, request_id).taken_by == "meena"
    with pytest.raises(MoveRefused):
        services.desk.moves.put_back(request_id, By("asha", clock()))


def test_the_audit_says_who_did_what_but_not_what_a_note_says(
    services: Services, request_id: int, clock: Clock
) -> None:
    reference = now(services, request_id).reference
    services.desk.moves.take(request_id, By("asha", clock()))
    services.desk.moves.write_note(request_id, "her knee", By("asha", clock()))
    services.desk.moves.report(request_id, OutcomeReport(Outcome.NO_ANSWER), By("asha", clock()))
    services.desk.moves.undo(request_id, "no_answer", By("asha", clock()))
    said = [(each.who, each.what, each.about, each.detail) for each in reversed(services.staff.audit.page())]
    assert said == [
        ("asha", "took request", reference, ""),
        ("asha", "noted on request", reference, ""),
        ("asha", "reported request", reference, "no_answer"),
        ("asha", "undid request", reference, "no_answer"),
    ]


def test_who_moves_a_request_that_never_was_is_told_so(services: Services, clock: Clock) -> None:
    with pytest.raises(NoSuchRequest):
        services.desk.moves.take(4711, By("asha", clock()))
