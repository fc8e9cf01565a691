"""Statistics of calls in a report: their callers' first choices, and how the calls ended."""

import pytest

from ivr.line.menu import MENU
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import (
    ANSWERS,
    FATES,
    NOTHING,
    Calls,
    Fate,
    Reading,
    ReceptionAnswer,
    call_stats,
    choices_of,
    reception,
)

READING = Reading(MENU)


@pytest.mark.parametrize(
    ("path", "chosen", "came"),
    [
        ("welcome main", NOTHING, Fate.BEFORE),
        ("welcome main offer goodbye", NOTHING, Fate.BEFORE),
        ("welcome main welcome main book book_day", "book", Fate.MIDWAY),
        ("welcome main book no_days callback number own_number summary kept", "book", Fate.ASKED),
        ("welcome main hours callback", "hours", Fate.HEARD),
        ("welcome main advice topics", "advice", Fate.MIDWAY),
        ("welcome main advice topics topic", "advice", Fate.HEARD),
        ("welcome main person closed_now callback", "person", Fate.MIDWAY),
        ("welcome main person ring talked goodbye", "person", Fate.TALKED),
        ("welcome main offer callback number summary kept", "callback", Fate.ASKED),
        ("welcome main person ring unanswered nobody callback", "person", Fate.NOT_ANSWERED),
        ("welcome main hours person nobody callback", "hours", Fate.NOT_ANSWERED),
        ("welcome main person nobody callback number summary kept", "person", Fate.ASKED),
        ("welcome main book book_day summary not_kept", "book", Fate.FAILED),
        ("welcome main hours main book book_day summary not_kept goodbye", "hours", Fate.FAILED),
        ("welcome main book summary not_kept kept", "book", Fate.ASKED),
        ("welcome main person refused hours", "person", Fate.REFUSED),
        ("welcome main book book_day summary refused", "book", Fate.REFUSED),
        ("fault", NOTHING, Fate.FAILED),  # the line's own, and no choice of the caller's
        ("welcome main fault", NOTHING, Fate.FAILED),
        ("welcome main hours failed", "hours", Fate.FAILED),
        ("welcome main fault main hours", "hours", Fate.HEARD),
        ("welcome main book summary kept fault", "book", Fate.ASKED),
        ("welcome main person ring talked fault", "person", Fate.TALKED),
        ("welcome main book free times number own_number summary booked goodbye", "book", Fate.BOOKED),
        ("welcome main own appointment change prove move_sure moved", "own", Fate.BOOKED),
        ("welcome main own appointment change cancel_sure cancelled fault", "own", Fate.BOOKED),
        ("welcome main book summary diary_away book_day number summary kept", "book", Fate.ASKED),
    ],
)
def test_a_path_tells_what_was_chosen_first_and_what_came_of_it(path: str, chosen: str, came: Fate) -> None:
    assert (READING.choice(path.split()), READING.fate(path.split())) == (chosen, came)


def test_what_a_path_is_read_by_are_places_of_the_menu() -> None:
    assert {*choices_of(MENU), *FATES, *ANSWERS} - {"talked"} <= set(MENU)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("welcome main person ring nobody callback", ReceptionAnswer.NOBODY),
        ("welcome main person nobody callback number own_number summary kept goodbye", ReceptionAnswer.NOBODY),
        ("welcome main person nobody callback main book free times summary booked goodbye", ReceptionAnswer.NOBODY),
        ("welcome main person ring nobody callback main hours", ReceptionAnswer.NOBODY),
        ("welcome main person ring nobody callback person ring talked goodbye", ReceptionAnswer.NOBODY),
        ("welcome main book summary kept person nobody callback refused", ReceptionAnswer.NOBODY),
        ("welcome main person ring nobody fault", ReceptionAnswer.NOBODY),
        ("welcome main person rung_enough callback", ReceptionAnswer.NOBODY),
        ("welcome main hours person ring talked goodbye", ReceptionAnswer.TALKED),
        ("welcome main person closed_now callback summary kept", ReceptionAnswer.CLOSED),
        ("welcome main person refused hours", ReceptionAnswer.REFUSED),
        ("welcome main person ring", ReceptionAnswer.HUNG_UP),
        ("welcome main book summary refused person ring", ReceptionAnswer.HUNG_UP),
        ("welcome main hours", None),
        ("welcome main book summary refused", None),
    ],
)
def test_asking_for_the_reception_has_one_answer_whatever_came_after(path: str, answer: ReceptionAnswer | None) -> None:
    assert reception(path.split()) is answer


def test_who_found_nobody_is_counted_beside_what_came_of_the_call() -> None:
    groups = [
        Calls("welcome main person nobody callback number summary kept", Ending.GOODBYE, 3),
        Calls("welcome main person nobody callback", Ending.HUNG_UP, 2),
        Calls("welcome main person ring talked goodbye", Ending.TALKED, 1),
        Calls("welcome main hours", Ending.HUNG_UP, 4),
    ]
    found = call_stats(groups, {})
    assert (found.asked_for_reception, found.found_nobody) == (6, 5)
    assert found.receptions == {
        (ReceptionAnswer.NOBODY, True): 3,
        (ReceptionAnswer.NOBODY, False): 2,
        (ReceptionAnswer.TALKED, False): 1,
    }
    assert (found.fates[Fate.ASKED], found.fates[Fate.NOT_ANSWERED]) == (3, 2), "each call comes to one thing"


def test_calls_are_counted_by_hour_choice_end_and_what_came_of_them() -> None:
    groups = [
        Calls("welcome main", Ending.HUNG_UP, 3),
        Calls("welcome main hours", Ending.HUNG_UP, 2),
        Calls("welcome main hours", Ending.UNKNOWN, 1),
    ]
    found = call_stats(groups, {9: 5, 18: 1})
    assert found.hours == {9: 5, 18: 1}
    assert found.choices == {NOTHING: 3, "hours": 3}
    assert found.endings == {Ending.HUNG_UP: 5, Ending.UNKNOWN: 1}
    assert (found.count, found.served, found.fates[Fate.BEFORE]) == (6, 3, 3)


def test_no_calls_come_to_nothing() -> None:
    assert (call_stats([], {}).count, call_stats([], {}).served) == (0, 0)
