"""What many calls come to: first choices, and what came of them."""

import pytest

from ivr.line.menu import MENU
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import CHOICES, FATES, Calls, Choice, Fate, call_stats, choice, fate


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
    found = call_stats(groups, {9: 5, 18: 1})
    assert found.hours == {9: 5, 18: 1}
    assert found.choices == {Choice.NOTHING: 3, Choice.HOURS: 3}
    assert found.endings == {Ending.HUNG_UP: 5, Ending.UNKNOWN: 1}
    assert (found.count, found.served, found.fates[Fate.BEFORE]) == (6, 3, 3)


def test_no_calls_come_to_nothing() -> None:
    assert (call_stats([], {}).count, call_stats([], {}).served) == (0, 0)
