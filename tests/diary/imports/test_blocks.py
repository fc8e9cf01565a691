"""Busy times of another diary: each becomes blocked parts of days that cover it whole, also when clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ivr.diary.imports.blocks import blocks_of
from ivr.diary.imports.entries import ImportedEntry
from ivr.line.hours import written
from tests.diary import DELHI

LONG_AGO = date(2020, 1, 1)


def busy(starts: datetime, ends: datetime) -> ImportedEntry:
    return ImportedEntry("line 2", "one", starts.astimezone(UTC), ends.astimezone(UTC))


def parts(starts: datetime, ends: datetime, today: date = LONG_AGO) -> list[str]:
    found = blocks_of(busy(starts, ends), DELHI, today)
    return sorted(f"{each.first_day:%d}..{each.last_day:%d} {written((each.shift,))}" for each in found)


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=DELHI)


def test_a_part_of_a_day_is_one_block() -> None:
    assert parts(at(24, 10), at(24, 11, 30)) == ["24..24 10:00-11:30"]
    assert parts(at(24, 10, 0, 40), at(24, 11, 29, 1)) == ["24..24 10:00-11:30"]
    assert parts(at(24, 22), at(25)) == ["24..24 22:00-00:00"]


def test_whole_days_are_one_block() -> None:
    assert parts(at(24), at(25)) == ["24..24 00:00-00:00"]
    assert parts(at(24), at(29)) == ["24..28 00:00-00:00"]


def test_a_leave_from_noon_to_noon_has_a_beginning_whole_days_and_an_end() -> None:
    assert parts(at(24, 12), at(28, 12)) == ["24..24 12:00-00:00", "25..27 00:00-00:00", "28..28 00:00-12:00"]
    assert parts(at(24, 22), at(25, 2)) == ["24..24 22:00-00:00", "25..25 00:00-02:00"]


def test_what_is_over_is_not_blocked() -> None:
    assert parts(at(24, 12), at(28, 12), date(2026, 11, 28)) == ["28..28 00:00-12:00"]


def test_an_hour_that_comes_twice_in_a_night_is_blocked_to_its_second_end() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    starts, ends = (datetime(2026, 10, 25, 2, at, tzinfo=berlin, fold=1) for at in (15, 45))
    (block,) = blocks_of(busy(starts, ends), berlin, LONG_AGO)
    start, end = block.shift.on(block.first_day, berlin)
    assert (start.timestamp() <= starts.timestamp(), ends.timestamp() <= end.timestamp()) == (True, True)


ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")]
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
NEAR_CHANGES = st.sampled_from([datetime(2026, *on, tzinfo=UTC) for on in ((10, 25), (11, 1), (3, 29), (3, 8), (4, 4))])


@given(
    starts=st.one_of(
        MOMENTS, st.builds(lambda day, at: day + at, NEAR_CHANGES, st.timedeltas(timedelta(), timedelta(1)))
    ),
    length=st.timedeltas(timedelta(seconds=1), timedelta(days=3)),
    zone=st.sampled_from(ZONES),
)
def test_the_blocks_cover_the_busy_time(starts: datetime, length: timedelta, zone: ZoneInfo) -> None:
    found = blocks_of(busy(starts, starts + length), zone, LONG_AGO)
    days = [(each, each.first_day + timedelta(days=ahead)) for each in found for ahead in range(6)]
    covered = [each.shift.on(day, zone) for each, day in days if each.on(day)]
    seconds = sorted((start.timestamp(), end.timestamp()) for start, end in covered)
    reached = starts.timestamp()
    for start, end in seconds:
        assert start <= reached, "no gap"
        reached = max(reached, end)
    assert reached >= (starts + length).timestamp()
    assert seconds[0][0] > starts.timestamp() - 2 * 3600
    assert reached < (starts + length).timestamp() + 3 * 3600
