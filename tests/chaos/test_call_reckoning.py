"""The check of calls' records: it finds missing, double and partial ones, and excuses those that a killed host lost."""

from collections.abc import Sequence

import pytest

from chaos.call_reckoning import CallReckoning, Walked, reckoned
from ivr.reports.call_records import LONGEST_PATH

ANN = Walked("CA1", [("main", 100.0), ("callback", 101.0), ("kept", 103.0)], end_told=True)
WHOLE = ("CA1", "main callback kept goodbye")


def test_a_call_that_is_recorded_whole_and_once_is_well() -> None:
    assert reckoned([ANN], [WHOLE], []) == CallReckoning(recorded=1)
    assert reckoned([ANN], [WHOLE], []).wrong == 0


@pytest.mark.parametrize(
    ("records", "wrong"),
    [
        ([], CallReckoning(missing=1)),
        ([("CA1", "main kept")], CallReckoning(recorded=1, partial=1)),
        ([WHOLE, WHOLE], CallReckoning(recorded=1, twice=1)),
    ],
    ids=["none", "a half", "two"],
)
def test_a_record_that_is_missing_halved_or_doubled_is_counted(
    records: list[tuple[str, str]], wrong: CallReckoning
) -> None:
    assert reckoned([ANN], records, []) == wrong
    assert wrong.wrong == 1


@pytest.mark.parametrize(
    ("path", "killed", "excused"),
    [
        ("main callback", [103.5], 1),
        ("main callback", [102.0], 0),
        ("main callback", [110.0], 0),
        ("main kept", [103.5], 1),
        ("kept", [103.5], 0),
    ],
    ids=["what was heard last", "before it", "long after it", "and what was heard before", "not the whole call"],
)
def test_a_machine_that_was_killed_takes_along_what_it_left_last(
    path: str, killed: Sequence[float], excused: int
) -> None:
    found = reckoned([ANN], [("CA1", path)], killed)
    assert (found.partial, found.excused, found.wrong) == (1, excused, 1 - excused)


def test_a_call_of_whose_end_nobody_was_told_or_that_heard_nothing_is_not_waited_for() -> None:
    cut = Walked("CA2", ANN.places, end_told=False)
    never = Walked("CA3", [], end_told=True)
    assert reckoned([cut, never], [], []) == CallReckoning()


def test_a_path_that_is_as_long_as_is_kept_may_lack_places() -> None:
    assert reckoned([ANN], [("CA1", " ".join(["topics"] * LONGEST_PATH))], []).partial == 0


def test_the_figures_are_said_in_words() -> None:
    assert reckoned([ANN], [("CA1", "main kept")], []).line() == (
        "calls recorded 1, without a record 0, recorded twice 0, in part 1, of which by a machine that was killed 0"
    )
