"""Calls that are alike are counted together; those that cannot be read are left out and counted."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from ivr.line.hours import Hours, Shift
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import Calls
from ivr.reports.reported_calls import DatedCalls, by_hour, by_path, grouped
from ivr.reports.timetable import Timetable, When
from ivr.storage.odd import Odd
from tests.people import DELHI

MONDAY = date(2026, 11, 23)
WHOLE, NEVER = (Shift(datetime.min.time(), datetime.min.time()),), ()
TIMETABLES = {
    "main": Timetable.of(Hours(DELHI, (WHOLE,) * 7), MONDAY, MONDAY),
    "third": Timetable.of(Hours(DELHI, (NEVER,) * 7), MONDAY, MONDAY),
}
NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
OPEN, CLOSED = When(MONDAY, is_open=True), When(MONDAY, is_open=False)


def call(line: str = "main", began: Any = NOON, path: Any = "welcome main", ended: Any = "hung_up") -> Sequence[Any]:
    return (began, line, path, ended)


def test_calls_of_a_day_that_went_the_same_way_are_one_group() -> None:
    rows = [call(), call(began=NOON.replace(hour=7)), call("third"), call(path="welcome main hours")]
    found, odd = grouped(rows, TIMETABLES, "main")
    assert found == [
        DatedCalls(OPEN, Calls("welcome main", Ending.HUNG_UP, 2)),
        DatedCalls(CLOSED, Calls("welcome main", Ending.HUNG_UP, 1)),
        DatedCalls(OPEN, Calls("welcome main hours", Ending.HUNG_UP, 1)),
    ]
    assert odd == 0
    assert by_path(found) == [
        Calls("welcome main", Ending.HUNG_UP, 3),
        Calls("welcome main hours", Ending.HUNG_UP, 1),
    ]
    assert by_hour(rows, DELHI) == {12: 3, 13: 1}, "of the clinic, half an hour apart from those of London"


def test_a_line_that_is_no_more_has_the_hours_of_the_default_line() -> None:
    ((found,), _odd) = grouped([call("gone")], TIMETABLES, "third")
    assert found.when == CLOSED


def test_what_cannot_be_read_is_in_no_group_and_in_no_hour() -> None:
    rows = [
        call(),
        call(began=Odd("tomorrow")),
        call(path=b"\xff"),
        call(path=17),
        call(ended="exploded"),
        call(ended=None),
        call(ended="exploded"),
    ]
    found, odd = grouped(rows, TIMETABLES, "main")
    assert (len(found), odd) == (1, 6)
    assert sum(by_hour(rows, DELHI).values()) == 1
