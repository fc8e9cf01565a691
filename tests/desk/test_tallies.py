"""What many calls and requests come to: first choices, what came of it, and how long patients wait."""

from datetime import UTC, datetime, timedelta

import pytest

from ivr.desk.calls import Ending
from ivr.desk.requests import Outcome, Status
from ivr.desk.tallies import (
    CHOICES,
    FATES,
    WAITING,
    Asked,
    Calls,
    Choice,
    Fate,
    Line,
    choice,
    fate,
    share,
    tally_calls,
    tally_requests,
    tries,
)
from ivr.line.booking import Kind
from ivr.line.menu import MENU

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "chosen", "came"),
    [
        ("welcome main", Choice.NOTHING, Fate.BEFORE),
        ("welcome main offer goodbye", Choice.NOTHING, Fate.BEFORE),
        ("welcome main welcome main book book_day", Choice.BOOK, Fate.MIDWAY),
        ("welcome main book no_days callback number own_number summary kept", Choice.BOOK, Fate.ASKED),
        ("welcome main hours callback", Choice.HOURS, Fate.HEARD),
        ("welcome main advice topics", Choice.ADVICE, Fate.MIDWAY),
        ("welcome main advice topics topic", Choice.ADVICE, Fate.HEARD),
        ("welcome main person closed_now callback", Choice.PERSON, Fate.MIDWAY),
        ("welcome main person ring talked goodbye", Choice.PERSON, Fate.TALKED),
        ("welcome main offer callback number summary kept", Choice.CALLBACK, Fate.ASKED),
        ("welcome main person ring unanswered nobody callback", Choice.PERSON, Fate.NOT_ANSWERED),
        ("welcome main hours person nobody callback", Choice.HOURS, Fate.NOT_ANSWERED),
        ("welcome main person nobody callback number summary kept", Choice.PERSON, Fate.ASKED),
        ("welcome main book book_day summary not_kept", Choice.BOOK, Fate.FAILED),
        ("welcome main hours main book book_day summary not_kept goodbye", Choice.HOURS, Fate.FAILED),
        ("welcome main book summary not_kept kept", Choice.BOOK, Fate.ASKED),
        ("welcome main person refused hours", Choice.PERSON, Fate.REFUSED),
        ("welcome main book book_day summary refused", Choice.BOOK, Fate.REFUSED),
        ("fault", Choice.NOTHING, Fate.FAILED),  # the line's own, and no choice of the caller's
        ("welcome main fault", Choice.NOTHING, Fate.FAILED),
        ("welcome main hours failed", Choice.HOURS, Fate.FAILED),
        ("welcome main fault main hours", Choice.HOURS, Fate.HEARD),
        ("welcome main book summary kept fault", Choice.BOOK, Fate.ASKED),
        ("welcome main person ring talked fault", Choice.PERSON, Fate.TALKED),
    ],
)
def test_a_path_tells_what_was_chosen_first_and_what_came_of_it(path: str, chosen: Choice, came: Fate) -> None:
    assert (choice(path.split()), fate(path.split())) == (chosen, came)


def test_what_a_path_is_read_by_are_places_of_the_menu() -> None:
    assert {*CHOICES, *FATES} - {"talked"} <= set(MENU)


def test_calls_are_counted_by_hour_choice_end_and_what_came_of_them() -> None:
    groups = [
        Calls("welcome main", Ending.HUNG_UP, 3),
        Calls("welcome main hours", Ending.HUNG_UP, 2),
        Calls("welcome main hours", Ending.UNKNOWN, 1),
    ]
    found = tally_calls(groups, {9: 5, 18: 1})
    assert found.hours == {9: 5, 18: 1}
    assert found.choices == {Choice.NOTHING: 3, Choice.HOURS: 3}
    assert found.endings == {Ending.HUNG_UP: 5, Ending.UNKNOWN: 1}
    assert (found.count, found.served, found.fates[Fate.BEFORE]) == (6, 3, 3)


def test_no_calls_come_to_nothing() -> None:
    assert (tally_calls([], {}).count, tally_calls([], {}).served) == (0, 0)


def asked(*tried: Outcome, status: Status = Status.OPEN, outcome: Outcome | None = None, minutes: int = 0) -> Asked:
    return Asked(Kind.BOOKING, "call", status, outcome, timedelta(minutes=minutes) if tried else None, tried)


def test_requests_are_counted_with_how_soon_and_at_which_try_the_patient_was_reached() -> None:
    found = tally_requests(
        [
            asked(),
            asked(Outcome.NO_ANSWER, minutes=40),
            asked(Outcome.BUSY, Outcome.BOOKED, status=Status.CLOSED, outcome=Outcome.BOOKED, minutes=30),
            asked(Outcome.SETTLED, status=Status.CLOSED, outcome=Outcome.SETTLED, minutes=2),
            asked(status=Status.CLOSED, outcome=Outcome.DUPLICATE),
        ]
    )
    assert found.made == {(Kind.BOOKING, "call"): 5}
    assert found.waits == [timedelta(minutes=each) for each in (2, 30, 40)]
    assert (found.late, found.untried) == (1, 1)
    assert found.reached == {1: 1, 2: 1}
    assert found.outcomes == {WAITING: 2, Outcome.BOOKED: 1, Outcome.SETTLED: 1, Outcome.DUPLICATE: 1}


@pytest.mark.parametrize(
    ("waits", "middle", "most"), [([], None, None), ([7], 7, 7), ([1, 2], 1, 2), ([*range(1, 11)], 5, 9)]
)
def test_the_middle_and_nine_in_ten_are_waits_that_there_were(
    waits: list[int], middle: int | None, most: int | None
) -> None:
    spans = [timedelta(minutes=each) for each in waits]
    found = [share(spans, of_ten) for of_ten in (5, 9)]
    assert found == [None if each is None else timedelta(minutes=each) for each in (middle, most)]


def test_a_try_that_was_taken_back_does_not_count() -> None:
    what = [Outcome.NO_ANSWER, "undone", Outcome.BUSY, Outcome.SETTLED, "undone"]
    lines = [Line(NOW + timedelta(minutes=number), each) for number, each in enumerate(what)]
    assert [each.what for each in tries(lines)] == [Outcome.BUSY]
