"""What many calls come to: first choices, and what came of them."""

import pytest

from ivr.line.menu import MENU
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import FATES, NOTHING, Calls, Fate, Reading, call_stats, choices_of

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
    ],
)
def test_a_path_tells_what_was_chosen_first_and_what_came_of_it(path: str, chosen: str, came: Fate) -> None:
    assert (READING.choice(path.split()), READING.fate(path.split())) == (chosen, came)


def test_what_a_path_is_read_by_are_places_of_the_menu() -> None:
    assert {*choices_of(MENU), *FATES} - {"talked"} <= set(MENU)


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
