"""Floods of bookings are found by their pace. The desk frees a flood's times; an undo books the times still free."""

from datetime import datetime, timedelta

import pytest

from ivr.diary.appointments import Appointment, AppointmentStatus, DiaryEvent, TimeTaken, Whose
from ivr.diary.desk_diary import DeskBooking, DeskDiary, NameAndNote
from ivr.diary.diary import Diary, book, move
from ivr.diary.flood_signs import Flood, floods_in
from ivr.diary.floods import FLOOD, Floods
from ivr.storage.audit import By
from ivr.storage.database import Database
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW, asked, at_once, the_clinic, wished
from tests.staff.staffed import Stores

KEYED = Whose.KEYED
LATER = By("asha", NOW + timedelta(hours=1))


@pytest.fixture
def floods(database: Database) -> Floods:
    return Floods(database, the_clinic)


def books(database: Database, *made: datetime, whose: Whose = KEYED, call: str = "", first: int = 0) -> list[int]:
    """Book an appointment by telephone at each of these moments; return the appointments' ids."""
    ids = []
    with database.writing() as write:
        for place, at in enumerate(made, first):
            starts = AT_FOUR + timedelta(days=place // 8) + place % 8 * HALF_AN_HOUR
            values = {"whose": whose, "created": at, "call_id": call or f"CA{place}"}
            ids.append(book(write, wished(starts, place, **values), asked(starts)))
    return ids


def minutes(*after: float) -> list[datetime]:
    return [NOW + timedelta(minutes=each) for each in after]


def ids_of(found: list[Flood]) -> list[list[int]]:
    return [[each.id for each in flood.bookings] for flood in found]


def statuses(database: Database, ids: list[int]) -> set[AppointmentStatus]:
    found = Diary(database).among(ids).values()
    return {each.status for each in found if isinstance(each, Appointment)}


@pytest.mark.parametrize(
    ("made", "whose", "found"),
    [
        (minutes(0, 20, 40, 60, 80), KEYED, 1),
        (minutes(0, 20, 40, 60), KEYED, 0),
        (minutes(0, 20, 40, 71, 80), KEYED, 0),
        (minutes(0, 20, 40, 60, 80, 120, 121, 122, 123, 124), KEYED, 2),
        (minutes(*range(0, 24, 2)), Whose.OWN, 1),
        (minutes(*range(0, 22, 2)), Whose.OWN, 0),
        (minutes(*range(0, 36, 3)), Whose.OTHER, 0),
    ],
)
def test_a_flood_is_told_by_its_pace(
    database: Database, floods: Floods, made: list[datetime], whose: Whose, found: int
) -> None:
    ids = books(database, *made, whose=whose)
    assert len(floods.ahead(NOW)) == found
    assert sorted(each for flood in ids_of(floods.ahead(NOW)) for each in flood) == (ids if found else [])


def test_what_one_call_has_booked_for_many_is_one_thing(database: Database, floods: Floods) -> None:
    ids = books(database, *minutes(0, 3, 6), whose=Whose.OTHER, call="CA1")
    books(database, *minutes(0, 3), whose=Whose.OTHER, call="CA2", first=3)
    (found,) = floods.ahead(NOW)
    assert (ids_of([found]), found.calls, found.keyed) == ([ids], 1, 0)


def test_each_booking_stands_in_one_flood_whatever_signs_there_are(database: Database, floods: Floods) -> None:
    ids = books(database, *minutes(*range(12)), call="CA1")
    assert ids_of(floods.ahead(NOW)) == [ids]


def test_what_the_desk_has_named_or_vouched_for_or_is_over_is_no_flood(database: Database, floods: Floods) -> None:
    ids = books(database, *minutes(*range(9)))
    diary = DeskDiary(database, the_clinic)
    diary.keep(ids[0], NameAndNote("Made Up"), LATER)
    floods.vouch([ids[1]], LATER)
    assert DiaryEvent.VOUCHED in [each.what for each in Diary(database).history(ids[1])]
    assert ids_of(floods.ahead(NOW)) == [ids[2:]]
    diary.keep(ids[8], NameAndNote(note="asks for the tall room"), LATER)
    diary.move(ids[7], AT_FOUR + timedelta(days=3), LATER)
    assert ids_of(floods.ahead(NOW)) == [ids[2:7]]
    assert floods.ahead(AT_FOUR + 2 * HALF_AN_HOUR) == [], "four are left"
    floods.vouch(ids[2:], LATER)
    assert floods.ahead(NOW) == []


def test_what_callers_move_themselves_stays_in_the_flood(database: Database, floods: Floods) -> None:
    ids = books(database, *minutes(*range(5)))
    moved = AT_FOUR + timedelta(days=3)
    with database.writing() as write:
        move(write, ids[0], asked(moved), By("caller", NOW))
    assert ids_of(floods.ahead(NOW)) == [ids]


def test_the_desks_own_bookings_are_no_flood(database: Database, floods: Floods) -> None:
    assert floods_in([]) == []
    for place in range(12):
        starts = AT_FOUR + timedelta(days=place)
        wanted = DeskBooking(starts, None, "", "main", "en", f"{place:06}")
        DeskDiary(database, the_clinic).book(wanted, LATER)
    assert floods.ahead(NOW) == []


def test_a_flood_is_freed_at_once_and_each_leaves_its_lines(database: Database, floods: Floods, desk: Stores) -> None:
    ids = books(database, *minutes(0, 1, 2, 3, 4))
    assert floods.free([*ids, 999], LATER) == 5
    assert floods.free(ids, LATER) == 0, "a second tap"
    assert statuses(database, ids) == {AppointmentStatus.CANCELLED}
    for each in ids:
        last = Diary(database).history(each)[-1]
        assert (last.who, last.what, last.detail) == ("asha", DiaryEvent.CANCELLED, FLOOD)
    told = [each for each in desk.told() if each[1] == "freed appointment"]
    assert told == [("asha", "freed appointment", f"{number:06}") for number in range(5)]
    assert floods.ahead(NOW) == []
    for place in range(5):
        starts = AT_FOUR + place * HALF_AN_HOUR
        with database.writing() as write:
            assert book(write, wished(starts, 50 + place), asked(starts)), "its time is free for another"


def test_many_who_free_it_at_once_free_each_once(database: Database, floods: Floods) -> None:
    ids = books(database, *minutes(0, 1, 2, 3, 4))
    came = at_once([lambda: floods.free(ids, LATER)] * 4)
    assert sorted(map(str, came)) == ["0", "0", "0", "5"]
    assert [len(Diary(database).history(each)) for each in ids] == [2] * 5


def test_an_undo_takes_back_what_is_still_free_and_names_the_rest(
    database: Database, floods: Floods, desk: Stores
) -> None:
    ids = books(database, *minutes(0, 1, 2, 3, 4))
    floods.free(ids, LATER)
    (freed,) = floods.freed(LATER.at)
    assert (freed.who, [each.id for each in freed.appointments]) == ("asha", ids)
    with database.writing() as write:
        taken = AT_FOUR + HALF_AN_HOUR
        book(write, wished(taken, 77), asked(taken))
    DeskDiary(database, the_clinic).reopen(ids[2], LATER)
    done = floods.take_back(LATER.at, By("ravi", LATER.at + timedelta(hours=2)))
    assert [each.id for each in done.back] == [ids[3], ids[4]], "four is over, half past four taken, five booked again"
    assert [each.id for each in done.left] == [ids[0], ids[1]]
    assert statuses(database, [ids[0], ids[1]]) == {AppointmentStatus.CANCELLED}
    assert statuses(database, ids[2:]) == {AppointmentStatus.BOOKED}
    assert [each for each in desk.told() if each[0] == "ravi"] == [
        ("ravi", "undid appointment", f"{number:06}") for number in (3, 4)
    ]
    with pytest.raises(TimeTaken), database.writing() as write:
        book(write, wished(AT_FOUR + 3 * HALF_AN_HOUR, 78), asked(AT_FOUR + 3 * HALF_AN_HOUR))


def test_a_flood_can_be_taken_back_within_a_day(database: Database, floods: Floods) -> None:
    ids = books(database, *minutes(*range(9)))
    floods.free(ids, LATER)
    assert len(floods.freed(LATER.at + timedelta(hours=23))) == 1
    assert floods.freed(LATER.at + timedelta(days=1)) == []
    assert floods.take_back(LATER.at + timedelta(seconds=1), LATER).back == []
