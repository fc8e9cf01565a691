"""Two requests of one person become one: nothing that was promised gets lost, and only one of two people does it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from ivr.app import create_app
from ivr.desk.merging import MergeRefused, Merging, SameRequest
from ivr.desk.moves import UNDO_WITHIN, Moves
from ivr.desk.outbox import Errands
from ivr.desk.requests import MoveRefused, NoSuchRequest, Outcome, Report, Request, Status
from ivr.desk.worklist import Filter
from ivr.line.phones import Phone as Number
from ivr.operations.demo import DEMO
from ivr.operations.personal_data import Dossiers
from ivr.operations.retention import EVERY, Shredder
from ivr.storage.audit import COMMAND_LINE
from ivr.storage.database import PATIENCE_OF_A_WORKER, Database
from ivr.web.services import House, build
from tests.conftest import settings_for
from tests.people import CALLER, Clock, Conversation, Phone
from tests.staff.staffed import at_once

DAUGHTERS = "+919999900002"
TO_BE_RUNG = ("2", "1", "1", "1")
BOOK = ("1", "2", "1", "1", "1")


@pytest.fixture
def house(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[House]:
    house = build(settings_for(tmp_path, database_url, redis_url), clock)
    yield house
    house.close()


@pytest.fixture
def app(house: House) -> Flask:
    return create_app(house)


@pytest.fixture
def phone(app: Flask, house: House) -> Phone:
    return Phone(app, house)


@pytest.fixture
def hers(phone: Phone) -> Conversation:
    """She asks for an appointment, from her own telephone; request 1."""
    return phone.rings().press(*BOOK)


@pytest.fixture
def again(phone: Phone, hers: Conversation, clock: Clock) -> Conversation:
    """And ten minutes later to be rung back, from her daughter's; request 2."""
    clock.goes_on(minutes=10)
    return phone.rings(caller=DAUGHTERS).press(*TO_BE_RUNG)


@pytest.fixture
def merged(house: House, again: Conversation, clock: Clock) -> None:
    """Both are one."""
    house.merging.merge(1, 2, "asha", clock())


def stands(house: House, request_id: int) -> Request:
    return house.desk.request(request_id)


def told(house: House, request_id: int) -> list[str]:
    return [f"{entry.who} {entry.what} {entry.detail}".strip() for entry in house.desk.history(request_id)]


def found_by(house: House, reference: str) -> list[int]:
    return [each.id for each in house.worklist.referred(reference)]


# -- what remains


def test_one_remains_with_its_own_number_and_wish_and_the_earlier_due_time(
    house: House, again: Conversation, clock: Clock
) -> None:
    first, second = stands(house, 1), stands(house, 2)
    assert first.due < second.due
    house.merging.merge(2, 1, "asha", clock())
    goes, stays = stands(house, 1), stands(house, 2)
    assert stays == replace(second, due=first.due)
    assert (goes.status, goes.outcome, goes.merged_into) == (Status.CLOSED, Outcome.DUPLICATE, 2)
    assert [each.id for each in house.desk.waiting()] == [2]


@pytest.mark.usefixtures("merged")
def test_both_histories_and_the_audit_say_who_did_it_and_no_number(
    house: House, hers: Conversation, again: Conversation
) -> None:
    assert told(house, 1)[-1] == f"asha took_in {again.reference} callback"
    assert told(house, 2)[-1] == f"asha duplicate_of {hers.reference}"
    (line,) = house.audit.page()
    assert (line.who, line.what, line.about, line.detail) == (
        "asha",
        "merged request",
        hers.reference,
        again.reference,
    )


def test_the_wish_of_the_one_that_goes_is_kept_in_the_history_of_the_other(
    house: House, hers: Conversation, again: Conversation, clock: Clock
) -> None:
    house.merging.merge(2, 1, "asha", clock())
    wish = stands(house, 1)
    assert told(house, 2)[-1] == f"asha took_in {hers.reference} booking {wish.day} {wish.part}"


def test_one_that_somebody_has_counts_as_touched(house: House, again: Conversation, clock: Clock) -> None:
    house.moves.take(1, "asha", clock())
    clock.goes_on(minutes=19)
    house.merging.merge(1, 2, "asha", clock())
    clock.goes_on(minutes=19)
    assert house.moves.return_untouched(clock()) == 0
    assert stands(house, 1).taken_by == "asha"


# -- the references that were heard


@pytest.mark.usefixtures("merged")
def test_every_reference_that_was_heard_leads_to_the_one_that_remains(
    house: House, hers: Conversation, again: Conversation
) -> None:
    assert found_by(house, hers.reference) == found_by(house, again.reference) == [1]
    assert [each.id for each in house.worklist.referred(again.reference, also_merged=True)] == [1, 2]
    for words in (hers.reference, again.reference, DAUGHTERS[3:], "00002", CALLER):
        assert [each.id for each in house.worklist.page(Filter(words)).requests] == [1], words


def test_a_request_that_is_merged_again_takes_its_references_along(
    house: House, phone: Phone, again: Conversation, clock: Clock
) -> None:
    third = phone.rings(caller="+919999900003").press(*TO_BE_RUNG)
    house.merging.merge(2, 1, "asha", clock())
    house.merging.merge(3, 2, "asha", clock())
    assert found_by(house, again.reference) == found_by(house, third.reference) == [3]
    assert house.merging.undo(3, "asha", clock())
    assert found_by(house, again.reference) == [2]


@pytest.mark.usefixtures("merged")
def test_a_webhook_that_comes_again_after_the_merge_is_answered_as_it_was(house: House, again: Conversation) -> None:
    assert " ".join(again.reference[:3]) in again.repeats_last_webhook()
    assert len(house.desk.all()) == 2
    assert [each.id for each in house.desk.waiting()] == [1]


# -- she rings once more


def test_who_rings_again_from_the_same_number_joins_the_one_that_remains(
    house: House, phone: Phone, hers: Conversation, clock: Clock
) -> None:
    phone.rings().press(*TO_BE_RUNG)
    house.merging.merge(1, 2, "asha", clock())
    before = stands(house, 1)
    clock.goes_on(minutes=5)
    call = phone.rings().press(*TO_BE_RUNG)
    assert call.reference == hers.reference
    assert "You already have a request" in call.words
    after = stands(house, 1)
    assert (after.kind, after.day, after.part, after.rang_again) == (before.kind, before.day, before.part, 1)
    assert after.due == before.due
    assert [each.id for each in house.desk.waiting()] == [1]


@pytest.mark.usefixtures("merged")
def test_who_rings_again_from_the_other_number_gets_a_request_of_their_own_that_offers_itself(
    house: House, phone: Phone
) -> None:
    """They are promised to be rung on that number; the request that remains would ring another."""
    call = phone.rings(caller=DAUGHTERS).press(*TO_BE_RUNG)
    assert "You already have" not in call.words
    assert [each.id for each in house.desk.waiting()] == [1, 3]
    assert [each.id for each in house.worklist.offered(stands(house, 3))] == [1]


def test_once_the_one_that_remained_is_closed_the_number_makes_a_new_one(
    house: House, phone: Phone, hers: Conversation, clock: Clock
) -> None:
    phone.rings().press(*TO_BE_RUNG)
    house.merging.merge(1, 2, "asha", clock())
    house.moves.take(1, "asha", clock())
    house.moves.report(1, Report(Outcome.SETTLED), "asha", clock())
    phone.rings().press(*TO_BE_RUNG)
    assert [each.id for each in house.desk.waiting()] == [3]


# -- refused


def test_what_somebody_else_has_or_what_is_closed_is_not_merged(
    house: House, again: Conversation, clock: Clock
) -> None:
    house.moves.take(2, "meena", clock())
    for pair in ((1, 2), (2, 1)):
        with pytest.raises(MergeRefused) as refused:
            house.merging.merge(*pair, "asha", clock())
        assert (refused.value.reference, refused.value.taken_by) == (again.reference, "meena")
    house.moves.report(2, Report(Outcome.SETTLED), "meena", clock())
    for pair in ((1, 2), (2, 1)):
        with pytest.raises(MergeRefused) as refused:
            house.merging.merge(*pair, "asha", clock())
        assert refused.value.status is Status.CLOSED
    assert stands(house, 1).status is Status.OPEN


def test_a_request_is_not_merged_with_itself_nor_with_none(house: House, hers: Conversation, clock: Clock) -> None:
    with pytest.raises(SameRequest):
        house.merging.merge(1, 1, "asha", clock())
    for pair in ((1, 4711), (4711, 1)):
        with pytest.raises(NoSuchRequest):
            house.merging.merge(*pair, "asha", clock())
    assert told(house, 1) == [f"caller made {stands(house, 1).day} {stands(house, 1).part}"]


# -- at the same moment


@pytest.fixture
def patient(database_url: str, house: House) -> Iterator[tuple[Merging, Moves]]:
    """The same desk, with a patience that many threads at once do not use up."""
    database = Database(database_url, patience=PATIENCE_OF_A_WORKER)
    yield Merging(database), Moves(database, house.moves.next_due, house.moves.tries)
    database.close()


@pytest.mark.usefixtures("again")
def test_of_many_who_merge_them_both_ways_at_once_one_does(
    house: House, patient: tuple[Merging, Moves], clock: Clock
) -> None:
    merging, _ = patient
    acts: list[Callable[[], object]] = [
        lambda each=each: merging.merge(*((1, 2) if each % 2 else (2, 1)), f"staff {each}", clock())  # type: ignore[misc]
        for each in range(8)
    ]
    came = at_once(*acts)
    assert [type(each) for each in came if each is not None] == [MergeRefused] * 7
    stays = house.desk.waiting()
    assert len(stays) == 1
    (goes,) = [each for each in house.desk.all() if each.status is Status.CLOSED]
    assert (goes.merged_into, stays[0].merged_into) == (stays[0].id, None)


@pytest.mark.usefixtures("again")
@pytest.mark.parametrize("taken", [1, 2])
def test_of_one_who_merges_and_one_who_takes_at_once_one_is_told_how_it_stands(
    house: House, patient: tuple[Merging, Moves], clock: Clock, taken: int
) -> None:
    merging, moves = patient
    merge, take = at_once(lambda: merging.merge(1, 2, "asha", clock()), lambda: moves.take(taken, "meena", clock()))
    if isinstance(merge, MergeRefused):
        assert (merge.taken_by, take) == ("meena", None)
        assert [each.status for each in house.desk.all()].count(Status.CLOSED) == 0
    else:
        assert merge is None
        assert (stands(house, 1).status, stands(house, 2).status) == (
            Status.OPEN if taken == 2 else Status.TAKEN,
            Status.CLOSED,
        )
        assert isinstance(take, MoveRefused) is (taken == 2)


# -- taken back


@pytest.mark.usefixtures("again")
def test_an_undo_puts_both_back_as_they_were(
    house: House, hers: Conversation, again: Conversation, clock: Clock
) -> None:
    house.moves.take(2, "asha", clock())
    before = [stands(house, each) for each in (1, 2)]
    house.merging.merge(1, 2, "asha", clock())
    assert not house.merging.undo(1, "meena", clock()), "not by somebody else"
    assert not house.moves.undo(1, "took_in", "asha", clock()), "nor half of it"
    assert not house.moves.undo(2, "duplicate_of", "asha", clock())
    clock.now += UNDO_WITHIN
    assert house.merging.undo(1, "asha", clock())
    assert [stands(house, each) for each in (1, 2)] == before
    assert found_by(house, again.reference) == [2]
    assert house.audit.page()[0].what == "undid merging request"
    assert not house.merging.undo(1, "asha", clock()), "once"
    house.merging.merge(1, 2, "asha", clock())
    assert stands(house, 2).merged_into == 1


def test_after_a_while_nothing_is_taken_apart(house: House, merged: None, clock: Clock) -> None:
    clock.now += UNDO_WITHIN + timedelta(seconds=1)
    assert not house.merging.undo(1, "asha", clock())
    assert stands(house, 2).status is Status.CLOSED


BETWEEN: dict[str, Callable[[House, Phone, Clock], object]] = {
    "somebody takes what remains": lambda house, _phone, clock: house.moves.take(1, "meena", clock()),
    "somebody notes on what was closed": lambda house, _phone, clock: house.moves.write_note(2, "?", "asha", clock()),
    "the other number rings again": lambda _house, phone, _clock: phone.rings(caller=DAUGHTERS).press(*TO_BE_RUNG),
    "her number rings again": lambda _house, phone, _clock: phone.rings().press(*BOOK),
}


@pytest.mark.parametrize("what", BETWEEN)
def test_where_something_has_happened_since_both_stay_as_they_are(
    house: House, phone: Phone, merged: None, clock: Clock, what: str
) -> None:
    BETWEEN[what](house, phone, clock)
    before = house.desk.all()
    assert not house.merging.undo(1, "asha", clock())
    assert house.desk.all() == before


# -- the staff are told once


def test_the_staff_are_not_told_of_what_was_merged_and_are_after_an_undo(
    house: House, merged: None, clock: Clock
) -> None:
    errands, later = Errands(house.moves.database), clock() + timedelta(minutes=1)
    assert errands.begin(2, later) is None
    assert [bell.errand for bell in errands.due(later)] == [1]
    assert house.merging.undo(1, "asha", clock())
    assert [bell.errand for bell in errands.due(later)] == [2]
    begun = errands.begin(2, later)
    assert begun is not None
    house.merging.merge(1, 2, "asha", clock())
    errands.failed(begun, "NotTold", later)
    assert errands.begin(2, later + timedelta(days=1)) is None, "also where a worker was at it and failed"


# -- forgotten


def test_what_was_merged_is_kept_as_long_as_what_it_leads_to(
    house: House, again: Conversation, merged: None, clock: Clock
) -> None:
    shredder = Shredder(house.moves.database, house.clinic.retention)
    clock.goes_on(days=400)
    assert "requests" not in shredder.look(clock())
    assert found_by(house, again.reference) == [1]
    house.moves.take(1, "asha", clock())
    house.moves.report(1, Report(Outcome.SETTLED), "asha", clock())
    clock.goes_on(days=90)
    assert shredder.look(clock())["requests"] == 1
    clock.now += EVERY
    assert shredder.look(clock())["requests"] == 1
    assert house.desk.all() == []


@pytest.mark.parametrize(("erased", "left"), [(DAUGHTERS, 1), (CALLER, 2)])
def test_one_number_is_erased_and_the_others_request_stands_without_a_trace_of_it(
    house: House, merged: None, clock: Clock, erased: str, left: int
) -> None:
    dossiers = Dossiers(house.moves.database, house.front_door.waiting_room)
    other = stands(house, left).reference
    held = dossiers.of(Number(erased))
    assert held.merged == [other]
    reference = held.references[0]
    dossiers.erase(held, COMMAND_LINE, clock())
    (kept,) = house.desk.all()
    assert (kept.id, kept.merged_into) == (left, None)
    assert found_by(house, reference) == []
    assert found_by(house, other) == [left]
    assert told(house, left)[-1].split(" ", 1)[1] in {f"took_in {reference}", f"duplicate_of {reference}"}
    assert not house.merging.undo(1, "asha", clock())
    assert dossiers.of(Number(erased)).empty


@pytest.mark.usefixtures("merged")
def test_after_an_undo_neither_request_holds_anything_of_the_other_but_its_reference(
    house: House, again: Conversation, clock: Clock
) -> None:
    assert house.merging.undo(1, "asha", clock())
    assert told(house, 1)[-2:] == [f"asha took_in {again.reference}", "asha undone"]
    dossiers = Dossiers(house.moves.database, house.front_door.waiting_room)
    hers = dossiers.of(Number(CALLER))
    assert (hers.merged, "callback" in hers.as_json()) == ([], False)
    dossiers.erase(dossiers.of(Number(DAUGHTERS)), COMMAND_LINE, clock())
    assert "callback" not in dossiers.of(Number(CALLER)).as_json()
    assert not house.merging.undo(1, "asha", clock())


def test_made_up_requests_that_were_merged_are_cleared_without_breaking_a_real_one(
    house: House, app: Flask, hers: Conversation, clock: Clock
) -> None:
    app.test_cli_runner().invoke(args=["demo", "fill"])
    made_up = next(each for each in house.desk.waiting() if each.call_id.startswith(DEMO) and not each.taken_by)
    house.merging.merge(made_up.id, 1, "asha", clock())
    app.test_cli_runner().invoke(args=["demo", "clear"])
    assert [(each.id, each.merged_into) for each in house.desk.all()] == [(1, None)]
    assert found_by(house, hers.reference) == [1]
