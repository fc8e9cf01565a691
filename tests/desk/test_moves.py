"""What people at the desk do with a request: one owner, and an outcome that closes it or sets it anew."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from ivr.app import create_app
from ivr.desk.moves import LEFT_ALONE, UNDO_WITHIN
from ivr.desk.requests import MoveRefused, NoSuchRequest, Outcome, Report, Request, Status
from ivr.web.services import House, build
from tests.conftest import settings_for
from tests.people import Clock, Phone


@pytest.fixture
def house(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[House]:
    house = build(settings_for(tmp_path, database_url, redis_url), clock)
    yield house
    house.close()


@pytest.fixture
def request_id(house: House) -> int:
    """A request that somebody has just rung in."""
    phone = Phone(create_app(house), house)
    phone.rings().press("2", "1", "1", "1")
    return house.desk.waiting()[0].id


def now(house: House, request_id: int) -> Request:
    return house.desk.request(request_id)


def told(house: House, request_id: int) -> list[str]:
    return [f"{entry.who} {entry.what}" for entry in house.desk.history(request_id)]


def test_a_request_is_taken_and_put_back(house: House, request_id: int, clock: Clock) -> None:
    house.moves.take(request_id, "asha", clock())
    assert (now(house, request_id).status, now(house, request_id).taken_by) == ("taken", "asha")
    house.moves.put_back(request_id, "asha", clock())
    assert (now(house, request_id).status, now(house, request_id).taken_by) == ("open", None)
    assert told(house, request_id) == ["caller made", "asha taken", "asha put_back"]


def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told_who(
    house: House, request_id: int, clock: Clock
) -> None:
    barrier, refusals = Barrier(2), []

    def takes(who: str) -> None:
        barrier.wait()
        try:
            house.moves.take(request_id, who, clock())
        except MoveRefused as refused:
            refusals.append((who, refused.taken_by))

    both = [Thread(target=takes, args=(who,)) for who in ("asha", "meena")]
    for each in both:
        each.start()
    for each in both:
        each.join()
    owner = now(house, request_id).taken_by
    assert refusals == [("meena" if owner == "asha" else "asha", owner)]


def test_only_who_has_it_may_report_or_put_it_back(house: House, request_id: int, clock: Clock) -> None:
    house.moves.take(request_id, "asha", clock())
    for move in (house.moves.put_back, house.moves.take):
        with pytest.raises(MoveRefused):
            move(request_id, "meena", clock())
    with pytest.raises(MoveRefused):
        house.moves.report(request_id, Report(Outcome.SETTLED), "meena", clock())


@pytest.mark.parametrize(
    "outcome", [Outcome.SETTLED, Outcome.WRONG_NUMBER, Outcome.DUPLICATE, Outcome.CANCELLED, Outcome.BOOKED]
)
def test_an_outcome_closes_it(house: House, request_id: int, clock: Clock, outcome: Outcome) -> None:
    house.moves.take(request_id, "asha", clock())
    at = clock() + timedelta(days=1) if outcome is Outcome.BOOKED else None
    house.moves.report(request_id, Report(outcome, at), "asha", clock())
    found = now(house, request_id)
    assert (found.status, found.outcome, found.appointment) == (Status.CLOSED, outcome, at)
    assert house.desk.waiting() == []


def test_no_answer_sets_a_later_due_time_and_after_all_tries_it_is_not_reached(
    house: House, request_id: int, clock: Clock
) -> None:
    tries = house.clinic.persistence.tries
    pauses = []
    for _ in range(tries):
        house.moves.take(request_id, "asha", clock())
        house.moves.report(request_id, Report(Outcome.NO_ANSWER), "asha", clock())
        found = now(house, request_id)
        if found.status is Status.OPEN:
            pauses.append(found.due - clock())
            assert house.clinic.line("main").hours.is_open(found.due)
            clock.now = found.due
    assert pauses[:2] == [timedelta(minutes=30), timedelta(minutes=120)]
    assert (found.status, found.outcome, found.tries) == (Status.CLOSED, Outcome.NOT_REACHED, tries)


def test_busy_is_tried_again_sooner_than_no_answer(house: House, request_id: int, clock: Clock) -> None:
    house.moves.take(request_id, "asha", clock())
    house.moves.report(request_id, Report(Outcome.BUSY), "asha", clock())
    assert now(house, request_id).due == clock() + timedelta(minutes=10)


def test_ring_later_is_due_when_somebody_said(house: House, request_id: int, clock: Clock) -> None:
    house.moves.take(request_id, "asha", clock())
    later = clock() + timedelta(days=2)
    house.moves.report(request_id, Report(Outcome.LATER, later), "asha", clock())
    assert (now(house, request_id).due, now(house, request_id).tries) == (later, 0)


def test_an_outcome_and_its_moment_go_together(clock: Clock) -> None:
    for outcome, at in ((Outcome.BOOKED, None), (Outcome.LATER, None), (Outcome.BUSY, clock())):
        with pytest.raises(ValueError, match="go together"):
            Report(outcome, at)


def test_a_report_is_undone_within_seconds_by_who_made_it(house: House, request_id: int, clock: Clock) -> None:
    before = now(house, request_id)
    house.moves.take(request_id, "asha", clock())
    house.moves.report(request_id, Report(Outcome.NO_ANSWER), "asha", clock())
    assert not house.moves.undo(request_id, "no_answer", "meena", clock()), "not by somebody else"
    clock.now += UNDO_WITHIN
    assert house.moves.undo(request_id, "no_answer", "asha", clock())
    found = now(house, request_id)
    assert (found.status, found.taken_by, found.tries, found.due) == ("taken", "asha", 0, before.due)
    assert not house.moves.undo(request_id, "no_answer", "asha", clock()), "once"


def test_an_undo_takes_back_what_it_was_offered_for_and_nothing_later(
    house: House, request_id: int, clock: Clock
) -> None:
    house.moves.take(request_id, "asha", clock())
    house.moves.report(request_id, Report(Outcome.NO_ANSWER), "asha", clock())
    house.moves.take(request_id, "asha", clock())
    assert not house.moves.undo(request_id, "no_answer", "asha", clock())
    assert (now(house, request_id).taken_by, now(house, request_id).tries) == ("asha", 1)


def test_after_a_while_nothing_is_undone(house: House, request_id: int, clock: Clock) -> None:
    house.moves.take(request_id, "asha", clock())
    house.moves.report(request_id, Report(Outcome.SETTLED), "asha", clock())
    clock.now += UNDO_WITHIN + timedelta(seconds=1)
    assert not house.moves.undo(request_id, "settled", "asha", clock())


def test_a_closing_is_not_undone_over_the_patients_next_request(house: House, request_id: int, clock: Clock) -> None:
    house.moves.take(request_id, "asha", clock())
    house.moves.report(request_id, Report(Outcome.SETTLED), "asha", clock())
    Phone(create_app(house), house).rings().press("2", "1", "1", "1")
    assert not house.moves.undo(request_id, "settled", "asha", clock())
    assert [each.id for each in house.desk.waiting()] == [request_id + 1]


def test_a_request_left_alone_for_twenty_minutes_goes_back_by_itself(
    house: House, request_id: int, clock: Clock
) -> None:
    house.moves.take(request_id, "asha", clock())
    clock.now += LEFT_ALONE - timedelta(seconds=1)
    assert house.moves.return_untouched(clock()) == 0
    house.moves.write_note(request_id, "rings in a minute", "asha", clock())
    clock.goes_on(minutes=19)
    assert house.moves.return_untouched(clock()) == 0, "a note counts as touching it"
    clock.goes_on(minutes=1)
    assert house.moves.return_untouched(clock()) == 1
    assert (now(house, request_id).status, told(house, request_id)[-1]) == ("open", "the clock returned")


def test_a_request_is_passed_on_and_only_the_other_has_it_then(house: House, request_id: int, clock: Clock) -> None:
    house.moves.take(request_id, "asha", clock())
    house.moves.pass_on(request_id, "meena", "asha", clock())
    assert now(house, request_id).taken_by == "meena"
    with pytest.raises(MoveRefused):
        house.moves.put_back(request_id, "asha", clock())


def test_the_audit_says_who_did_what_but_not_what_a_note_says(house: House, request_id: int, clock: Clock) -> None:
    reference = now(house, request_id).reference
    house.moves.take(request_id, "asha", clock())
    house.moves.write_note(request_id, "her knee", "asha", clock())
    house.moves.report(request_id, Report(Outcome.NO_ANSWER), "asha", clock())
    house.moves.undo(request_id, "no_answer", "asha", clock())
    said = [(each.who, each.what, each.about, each.detail) for each in reversed(house.audit.page())]
    assert said == [
        ("asha", "took request", reference, ""),
        ("asha", "noted on request", reference, ""),
        ("asha", "reported request", reference, "no_answer"),
        ("asha", "undid request", reference, "no_answer"),
    ]


def test_who_moves_a_request_that_never_was_is_told_so(house: House, clock: Clock) -> None:
    with pytest.raises(NoSuchRequest):
        house.moves.take(4711, "asha", clock())
