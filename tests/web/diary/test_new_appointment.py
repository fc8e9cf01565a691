"""Booking at a free or a typed time: staff see all warnings before the time is booked, and no typed words are lost."""

import re
from functools import partial
from html import unescape

import pytest
from werkzeug.test import TestResponse

from ivr.desk.requests import Outcome, OutcomeReport
from ivr.diary.appointments import Appointment, AppointmentStatus, Source
from ivr.diary.patients import LONGEST_NAME
from ivr.storage.audit import By
from ivr.web.diary.new_appointment import LONGEST_NOTE
from ivr.web.services import Services
from tests.conftest import PASSWORD, at_the_desk
from tests.diary import at_once
from tests.line.test_phones import AS_PEOPLE_TYPE, MOBILE
from tests.people import Clock, Phone, Staff
from tests.web.diary import TODAY, TOMORROW, ahead, at, booked, books, free_on, gets, sends, taps_despite, words_of

OTHER = {"phone": "99999 00002", "name": "Other One", "day": TOMORROW, "hour": "10:30", "column": "1"}


def all_booked(services: Services) -> list[Appointment]:
    found = services.diary.reads.between(at("00:00", "2024-01-01"), at("00:00", "2030-01-01"))
    return [each for each in found if isinstance(each, Appointment)]


def test_a_free_time_leads_to_a_form_with_that_time_which_books_it(both: Phone, clock: Clock) -> None:
    staff = at_the_desk(both)
    page = gets(staff, "", day=TOMORROW)
    link = re.search(r'href="/desk/diary(/book\?day=2026-11-24&hour=10:30&column=1)"', page)
    assert link
    form = unescape(staff.browser.get(f"/desk/diary{link[1]}").text)
    assert 'name="day" required value="2026-11-24"' in form
    assert 'name="hour" step="300" required value="10:30"' in form
    booked(staff, "10:30", note="brings an x-ray")
    (found,) = all_booked(both.services)
    assert (found.starts, found.status, found.source) == (at("10:30"), AppointmentStatus.BOOKED, Source.DESK)
    assert (found.made_by, found.line, found.language, found.extra) == ("asha", "main", "en", 0)
    assert found.phone is not None
    assert found.phone.e164 == "+919999900001"
    assert [each.name for each in both.services.diary.patients.of_phone(found.phone)] == ["Made Up"]
    assert re.fullmatch(r"\d{6}", found.reference)
    assert [each.detail for each in both.services.diary.reads.history(found.id)][:1] == ["brings an x-ray"]


def test_after_it_the_day_says_so_and_offers_to_undo_it(staff: Staff, services: Services) -> None:
    answer = books(staff, "10:30")
    assert "Booked for Tue 24 Nov, 10:30." in words_of(answer)
    assert "1-1030" not in free_on(words_of(answer))
    assert "It is undone." in words_of(sends(staff, "/1/undo", what="booked"))
    assert all_booked(services)[0].status is AppointmentStatus.CANCELLED
    assert "1-1030" in free_on(gets(staff, "", day=TOMORROW))


def test_a_taken_time_is_said_with_whose_it_is_before_and_kept_by_one_further_tap(
    staff: Staff, services: Services
) -> None:
    booked(staff, "10:30")
    for hour in ("10:30", "10:15", "10:55"):
        answer = sends(staff, "/book", **{**OTHER, "hour": hour})
        assert answer.status_code == 409
        assert "Made Up has that time: 10:30 to 11:00." in words_of(answer)
        assert 'value="Other One"' in answer.text, "nothing typed is lost"
    assert len(all_booked(services)) == 1
    assert taps_despite(staff, "/book", answer, **{**OTHER, "hour": "10:55"}).status_code == 200
    assert [each.extra for each in all_booked(services)] == [0, 1]


def test_a_further_tap_keeps_that_time_alone(staff: Staff, services: Services) -> None:
    """The button "Book all the same" overrides the warning for one time only; another time gets its own warning."""
    booked(staff, "10:30")
    booked(staff, "12:00", phone="99999 00003", name="Third One")
    told = sends(staff, "/book", **OTHER)
    answer = taps_despite(staff, "/book", told, **{**OTHER, "hour": "12:00"})
    assert (answer.status_code, "Third One has that time" in words_of(answer)) == (409, True)
    assert len(all_booked(services)) == 2


@pytest.mark.parametrize(
    ("day", "hour", "said"),
    [
        (TOMORROW, "08:30", "The clinic is closed then."),
        (TOMORROW, "20:15", "The clinic is closed then."),
        (ahead(61), "10:30", "That is more than two months ahead."),
        (str(TODAY), "13:30", "That time is over."),
        (ahead(-30), "10:30", "That time is over."),
    ],
)
def test_what_speaks_against_a_time_is_said_and_it_can_be_meant(
    staff: Staff, services: Services, day: str, hour: str, said: str
) -> None:
    answer = books(staff, hour, day)
    assert (answer.status_code, said in words_of(answer)) == (409, True)
    assert all_booked(services) == []
    fields = {"phone": "99999 00001", "name": "Made Up", "day": day, "hour": hour, "column": "1"}
    assert taps_despite(staff, "/book", answer, **fields).status_code == 200
    assert [each.starts for each in all_booked(services)] == [at(hour, day)]


def test_a_blocked_time_is_said_with_its_words(staff: Staff) -> None:
    sends(staff, "/blocks", day=TOMORROW, **{"from": "13:00", "until": "14:00", "words": "lunch"})
    answer = books(staff, "13:30")
    assert (answer.status_code, "That time is blocked: lunch." in words_of(answer)) == (409, True)


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        *(("9999-12-31", "10:30"), ("0001-01-01", "10:30"), ("2206-11-24", "10:30"), ("2030-01-01", "10:30")),
        *(("", "10:30"), ("x", "10:30"), ("2026-02-31", "10:30"), ("2026-W48-2", "10:30"), ("20261124", "10:30")),
        *((TOMORROW, ""), (TOMORROW, "25:00"), (TOMORROW, "10:60"), (TOMORROW, "noon"), (TOMORROW, "10:32")),
        *((TOMORROW, "10:30:00"), (TOMORROW, "१०:३०")),
    ],
)
def test_what_cannot_be_meant_is_refused_whatever_is_tapped(
    staff: Staff, services: Services, day: str, hour: str
) -> None:
    despite = f"{day}T{hour}:00+05:30 1 taken near closed away blocked past far"
    answer = books(staff, hour, day, despite=despite)
    assert answer.status_code == 400
    assert 'role="alert" id="trouble"' in answer.text
    assert 'name="despite"' not in answer.text, "no tap keeps it"
    assert 'value="Made Up"' in answer.text
    assert all_booked(services) == []


@pytest.mark.parametrize("written", AS_PEOPLE_TYPE, ids=ascii)
def test_the_number_is_typed_as_people_type_it(staff: Staff, services: Services, written: str) -> None:
    assert books(staff, "10:30", phone=written).status_code == 200
    (found,) = all_booked(services)
    assert found.phone is not None
    assert found.phone.e164 == MOBILE


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"phone": "12345"}, "not a complete Indian number"),
        ({"phone": "+12025550123"}, "only call numbers in India"),
        ({"phone": "", "name": " "}, "Please give a number or a name."),
        ({"name": "x" * (LONGEST_NAME + 1)}, "It has 81 letters"),
        ({"note": "x" * (LONGEST_NOTE + 1)}, "It has 1001 letters"),
    ],
)
def test_what_is_refused_says_why_and_stays_in_the_form(
    staff: Staff, services: Services, fields: dict[str, str], said: str
) -> None:
    answer = books(staff, "10:30", **fields)
    assert (answer.status_code, said in words_of(answer)) == (400, True)
    for typed in filter(str.strip, fields.values()):
        assert typed in words_of(answer)
    assert all_booked(services) == []


def test_the_names_of_a_number_are_suggested_and_when_they_come(staff: Staff) -> None:
    booked(staff, "10:30")
    booked(staff, "11:30", name="Her Son")
    words = words_of(sends(staff, "/names", phone="099999-00001"))
    assert re.findall(r'value="([^"]+)" data-fill="name"', words) == ["Her Son", "Made Up"]
    assert 'This number has an appointment already: <a href="/desk/diary/1">Tue 24 Nov, 10:30</a>' in words
    assert "data-fill" not in words_of(sends(staff, "/names", phone="99999 00002"))
    assert "data-fill" not in words_of(sends(staff, "/names", phone="99999"))


def test_without_javascript_the_form_comes_back_with_the_names_and_with_the_one_that_was_tapped(staff: Staff) -> None:
    booked(staff, "10:30")
    fields = {"phone": "99999 00001", "name": "", "day": TOMORROW, "hour": "12:30", "note": "her knee"}
    words = words_of(sends(staff, "/book", **fields, look=" "))
    assert 'value="Made Up" data-fill="name"' in words
    words = words_of(sends(staff, "/book", **fields, look="Made Up"))
    assert 'id="name" name="name" autocomplete="off" value="Made Up"' in words
    assert "her knee" in words


def test_enter_books_and_never_all_the_same(staff: Staff) -> None:
    """The form's first button, which the Enter key presses, is not "Book all the same"."""
    booked(staff, "10:30")
    words = words_of(sends(staff, "/book", **OTHER))
    form = words[words.index('data-typed="booking"') :]
    first = re.search(r"<button[^>]*>", form)
    assert first
    assert "despite" not in first[0]


def test_of_two_who_tap_the_same_time_the_second_is_told(staff: Staff, services: Services) -> None:
    gets(staff, "/book", day=TOMORROW, hour="10:30", column="1")
    booked(staff, "10:30")
    assert sends(staff, "/book", **OTHER).status_code == 409
    assert len(all_booked(services)) == 1


# -- for a waiting request


def test_a_waiting_requests_time_is_chosen_in_the_diary_and_closes_it(
    staff: Staff, services: Services, phone: Phone
) -> None:
    call = phone.rings(lang="hi").press("1", "2", "1", "1", "1")
    page = gets(staff, "", day=TOMORROW, request="1")
    assert f"Reference {call.reference}" in page
    assert "hour=10:30&column=1&request=1" in page
    form = gets(staff, "/book", day=TOMORROW, hour="10:30", column="1", request="1")
    assert "99999 00001" in form
    assert 'name="phone"' not in form, "the number is the request's"
    answer = sends(staff, "/book", request="1", name="Made Up", day=TOMORROW, hour="10:30", column="1")
    assert answer.status_code == 200
    (found,) = all_booked(services)
    assert (found.reference, found.language, found.request_id) == (call.reference, "hi", 1)
    closed = services.desk.store.request(1)
    assert (closed.status, closed.outcome, closed.appointment) == ("closed", "booked", at("10:30"))


def test_a_request_that_a_colleague_has_or_has_closed_is_not_booked_for(
    staff: Staff, services: Services, phone: Phone, clock: Clock
) -> None:
    phone.rings().press("1", "2", "1", "1", "1")
    services.desk.moves.take(1, By("meena", clock()))
    answer = sends(staff, "/book", request="1", name="Made Up", day=TOMORROW, hour="10:30", column="1")
    assert answer.status_code == 409
    assert "meena has taken this request." in words_of(answer)
    services.desk.moves.report(1, OutcomeReport(Outcome.SETTLED), By("meena", clock()))
    answer = sends(staff, "/book", request="1", name="Made Up", day=TOMORROW, hour="10:30", column="1")
    assert (answer.status_code, "closed already" in words_of(answer)) == (409, True)
    assert all_booked(services) == []


def test_a_request_that_is_gone_leaves_a_form_for_anybody(staff: Staff) -> None:
    for odd in ("7", "x", "99999999999", "-1"):
        assert 'name="phone"' in gets(staff, "/book", request=odd)


def test_a_request_about_an_appointment_moves_it_and_books_no_second_one(staff: Staff, services: Services) -> None:
    """Booking for a request about a touched appointment moves this appointment, books no other, ends the request."""
    made = booked(staff, "13:30")
    lunch = {"day": TOMORROW, "from": "13:00", "until": "14:00", "words": "lunch"}
    taps_despite(staff, "/blocks", sends(staff, "/blocks", **lunch), **lunch)
    (waiting,) = services.desk.store.waiting()
    answer = sends(staff, "/book", request=str(waiting.id), day=TOMORROW, hour="16:00", column="1")
    assert answer.status_code == 200
    assert [(each.id, each.starts) for each in all_booked(services)] == [(made, at("16:00"))]
    assert services.desk.store.waiting() == []


def test_without_a_day_the_diary_opens_at_the_wished_one(staff: Staff, phone: Phone) -> None:
    phone.rings().press("1", "2", "1", "1", "1")
    assert "Diary, Tue 24 Nov" in gets(staff, "", request="1")


# -- at once, and twice


def test_a_second_tap_on_the_button_books_nothing_more_and_says_nothing_wrong(
    staff: Staff, services: Services, phone: Phone, clock: Clock
) -> None:
    booked(staff, "10:30")
    assert books(staff, "10:30").status_code == 200
    phone.rings(caller="+919999900002").press("1", "2", "1", "1", "1")
    for _ in range(2):
        answer = sends(staff, "/book", request="1", day=TOMORROW, hour="11:30", column="1")
        assert answer.status_code == 200
        assert "11:30–12:00" in words_of(answer)
    assert len(all_booked(services)) == 2
    clock.goes_on(seconds=6)
    assert books(staff, "10:30").status_code == 409, "that is no second tap"


def test_of_many_who_book_one_time_at_once_one_has_it_and_the_others_are_told(both: Phone, clock: Clock) -> None:
    names = ("asha", "meena", "ravi", "devi")
    for name in names:
        both.services.staff.people.add(name, PASSWORD, clock())
    people = [Staff(both.app, name, PASSWORD) for name in names]
    for each in people:
        each.logs_in()

    def wants(number: int) -> TestResponse:
        return books(people[number], "10:30", phone=f"99999 0000{number}", name=f"Made Up {number}")

    came = at_once([partial(wants, number) for number in range(len(people))])
    answers = [each for each in came if isinstance(each, TestResponse)]
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert [each.extra for each in all_booked(both.services)] == [0]
    for answer in answers:
        assert answer.status_code == 200 or "has that time" in words_of(answer)
