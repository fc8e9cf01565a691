"""The check of a campaign's appointments finds times given twice, changes lost or unheard, and patients not told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chaos.callers import HeardHour
from chaos.hours_reckoning import Change, HoursReckoning, InDiary, reckoned

NINE = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
ANN = HeardHour("CA1", "+919999900001", "123456", "booked", f"Your appointment is {NINE}.", heard=100.0)
BOOKED = Change("booked", by_caller=True, starts=NINE)
MOVED = Change("moved", by_caller=True, starts=NINE + HALF_AN_HOUR)
CANCELLED = Change("cancelled", by_caller=True, starts=None)
OF_ANN = InDiary("123456", ANN.phone, "1", NINE, NINE + HALF_AN_HOUR, True, "CA1", (BOOKED,))
OF_BEN = replace(OF_ANN, reference="654321", phone="+919999900002", schedule="2", call_id="CA2")
BEN = replace(ANN, call_id="CA2", phone=OF_BEN.phone, reference="654321")


def words_of(what: str, starts: datetime, _heard: datetime) -> frozenset[str]:
    words = {"booked": f"Your appointment is {starts}.", "moved": f"It is now {starts}.", "cancelled": "It is off."}
    return frozenset({words[what]})


def found(heard: list[HeardHour], diary: list[InDiary], *, is_open: bool = True) -> HoursReckoning:
    return reckoned(heard, diary, lambda _each: is_open, words_of)


def test_an_hour_that_was_heard_and_is_kept_is_well() -> None:
    assert found([ANN, BEN], [OF_ANN, OF_BEN]) == HoursReckoning(booked=2)
    assert found([ANN, BEN], [OF_ANN, OF_BEN]).wrong == 0


def test_two_at_one_time_of_a_column_are_one_too_many_in_an_extra_place_too() -> None:
    assert found([ANN, BEN], [OF_ANN, replace(OF_BEN, schedule="1")]).given_twice == 1
    later = replace(OF_BEN, schedule="1", starts=NINE + HALF_AN_HOUR / 2, ends=NINE + 2 * HALF_AN_HOUR)
    assert found([ANN, BEN], [OF_ANN, later]).given_twice == 1, "in part"
    after = replace(OF_BEN, schedule="1", starts=NINE + HALF_AN_HOUR, ends=NINE + 2 * HALF_AN_HOUR)
    assert found([ANN], [OF_ANN, after]).given_twice == 0
    assert found([ANN], [OF_ANN, replace(OF_BEN, schedule="1", takes_time=False)]).given_twice == 0


@pytest.mark.parametrize(
    "held",
    [
        [],
        [OF_BEN],
        [replace(OF_ANN, reference="111111")],
        [replace(OF_ANN, changes=(replace(BOOKED, starts=NINE + HALF_AN_HOUR),))],
        [replace(OF_ANN, changes=(CANCELLED,))],
    ],
    ids=["nothing", "another's", "another reference", "another time", "only cancelled"],
)
def test_what_was_heard_and_is_not_in_the_diary_is_counted(held: list[InDiary]) -> None:
    assert found([ANN], held).not_in_diary == 1


def test_what_was_moved_or_cancelled_since_was_in_the_diary_all_the_same() -> None:
    moved = replace(OF_ANN, changes=(BOOKED, MOVED, CANCELLED), takes_time=False)
    told = [
        ANN,
        replace(ANN, what="moved", words=f"It is now {MOVED.starts}."),
        replace(ANN, what="cancelled", words="It is off."),
    ]
    assert found(told, [moved]) == HoursReckoning(booked=1, moved=1, cancelled=1)
    assert found([replace(told[1], words=ANN.words)], [moved]).not_in_diary == 1, "at the time that it was moved to"


def test_what_its_caller_has_not_heard_is_to_be_told() -> None:
    assert found([], [OF_ANN]).unheard == 1
    assert found([], [replace(OF_ANN, to_be_told=True)]).unheard == 0
    assert found([], [replace(OF_ANN, recorded=False)]).unrecorded == 1
    assert found([ANN], [replace(OF_ANN, changes=(BOOKED, CANCELLED), takes_time=False)]).unheard == 1
    by_the_desk = replace(CANCELLED, by_caller=False)
    assert found([ANN], [replace(OF_ANN, changes=(BOOKED, by_the_desk), takes_time=False)]).unheard == 0


def test_who_comes_in_closed_hours_is_to_be_told() -> None:
    assert found([ANN], [OF_ANN], is_open=False).untold == 1
    assert found([ANN], [replace(OF_ANN, waits=True)], is_open=False).untold == 0
    assert found([ANN], [replace(OF_ANN, takes_time=False)], is_open=False).untold == 0


def test_the_figures_are_said_in_words() -> None:
    assert found([ANN], []).line() == (
        "booked 1, moved 0, cancelled 0, hours given twice 0, heard and not in the diary 1, "
        "in closed hours and not to be told 0, kept unheard 0"
    )
