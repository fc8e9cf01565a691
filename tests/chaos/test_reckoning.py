"""The check of promises: lost and doubled requests, and the seconds until the staff had a notice."""

from chaos.callers import Promise
from chaos.reckoning import Held, doubled, lost, slowest_notification

ANN = Promise("CA1", "+919999900001", "booking", "123456", heard=100.0)
BEN = Promise("CA2", "+919999900002", "callback", "123456", heard=200.0)


def held(promise: Promise, *, joined: bool = False) -> Held:
    return Held(promise.phone, frozenset({promise.reference}), joined)


def test_a_promise_without_its_request_is_lost() -> None:
    assert lost([ANN, BEN], [held(ANN)]) == (BEN,)
    assert lost([ANN, BEN], [held(ANN), held(BEN)]) == ()


def test_the_same_reference_of_another_number_is_not_ones_own() -> None:
    assert lost([BEN], [held(ANN)]) == (BEN,)


def test_a_promise_that_waited_and_then_joined_an_earlier_request_is_found_by_what_was_heard() -> None:
    joined = Held(ANN.phone, frozenset({ANN.reference, "654321"}), joined=True)
    assert lost([ANN], [joined]) == ()


def test_promises_without_a_reference_are_as_many_as_the_desk_holds() -> None:
    again = Promise("CA3", ANN.phone, ANN.kind, "", heard=300.0)
    silent = Held(ANN.phone, frozenset({"654321", ""}), joined=True)
    assert lost([ANN, again, again], [held(ANN), silent, silent]) == ()
    assert lost([again, again], [silent]) == (again,)
    assert lost([again], [held(ANN)]) == (again,)


def test_two_requests_of_one_call_are_one_too_many() -> None:
    ann, ben = (ANN.call_id, ANN.kind, ANN.phone), (BEN.call_id, BEN.kind, BEN.phone)
    assert doubled([ann, ben]) == 0
    assert doubled([ann, ann, ben, ann]) == 2


def test_what_was_promised_without_being_heard_is_no_loss() -> None:
    assert lost([], [held(ANN)]) == ()


def test_the_staff_are_told_when_they_first_hear_of_it() -> None:
    told = [("123456", 103.5), ("123456", 160.0)]
    assert slowest_notification([ANN], [held(ANN)], told) == (3.5, 0)


def test_a_request_nobody_heard_of_is_counted() -> None:
    assert slowest_notification([ANN], [held(ANN)], []) == (0.0, 1)


def test_a_caller_who_joined_their_earlier_request_is_no_news() -> None:
    assert slowest_notification([ANN], [held(ANN, joined=True)], []) == (0.0, 0)
