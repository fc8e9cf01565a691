"""The clinic's hours as a caller finds them, at their edges: open or closed, and the next opening."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.line.hours import HORIZON_DAYS, Closure, Hours, Shift, in_order, joined
from tests.people import DELHI, at

NEW_YORK = ZoneInfo("America/New_York")

ALL_DAY = (Shift(time(9), time(20, 30)),)
SUNDAY = (Shift(time(9, 30), time(19, 30)),)
WITH_A_BREAK = (Shift(time(9), time(13)), Shift(time(16), time(20, 30)))
UNTIL_MIDNIGHT = (Shift(time(16), time(0)),)

WEEK = (*(ALL_DAY,) * 6, SUNDAY)
DIWALI = Closure({"en": "Diwali", "hi": "दिवाली"})
HALF_DAY = Closure({"en": "Holi", "hi": "होली"}, (Shift(time(9), time(13)),))

Closures = dict[date, Closure]


def hours(closures: Closures | None = None, week: tuple[tuple[Shift, ...], ...] = WEEK) -> Hours:
    return Hours(DELHI, week, closures or {})


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23 00:00", False),
        ("2026-11-23 08:59", False),
        ("2026-11-23 08:59:59", False),
        ("2026-11-23 09:00", True),
        ("2026-11-23 20:29:59", True),
        ("2026-11-23 20:30", False),
        ("2026-11-23 23:59:59", False),
        ("2026-11-28 19:30", True),
        ("2026-11-29 09:00", False),
        ("2026-11-29 09:29:59", False),
        ("2026-11-29 09:30", True),
        ("2026-11-29 19:29:59", True),
        ("2026-11-29 19:30", False),
    ],
)
def test_a_caller_finds_the_clinic_open_from_the_opening_minute_until_the_closing_one(
    moment: str, is_open: bool
) -> None:
    assert hours().is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "closes"),
    [
        ("2026-11-23 09:00", "2026-11-23 20:30"),
        ("2026-11-23 20:29:59", "2026-11-23 20:30"),
        ("2026-11-29 12:00", "2026-11-29 19:30"),
    ],
)
def test_a_caller_in_hours_learns_when_the_clinic_closes(moment: str, closes: str) -> None:
    assert hours().closes(at(moment)) == at(closes)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23 00:00", "2026-11-23 09:00"),
        ("2026-11-23 08:59:59", "2026-11-23 09:00"),
        ("2026-11-23 09:00", "2026-11-24 09:00"),
        ("2026-11-23 20:30", "2026-11-24 09:00"),
        ("2026-11-28 20:30", "2026-11-29 09:30"),
        ("2026-11-29 19:30", "2026-11-30 09:00"),
        ("2026-12-31 20:30", "2027-01-01 09:00"),
    ],
)
def test_a_caller_out_of_hours_learns_the_next_opening(moment: str, opens: str) -> None:
    assert hours().opens_next(at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("moment", "closes", "opens"),
    [
        ("2026-11-23 12:59:59", "2026-11-23 13:00", "2026-11-23 16:00"),
        ("2026-11-23 13:00", None, "2026-11-23 16:00"),
        ("2026-11-23 15:59:59", None, "2026-11-23 16:00"),
        ("2026-11-23 16:00", "2026-11-23 20:30", "2026-11-24 09:00"),
        ("2026-11-23 20:30", None, "2026-11-24 09:00"),
    ],
)
def test_the_clinic_is_closed_over_its_lunch_break_and_opens_after_it(
    moment: str, closes: str | None, opens: str
) -> None:
    split = hours(week=(WITH_A_BREAK,) * 7)
    assert split.closes(at(moment)) == (at(closes) if closes else None)
    assert split.opens_next(at(moment)) == at(opens)


def test_a_shift_until_24_00_lasts_until_the_day_is_over() -> None:
    late = hours(week=(UNTIL_MIDNIGHT,) * 7)
    assert late.closes(at("2026-11-23 23:59:59")) == at("2026-11-24 00:00")
    assert not late.is_open(at("2026-11-24 00:00"))
    assert late.opens_next(at("2026-11-24 00:00")) == at("2026-11-24 16:00")


def test_a_night_of_two_shifts_is_open_across_midnight() -> None:
    night = hours(week=((Shift(time(0), time(2)), *UNTIL_MIDNIGHT),) * 7)
    assert night.is_open(at("2026-11-24 00:00"))
    assert {night.closes(at(each)) for each in ("2026-11-23 23:30", "2026-11-24 00:00")} == {at("2026-11-24 02:00")}
    assert {night.opens_next(at(each)) for each in ("2026-11-23 23:30", "2026-11-24 02:00")} == {at("2026-11-24 16:00")}


def test_a_clinic_that_never_closes_does_not_open_next() -> None:
    always = hours(week=((Shift(time(0), time(0)),),) * 7)
    now = at("2026-11-23 23:30")
    assert (always.is_open(now), always.opens_next(now), always.open_from(now)) == (True, None, now)
    assert always.closes(now) == at("2026-11-24 00:00")
    assert always.with_closures({date(2026, 11, 30): DIWALI}).closes(now) == at("2026-11-30 00:00")


def test_shifts_without_a_break_between_them_are_one() -> None:
    noon = (Shift(time(9), time(13)), Shift(time(13), time(16)), Shift(time(16), time(0)), Shift(time(0), time(2)))
    assert joined(noon[:3]) == (Shift(time(9), time(0)),)
    assert joined(WITH_A_BREAK) == WITH_A_BREAK
    assert joined(noon[2:]) == noon[2:], "the midnight that ends a day is not the one that begins it"
    with pytest.raises(ValueError, match="breaks between"):
        hours(week=(noon[:2],) * 7)


@pytest.mark.parametrize("closure", [DIWALI, Closure()], ids=["with its reason", "without a reason"])
def test_nobody_answers_on_a_closed_day_whatever_its_weekday_says(closure: Closure) -> None:
    closed = hours({date(2026, 11, 23): closure})
    assert not any(closed.is_open(at(f"2026-11-23 {hour:02}:00")) for hour in range(24))
    assert closed.opens_next(at("2026-11-23 12:00")) == at("2026-11-24 09:00")
    assert closed.closure(date(2026, 11, 23)) == closure
    assert closed.closure(date(2026, 11, 24)) is None


def test_a_half_day_has_its_own_hours() -> None:
    half = hours({date(2026, 11, 23): HALF_DAY})
    assert half.closes(at("2026-11-23 12:59:59")) == at("2026-11-23 13:00")
    assert not half.is_open(at("2026-11-23 13:00"))
    assert half.opens_next(at("2026-11-23 13:00")) == at("2026-11-24 09:00")


def test_after_a_run_of_closed_days_the_first_open_one_is_named() -> None:
    run = hours({date(2026, 11, day): DIWALI for day in (7, 8, 9)})
    assert {run.opens_next(at(f"2026-11-{day:02} 10:00")) for day in (7, 8, 9)} == {at("2026-11-10 09:00")}


@pytest.mark.parametrize(
    ("closed", "opens"),
    [
        ([date(2026, 12, 31)], "2027-01-01 09:00"),
        ([date(2026, 12, 31), date(2027, 1, 1)], "2027-01-02 09:00"),
        ([date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)], "2027-01-03 09:30"),
    ],
)
def test_the_next_opening_is_found_across_the_turn_of_the_year(closed: list[date], opens: str) -> None:
    turn = hours(dict.fromkeys(closed, DIWALI))
    assert turn.opens_next(at("2026-12-31 12:00")) == at(opens)
    assert [day for day, _ in turn.closures_from(date(2026, 12, 31), 7)] == closed


def test_a_clinic_that_has_closed_for_good_never_opens_next() -> None:
    never = hours(week=((),) * 7)
    assert never.opens_next(at("2026-11-23 12:00")) is None
    assert never.open_from(at("2026-11-23 12:00")) is None
    assert never.closes(at("2026-11-23 12:00")) is None


@pytest.mark.parametrize(("closed_days", "found"), [(HORIZON_DAYS - 1, True), (HORIZON_DAYS, False)])
def test_an_opening_is_looked_for_a_year_ahead_and_no_further(closed_days: int, found: bool) -> None:
    first = date(2026, 11, 23)
    away = hours({first + timedelta(days=day): Closure() for day in range(closed_days)})
    assert (away.opens_next(at("2026-11-23 12:00")) is not None) is found


def test_open_from_is_now_in_hours_and_the_next_opening_out_of_them() -> None:
    assert hours().open_from(at("2026-11-23 12:34:56")) == at("2026-11-23 12:34:56")
    assert hours().open_from(at("2026-11-23 20:30")) == at("2026-11-24 09:00")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 11, 23, 3, 29, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 3, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 15, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 28, 18, 30, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 22, 29, tzinfo=NEW_YORK), False),
        (datetime(2026, 11, 22, 22, 30, tzinfo=NEW_YORK), True),
    ],
)
def test_the_clinics_own_wall_clock_counts_whatever_zone_the_moment_is_told_in(moment: datetime, is_open: bool) -> None:
    assert hours().is_open(moment) is is_open
    assert hours().local(moment) == moment


def test_the_clinics_own_weekday_and_closed_day_count_too() -> None:
    """Weekdays and closures are the clinic's own: a Saturday evening in UTC is already Sunday in Delhi."""
    closed = hours({date(2026, 11, 29): DIWALI})
    saturday_in_utc = datetime(2026, 11, 28, 18, 30, tzinfo=UTC)
    assert closed.local(saturday_in_utc).date() == date(2026, 11, 29)
    assert hours().opens_next(saturday_in_utc) == at("2026-11-29 09:30")
    assert closed.opens_next(saturday_in_utc) == at("2026-11-30 09:00")


def test_closures_are_told_in_order_from_the_day_asked_for_and_no_further() -> None:
    closed = hours({date(2026, 11, day): DIWALI for day in (30, 22, 29, 23)})
    assert [day.day for day, _ in closed.closures_from(date(2026, 11, 23), 7)] == [23, 29]


# -- what cannot be


@pytest.mark.parametrize(("start", "end"), [(time(20, 30), time(9)), (time(9), time(9)), (time(9, 1), time(9))])
def test_a_shift_that_ends_before_it_begins_cannot_be(start: time, end: time) -> None:
    with pytest.raises(ValueError, match=f"from {start:%H:%M} ends at {end:%H:%M}; expected a later end"):
        Shift(start, end)


@pytest.mark.parametrize("days", [0, 6, 8])
def test_a_week_has_seven_days(days: int) -> None:
    with pytest.raises(ValueError, match=f"a week of {days} days; expected 7"):
        Hours(DELHI, (ALL_DAY,) * days)


OVERLAPPING = (Shift(time(9), time(13)), Shift(time(12), time(20, 30)))


@pytest.mark.parametrize(
    ("shifts", "fits"),
    [
        (WITH_A_BREAK, True),
        ((Shift(time(9), time(13)), Shift(time(13), time(20))), False),
        (WITH_A_BREAK[::-1], False),
        (OVERLAPPING, False),
        ((*UNTIL_MIDNIGHT, Shift(time(20), time(21))), False),
    ],
)
def test_shifts_stand_in_their_order_with_a_break_between_them(shifts: tuple[Shift, ...], fits: bool) -> None:
    assert in_order(shifts) is fits


def test_hours_with_overlapping_shifts_cannot_be() -> None:
    with pytest.raises(ValueError, match="shift"):
        hours(week=(OVERLAPPING,) * 7)
    with pytest.raises(ValueError, match="shift"):
        Closure(None, OVERLAPPING)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:05", 5),
        ("2026-11-23 20:29", "2026-11-24 09:04", 5),  # over a closed night
        ("2026-11-23 20:30", "2026-11-24 09:00", 0),
        ("2026-11-23 20:30", "2026-11-24 08:00", 0),
        ("2026-11-28 20:29", "2026-11-29 09:34", 5),  # a Sunday opens later
        ("2026-11-23 10:00", "2026-11-24 10:00", 690),
        ("2026-11-24 10:00", "2026-11-23 10:00", 0),
    ],
)
def test_between_two_moments_only_opening_time_counts(start: str, end: str, minutes: int) -> None:
    assert hours().open_time(at(start), at(end)) == timedelta(minutes=minutes)


def test_no_more_than_a_year_is_looked_at() -> None:
    now = at("2026-11-23 10:00")
    year = hours().open_time(now - timedelta(days=HORIZON_DAYS), now)
    assert hours().open_time(at("1971-01-01 00:00"), now) == year


def test_a_closure_and_a_break_are_no_opening_time() -> None:
    closed = hours({date(2026, 11, 24): DIWALI, date(2026, 11, 25): HALF_DAY})
    assert closed.open_time(at("2026-11-23 20:00"), at("2026-11-26 09:30")) == timedelta(hours=5)
    with_break = hours(week=(WITH_A_BREAK,) * 7)
    assert with_break.open_time(at("2026-11-23 12:30"), at("2026-11-23 16:30")) == timedelta(hours=1)
    until_midnight = hours(week=(UNTIL_MIDNIGHT,) * 7)
    assert until_midnight.open_time(at("2026-11-23 23:00"), at("2026-11-24 16:30")) == timedelta(minutes=90)
