"""Free times: whatever the hours, lengths and time zone, each is in open hours and overlaps no taken time."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from ivr.diary.free import Busy, free_slots, is_free
from ivr.diary.working_hours import is_open
from ivr.line.diary import GRAIN, DiaryRules, Schedule
from ivr.line.hours import Closure, Hours, Shift

DELHI = ZoneInfo("Asia/Kolkata")
ALL_WEEK = ((Shift(time(9), time(20, 30)),),) * 7
HALF_AN_HOUR = timedelta(minutes=30)
ONE = DiaryRules((Schedule("1", HALF_AN_HOUR),), lead=timedelta(hours=1), days=14)
MONDAY = datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)


def starts(rules: DiaryRules, hours: Hours, now: datetime, busy: Busy | None = None, line: str = "main") -> list[str]:
    return [f"{slot.start:%a %H:%M} {slot.schedule}" for slot in free_slots(rules, line, hours, busy or {}, now)]


def test_the_earliest_time_is_after_the_lead() -> None:
    assert starts(ONE, Hours(DELHI, ALL_WEEK), MONDAY)[:3] == ["Mon 15:00 1", "Mon 15:30 1", "Mon 16:00 1"]


def test_the_last_visit_ends_when_the_clinic_closes() -> None:
    evening = MONDAY.replace(hour=18, minute=45)
    assert starts(ONE, Hours(DELHI, ALL_WEEK), evening)[:2] == ["Mon 20:00 1", "Tue 09:00 1"]


def test_a_break_a_half_day_and_a_closed_day_leave_no_visit_in_them() -> None:
    week = ((Shift(time(9), time(10)), Shift(time(16), time(17))),) * 7
    closed = {date(2026, 11, 24): Closure(), date(2026, 11, 25): Closure(None, (Shift(time(16), time(17)),))}
    found = starts(ONE, Hours(DELHI, week, closed), MONDAY.replace(hour=9))
    assert found[:5] == ["Mon 16:00 1", "Mon 16:30 1", "Wed 16:00 1", "Wed 16:30 1", "Thu 09:00 1"]


def test_a_taken_time_is_not_free_and_the_next_column_is() -> None:
    two = DiaryRules((Schedule("1", HALF_AN_HOUR), Schedule("2", HALF_AN_HOUR)), timedelta(), 1)
    at_three = MONDAY.replace(hour=15)
    busy = {"1": [(at_three, at_three + HALF_AN_HOUR)]}
    found = starts(two, Hours(DELHI, ALL_WEEK), MONDAY, busy)
    assert [each for each in found if "15:00" in each] == ["Mon 15:00 2"]


def test_a_buffer_stays_free_after_each_visit() -> None:
    rules = DiaryRules((Schedule("1", HALF_AN_HOUR),), timedelta(), 1, buffer=timedelta(minutes=15))
    assert starts(rules, Hours(DELHI, ALL_WEEK), MONDAY.replace(hour=9))[:3] == [
        "Mon 09:00 1",
        "Mon 09:45 1",
        "Mon 10:30 1",
    ]


def test_a_longer_visit_begins_when_others_do_and_only_where_it_fits() -> None:
    """A visit of an hour among those of half an hour is not offered the last half hour, nor one before a taken time."""
    at_four = MONDAY.replace(hour=16)
    busy = {"1": [(at_four, at_four + HALF_AN_HOUR)]}
    found = starts(ONE.lasting(timedelta(hours=1)), Hours(DELHI, ALL_WEEK), MONDAY, busy)
    assert found[:4] == ["Mon 15:00 1", "Mon 16:30 1", "Mon 17:00 1", "Mon 17:30 1"]
    assert [each for each in found if each.startswith("Mon")][-1] == "Mon 19:30 1"
    assert starts(ONE.lasting(timedelta(minutes=10)), Hours(DELHI, ALL_WEEK), MONDAY)[:2] == [
        "Mon 15:00 1",
        "Mon 15:30 1",
    ]


def test_a_practitioner_is_offered_in_their_own_hours_and_on_their_lines() -> None:
    mornings = ((Shift(time(8), time(10)),),) * 7
    rules = DiaryRules(
        (
            Schedule("knee", HALF_AN_HOUR, {"en": "the knee"}, mornings, frozenset({"main"})),
            Schedule("neck", timedelta(hours=1), {"en": "the neck"}, mornings),
        ),
        timedelta(),
        2,
    )
    hours = Hours(DELHI, ALL_WEEK)
    tuesday = ["Tue 09:00 knee", "Tue 09:00 neck", "Tue 09:30 knee"]
    assert starts(rules, hours, MONDAY) == tuesday
    assert starts(rules, hours, MONDAY, line="second") == ["Tue 09:00 neck"]


def test_a_clinic_that_is_open_past_midnight_of_the_year_offers_the_new_year() -> None:
    hours = Hours(DELHI, ((Shift(time(22), time.min),),) * 7)
    found = free_slots(ONE, "main", hours, {}, datetime(2026, 12, 31, 22, 40, tzinfo=DELHI))
    assert [f"{slot.start:%Y-%m-%d %H:%M}" for slot in found[:2]] == ["2027-01-01 22:00", "2027-01-01 22:30"]


def test_in_the_hour_that_comes_twice_the_times_are_in_order() -> None:
    london = ZoneInfo("Europe/London")
    hours = Hours(london, ((),) * 6 + ((Shift(time(0), time(2)),),))
    found = free_slots(ONE, "main", hours, {}, datetime(2026, 10, 24, 12, tzinfo=london))
    first = [slot.start.astimezone(UTC) for slot in found if slot.start.date() == date(2026, 10, 25)]
    assert (len(first), first) == (6, sorted(first))


shifts = st.tuples(st.integers(0, 47), st.integers(1, 48)).map(sorted).filter(lambda each: each[0] < each[1])
zones = st.sampled_from(["Asia/Kolkata", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
minutes = st.integers(0, 3 * 365 * 24 * 60)
lengths = st.tuples(st.sampled_from([10, 20, 30, 45, 60, 90]), st.sampled_from([0, 15]))
taken = st.lists(st.tuples(st.integers(0, 14 * 288), st.integers(1, 40)), max_size=20)


def half_hours(ends: list[int]) -> tuple[Shift, ...]:
    start, end = (time(*divmod(each * 30 % 1440, 60)) for each in ends)
    return (Shift(start, end),)


@given(st.lists(shifts, min_size=7, max_size=7), zones, minutes, lengths, taken)
@example([[0, 48]] * 7, "Asia/Kolkata", 0, (10, 15), [])  # it opens again at midnight, as soon as it has closed
@example([[0, 1]] * 6 + [[3, 4]], "Europe/London", 408900, (10, 15), [])  # it opens within the hour that comes twice
def test_no_free_time_is_past_outside_the_hours_taken_or_within_another(
    week: list[list[int]], zone: str, ahead: int, lasts: tuple[int, int], marks: list[tuple[int, int]]
) -> None:
    """No free time is past, closed or taken, or overlaps another, also when clocks change or a year ends."""
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=ahead)
    length, buffer = (timedelta(minutes=each) for each in lasts)
    hours = Hours(ZoneInfo(zone), tuple(half_hours(each) for each in week))
    rules = DiaryRules((Schedule("1", length), Schedule("2", length)), HALF_AN_HOUR, 14, buffer)
    busy = {"1": [(now + GRAIN * since, now + GRAIN * (since + long)) for since, long in marks]}
    found = free_slots(rules, "main", hours, busy, now)
    for slot in found:
        end = slot.start.astimezone(UTC) + length
        assert slot.start >= now + rules.lead
        assert hours.is_open(slot.start)
        assert hours.is_open(end - timedelta(minutes=1))
        assert is_open(rules.schedule(slot.schedule), hours, slot.start, end)
        assert is_free(busy.get(slot.schedule, ()), slot.start, end + buffer)
    for column in ("1", "2"):
        own = [slot.start.astimezone(UTC) for slot in found if slot.schedule == column]
        assert all(one + length + buffer <= following for one, following in pairwise(own))
