"""The days and parts of a day that a caller is offered for a wish, and the time by which the desk should call back."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.clinic import read
from config.settings import ROOT
from ivr.line.booking import Kind, Offer, Part, Wish
from ivr.line.hours import Closure, Shift
from tests.people import DELHI, at

OFFER = read(ROOT / "config" / "clinic.toml").line("main").offer
"""The shipped clinic's rules for offers. A part of today is offered if an hour of it is left. Afternoon is 12 to 17."""

MORNING, AFTERNOON, EVENING = Part
CLOSED = Closure({"en": "Diwali", "hi": "दिवाली"})
WITH_A_BREAK = ((Shift(time(9), time(13)), Shift(time(16), time(20, 30))),) * 7
LONG_BREAK = ((Shift(time(9), time(12)), Shift(time(16), time(20, 30))),) * 7
UNTIL_MIDNIGHT = ((Shift(time(16), time(0)),),) * 7

Week = tuple[tuple[Shift, ...], ...]


def until(end: time) -> Closure:
    return Closure(None, (Shift(time(9), end),))


def offer(closures: dict[date, Closure] | None = None, week: Week = OFFER.hours.week) -> Offer:
    return replace(OFFER, hours=replace(OFFER.hours, week=week, closures=closures or {}))


def closed(*days: str) -> dict[date, Closure]:
    return {date.fromisoformat(day): CLOSED for day in days}


# -- days


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-11-23 00:00", ["2026-11-23", "2026-11-24", "2026-11-25"]),
        ("2026-11-23 14:00", ["2026-11-23", "2026-11-24", "2026-11-25"]),
        ("2026-11-23 19:30", ["2026-11-23", "2026-11-24", "2026-11-25"]),
        ("2026-11-23 19:30:01", ["2026-11-24", "2026-11-25", "2026-11-26"]),
        ("2026-11-29 18:30", ["2026-11-29", "2026-11-30", "2026-12-01"]),
        ("2026-11-29 18:31", ["2026-11-30", "2026-12-01", "2026-12-02"]),
    ],
)
def test_a_caller_is_offered_the_next_three_days_and_today_while_an_hour_is_left(now: str, days: list[str]) -> None:
    assert [str(day) for day in offer().days(at(now), 3)] == days


@pytest.mark.parametrize(
    ("closures", "now", "days"),
    [
        (closed("2026-11-24"), "2026-11-23 14:00", ["2026-11-23", "2026-11-25", "2026-11-26"]),
        (closed("2026-11-23", "2026-11-24"), "2026-11-23 14:00", ["2026-11-25", "2026-11-26", "2026-11-27"]),
        (closed("2027-01-01"), "2026-12-31 21:00", ["2027-01-02", "2027-01-03", "2027-01-04"]),
        ({date(2026, 11, 24): until(time(9, 59))}, "2026-11-23 20:00", ["2026-11-25", "2026-11-26", "2026-11-27"]),
        ({date(2026, 11, 24): until(time(10))}, "2026-11-23 20:00", ["2026-11-24", "2026-11-25", "2026-11-26"]),
    ],
)
def test_closed_days_and_those_too_short_to_be_served_are_not_offered(
    closures: dict[date, Closure], now: str, days: list[str]
) -> None:
    assert [str(day) for day in offer(closures).days(at(now), 3)] == days


def test_a_day_of_the_week_off_is_not_offered() -> None:
    tuesdays_off = (*OFFER.hours.week[:1], (), *OFFER.hours.week[2:])
    assert [day.day for day in offer(week=tuesdays_off).days(at("2026-11-23 21:00"), 3)] == [25, 26, 27]


def test_a_clinic_that_never_opens_has_no_day_to_offer() -> None:
    assert offer(week=((),) * 7).days(at("2026-11-23 14:00"), 3) == []


def test_the_day_is_the_clinics_own_whatever_zone_the_moment_is_told_in() -> None:
    monday_in_utc = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert offer().days(monday_in_utc, 1) == [date(2026, 11, 24)]


# -- parts of a day


@pytest.mark.parametrize(
    ("now", "parts"),
    [
        ("08:00", [MORNING, AFTERNOON, EVENING]),
        ("11:00", [MORNING, AFTERNOON, EVENING]),
        ("11:00:01", [AFTERNOON, EVENING]),
        ("16:00", [AFTERNOON, EVENING]),
        ("16:01", [EVENING]),
        ("19:30", [EVENING]),
        ("19:31", []),
        ("23:59", []),
    ],
)
def test_today_has_the_parts_of_which_an_hour_is_left(now: str, parts: list[Part]) -> None:
    assert offer().parts_of(date(2026, 11, 23), at(f"2026-11-23 {now}")) == parts


@pytest.mark.parametrize(
    ("closure", "parts"),
    [
        (CLOSED, []),
        (until(time(13)), [MORNING, AFTERNOON]),
        (until(time(12, 59)), [MORNING]),
        (until(time(12)), [MORNING]),
        (Closure(None, (Shift(time(16), time(20, 30)),)), [AFTERNOON, EVENING]),
        (Closure(None, (Shift(time(16, 1), time(20, 30)),)), [EVENING]),
        (Closure(None, LONG_BREAK[0]), [MORNING, AFTERNOON, EVENING]),
        (Closure(None, (Shift(time(9), time(12)), Shift(time(17), time(0)))), [MORNING, EVENING]),
        (Closure(None, (Shift(time(0), time(6)),)), []),
    ],
)
def test_another_day_has_the_parts_in_which_the_clinic_is_open_for_an_hour(closure: Closure, parts: list[Part]) -> None:
    day = date(2026, 11, 24)
    assert offer({day: closure}).parts_of(day, at("2026-11-23 20:00")) == parts


@pytest.mark.parametrize(("now", "parts"), [("12:01", [AFTERNOON, EVENING]), ("16:01", [EVENING])])
def test_a_lunch_break_leaves_the_rest_of_the_afternoon(now: str, parts: list[Part]) -> None:
    assert offer(week=WITH_A_BREAK).parts_of(date(2026, 11, 23), at(f"2026-11-23 {now}")) == parts


@pytest.mark.parametrize(("now", "parts"), [("23:00", [EVENING]), ("23:01", [])])
def test_an_evening_until_midnight_is_offered_until_an_hour_before(now: str, parts: list[Part]) -> None:
    assert offer(week=UNTIL_MIDNIGHT).parts_of(date(2026, 11, 23), at(f"2026-11-23 {now}")) == parts


# -- when the desk should ring

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-23 14:07:08", "2026-11-23 14:07:08"),
        ("2026-11-23 20:29:59", "2026-11-23 20:29:59"),
        ("2026-11-23 20:30", "2026-11-24 09:00"),
        ("2026-11-28 22:00", "2026-11-29 09:30"),
        ("2026-11-23 03:00", "2026-11-23 09:00"),
    ],
)
@pytest.mark.parametrize(
    "wish", [Wish(Kind.CALLBACK), Wish(Kind.BOOKING), Wish(Kind.BOOKING, date(2026, 11, 26), EVENING)], ids=repr
)
def test_a_booking_and_a_callback_as_soon_as_possible_are_due_at_once_or_when_the_clinic_opens(
    wish: Wish, now: str, due: str
) -> None:
    assert offer().due(wish, at(now)) == at(due)


@pytest.mark.parametrize(
    ("day", "part", "week", "now", "due"),
    [
        (TODAY, EVENING, OFFER.hours.week, "2026-11-23 14:00", "2026-11-23 17:00"),
        (TODAY, EVENING, OFFER.hours.week, "2026-11-23 18:00", "2026-11-23 18:00"),
        (TOMORROW, MORNING, OFFER.hours.week, "2026-11-23 14:00", "2026-11-24 09:00"),
        (TOMORROW, AFTERNOON, OFFER.hours.week, "2026-11-23 21:00", "2026-11-24 12:00"),
        (TODAY, AFTERNOON, LONG_BREAK, "2026-11-23 10:00", "2026-11-23 16:00"),
        (TODAY, AFTERNOON, WITH_A_BREAK, "2026-11-23 10:00", "2026-11-23 12:00"),
        (TODAY, AFTERNOON, WITH_A_BREAK, "2026-11-23 12:30", "2026-11-23 12:30"),
        (TODAY, AFTERNOON, WITH_A_BREAK, "2026-11-23 13:00", "2026-11-23 16:00"),
        (TODAY, EVENING, UNTIL_MIDNIGHT, "2026-11-23 10:00", "2026-11-23 17:00"),
        # the part that was asked for is over
        (TODAY, MORNING, OFFER.hours.week, "2026-11-23 12:00", "2026-11-23 12:00"),
        (TODAY, EVENING, OFFER.hours.week, "2026-11-23 20:30", "2026-11-24 09:00"),
    ],
)
def test_a_callback_is_due_in_the_part_of_the_day_that_was_asked_for(
    day: date, part: Part, week: Week, now: str, due: str
) -> None:
    assert offer(week=week).due(Wish(Kind.CALLBACK, day, part), at(now)) == at(due)


def test_a_wish_for_a_day_that_has_since_been_closed_is_due_at_the_next_opening() -> None:
    later = offer(closed("2026-11-24")).due(Wish(Kind.CALLBACK, TOMORROW, MORNING), at("2026-11-23 21:00"))
    assert later == at("2026-11-25 09:00")


def test_where_the_clinic_never_opens_somebody_must_look_at_it_now() -> None:
    now = at("2026-11-23 14:00")
    assert offer(week=((),) * 7).due(Wish(Kind.CALLBACK, TODAY, EVENING), now) == now


# -- whatever the hours, the closures, the moment and the wish


def _clock(tens: int) -> time:
    """Return the time of day that is this many tens of minutes after midnight.

    144 gives the midnight that ends the day.
    """
    return time.min if tens == 144 else time(tens // 6, tens % 6 * 10)


def _shifts(marks: set[int]) -> tuple[Shift, ...]:
    edges = [_clock(mark) for mark in sorted(marks)]
    return tuple(Shift(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


SHIFTS = st.sets(st.integers(0, 144), max_size=6).map(_shifts)
WEEKS = st.tuples(*[SHIFTS] * 7)
MOMENTS = st.datetimes(datetime(2026, 12, 28), datetime(2027, 1, 8), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them so
DAYS = st.dates(date(2026, 12, 26), date(2027, 1, 14))
WISHES = st.builds(Wish, st.sampled_from(Kind), st.none() | DAYS, st.none() | st.sampled_from(Part))
OFFERS = st.builds(offer, st.dictionaries(DAYS, SHIFTS.map(lambda shifts: Closure(None, shifts)), max_size=8), WEEKS)


@given(offer=OFFERS, wish=WISHES, now=MOMENTS)
def test_the_desk_is_never_told_to_ring_out_of_hours_or_in_the_past(offer: Offer, wish: Wish, now: datetime) -> None:
    due = offer.due(wish, now)
    assert due >= now
    assert offer.hours.is_open(due) or (due == now and offer.hours.opens_next(now) is None)


@given(offer=OFFERS, now=MOMENTS)
def test_whatever_is_offered_can_be_kept(offer: Offer, now: datetime) -> None:
    days = offer.days(now, 3)
    assert days == sorted(set(days))
    for wished, part in ((day, part) for day in days for part in offer.parts_of(day, now)):
        due = offer.due(Wish(Kind.CALLBACK, wished, part), now)
        window, local = offer.parts[part], due.astimezone(DELHI)
        assert (local.date(), offer.hours.is_open(due)) == (wished, True)
        assert window.start <= local.time()
        assert window.end == time.min or local.time() < window.end
