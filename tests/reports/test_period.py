"""The period of a report: its days in the clinic's time zone, and the earlier days to which they are compared."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.reports.period import Period

DELHI, BERLIN = ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")
WEEK = Period(date(2026, 11, 17), date(2026, 11, 23), DELHI)


def test_a_period_has_its_days_from_midnight_to_midnight() -> None:
    assert (WEEK.days[0], WEEK.days[-1], len(WEEK.days)) == (date(2026, 11, 17), date(2026, 11, 23), 7)
    assert WEEK.start == datetime(2026, 11, 17, tzinfo=DELHI)
    assert WEEK.end == datetime(2026, 11, 24, tzinfo=DELHI)
    assert WEEK.day_of(datetime.fromisoformat("2026-11-22T18:29:59+00:00")) == date(2026, 11, 22)
    assert WEEK.day_of(datetime.fromisoformat("2026-11-22T18:30:00+00:00")) == date(2026, 11, 23)


def test_the_days_before_are_as_many_and_end_where_the_period_begins() -> None:
    assert WEEK.before == Period(date(2026, 11, 10), date(2026, 11, 16), DELHI)
    assert WEEK.before.end == WEEK.start
    today = Period(date(2026, 11, 23), date(2026, 11, 23), DELHI)
    assert today.before.days == (date(2026, 11, 22),)


def test_a_period_is_compared_with_the_days_before_until_the_same_hour() -> None:
    now = datetime(2026, 11, 23, 14, 10, tzinfo=DELHI)
    assert WEEK.moment_before(now) == now - timedelta(days=7)
    after = datetime(2026, 11, 25, 9, tzinfo=DELHI)
    assert WEEK.moment_before(after) == WEEK.start, "a period that is over is compared with all of the days before"


def test_where_the_clocks_were_changed_the_same_hour_is_that_of_the_wall() -> None:
    month = Period(date(2026, 10, 20), date(2026, 10, 26), BERLIN)  # with 25 October, which has 25 hours
    now = datetime(2026, 10, 26, 9, tzinfo=BERLIN)
    assert month.moment_before(now).isoformat() == "2026-10-19T09:00:00+02:00"
    assert (month.end.timestamp() - month.start.timestamp()) / 3600 == 7 * 24 + 1
