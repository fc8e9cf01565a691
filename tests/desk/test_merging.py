"""Merging two requests of one person: no promise is lost, and of several people who merge at once one succeeds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from ivr.desk.lists.worklist import Filter
from ivr.desk.merging import MergeRefused, Merging, SameRequest
from ivr.desk.move_parts import UNDO_WITHIN
from ivr.desk.moves import Moves
from ivr.desk.outbox import Outbox
from ivr.desk.requests import MoveRefused, NoSuchRequest, Outcome, OutcomeReport, Request, Status
from ivr.line.phones import Phone as Number
from ivr.operations.demo import DEMO
from ivr.operations.personal_data import PersonalData
from ivr.operations.retention import EVERY, Purge
from ivr.storage.audit import COMMAND_LINE, By
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.web.services import Services
from tests.desk import takes_and_reports
from tests.people import CALLER, Clock, Conversation, Phone
from tests.staff.staffed import at_once

DAUGHTERS = "+919999900002"
TO_BE_RUNG = ("2", "1", "1", "1")
BOOK = ("1", "2", "1", "1", "1")


@pytest.fixture
def hers(phone: Phone) -> Conversation:
    """The call in which a mother asks for an appointment from her own telephone, which makes request 1."""
    return phone.rings().press(*BOOK)


@pytest.fixture
def again(phone: Phone, hers: Conversation, clock: Clock) -> Conversation:
    """The call in which a mother asks for a call back from a second telephone. The call makes request 2."""
    clock.goes_on(minutes=10)
    return phone.rings(caller=DAUGHTERS).press(*TO_BE_RUNG)


@pytest.fixture
def merged(services: Services, again: Conversation, clock: Clock) -> None:
    """Merge request 2 into request 1; one patient made both, by two calls."""
    services.desk.merging.merge(1, 2, By("asha", clock()))


def stands(services: Services, request_id: int) -> Request:
    return services.desk.store.request(request_id)


def told(services: Services, request_id: int) -> list[str]:
    return [f"{entry.who} {entry.what} {entry.detail}".strip() for entry in services.desk.store.history(request_id)]


def found_by(services: Services, reference: str) -> list[int]:
    return [each.id for each in services.desk.worklist.referred(reference)]


# -- what remains


def test_one_remains_with_its_own_number_and_wish_and_the_earlier_due_time(
    services: Services, again: Conversation, clock: Clock
) -> None:
    first, second = stands(services, 1), stands(services, 2)
    assert first.due < second.due
    services.desk.merging.merge(2, 1, By("asha", clock()))
    goes, stays = stands(services, 1), stands(services, 2)
    assert stays == replace(second, due=first.due)
    assert (goes.status, goes.outcome, goes.merged_into) == (Status.CLOSED, Outcome.DUPLICATE, 2)
    assert [each.id for each in services.desk.store.waiting()] == [2]


@pytest.mark.usefixtures("merged")
def test_both_histories_and_the_audit_say_who_did_it_and_no_number(
    services: Services, hers: Conversation, again: Conversation
) -> None:
    assert told(services, 1)[-1] == f"asha took_in {again.reference} callback"
    assert told(services, 2)[-1] == f"asha duplicate_of {hers.reference}"
    (line,) = services.staff.audit.page()
    assert (line.who, line.what, line.about, line.detail) == (
        "asha",
        "merged request",
        hers.reference,
        again.reference,
    )


def test_the_wish_of_the_one_that_goes_is_kept_in_the_history_of_the_other(
    services: Services, hers: Conversation, again: Conversation, clock: Clock
) -> None:
    services.desk.merging.merge(2, 1, By("asha", clock()))
    wish = stands(services, 1)
    assert told(services, 2)[-1] == f"asha took_in {hers.reference} booking {wish.day} {wish.part}"


def test_one_that_somebody_has_counts_as_touched(services: Services, again: Conversation, clock: Clock) -> None:
    services.desk.moves.take(1, By("asha", clock()))
    clock.goes_on(minutes=19)
    services.desk.merging.merge(1, 2, By("asha", clock()))
    clock.goes_on(minutes=19)
    assert services.desk.moves.return_untouched(clock()) == 0
    assert stands(services, 1).taken_by == "asha"


# -- the references that were heard


@pytest.mark.usefixtures("merged")
def test_every_reference_that_was_heard_leads_to_the_one_that_remains(
    services: Services, hers: Conversation, again: Conversation
) -> None:
    assert found_by(services, hers.reference) == found_by(services, again.reference) == [1]
    assert [each.id for each in services.desk.worklist.referred(again.reference, also_merged=True)] == [1, 2]
    for words in (hers.reference, again.reference, DAUGHTERS[3:], "00002", CALLER):
        assert [each.id for each in services.desk.worklist.page(Filter()).requests] == [1], words


def test_a_request_that_is_merged_again_takes_its_references_along(
    services: Services, phone: Phone, again: Conversation, clock: Clock
) -> None:
    third = phone.rings(caller="+919999900003").press(*TO_BE_RUNG)
    services.desk.merging.merge(2, 1, By("asha", clock()))
    services.desk.merging.merge(3, 2, By("asha", clock()))
    assert found_by(services, again.reference) == found_by(services, third.reference) == [3]
    assert services.desk.merging.undo(3, By("asha", clock()))
    assert found_by(services, again.reference) == [2]


@pytest.mark.usefixtures("merged")
def test_a_webhook_that_comes_again_after_the_merge_is_answered_as_it_was(
    services: Services, again: Conversation
) -> None:
    assert f"{again.reference[:3]} {again.reference[3:]}" in again.hears_again()
    assert len(services.desk.store.all()) == 2
    assert [each.id for each in services.desk.store.waiting()] == [1]


# -- she rings once more


def test_who_rings_again_from_the_same_number_joins_the_one_that_remains(
    services: Services, phone: Phone, hers: Conversation, clock: Clock
) -> None:
    phone.rings().press(*TO_BE_RUNG)
    services.desk.merging.merge(1, 2, By("asha", clock()))
    before = stands(services, 1)
    clock.goes_on(minutes=5)
    call = phone.rings().press(*TO_BE_RUNG)
    assert hers.reference != call.spoken_reference == "", "another call has made it"
    assert "Your request is already" in call.words
    after = stands(services, 1)
    assert (after.kind, after.day, after.part, after.rang_again) == (before.kind, before.day, before.part, 1)
    assert after.due == before.due
    assert [each.id for each in services.desk.store.waiting()] == [1]


@pytest.mark.usefixtures("merged")
def test_who_rings_again_from_the_other_number_gets_a_request_of_their_own_that_offers_itself(
    services: Services, phone: Phone
) -> None:
    """A call from a merged request's number makes a new request for that number, which the desk may merge as well."""
    call = phone.rings(caller=DAUGHTERS).press(*TO_BE_RUNG)
    assert "You already have" not in call.words
    assert [each.id for each in services.desk.store.waiting()] == [1, 3]
    assert [each.id for each in services.desk.worklist.offered(stands(services, 3))] == [1]


def test_once_the_one_that_remained_is_closed_the_number_makes_a_new_one(
    services: Services, phone: Phone, hers: Conversation, clock: Clock
) -> None:
    phone.rings().press(*TO_BE_RUNG)
    services.desk.merging.merge(1, 2, By("asha", clock()))
    takes_and_reports(services, 1, Outcome.SETTLED)
    phone.rings().press(*TO_BE_RUNG)
    assert [each.id for each in services.desk.store.waiting()] == [3]


# -- refused


def test_what_somebody_else_has_or_what_is_closed_is_not_merged(
    services: Services, again: Conversation, clock: Clock
) -> None:
    services.desk.moves.take(2, By("meena", clock()))
    for pair in ((1, 2), (2, 1)):
        with pytest.raises(MergeRefused) as refused:
            services.desk.merging.merge(*pair, By("asha", clock()))
        assert (refused.value.reference, refused.value.taken_by) == (again.reference, "meena")
    services.desk.moves.report(2, OutcomeReport(Outcome.SETTLED), By("meena", clock()))
    for pair in ((1, 2), (2, 1)):
        with pytest.raises(MergeRefused) as refused:
            services.desk.merging.merge(*pair, By("asha", clock()))
        assert refused.value.status is Status.CLOSED
    assert stands(services, 1).status is Status.OPEN


def test_a_request_is_not_merged_with_itself_nor_with_none(
    services: Services, hers: Conversation, clock: Clock
) -> None:
    with pytest.raises(SameRequest):
        services.desk.merging.merge(1, 1, By("asha", clock()))
    for pair in ((1, 4711), (4711, 1)):
        with pytest.raises(NoSuchRequest):
            services.desk.merging.merge(*pair, By("asha", clock()))
    assert told(services, 1) == [f"caller made {stands(services, 1).day} {stands(services, 1).part}"]


# -- at the same moment


@pytest.fixture
def patient(database_url: str, services: Services) -> Iterator[tuple[Merging, Moves]]:
    """Merging and moves on the desk's database, with a time limit long enough for many threads at once."""
    database = Database(database_url, timeout=WORKER_TIMEOUT)
    yield Merging(database), replace(services.desk.moves, database=database)
    database.close()


@pytest.mark.usefixtures("again")
def test_of_many_who_merge_them_both_ways_at_once_one_does(
    services: Services, patient: tuple[Merging, Moves], clock: Clock
) -> None:
    merging, _ = patient
    acts: list[Callable[[], object]] = [
        lambda each=each: merging.merge(*((1, 2) if each % 2 else (2, 1)), By(f"staff {each}", clock()))  # type: ignore[misc]
        for each in range(8)
    ]
    came = at_once(*acts)
    assert [type(each) for each in came if each is not None] == [MergeRefused] * 7
    stays = services.desk.store.waiting()
    assert len(stays) == 1
    (goes,) = [each for each in services.desk.store.all() if each.status is Status.CLOSED]
    assert (goes.merged_into, stays[0].merged_into) == (stays[0].id, None)


@pytest.mark.usefixtures("again")
@pytest.mark.parametrize("taken", [1, 2])
def test_of_one_who_merges_and_one_who_takes_at_once_one_is_told_how_it_stands(
    services: Services, patient: tuple[Merging, Moves], clock: Clock, taken: int
) -> None:
    merging, moves = patient
    merge, take = at_once(
        lambda: merging.merge(1, 2, By("asha", clock())), lambda: moves.take(taken, By("meena", clock()))
    )
    if isinstance(merge, MergeRefused):
        assert (merge.taken_by, take) == ("meena", None)
        assert [each.status for each in services.desk.store.all()].count(Status.CLOSED) == 0
    else:
        assert merge is None
        assert (stands(services, 1).status, stands(services, 2).status) == (
            Status.OPEN if taken == 2 else Status.TAKEN,
            Status.CLOSED,
        )
        assert isinstance(take, MoveRefused) is (taken == 2)


# -- taken back


@pytest.mark.usefixtures("again")
def test_an_undo_puts_both_back_as_they_were(
    services: Services, hers: Conversation, again: Conversation, clock: Clock
) -> None:
    services.desk.moves.take(2, By("asha", clock()))
    before = [stands(services, each) for each in (1, 2)]
    services.desk.merging.merge(1, 2, By("asha", clock()))
    assert not services.desk.merging.undo(1, By("meena", clock())), "not by somebody else"
    assert not services.desk.moves.undo(1, "took_in", By("asha", clock())), "nor half of it"
    assert not services.desk.moves.undo(2, "duplicate_of", By("asha", clock()))
    clock.now += UNDO_WITHIN
    assert services.desk.merging.undo(1, By("asha", clock()))
    assert [stands(services, each) for each in (1, 2)] == before
    assert found_by(services, again.reference) == [2]
    assert services.staff.audit.page()[0].what == "undid merging request"
    assert not services.desk.merging.undo(1, By("asha", clock())), "once"
    services.desk.merging.merge(1, 2, By("asha", clock()))
    assert stands(services, 2).merged_into == 1


def test_after_a_while_nothing_is_taken_apart(services: Services, merged: None, clock: Clock) -> None:
    clock.now += UNDO_WITHIN + timedelta(seconds=1)
    assert not services.desk.merging.undo(1, By("asha", clock()))
    assert stands(services, 2).status is Status.CLOSED


BETWEEN: dict[str, Callable[[Services, Phone, Clock], object]] = {
    "somebody takes what remains": lambda services, _phone, clock: services.desk.moves.take(1, By("meena", clock())),
    "somebody notes on what was closed": lambda services, _phone, clock: services.desk.moves.write_note(
        2, "?", By("asha", clock())
    ),
    "her number rings again": lambda _services, phone, _clock: phone.rings().press("1", "2", "1", "1", "1", "1"),
}


@pytest.mark.parametrize("what", BETWEEN)
def test_where_something_has_happened_since_both_stay_as_they_are(
    services: Services, phone: Phone, merged: None, clock: Clock, what: str
) -> None:
    BETWEEN[what](services, phone, clock)
    before = services.desk.store.all()
    assert not services.desk.merging.undo(1, By("asha", clock()))
    assert services.desk.store.all() == before


@pytest.mark.usefixtures("merged")
def test_a_merge_is_undone_though_the_other_number_has_made_another_request(
    services: Services, phone: Phone, clock: Clock
) -> None:
    phone.rings(caller=DAUGHTERS).press(*TO_BE_RUNG)
    assert services.desk.merging.undo(1, By("asha", clock()))
    assert [each.id for each in services.desk.store.waiting()] == [1, 2, 3]


def test_the_request_that_stays_has_the_name_of_the_other_for_its_own_number(
    services: Services, hers: Conversation, again: Conversation, clock: Clock
) -> None:
    by = By("asha", clock())
    services.desk.moves.name(2, "Made Up", by)
    services.desk.merging.merge(1, 2, by)
    known = stands(services, 1).patient_id
    assert known is not None
    patient = services.diary.patients.called({known})[known]
    assert (patient.name, patient.phone) == ("Made Up", CALLER)
    assert services.desk.merging.undo(1, by)
    assert (stands(services, 1).patient_id, stands(services, 2).patient_id is None) == (None, False)
    assert services.diary.patients.names({CALLER, DAUGHTERS}) == {DAUGHTERS: "Made Up"}


def test_an_undo_leaves_a_patient_whom_the_number_had_before(
    services: Services, hers: Conversation, again: Conversation, clock: Clock
) -> None:
    services.diary.patients.name(Number(CALLER), "made up", By("asha", clock()))
    services.desk.moves.name(2, "Made Up", By("asha", clock()))
    clock.goes_on(minutes=1)
    services.desk.merging.merge(1, 2, By("asha", clock()))
    assert services.desk.merging.undo(1, By("asha", clock()))
    assert services.diary.patients.names({CALLER}) == {CALLER: "made up"}


# -- the staff are told once


def test_the_staff_are_not_told_of_what_was_merged_and_are_after_an_undo(
    services: Services, merged: None, clock: Clock
) -> None:
    outbox, later = Outbox(services.database), clock() + timedelta(minutes=1)
    assert outbox.begin(2, later) is None
    assert [each.task_id for each in outbox.due(later)] == [1]
    assert services.desk.merging.undo(1, By("asha", clock()))
    assert [each.task_id for each in outbox.due(later)] == [2]
    begun = outbox.begin(2, later)
    assert begun is not None
    services.desk.merging.merge(1, 2, By("asha", clock()))
    outbox.failed(begun, "NotTold", later)
    assert outbox.begin(2, later + timedelta(days=1)) is None, "also where a worker was at it and failed"


# -- forgotten


def test_what_was_merged_is_kept_as_long_as_what_it_leads_to(
    services: Services, again: Conversation, merged: None, clock: Clock
) -> None:
    purge = Purge(services.database, services.clinic.retention)
    clock.goes_on(days=400)
    assert "requests" not in purge.run(clock())
    assert found_by(services, again.reference) == [1]
    takes_and_reports(services, 1, Outcome.SETTLED)
    clock.goes_on(days=90)
    assert purge.run(clock())["requests"] == 1
    clock.now += EVERY
    assert purge.run(clock())["requests"] == 1
    assert services.desk.store.all() == []


@pytest.mark.parametrize(("erased", "left"), [(DAUGHTERS, 1), (CALLER, 2)])
def test_one_number_is_erased_and_the_others_request_stands_without_a_trace_of_it(
    services: Services, merged: None, clock: Clock, erased: str, left: int
) -> None:
    desk, keyed_ids = services.desk, services.reports.keyed_ids
    dossiers = PersonalData(services.database, desk.pending, desk.sealed_missed, keyed_ids)
    other = stands(services, left).reference
    held = dossiers.of(Number(erased))
    assert held.merged == [other]
    reference = held.references[0]
    dossiers.erase(held, By(COMMAND_LINE, clock()))
    (kept,) = services.desk.store.all()
    assert (kept.id, kept.merged_into) == (left, None)
    assert found_by(services, reference) == []
    assert found_by(services, other) == [left]
    assert told(services, left)[-1].split(" ", 1)[1] in {f"took_in {reference}", f"duplicate_of {reference}"}
    assert not services.desk.merging.undo(1, By("asha", clock()))
    assert dossiers.of(Number(erased)).empty


@pytest.mark.usefixtures("merged")
def test_after_an_undo_neither_request_holds_anything_of_the_other_but_its_reference(
    services: Services, again: Conversation, clock: Clock
) -> None:
    assert services.desk.merging.undo(1, By("asha", clock()))
    assert told(services, 1)[-2:] == [f"asha took_in {again.reference}", "asha undone"]
    desk, keyed_ids = services.desk, services.reports.keyed_ids
    dossiers = PersonalData(services.database, desk.pending, desk.sealed_missed, keyed_ids)
    hers = dossiers.of(Number(CALLER))
    assert (hers.merged, "callback" in hers.as_json()) == ([], False)
    dossiers.erase(dossiers.of(Number(DAUGHTERS)), By(COMMAND_LINE, clock()))
    assert "callback" not in dossiers.of(Number(CALLER)).as_json()
    assert not services.desk.merging.undo(1, By("asha", clock()))


@pytest.mark.usefixtures("merged")
def test_a_duplicate_that_is_reopened_leaves_nothing_but_its_reference_in_the_other_request(
    services: Services, again: Conversation, clock: Clock
) -> None:
    by, desk = By("asha", clock()), services.desk
    desk.moves.reopen(2, by)
    dossiers = PersonalData(services.database, desk.pending, desk.sealed_missed, services.reports.keyed_ids)
    dossiers.erase(dossiers.of(Number(DAUGHTERS)), By(COMMAND_LINE, clock()))
    assert told(services, 1)[-1] == f"asha took_in {again.reference}"
    assert not desk.merging.undo(1, by)


@pytest.mark.usefixtures("merged")
def test_after_an_undone_reopening_the_duplicate_leads_to_the_other_request_again(
    services: Services, again: Conversation, clock: Clock
) -> None:
    by, before = By("asha", clock()), told(services, 1)
    assert before[-1] == f"asha took_in {again.reference} callback"
    services.desk.moves.reopen(2, by)
    assert services.desk.moves.undo(2, "reopened", by)
    assert found_by(services, again.reference) == [1]
    assert told(services, 1) == before
    services.desk.moves.reopen(2, by)
    assert told(services, 1)[-1] == f"asha took_in {again.reference}"


def test_made_up_requests_that_were_merged_are_cleared_without_breaking_a_real_one(
    services: Services, app: Flask, hers: Conversation, clock: Clock
) -> None:
    app.test_cli_runner().invoke(args=["demo", "fill"])
    made_up = next(
        each for each in services.desk.store.waiting() if each.call_id.startswith(DEMO) and not each.taken_by
    )
    services.desk.merging.merge(made_up.id, 1, By("asha", clock()))
    app.test_cli_runner().invoke(args=["demo", "clear"])
    assert [(each.id, each.merged_into) for each in services.desk.store.all()] == [(1, None)]
    assert found_by(services, hers.reference) == [1]
