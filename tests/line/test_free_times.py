"""Free times by telephone: a caller reaches each with few keys, and bookings by others change no key's meaning."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config import clinic as clinic_file
from ivr.diary.free import free_slots
from ivr.line.blanks import DayName, Hour, MomentName, Say
from ivr.line.diary import Schedule, Slot
from ivr.line.engine.call import keys_of, press
from ivr.line.free_offers import part_of
from ivr.line.phones import Phone
from ivr.line.places import Menu
from ivr.line.turn import Call, Facts, File, Own, OwnAppointment, Turn
from tests.clinic import SHIPPED, free_times
from tests.people import DELHI

CLINIC = clinic_file.read(SHIPPED)
OWN = Phone("+919999900001")
MONDAY = datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)
DAYS, MOST_KEYS = 8, 10


def facts(now: datetime = MONDAY, clinic: object = CLINIC) -> Facts:
    return free_times(Facts(clinic, clinic.line("main"), OWN, now))  # type: ignore[attr-defined, arg-type]


def offered(turn: Turn, at: Facts) -> dict[str, Say]:
    place = at.menu[turn.call.place]
    assert isinstance(place, Menu)
    return {key: say for key, (say, _) in keys_of(place, turn.call, at).items()}


def names(say: Say, slot: Slot, at: Facts) -> bool:
    """Return whether an option's sentence names this free time, or the day or part of the day in which it lies."""
    match say.values.get("at") or say.values.get("day"):
        case MomentName(at=moment) | Hour(at=moment):
            return moment == slot.start
        case DayName(day=day):
            return day == slot.start.date()
    return say.name == f"option_{part_of(slot, at)}"


def way_to(slot: Slot, at: Facts) -> Iterator[str]:
    """Yield the keys by which a caller books this free time: from the 1 for an appointment to the 1 that confirms."""
    turn = press(Call("main", "en", "main"), "1", at)
    yield "1"
    while turn.call.slot is None:
        key = _key(turn, slot, at)
        yield key
        turn = press(turn.call, key, at)
    assert turn.call.slot.start == slot.start
    while not isinstance(turn.wait, File):  # the number, and yes
        yield "1"
        turn = press(turn.call, "1", at)
    assert turn.wait.slot == turn.call.slot


def _key(turn: Turn, slot: Slot, at: Facts) -> str:
    if turn.call.place == "earliest":
        return "1" if turn.call.offered[0] == slot else "2"
    options = offered(turn, at)
    return next((key for key, say in options.items() if names(say, slot, at)), max(options))


def test_the_earliest_time_takes_one_key_more_and_the_next_three() -> None:
    at = facts()
    first, second = (at.free_times(None) or [])[:2]
    assert list(way_to(first, at)) == ["1", "1"]
    assert list(way_to(second, at)) == ["1", "2", "1", "1"]


def test_the_earliest_time_is_asked_about_first_where_more_is_to_be_known() -> None:
    withheld = replace(facts(), caller=None)
    turn = press(Call("main", "en", "main"), "1", withheld)
    assert turn.call.place == "times"
    assert press(turn.call, "1", withheld).call.place == "key_number"
    own = replace(Call("main", "en", "main"), own=Own((OwnAppointment(1, MONDAY + timedelta(days=1)),)))
    turn = press(own, "1", facts())
    assert (turn.call.place, press(turn.call, "1", facts()).call.place) == ("times", "whose")


def test_the_earliest_time_is_booked_for_another_number_too() -> None:
    at = facts()
    asked = press(press(Call("main", "en", "main"), "1", at).call, "3", at)
    assert (asked.call.place, asked.call.slot) == ("key_number", (at.free_times(None) or [])[0])
    sure = press(press(asked.call, "9999900002", at).call, "1", at)
    assert sure.call.place == "summary"
    assert "warning" not in [say.name for say in sure.first], "it was heard with the time"


def test_where_there_is_one_free_time_another_becomes_a_wish() -> None:
    only = (facts().free_times(None) or [])[:1]
    at = replace(facts(), free_times=lambda _moved: only)
    turn = press(press(Call("main", "en", "main"), "1", at).call, "2", at)
    assert (turn.call.place, turn.first) == ("book_day", (Say("no_other_time"),))


@pytest.mark.parametrize("now", [MONDAY, MONDAY.replace(hour=21), MONDAY.replace(hour=8)])
def test_no_time_of_the_next_eight_days_takes_more_than_ten_keys(now: datetime) -> None:
    at = facts(now)
    soon = [slot for slot in at.free_times(None) or [] if slot.start.date() < now.date() + timedelta(days=DAYS)]
    assert len(soon) > 100
    assert max(len(list(way_to(slot, at))) for slot in soon) <= MOST_KEYS


def test_every_time_that_is_free_can_be_reached() -> None:
    at = facts()
    assert all(list(way_to(slot, at)) for slot in at.free_times(None) or [])


def test_a_key_means_what_was_heard_though_somebody_else_books_in_between() -> None:
    heard = press(Call("main", "en", "main"), "1", facts())
    first = (facts().free_times(None) or [])[0]
    rest = [slot for slot in facts().free_times(None) or [] if slot != first]
    chosen = press(heard.call, "1", replace(facts(), free_times=lambda _moved: rest))
    assert chosen.call.slot == first


@pytest.mark.parametrize(("found", "place"), [(None, "diary_away"), ([], "no_free_time")])
def test_where_no_time_can_be_given_the_caller_is_told_and_leaves_a_wish(found: list[Slot] | None, place: str) -> None:
    turn = press(Call("main", "en", "main"), "1", replace(facts(), free_times=lambda _moved: found))
    assert turn.first == (Say(place),)
    assert turn.call.place == "book_day"


def test_a_diary_that_is_away_on_the_way_leads_to_a_wish_too() -> None:
    at, away = facts(), replace(facts(), free_times=lambda _moved: None)
    days = press(press(Call("main", "en", "main"), "1", at).call, "2", at)
    days = press(days.call, "4", at)
    assert days.call.place == "free_days"
    gone = press(days.call, "1", away)
    assert (gone.call.place, gone.first) == ("book_day", (Say("diary_away"),))


def test_who_starts_over_has_chosen_nothing() -> None:
    at = facts()
    asked = press(Call("main", "en", "main"), "1", at)
    for key in ("2", "1"):
        asked = press(asked.call, key, at)
    assert (asked.call.place, bool(asked.call.slot)) == ("time_sure", True)
    assert press(asked.call, "3", at).call == Call("main", "en", "main")


def test_practitioners_are_chosen_between_only_where_there_are_several() -> None:
    half = timedelta(minutes=30)
    named = [Schedule(key, half, {"en": key, "hi": key}) for key in ("knee", "neck")]
    several = replace(CLINIC, diary=replace(CLINIC.diary, schedules=tuple(named)))
    at = facts(clinic=several)
    turn = press(Call("main", "en", "main"), "1", at)
    assert turn.call.place == "practitioner"
    slots = {slot.schedule for slot in press(turn.call, "3", at).call.offered}
    assert slots == {"neck"}
    anybody = press(press(turn.call, "1", at).call, "2", at).call.offered
    assert len({slot.start for slot in anybody}) == len(anybody) > 1, "each time once"
    one = replace(CLINIC, diary=replace(CLINIC.diary, schedules=tuple(named[:1])))
    assert press(Call("main", "en", "main"), "1", facts(clinic=one)).call.place == "earliest"


def test_the_columns_of_nobody_take_no_practitioners_place_in_the_menu() -> None:
    half = timedelta(minutes=30)
    mixed = (*(Schedule(str(number), half) for number in range(4)), Schedule("knee", half, {"en": "knee"}))
    at = facts(clinic=replace(CLINIC, diary=replace(CLINIC.diary, schedules=mixed)))
    options = offered(press(Call("main", "en", "main"), "1", at), at)
    assert options["2"].values["name"] == {"en": "knee"}


def test_the_free_times_are_those_of_the_diary() -> None:
    at = facts()
    assert at.free_times(None) == free_slots(CLINIC.diary, "main", at.line.hours, {}, MONDAY)
