"""Statistics of requests in a report: how long patients waited, which try reached them, and who was not reached."""

from datetime import UTC, datetime, timedelta

import pytest

from ivr.desk.requests import Outcome, Status
from ivr.line.booking import Kind
from ivr.reports.request_stats import (
    ENOUGH,
    LATE,
    WAITING,
    CallAttempt,
    ReportedRequest,
    RequestStats,
    request_stats,
    share,
    tries,
    waits_of,
)

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def asked(*tried: Outcome, outcome: Outcome | None = None, minutes: int | None = None) -> ReportedRequest:
    """Return a request with these tries, closed if it has an outcome, whose patient waited for so many minutes."""
    status = Status.CLOSED if outcome else Status.OPEN
    return ReportedRequest(Kind.BOOKING, "call", status, outcome, None if minutes is None else spans(minutes)[0], tried)


def spans(*minutes: int) -> list[timedelta]:
    return [timedelta(minutes=each) for each in minutes]


def test_requests_are_counted_with_how_soon_and_at_which_try_the_patient_was_reached() -> None:
    found = request_stats(
        [
            asked(),
            asked(Outcome.NO_ANSWER, minutes=40),
            asked(Outcome.BUSY, Outcome.BOOKED, outcome=Outcome.BOOKED, minutes=30),
            asked(Outcome.SETTLED, outcome=Outcome.SETTLED, minutes=2),
            asked(outcome=Outcome.DUPLICATE),
        ]
    )
    assert found.made == {(Kind.BOOKING, "call"): 5}
    assert found.rung == {2: 1, 30: 1, 40: 1}
    assert (found.late, found.untried, found.to_reach) == (1, 1, 4)
    assert found.reached == {1: 1, 2: 1}
    assert found.outcomes == {WAITING: 2, Outcome.BOOKED: 1, Outcome.SETTLED: 1, Outcome.DUPLICATE: 1}


def test_a_desk_that_rings_nobody_does_not_look_like_one_that_rings_at_once() -> None:
    found = request_stats(
        [asked(Outcome.SETTLED, outcome=Outcome.SETTLED, minutes=5), *[asked(minutes=1400)] * 29, asked()]
    )
    assert (found.middle, found.most) == (timedelta(minutes=1400), timedelta(minutes=1400))
    assert (found.late, found.untried) == (29, 30), "the last of them is not due yet"
    assert (found.rung, found.unrung) == ({5: 1}, {1400: 29})


def test_nine_in_ten_is_not_said_of_a_few() -> None:
    def of(count: int) -> RequestStats:
        return request_stats([asked(Outcome.SETTLED, outcome=Outcome.SETTLED, minutes=each) for each in range(count)])

    assert (of(ENOUGH - 1).middle, of(ENOUGH - 1).most) == (timedelta(minutes=4), None)
    assert of(ENOUGH).most == timedelta(minutes=8)
    assert (of(0).middle, of(0).most) == (None, None)


def test_to_merge_a_patients_two_requests_costs_the_desk_nothing() -> None:
    apart = request_stats([asked(Outcome.BOOKED, outcome=Outcome.BOOKED)] * 2)
    merged = request_stats([asked(Outcome.BOOKED, outcome=Outcome.BOOKED), asked(outcome=Outcome.DUPLICATE)])
    rung = request_stats(
        [asked(Outcome.BOOKED, outcome=Outcome.BOOKED), asked(Outcome.LATER, outcome=Outcome.DUPLICATE)]
    )
    shares = [sum(each.reached.values()) / each.to_reach for each in (apart, merged, rung)]
    assert shares == [1, 1, 1]


def test_a_patient_who_is_rung_and_wants_nothing_more_was_reached_and_one_who_was_not_rung_need_not_be() -> None:
    rung = request_stats([asked(Outcome.NO_ANSWER, Outcome.CANCELLED, outcome=Outcome.CANCELLED)])
    assert (rung.reached, rung.to_reach) == ({2: 1}, 1)
    by_themselves = request_stats([asked(outcome=Outcome.CANCELLED)])
    assert (by_themselves.reached, by_themselves.to_reach) == ({}, 0)


@pytest.mark.parametrize(
    ("waits", "middle", "most"), [([], None, None), ([7], 7, 7), ([1, 2], 1, 2), ([*range(1, 21)], 10, 18)]
)
def test_the_middle_and_nine_in_ten_are_waits_that_there_were(
    waits: list[int], middle: int | None, most: int | None
) -> None:
    found = [share(waits_of(spans(*waits)), of_ten) for of_ten in (5, 9)]
    assert found == [None if each is None else timedelta(minutes=each) for each in (middle, most)]


def test_a_wait_is_counted_in_minutes_begun() -> None:
    assert waits_of([timedelta(), timedelta(seconds=1), timedelta(minutes=1), LATE + timedelta(seconds=1)]) == {
        0: 1,
        1: 2,
        31: 1,
    }


def test_a_try_that_was_taken_back_does_not_count() -> None:
    what = [Outcome.NO_ANSWER, "undone", Outcome.BUSY, Outcome.SETTLED, "undone"]
    lines = [CallAttempt(NOW + timedelta(minutes=number), each) for number, each in enumerate(what)]
    assert [each.what for each in tries(lines)] == [Outcome.BUSY]
