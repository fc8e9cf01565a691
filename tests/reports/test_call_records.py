"""The record of a call, made from the call's traces. The order and repetition of the traces do not matter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.line.menu import MENU
from ivr.reports.call_records import (
    LONGEST_PATH,
    SETTLES,
    SILENT,
    TWICE,
    CallRecord,
    Ending,
    Trace,
    ending,
    is_over,
    record,
)
from ivr.storage import schema

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
MARK = "0" * 32


def trace(seconds: float, *what: str, **more: bool | int | str) -> Trace:
    values = {"line": "main", "language": "en", **more}
    return Trace(MARK, NOW + timedelta(seconds=seconds), what=what, **values)  # type: ignore[arg-type]  # as they are


def test_a_webhook_that_comes_late_once_more_is_not_the_last_that_was_heard() -> None:
    steps = [trace(0, "welcome", "main", step="a"), trace(5, "kept", step="b"), trace(9, "goodbye", step="c")]
    made = record([*steps, trace(15, "kept", step="b"), end(16)])
    path = ("welcome", "main", "kept", "goodbye")
    assert made == CallRecord(MARK, NOW, "main", "en", path, 16, Ending.GOODBYE)


@pytest.mark.parametrize(("came", "heard"), [(4, ("main", "moved")), (6, ("main", "moved", "twice"))])
def test_what_is_promised_when_the_call_is_over_was_perhaps_not_heard(came: float, heard: tuple[str, ...]) -> None:
    """A promise whose trace came after the call's end counts as perhaps unheard, since its webhook was repeated."""
    made = record([trace(0, "main", step="a"), end(5), trace(came, "moved", step="b")])
    assert made
    assert made.path == heard


@pytest.mark.parametrize(
    ("again", "path"),
    [
        (("confirmed", "booked"), ("welcome", "main", "confirmed", "booked", "goodbye")),
        (("fault",), ("welcome", "main", "confirmed", "booked", "twice", "goodbye", "fault")),
        (
            ("confirmed", "time_taken"),
            (*("welcome", "main", "confirmed", "booked", "twice"), *("goodbye", "confirmed", "time_taken")),
        ),
    ],
    ids=["the same answer", "an apology", "another answer"],
)
def test_of_a_promise_with_two_answers_it_is_not_known_which_was_heard(
    again: tuple[str, ...], path: tuple[str, ...]
) -> None:
    steps = [
        trace(0, "welcome", "main", step="a"),
        trace(5, "confirmed", "booked", step="b"),
        trace(9, "goodbye", step="c"),
    ]
    made = record([*steps, trace(15, *again, step="b"), end(16)])
    assert made is not None
    assert made.path == path


def test_of_a_call_of_which_only_a_fault_is_known_the_language_is_not() -> None:
    made = record([trace(0, "fault", language="")])
    assert made == CallRecord(MARK, NOW, "main", "", ("fault",), 0, Ending.FAULT)


def path_of(*words: str) -> tuple[str, ...]:
    made = record([trace(number, word, step=f"{number}") for number, word in enumerate(words)])
    assert made is not None
    return made.path


@pytest.mark.parametrize("more", [0, 1, 5])
def test_too_long_a_path_loses_words_in_its_middle(more: int) -> None:
    words, half = [f"{number}" for number in range(LONGEST_PATH + more)], LONGEST_PATH // 2
    path = path_of(*words)
    assert len(path) == LONGEST_PATH
    assert (path[: half - 1], path[1 - half :]) == (tuple(words[: half - 1]), tuple(words[1 - half :]))


def test_a_path_that_is_cut_tells_as_before_what_was_heard() -> None:
    """A cut path keeps all promises, faults and talks, what follows each promise, and every place that it passed."""
    wanders = ("main", "hours") * 9
    words = ["over_limit", *wanders, "booked", *wanders, "ring", "talked", "main", "moved", "main", "fault"]
    words += [*wanders, "topics", "booked", "fault", *wanders, "kept", *wanders, "cancelled", TWICE, "book"]
    path = path_of(*words)
    assert len(path) == LONGEST_PATH
    assert set(path) == set(words)
    decisive = ["booked", "talked", "moved", "fault", "booked", "fault", "cancelled", "twice"]
    assert [each for each in path if each in decisive] == decisive
    assert path[path.index("moved") + 1] == "main", "the fault came after something else"
    assert (path[0], path[-1]) == ("over_limit", "book")


def test_a_path_of_promises_only_is_cut_too() -> None:
    assert set(path_of(*("booked", "moved") * LONGEST_PATH)) == {"booked", "moved"}


def test_the_longest_path_fits_its_column() -> None:
    longest = max(map(len, (*MENU, "over_limit", "unanswered")))
    assert LONGEST_PATH * (longest + 1) - 1 <= (schema.calls.c.path.type.length or 0)  # type: ignore[attr-defined]  # a string


def end(seconds: float, lasted: int | None = None) -> Trace:
    return Trace(MARK, NOW + timedelta(seconds=seconds), "", "", over=True, lasted=lasted)


traces = st.lists(
    st.builds(
        trace,
        st.integers(0, 5000),
        *[st.sampled_from(sorted(MENU)) for _ in range(3)],
        language=st.sampled_from(["en", "hi"]),
    )
    | st.builds(end, st.integers(0, 5000), st.none() | st.integers(0, 9999)),
    min_size=1,
)


@given(traces)
def test_a_record_is_bounded_and_says_when_it_began_and_ended(found: list[Trace]) -> None:
    made = record(found)
    steps = [each for each in found if each.what]
    assert (made is None) == (not steps)
    if made is not None:
        assert made.began == min(each.at for each in steps)
        assert 0 < len(made.path) <= LONGEST_PATH
        assert {*made.path} <= {word for each in steps for word in each.what} | {TWICE}
        assert (made.ended is Ending.UNKNOWN) <= (len(steps) == len(found))


@given(traces, st.data())
def test_a_trace_that_comes_twice_changes_nothing(found: list[Trace], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(found) - 1))
    assert record([*found[: at + 1], *found[at:]]) == record(found)


@pytest.mark.parametrize(
    ("path", "over", "ended"),
    [
        ("welcome main", True, Ending.HUNG_UP),
        ("welcome main", False, Ending.UNKNOWN),
        ("welcome main person ring", True, Ending.HUNG_UP),
        ("main kept goodbye", True, Ending.GOODBYE),
        ("main kept goodbye", False, Ending.GOODBYE),
        ("main ring talked goodbye", True, Ending.TALKED),
        ("main ring talked", True, Ending.TALKED),
        ("main fault", True, Ending.FAULT),
        ("main fault main", True, Ending.HUNG_UP),
        ("main failed", True, Ending.FAULT),
        ("goodbye", True, Ending.GOODBYE),
    ],
)
def test_how_a_call_ended_is_read_from_its_last_words(path: str, over: bool, ended: Ending) -> None:
    assert ending(path.split(), over) is ended


def test_the_carriers_word_of_a_call_that_nobody_heard_is_no_record() -> None:
    assert record([end(0, 20), end(3)]) is None
    assert record([replace(end(0), what=("failed",))]) is None, "of the reception's own leg"


def test_a_call_is_over_a_little_after_it_ended_or_when_it_was_silent_for_long() -> None:
    ended, last = NOW + timedelta(seconds=10), NOW + timedelta(seconds=60)
    assert not is_over(ended, ended, NOW + SETTLES)
    assert is_over(ended, last, ended + SETTLES)
    assert not is_over(None, last, NOW + SILENT)
    assert is_over(None, last, last + SILENT)
    assert is_over(None, last, last - SILENT), "a moment that is far off was written by a wrong clock"


def test_a_record_that_cannot_be_is_not_made() -> None:
    for path, seconds in (((), 1), (("main",) * (LONGEST_PATH + 1), 1), (("main",), -1)):
        with pytest.raises(ValueError, match="a path of"):
            CallRecord(MARK, NOW, "main", "en", path, seconds, Ending.HUNG_UP)
