"""Filled hours: the part of the diary's time that appointments fill, by day and by week."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivr.diary.appointments import AppointmentStatus
from ivr.diary.working_hours import Stretch
from ivr.reports.appointment_stats import ReportedVisit
from ivr.reports.filled_hours import FilledHours, by_week, filled_by_day, together, without

MONDAY = date(2026, 11, 23)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HALF_AN_HOUR = 30 * MINUTE


def at(hour: float, day: date = MONDAY) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour)


def visit(hour: float, status: AppointmentStatus = AppointmentStatus.BOOKED, schedule: str = "1") -> ReportedVisit:
    return ReportedVisit("main", schedule, at(hour), at(hour) + HALF_AN_HOUR, status)


def of_monday(*visits: ReportedVisit, buffer: timedelta = timedelta(), **columns: tuple[float, float]) -> FilledHours:
    """Return a Monday's filled hours with these visits; without `columns`, one column is open from four to eight."""
    opened = {key.removeprefix("_"): [(at(start), at(end))] for key, (start, end) in columns.items()}
    (found,) = filled_by_day({MONDAY: opened or {"1": [(at(4), at(8))]}}, [(MONDAY, each) for each in visits], buffer)
    return found


def test_a_day_is_filled_by_who_has_come_is_to_come_or_is_not_marked() -> None:
    found = of_monday(visit(4), visit(5, AppointmentStatus.ARRIVED), visit(6, AppointmentStatus.CANCELLED))
    assert (found.filled, found.missed, found.free) == (HOUR, timedelta(), 3 * HOUR)


def test_the_time_of_who_did_not_come_is_neither_filled_nor_free() -> None:
    found = of_monday(visit(4, AppointmentStatus.NOSHOW))
    assert (found.filled, found.missed, found.free) == (timedelta(), HALF_AN_HOUR, 3.5 * HOUR)


def test_whose_time_somebody_else_had_has_cost_the_clinic_nothing() -> None:
    found = of_monday(visit(4, AppointmentStatus.NOSHOW), visit(4.25, AppointmentStatus.ARRIVED))
    assert (found.filled, found.missed, found.free) == (HALF_AN_HOUR, 15 * MINUTE, 3.25 * HOUR)
    twice = of_monday(visit(4, AppointmentStatus.NOSHOW), visit(4, AppointmentStatus.NOSHOW))
    assert (twice.missed, twice.free) == (HALF_AN_HOUR, 3.5 * HOUR)


def test_a_patient_beside_another_fills_time_and_takes_none_that_was_free() -> None:
    found = of_monday(visit(4), visit(4))
    assert (found.filled, found.free) == (HOUR, 3.5 * HOUR)


def test_a_patient_outside_the_hours_fills_time_and_takes_none_that_was_free() -> None:
    found = of_monday(visit(7.75), visit(20))
    assert (found.filled, found.free) == (HOUR, 3.75 * HOUR)


def test_what_stays_free_after_a_visit_is_not_free_for_anybody() -> None:
    found = of_monday(visit(4), buffer=10 * MINUTE)
    assert (found.filled, found.free) == (HALF_AN_HOUR, 4 * HOUR - 40 * MINUTE)


def test_each_column_has_its_own_time() -> None:
    found = of_monday(visit(4), visit(4, schedule="2"), visit(4, schedule="gone"), _1=(4, 8), _2=(4, 5))
    assert (found.filled, found.free) == (1.5 * HOUR, 4 * HOUR)


def test_a_day_on_which_nothing_can_be_given_has_no_free_time() -> None:
    (found,) = filled_by_day({MONDAY: {"1": []}}, [])
    assert found == FilledHours(MONDAY, MONDAY, timedelta(), timedelta(), timedelta())


def test_weeks_begin_on_monday_and_are_as_long_as_what_is_there_of_them() -> None:
    days = [MONDAY + timedelta(days=each) for each in range(-3, 5)]  # from Friday to Friday
    found = by_week([FilledHours(each, each, HOUR, MINUTE, 2 * HOUR) for each in days])
    assert [(str(each.first), str(each.last)) for each in found] == [
        ("2026-11-20", "2026-11-22"),
        ("2026-11-23", "2026-11-27"),
    ]
    assert [(each.filled, each.missed, each.free) for each in found] == [
        (3 * HOUR, 3 * MINUTE, 6 * HOUR),
        (5 * HOUR, 5 * MINUTE, 10 * HOUR),
    ]
    assert together(found).filled == 8 * HOUR


def test_a_week_over_the_turn_of_a_year_is_one() -> None:
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 4)]
    found = by_week([FilledHours(each, each, HOUR, HOUR, HOUR) for each in days])
    assert [(str(each.first), str(each.last)) for each in found] == [
        ("2026-12-31", "2027-01-01"),
        ("2027-01-04", "2027-01-04"),
    ]


STRETCHES = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(
        lambda each: (at(0) + each[0] * MINUTE, at(0) + sum(each) * MINUTE)
    ),
    max_size=6,
)


@given(STRETCHES, STRETCHES)
def test_what_is_left_lies_within_and_touches_nothing_that_was_taken(
    stretches: list[Stretch], taken: list[Stretch]
) -> None:
    def minutes(found: list[Stretch]) -> list[int]:
        return sorted(
            at for start, end in found for at in range(int(start.timestamp()) // 60, int(end.timestamp()) // 60)
        )

    gone = set(minutes(taken))
    assert minutes(without(stretches, taken)) == [each for each in minutes(stretches) if each not in gone]
