"""Blocking time for leave, lunch or a meeting: the appointments touched are shown before the block is stored."""

from datetime import date, time

import pytest

from ivr.diary.blocked_times import TimeBlock, set_blocks
from ivr.line.hours import Shift
from ivr.storage.audit import COMMAND_LINE, By
from ivr.web.services import Services
from tests.conftest import at_the_desk
from tests.people import Clock, Phone, Staff
from tests.web.diary import TODAY, TOMORROW, ahead, booked, free_on, gets, sends, taps_despite, words_of

LUNCH = {"words": "lunch", "day": TOMORROW, "from": "13:00", "until": "14:00"}


def test_a_block_takes_its_time_out_of_the_day_and_undone_gives_it_back(both: Phone, clock: Clock) -> None:
    staff = at_the_desk(both)
    assert {"1-1300", "1-1330"} <= set(free_on(gets(staff, "", day=TOMORROW)))
    page = words_of(sends(staff, "/blocks", **LUNCH))
    assert "The time is blocked: Tue 24 Nov, 13:00–14:00." in page
    assert not {"1-1300", "1-1330"} & set(free_on(page))
    assert {"1-1300", "1-1330"} <= set(free_on(gets(staff, "", day=ahead(2)))), "once"
    assert "lunch" in gets(staff, "/blocks")
    assert "The time is free again." in words_of(sends(staff, "/blocks/1/undo"))
    assert {"1-1300", "1-1330"} <= set(free_on(gets(staff, "", day=TOMORROW)))
    assert "Somebody has already undone this." in words_of(sends(staff, "/blocks/1/undo"))
    told = [(each.what, each.about) for each in both.services.staff.audit.page()]
    assert {("blocked time", "#1"), ("unblocked time", "#1")} <= set(told)
    assert "lunch" not in str(both.services.staff.audit.page())


@pytest.mark.parametrize(
    ("more", "blocked", "free"),
    [
        ({"repeats": "daily", "last_day": ahead(3)}, [ahead(1), ahead(2), ahead(3)], [ahead(4)]),
        ({"repeats": "weekly"}, [ahead(1), ahead(8), ahead(351)], [ahead(2), ahead(7)]),
        ({"repeats": "weekly", "last_day": ahead(9)}, [ahead(1), ahead(8)], [ahead(15), ahead(2)]),
        ({"repeats": "once", "last_day": ahead(9)}, [ahead(1)], [ahead(2), ahead(8)]),
    ],
)
def test_it_is_blocked_once_each_day_of_a_span_or_every_week(
    staff: Staff, more: dict[str, str], blocked: list[str], free: list[str]
) -> None:
    assert sends(staff, "/blocks", **LUNCH, **more).status_code == 200
    for day in blocked:
        assert "1-1300" not in free_on(gets(staff, "", day=day)), day
    for day in free:
        assert "1-1300" in free_on(gets(staff, "", day=day)), day


def test_whom_it_touches_is_said_before_and_one_further_tap_keeps_it(staff: Staff, services: Services) -> None:
    booked(staff, "13:30")
    booked(staff, "14:00", phone="99999 00002", name="After It")
    booked(staff, "13:00", day=ahead(2), phone="99999 00003", name="Next Day")
    booked(staff, "12:30", phone="99999 00004", name="Before It")
    answer = sends(staff, "/blocks", **LUNCH)
    page = words_of(answer)
    assert (answer.status_code, "1 appointment is in that time." in page) == (409, True)
    assert "Tue 24 Nov, 13:30 Made Up" in page
    assert not [name for name in ("After It", "Before It", "Next Day") if name in page]
    assert 'value="lunch"' in page
    assert services.diary.blocked_times.standing(TODAY) == []
    kept = taps_despite(staff, "/blocks", answer, **LUNCH)
    assert (kept.status_code, "On the waiting list now, to be told: 1." in words_of(kept)) == (200, True)
    assert len(services.diary.blocked_times.standing(TODAY)) == 1
    (waiting,) = services.desk.store.waiting()
    assert (waiting.about, waiting.why, waiting.number) == (1, "blocked", "+919999900001")
    assert "the patient is to be told of a change" in gets(staff, "/1")
    undone = sends(staff, "/blocks/1/undo")
    assert "The time is free again. Need not be told any more: 1." in words_of(undone)
    assert services.desk.store.waiting() == []


def test_who_was_booked_meanwhile_is_said_too(staff: Staff, services: Services) -> None:
    booked(staff, "13:00")
    told = sends(staff, "/blocks", **LUNCH)
    booked(staff, "13:30", phone="99999 00002", name="Other One")
    answer = taps_despite(staff, "/blocks", told, **LUNCH)
    assert (answer.status_code, "Other One" in words_of(answer)) == (409, True)
    assert services.diary.blocked_times.standing(TODAY) == []


def test_who_has_cancelled_or_come_is_not_touched(staff: Staff, clock: Clock) -> None:
    for number, (path, form) in enumerate((("cancel", {}), ("mark", {"status": "arrived"})), 1):
        made = booked(staff, "13:00", phone=f"99999 0000{number}", day=ahead(number))
        sends(staff, f"/{made}/{path}", **form)
    weekly = {**LUNCH, "repeats": "daily", "last_day": ahead(5)}
    assert sends(staff, "/blocks", **weekly).status_code == 200


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"day": ""}, "please choose a day"),
        ({"day": "9999-12-31"}, "cannot be meant"),
        ({"from": "noon"}, "please give a time"),
        ({"until": "13:00"}, "must begin before it ends"),
        ({"until": "12:00"}, "must begin before it ends"),
        ({"until": "13:32"}, "in steps of 5 minutes"),
        ({"repeats": "daily"}, "Last day: please choose a day"),
        ({"repeats": "daily", "last_day": str(TODAY)}, "before the first"),
        ({"repeats": "weekly", "last_day": "2206-01-01"}, "cannot be meant"),
        ({"words": "x" * 81}, "It has 81 letters"),
    ],
)
def test_what_is_refused_says_why_and_blocks_nothing(
    staff: Staff, services: Services, more: dict[str, str], said: str
) -> None:
    answer = sends(staff, "/blocks", **{**LUNCH, **more})
    assert (answer.status_code, said in words_of(answer)) == (400, True), words_of(answer)
    assert services.diary.blocked_times.standing(date(2026, 1, 1)) == []


def test_until_midnight_is_the_end_of_the_day(staff: Staff, services: Services) -> None:
    assert sends(staff, "/blocks", **{**LUNCH, "until": "00:00"}).status_code == 200
    (standing,) = services.diary.blocked_times.standing(TODAY)
    assert standing.block.shift.end == time.min
    assert free_on(gets(staff, "", day=TOMORROW))[-1] == "1-1230"
    assert "13:00–24:00" in gets(staff, "/blocks")


def test_busy_times_of_another_diary_stand_in_their_day_and_do_not_fill_the_page(
    staff: Staff, services: Services, clock: Clock
) -> None:
    shift = Shift(time(13), time(14))
    days = [date.fromisoformat(ahead(each)) for each in range(1, 41)]
    with services.database.writing() as write:
        blocks = [(TimeBlock(shift, day, day), f"{number:064}") for number, day in enumerate(days)]
        set_blocks(write, blocks, By(COMMAND_LINE, clock()))
    sends(staff, "/blocks", **{**LUNCH, "from": "16:00", "until": "17:00", "day": ahead(3)})
    page = gets(staff, "/blocks", day=TOMORROW)
    assert page.count("entered from another diary") == 1
    assert ("lunch" in page, "And 39 busy times from another diary on other days" in page) == (True, True)
    assert "entered from another diary" in gets(staff, "", day=ahead(30))
    assert "The time is free again." in words_of(sends(staff, "/blocks/1/undo"))
    assert "1-1300" in free_on(gets(staff, "", day=TOMORROW))
