"""Staff move, cancel and mark an appointment, and undo each change. If a colleague was quicker, the page says so."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from ivr.diary.appointments import Appointment, AppointmentStatus, TimeTaken
from ivr.diary.desk_diary import DeskBooking
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.web.services import Services
from tests.conftest import at_the_desk
from tests.people import OTHER, Clock, Phone, Staff
from tests.web.diary import (
    TODAY,
    TOMORROW,
    ahead,
    at,
    booked,
    booked_for_an_hour,
    books,
    free_on,
    gets,
    sends,
    taps_despite,
    words_of,
)


def found(services: Services, appointment_id: int = 1) -> Appointment:
    stored = services.diary.reads.appointment(appointment_id)
    assert isinstance(stored, Appointment)
    return stored


@pytest.fixture
def made(staff: Staff) -> int:
    """The id of an appointment tomorrow at half past ten."""
    return booked(staff, "10:30")


def test_the_page_says_who_comes_when_and_offers_the_days_free_times(staff: Staff, made: int) -> None:
    page = gets(staff, f"/{made}")
    for words in (
        "Made Up",
        "99999 00001",
        "Tue 24 Nov, 10:30–11:00",
        "booked at the desk",
        'href="tel:+919999900001"',
    ):
        assert words in page
    offered = re.findall(r'name="to" value="2026-11-24 ([\d:]+) 1"', page)
    assert offered[:2] == ["09:00", "09:30"]
    assert "10:30" not in offered
    assert 'name="to" value="2026-11-27 09:00 1"' in gets(staff, f"/{made}", on="2026-11-27")


def test_a_tap_on_a_day_shows_its_free_times_beside_what_was_typed(staff: Staff, services: Services, made: int) -> None:
    days = re.findall(r'name="on" value="([\d-]+)"', gets(staff, f"/{made}"))
    assert days == [str(TODAY + timedelta(days=each)) for each in range(7)]
    for field in ("on", "look_day"):
        answer = sends(staff, f"/{made}/times", note="by bus", hour="18:05", **{field: "2026-11-27"})
        page = words_of(answer)
        assert answer.status_code == 200
        assert 'name="to" value="2026-11-27 09:00 1"' in page
        assert re.findall(r'value="([\d-]+)"[^>]*aria-pressed="true"', page) == ["2026-11-27"]
        assert ">by bus</textarea>" in page
        assert 'value="18:05"' in page
    assert (found(services).starts, found(services).touched) == (at("10:30"), found(services).created)
    for odd in ("x", "9999-12-31", "", "2026-02-30"):
        assert 'name="to" value="2026-11-24 09:00 1"' in words_of(sends(staff, f"/{made}/times", on=odd, look_day=odd))


def test_one_tap_moves_it_and_another_undoes_it(both: Phone, clock: Clock) -> None:
    staff = at_the_desk(both)
    made = booked(staff, "10:30")
    page = words_of(sends(staff, f"/{made}/move", to=f"{TOMORROW} 16:00 1"))
    assert "Moved from Tue 24 Nov, 10:30 to Tue 24 Nov, 16:00." in page
    assert found(both.services).starts == at("16:00")
    assert {"1-1030"} <= set(free_on(gets(staff, "", day=TOMORROW)))
    assert "It is undone." in words_of(sends(staff, f"/{made}/undo", what="moved"))
    assert found(both.services).starts == at("10:30")
    assert "too late" in words_of(sends(staff, f"/{made}/undo", what="moved")), "once"


def test_a_second_tap_moves_nothing_and_the_first_can_still_be_undone(
    staff: Staff, services: Services, made: int
) -> None:
    for _ in range(2):
        assert sends(staff, f"/{made}/move", to=f"{TOMORROW} 16:00 1").status_code == 200
    sends(staff, f"/{made}/undo", what="moved")
    assert found(services).starts == at("10:30")


def test_a_note_typed_with_a_move_to_the_same_time_is_stored_and_once(
    staff: Staff, services: Services, made: int
) -> None:
    fields = {"day": TOMORROW, "hour": "10:30", "column": "1", "note": "her knee", "name": "Made Up The Second"}
    for _ in range(2):
        assert "her knee" in words_of(sends(staff, f"/{made}/move", **fields))
    assert [each.what for each in services.diary.reads.history(made)] == ["booked", "named", "note"]
    fields = {"to": f"{TOMORROW} 16:00 1", "note": "by bus"}
    for _ in range(2):
        sends(staff, f"/{made}/move", **fields)
    assert [each.what for each in services.diary.reads.history(made)][3:] == ["note", "moved"], "a second tap"
    assert "It is undone." in words_of(sends(staff, f"/{made}/undo", what="moved"))
    assert (
        sends(staff, f"/{made}/move", **{**fields, "to": f"{TOMORROW} 10:30 1", "note": "x" * 1001}).status_code == 400
    )


def test_a_typed_time_moves_it_too(staff: Staff, services: Services, made: int) -> None:
    assert sends(staff, f"/{made}/move", day=ahead(3), hour="16:05", column="1").status_code == 200
    assert found(services).starts == at("16:05", ahead(3))


def test_what_speaks_against_the_new_time_is_said_and_it_can_be_meant(
    staff: Staff, services: Services, made: int
) -> None:
    booked(staff, "16:00", phone="99999 00002", name="Other One")
    fields = {"day": TOMORROW, "hour": "16:15", "column": "1", "note": "comes with a friend"}
    answer = sends(staff, f"/{made}/move", **fields)
    assert (answer.status_code, "Other One has that time: 16:00 to 16:30." in words_of(answer)) == (409, True)
    assert "comes with a friend" in words_of(answer)
    assert found(services).starts == at("10:30")
    assert taps_despite(staff, f"/{made}/move", answer, **fields).status_code == 200
    assert (found(services).starts, found(services).extra) == (at("16:15"), 1)
    assert "comes with a friend" in [each.detail for each in services.diary.reads.history(made)]


def test_its_own_time_is_not_against_it(staff: Staff, services: Services, made: int) -> None:
    assert sends(staff, f"/{made}/move", day=TOMORROW, hour="10:45", column="1").status_code == 200
    assert (found(services).starts, found(services).extra) == (at("10:45"), 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"day": "9999-12-31", "hour": "10:30"},
        {"day": "2206-11-24", "hour": "10:30"},
        {"day": "", "hour": ""},
        {"to": "x"},
        {"to": "9999-12-31 10:30 1"},
        {"to": f"{TOMORROW} 10:33 1"},
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    staff: Staff, services: Services, made: int, fields: dict[str, str]
) -> None:
    before = found(services)
    answer = sends(staff, f"/{made}/move", note="her knee", **fields)
    assert (answer.status_code, 'role="alert"' in answer.text, "her knee" in answer.text) == (400, True, True)
    assert found(services) == before


def test_who_comes_and_who_does_not_is_marked_and_the_mark_taken_off(
    staff: Staff, services: Services, made: int
) -> None:
    for status, said in (("arrived", "Marked: has come"), ("noshow", "Marked: did not come")):
        assert said in words_of(sends(staff, f"/{made}/mark", status=status))
        assert found(services).status == status
        sends(staff, f"/{made}/mark", status="booked")
        assert found(services).status is AppointmentStatus.BOOKED
    assert sends(staff, f"/{made}/mark", status="vanished").status_code == 400
    assert sends(staff, f"/{made}/mark", status="cancelled").status_code == 400


def test_every_change_is_undone_within_ten_seconds_and_the_offer_ends_then(
    staff: Staff, services: Services, made: int, clock: Clock
) -> None:
    for path, form, what in (
        ("cancel", {}, "cancelled"),
        ("mark", {"status": "arrived"}, "arrived"),
        ("mark", {"status": "noshow"}, "noshow"),
        ("move", {"to": f"{TOMORROW} 12:00 1"}, "moved"),
    ):
        page = words_of(sends(staff, f"/{made}/{path}", **form))
        assert f'name="what" value="{what}"' in page
        sends(staff, f"/{made}/undo", what=what)
        assert (found(services).status, found(services).starts) == (AppointmentStatus.BOOKED, at("10:30"))
    sends(staff, f"/{made}/cancel")
    clock.goes_on(seconds=11)
    assert 'name="what"' not in gets(staff, f"/{made}")
    clock.goes_on(seconds=10)
    assert "too late" in words_of(sends(staff, f"/{made}/undo", what="cancelled"))
    assert found(services).status is AppointmentStatus.CANCELLED


def test_a_booking_is_undone_within_seconds_and_not_once_something_has_happened(
    staff: Staff, services: Services, made: int, clock: Clock
) -> None:
    """An old page's Undo cancels nobody's appointment: not the day after, nor after a colleague has moved it."""
    second = booked(staff, "11:30", note="her knee")
    services.diary.desk.move(second, at("12:00"), By("meena", clock()))
    assert "It is too late to undo that" in words_of(sends(staff, f"/{second}/undo", what="booked"))
    clock.goes_on(seconds=16)
    assert "It is too late to undo that" in words_of(sends(staff, f"/{made}/undo", what="booked"))
    assert [found(services, each).status for each in (made, second)] == [AppointmentStatus.BOOKED] * 2
    third = booked(staff, "12:30", note="her knee")
    assert "It is undone." in words_of(sends(staff, f"/{third}/undo", what="booked"))
    assert found(services, third).status is AppointmentStatus.CANCELLED


def test_an_undo_gives_way_to_who_has_the_time_by_now(staff: Staff, services: Services, made: int) -> None:
    sends(staff, f"/{made}/cancel")
    booked(staff, "10:30", phone="99999 00002", name="Other One")
    page = words_of(sends(staff, f"/{made}/undo", what="cancelled"))
    assert "Another patient has the earlier time by now. It stays as it is." in page
    answer = sends(staff, f"/{made}/reopen", note="her knee")
    assert (answer.status_code, "Somebody else has that time by now." in words_of(answer)) == (409, True)
    assert found(services).status is AppointmentStatus.CANCELLED
    sends(staff, "/2/cancel")
    assert "The appointment is booked again." in words_of(sends(staff, f"/{made}/reopen", note="her knee"))
    assert found(services).status is AppointmentStatus.BOOKED
    assert [each.detail for each in services.diary.reads.history(made)].count("her knee") == 1


def test_a_colleague_who_was_quicker_is_told_of_and_nothing_is_changed(
    staff: Staff, services: Services, made: int, clock: Clock
) -> None:
    services.diary.desk.cancel(made, By("meena", clock()))
    for path, form in (("cancel", {}), ("mark", {"status": "arrived"}), ("move", {"to": f"{TOMORROW} 12:00 1"})):
        before = services.diary.reads.history(made)
        answer = sends(staff, f"/{made}/{path}", note="her knee", name="Other One", **form)
        assert answer.status_code == 409, path
        assert "Nothing was changed: this appointment is cancelled." in words_of(answer)
        assert ">her knee</textarea>" in words_of(answer), "still to be sent"
        assert (services.diary.reads.history(made), "<h1>Made Up" in words_of(answer)) == (before, True), path


def test_a_name_and_a_note_are_kept_and_go_with_every_button(staff: Staff, services: Services) -> None:
    made = booked(staff, "10:30", name="")
    page = words_of(sends(staff, f"/{made}/keep", name="Made Up", note="her knee"))
    assert "<h1>Made Up" in page
    assert "her knee" in page
    sends(staff, f"/{made}/mark", status="arrived", note="came late", name="Made Up The Second")
    history = [(each.what, each.detail) for each in services.diary.reads.history(made)]
    assert ("note", "came late") in history
    assert history[-1][0] == "arrived", "so that it can be undone"
    assert "<h1>Made Up The Second" in gets(staff, f"/{made}")
    assert sends(staff, f"/{made}/keep").status_code == 400
    answer = sends(staff, f"/{made}/cancel", note="x" * 1001)
    assert (answer.status_code, found(services).status) == (400, AppointmentStatus.ARRIVED)
    answer = sends(staff, f"/{made}/keep", name="x" * 81)
    assert (answer.status_code, "It has 81 letters" in words_of(answer)) == (400, True)


def test_names_that_the_number_has_are_suggested_where_none_is_written(staff: Staff) -> None:
    booked(staff, "10:30")
    second = booked(staff, "12:30", name="")
    assert 'data-fill="name" value="Made Up"' in gets(staff, f"/{second}")
    assert "data-fill" not in gets(staff, "/1")


def test_an_open_page_is_told_of_what_a_colleague_does(staff: Staff, services: Services, clock: Clock) -> None:
    made = booked(staff, "10:30")
    seen = re.findall(r'"seen": "([\w-]+)"', gets(staff, f"/{made}"))[0]
    answer = staff.browser.get(f"/desk/diary/{made}/live", query_string={"seen": seen})
    assert answer.status_code == 204
    services.diary.desk.mark(made, AppointmentStatus.ARRIVED, By("meena", clock()))
    answer = staff.browser.get(f"/desk/diary/{made}/live", query_string={"seen": seen})
    assert (answer.status_code, "has come" in answer.text, "meena" in answer.text) == (200, True, True)


def test_what_was_never_there_or_is_gone_is_said(staff: Staff) -> None:
    for path in ("/7", "/7/live"):
        answer = staff.browser.get(f"/desk/diary{path}")
        assert (answer.status_code, "There is no such appointment" in answer.text) == (404, True)
    for path in ("/7/move", "/7/cancel", "/7/mark", "/7/reopen", "/7/keep", "/7/undo"):
        answer = sends(staff, path, to=f"{TOMORROW} 12:00 1", status="arrived", note="her knee", what="moved")
        assert answer.status_code == 404, path


def test_the_audit_says_who_saw_and_changed_it_and_neither_name_nor_number(
    staff: Staff, services: Services, made: int
) -> None:
    sends(staff, f"/{made}/move", to=f"{TOMORROW} 12:00 1", note="her knee")
    sends(staff, f"/{made}/cancel")
    told = [(each.what, each.about) for each in services.staff.audit.page()]
    reference = found(services).reference
    for what in ("saw appointment", "booked appointment", "changed appointment", "cancelled appointment"):
        assert (what, reference) in told
    assert not re.search("99999|Made Up|knee", str(services.staff.audit.page()))


def test_an_older_day_can_still_be_marked(staff: Staff, services: Services, clock: Clock) -> None:
    made = booked(staff, "14:30", day=str(TODAY))
    clock.goes_on(days=2)
    staff.logs_in()
    assert "Tue 24 Nov" not in gets(staff, f"/{made}")
    sends(staff, f"/{made}/mark", status="noshow")
    assert found(services).status is AppointmentStatus.NOSHOW
    assert found(services).touched - found(services).created == timedelta(days=2)


def test_the_time_of_who_did_not_come_is_free_for_another_patient(line: Phone) -> None:
    """The desk books the time with no further tap, and a caller gets it, as the diary shows it: free."""
    staff = at_the_desk(line)
    first, second = booked(staff, "15:00", str(TODAY)), booked(staff, "15:30", str(TODAY))
    for made in (first, second):
        sends(staff, f"/{made}/mark", status="noshow")
    assert books(staff, "15:00", str(TODAY), phone="99999 00003").status_code == 200
    assert "Your appointment is booked today at half past three" in line.rings(caller=OTHER).press("1", "1").words
    answer = sends(staff, f"/{first}/mark", status="booked")
    assert (answer.status_code, "Somebody else has that time by now." in words_of(answer)) == (409, True)
    assert found(line.services, first).status is AppointmentStatus.NOSHOW


def test_a_mark_taken_off_or_undone_takes_the_time_again(staff: Staff, services: Services, made: int) -> None:
    sends(staff, f"/{made}/mark", status="noshow")
    sends(staff, f"/{made}/mark", status="booked")
    sends(staff, f"/{made}/undo", what="reopened")
    assert found(services).status is AppointmentStatus.NOSHOW
    wanted = DeskBooking(at("10:45"), None, "Other One", "main", "en", "000002")
    for path, form in (("mark", {"status": "booked"}), ("undo", {"what": "noshow"})):
        sends(staff, f"/{made}/{path}", **form)
        assert found(services).status is AppointmentStatus.BOOKED
        with pytest.raises(TimeTaken):
            services.diary.desk.book(wanted, By("meena", services.clock()))
        sends(staff, f"/{made}/mark", status="noshow")


def test_a_mark_of_a_day_gone_by_is_put_right_though_another_had_the_time(
    staff: Staff, services: Services, made: int, clock: Clock
) -> None:
    sends(staff, f"/{made}/mark", status="noshow")
    assert books(staff, "10:30", phone="99999 00002").status_code == 200
    clock.goes_on(days=2)
    staff.logs_in()
    assert sends(staff, f"/{made}/mark", status="booked").status_code == 200
    assert (found(services).status, found(services).extra) == (AppointmentStatus.BOOKED, 1)


def test_an_undo_finds_another_place_beside_if_its_own_is_gone(staff: Staff, services: Services, made: int) -> None:
    second, third = (
        taps_booking_anyway(staff, phone=f"99999 0000{number}", name=f"Patient {number}") for number in (2, 3)
    )
    sends(staff, f"/{second}/cancel")
    sends(staff, f"/{third}/move", to=f"{TOMORROW} 12:00 1")
    fourth = taps_booking_anyway(staff, phone="99999 00004", name="Patient 4")
    assert found(services, fourth).extra == 1
    assert "It is undone." in words_of(sends(staff, f"/{third}/undo", what="moved"))
    assert "It is undone." in words_of(sends(staff, f"/{second}/undo", what="cancelled"))
    assert sorted(found(services, each).extra for each in (made, second, third, fourth)) == [0, 1, 2, 3]


def taps_booking_anyway(staff: Staff, **fields: str) -> int:
    """Book a patient tomorrow at half past ten although others have that time; return the appointment's id."""
    form = {"day": TOMORROW, "hour": "10:30", "column": "1", **fields}
    answer = taps_despite(staff, "/book", sends(staff, "/book", **form), **form)
    return int(re.findall(r"/desk/diary/(\d+)/undo", answer.text)[0])


def test_what_a_newer_version_has_written_keeps_its_time_and_can_be_booked_beside(
    staff: Staff, services: Services, made: int
) -> None:
    with services.diary.reads.database.writing() as write:
        write.execute(update(schema.appointments).values(status="waitlist"))
    assert "1-1030" not in free_on(gets(staff, "", day=TOMORROW))
    assert taps_booking_anyway(staff, phone="99999 00002") == made + 1
    assert found(services, made + 1).extra == 1


def test_a_mark_that_an_older_version_took_off_leaves_the_time_taken(
    staff: Staff, services: Services, made: int
) -> None:
    """The mark frees the steps of the appointment, and an older version changes nothing but its status."""
    sends(staff, f"/{made}/mark", status="noshow")
    with services.database.writing() as write:
        write.execute(update(schema.appointments).values(status="booked"))
    wanted = DeskBooking(found(services, made).starts, None, "Other One", "main", "en", "200002")
    with pytest.raises(TimeTaken):
        services.diary.desk.book(wanted, By("meena", services.clock()))
    assert taps_booking_anyway(staff, phone="99999 00002") == made + 1
    assert found(services, made + 1).extra == 1


def test_a_longer_visit_stays_as_long_when_it_is_moved_or_booked_again(staff: Staff, services: Services) -> None:
    """A visit of an hour, among those of half an hour: the page offers times in which it fits, and warns of others."""
    made, hour = booked_for_an_hour(services, at("10:30")), timedelta(hours=1)
    booked(staff, "16:00", phone="99999 00002", name="Other One")
    offered = re.findall(r'name="to" value="2026-11-24 ([\d:]+) 1"', gets(staff, f"/{made}"))
    assert {"15:00", "16:30"} <= set(offered)
    assert not {"15:30", "16:00", "20:00"} & set(offered)
    fields = {"day": TOMORROW, "hour": "15:30", "column": "1"}
    assert "Other One has that time: 16:00 to 16:30." in words_of(sends(staff, f"/{made}/move", **fields))
    sends(staff, f"/{made}/move", to=f"{TOMORROW} 15:00 1")
    assert (found(services, made).starts, found(services, made).ends) == (at("15:00"), at("15:00") + hour)
    sends(staff, f"/{made}/cancel")
    other = booked(staff, "15:30", phone="99999 00002", name="Other One")
    assert "Somebody else has that time by now." in words_of(sends(staff, f"/{made}/reopen"))
    sends(staff, f"/{other}/cancel")
    sends(staff, f"/{made}/reopen")
    assert (found(services, made).status, found(services, made).ends) == (AppointmentStatus.BOOKED, at("16:00"))
