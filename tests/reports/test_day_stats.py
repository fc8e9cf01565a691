"""A report's counts by day: calls while the line was open are counted apart from those while it was closed."""

from datetime import date

from ivr.reports.day_stats import total
from ivr.reports.timetable import When

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def test_open_and_closed_hours_of_all_days_are_summed_apart() -> None:
    counts = {When(MONDAY, is_open=True): 5, When(MONDAY, is_open=False): 1, When(TUESDAY, is_open=True): 1}
    assert (total(counts, is_open=True), total(counts, is_open=False)) == (6, 1)
    assert total({}, is_open=True) == 0
