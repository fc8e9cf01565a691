"""Calls, served calls and reached patients by day, apart for when the line was open."""

from datetime import date

from ivr.reports.day_stats import day_stats, total
from ivr.reports.timetable import When

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
OPEN, CLOSED = When(MONDAY, is_open=True), When(MONDAY, is_open=False)


def test_each_count_is_of_its_day_and_of_open_or_closed_hours() -> None:
    found = day_stats(
        [(OPEN, True, 1), (OPEN, False, 4), (CLOSED, True, 2), (When(TUESDAY, is_open=True), True, 1)],
        [(OPEN, False), (CLOSED, True)],
    )
    assert found.calls == {OPEN: 5, CLOSED: 2, When(TUESDAY, is_open=True): 1}
    assert found.served == {OPEN: 1, CLOSED: 2, When(TUESDAY, is_open=True): 1}
    assert found.reached == {CLOSED: 1}
    assert (total(found.calls, is_open=True), total(found.calls, is_open=False)) == (6, 2)


def test_of_nothing_the_counts_are_empty() -> None:
    assert (day_stats([], []).calls, total({}, is_open=True)) == ({}, 0)
