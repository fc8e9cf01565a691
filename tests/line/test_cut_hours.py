"""Hours of days that close early or open late, also at the edges of shifts, and the desk's closures on each line."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from config.clinic import read
from config.settings import ROOT
from ivr.line.clinic import Clinic
from ivr.line.hours import Closure, DeskClosure, Shift, closing_early, opening_late, shifts_of, written
from tests.people import DELHI

CLINIC = read(ROOT / "config" / "clinic.toml")
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)

ALL_DAY = "09:00-20:30"
WITH_A_BREAK = "09:00-13:00,16:00-20:30"
UNTIL_MIDNIGHT = "16:00-00:00"


def hour(text: str) -> time:
    return time.fromisoformat(text)


@pytest.mark.parametrize(
    ("usual", "at", "left"),
    [
        (ALL_DAY, "17:00", "09:00-17:00"),
        (ALL_DAY, "20:29", "09:00-20:29"),
        (ALL_DAY, "20:30", ALL_DAY),
        (ALL_DAY, "23:59", ALL_DAY),
        (ALL_DAY, "00:00", ALL_DAY),
        (ALL_DAY, "09:01", "09:00-09:01"),
        (ALL_DAY, "09:00", ""),
        (ALL_DAY, "07:00", ""),
        (WITH_A_BREAK, "18:00", "09:00-13:00,16:00-18:00"),
        (WITH_A_BREAK, "16:00", "09:00-13:00"),
        (WITH_A_BREAK, "14:30", "09:00-13:00"),
        (WITH_A_BREAK, "13:00", "09:00-13:00"),
        (WITH_A_BREAK, "11:00", "09:00-11:00"),
        (WITH_A_BREAK, "09:00", ""),
        (UNTIL_MIDNIGHT, "23:00", "16:00-23:00"),
        (UNTIL_MIDNIGHT, "00:00", UNTIL_MIDNIGHT),
        (UNTIL_MIDNIGHT, "16:00", ""),
        ("", "12:00", ""),
    ],
)
def test_a_day_that_closes_early_ends_at_that_hour(usual: str, at: str, left: str) -> None:
    assert written(closing_early(shifts_of(usual), hour(at))) == left


@pytest.mark.parametrize(
    ("usual", "at", "left"),
    [
        (ALL_DAY, "11:00", "11:00-20:30"),
        (ALL_DAY, "09:00", ALL_DAY),
        (ALL_DAY, "07:00", ALL_DAY),
        (ALL_DAY, "00:00", ALL_DAY),
        (ALL_DAY, "20:29", "20:29-20:30"),
        (ALL_DAY, "20:30", ""),
        (ALL_DAY, "22:00", ""),
        (WITH_A_BREAK, "11:00", "11:00-13:00,16:00-20:30"),
        (WITH_A_BREAK, "13:00", "16:00-20:30"),
        (WITH_A_BREAK, "14:30", "16:00-20:30"),
        (WITH_A_BREAK, "16:00", "16:00-20:30"),
        (WITH_A_BREAK, "18:00", "18:00-20:30"),
        (UNTIL_MIDNIGHT, "23:30", "23:30-00:00"),
        (UNTIL_MIDNIGHT, "16:00", UNTIL_MIDNIGHT),
        ("", "12:00", ""),
    ],
)
def test_a_day_that_opens_late_begins_at_that_hour(usual: str, at: str, left: str) -> None:
    assert written(opening_late(shifts_of(usual), hour(at))) == left


@pytest.mark.parametrize("text", ["", ALL_DAY, WITH_A_BREAK, UNTIL_MIDNIGHT])
def test_shifts_come_back_as_they_were_written(text: str) -> None:
    assert written(shifts_of(text)) == text


def test_shifts_that_an_older_version_wrote_without_a_break_are_one() -> None:
    assert written(shifts_of("09:00-13:00,13:00-17:00")) == "09:00-17:00"


@pytest.mark.parametrize("text", ["x", "09:00", "09:00-", "09:00-25:00", "13:00-09:00", "09:00 13:00"])
def test_what_was_not_written_so_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        shifts_of(text)


# -- what the desk has set


def closes(line: str = "", hours: str = "", reason: str = "", day: date = MONDAY) -> DeskClosure:
    return DeskClosure(day, line, shifts_of(hours), reason)


def shifts(clinic: Clinic, line: str, day: date = MONDAY) -> str:
    return written(clinic.line(line).hours.shifts(day))


def test_a_closure_of_all_lines_holds_on_each_and_on_its_day_only() -> None:
    clinic = CLINIC.with_closures([closes(reason="power_cut")])
    assert [shifts(clinic, line) for line in clinic.lines] == ["", "", ""]
    assert shifts(clinic, "main", TUESDAY) == ALL_DAY
    assert clinic.line("third").hours.closure(MONDAY) == Closure(CLINIC.reasons["power_cut"])


def test_a_lines_own_closure_beats_one_of_all_lines_whichever_came_first() -> None:
    own, every = closes("second", "09:00-11:00"), closes()
    for found in ([own, every], [every, own]):
        clinic = CLINIC.with_closures(found)
        assert [shifts(clinic, line) for line in ("main", "second", "third")] == ["", "09:00-11:00", ""]


def test_the_later_of_two_closures_of_a_line_and_of_all_lines_holds() -> None:
    clinic = CLINIC.with_closures(
        [closes("main"), closes("main", "09:00-17:00"), closes(), closes(hours="10:00-11:00")]
    )
    assert [shifts(clinic, line) for line in ("main", "third")] == ["09:00-17:00", "10:00-11:00"]


def test_what_the_desk_has_set_beats_the_clinics_file_even_for_one_line() -> None:
    own = Closure({"en": "Diwali", "hi": "दिवाली"})
    lines = {key: line.with_closures({MONDAY: own}) for key, line in CLINIC.lines.items()}
    clinic = replace(CLINIC, lines=lines).with_closures([closes(hours=WITH_A_BREAK)])
    assert shifts(clinic, "main") == WITH_A_BREAK
    assert clinic.line("main").hours.closure(MONDAY) == Closure(None, shifts_of(WITH_A_BREAK))


def test_a_line_or_a_reason_that_is_no_longer_known_does_no_harm() -> None:
    clinic = CLINIC.with_closures([closes("fourth"), closes("main", reason="the_flood")])
    assert shifts(clinic, "main") == ""
    assert clinic.line("main").hours.closure(MONDAY) == Closure()
    assert shifts(clinic, "third") == ALL_DAY


def test_the_days_on_offer_leave_out_what_is_closed() -> None:
    clinic = CLINIC.with_closures([closes(), closes(day=TUESDAY)])
    line, now = clinic.line("main"), datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)
    assert line.offer.days(now, 1) == [date(2026, 11, 25)]
    assert line.hours.opens_next(now) == datetime(2026, 11, 25, 9, 0, tzinfo=DELHI)


def test_shifts_that_overlap_cannot_be_set() -> None:
    with pytest.raises(ValueError, match="expected them in order"):
        DeskClosure(MONDAY, "", (Shift(time(9), time(13)), Shift(time(12), time(20))))
