"""Moves on a card: one tap books a free time, names and notes are never lost, and a closed request can be reopened."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import update

from ivr.storage import schema
from ivr.storage.audit import By
from tests.people import CALLBACK, Clock, Phone, Staff


def chips(page: str) -> list[str]:
    """Return the free times that the card of a request offers as buttons."""
    return re.findall(r'name="at" value="([^"]+)"', page)


def card(staff: Staff, request_id: int = 1) -> str:
    return staff.does("times", request_id)


@pytest.fixture
def taken(staff: Staff, phone: Phone) -> str:
    """The words on the card of request 1, an appointment request that Asha has taken."""
    phone.rings().press("1", "2", "1", "1", "1")
    return staff.does("take", 1)


def test_one_tap_books_a_free_time_of_the_wished_part_with_the_note_beside_it(
    staff: Staff, phone: Phone, taken: str
) -> None:
    times = [each[11:16] for each in chips(taken)]
    assert times == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    page = staff.does("book", 1, at=chips(taken)[3], note="by bus", name="Made Up", name_was="")
    assert "Appointment booked: Tue 24 Nov, 10:30" in page
    (found,) = phone.services.diary.reads.of_phone("+919999900001")
    assert phone.services.desk.store.request(1).appointment == found.starts
    told = [each.detail for each in phone.services.desk.store.history(1)]
    assert "by bus" in told
    page = staff.browser.get(f"/desk/requests/{found.reference}").text
    assert "Tue 24 Nov, 10:30, Made Up</a>" in page
    assert f'href="/desk/diary/{found.id}"' in page


def test_a_time_that_is_taken_meanwhile_is_said_and_kept_on_purpose_by_one_more_tap(
    staff: Staff, phone: Phone, taken: str, clock: Clock
) -> None:
    phone.rings(caller="+919999900002").press(*CALLBACK)
    staff.does("take", 2)
    staff.does("book", 2, at=chips(taken)[3])
    page = staff.does("book", 1, at=chips(taken)[3], note="by bus")
    assert "Another patient has that time." in page
    assert ">by bus</textarea>" in page
    assert chips(taken)[3] not in chips(page), "it is offered no more"
    meant = re.search(r'name="on_purpose" value="([^"]+)"', page)
    assert meant
    staff.does("book", 1, on_purpose=meant[1])
    assert len(phone.services.diary.reads.between(clock(), clock().replace(year=2027))) == 2


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-24 03:00", "The clinic is closed at that time."),
        ("9999-12-31 10:00", "This day is too far away."),
        ("2026-11-22 10:00", "Please give a day and time from now on."),
    ],
)
@pytest.mark.usefixtures("taken")
def test_an_hour_that_can_hardly_be_meant_is_said_before_it_is_kept(
    staff: Staff, phone: Phone, at: str, said: str
) -> None:
    day, hour = at.split()
    page = staff.does("report", 1, outcome="booked", day=day, hour=hour, note="by bus")
    assert said in page
    assert ("on_purpose" in page) == ("closed" in said)
    assert ">by bus</textarea>" in page
    assert phone.services.desk.store.request(1).status == "taken"


def test_what_is_no_time_books_nothing(staff: Staff, phone: Phone, taken: str) -> None:
    for at in ("", "x", "2026-11-24", "2026-11-24T10:00", "2026-11-23T13:00+05:30", "2026-11-24T10:00+05:30\0"):
        for field in ("at", "on_purpose"):
            staff.does("book", 1, **{field: at})
            assert phone.services.desk.store.request(1).status == "taken", (field, at)


def test_another_days_times_are_shown_and_nothing_typed_is_lost(staff: Staff, taken: str) -> None:
    page = staff.does("times", 1, on="2026-11-26", note="by bus", name="Made Up", name_was="")
    assert chips(page)[0] == "2026-11-26T09:00:00+05:30"
    assert ">by bus</textarea>" in page
    assert 'value="Made Up"' in page
    page = staff.does("times", 1, look_day="2026-11-26", look_part="evening")
    assert chips(page)[0] == "2026-11-26T17:00:00+05:30"
    assert chips(staff.does("times", 1, look_day="x", look_part="x")) == chips(taken)


def test_where_nothing_is_free_then_the_next_times_are_offered(staff: Staff, phone: Phone, taken: str) -> None:
    for each in chips(taken):
        phone.rings(caller="+919999900002").press(*CALLBACK)
        last = phone.services.desk.store.waiting()[-1].id
        staff.does("take", last)
        staff.does("book", last, at=each)
    page = card(staff)
    assert "Nothing is free: Tue 24 Nov, morning. The next free times: Mon 23 Nov" in page
    assert chips(page)[0] == "2026-11-23T15:00:00+05:30"


def test_no_answer_says_when_it_is_due_again_and_when_it_is_the_last(staff: Staff, taken: str, clock: Clock) -> None:
    assert "No answer <small>due again 14:30</small>" in taken
    for _ in range(3):
        staff.does("report", 1, outcome="no_answer")
        staff.does("take", 1)
    assert "No answer <small>then it is closed</small>" in card(staff)


def test_a_booked_card_shows_where_its_appointment_stands_in_the_diary(
    staff: Staff, phone: Phone, taken: str, clock: Clock
) -> None:
    staff.does("book", 1, at=chips(taken)[3])
    diary, by = phone.services.diary, By("asha", clock())
    (found,) = diary.reads.of_phone("+919999900001")
    assert "Booked for Tue 24 Nov, 10:30." in card(staff)
    diary.desk.move(found.id, found.starts + timedelta(hours=1), by)
    page = card(staff)
    assert "Booked for Tue 24 Nov, 11:30." in page
    assert "10:30" not in page.partition('id="live"')[2].partition("</section>")[0]
    diary.desk.cancel(found.id, by)
    page = card(staff)
    assert "The appointment on Tue 24 Nov, 11:30: cancelled." in page
    assert f'<a href="/desk/diary/{found.id}">In the diary</a>' in page


# -- names


def test_a_name_is_typed_once_and_offered_for_the_number_from_then_on(staff: Staff, phone: Phone, taken: str) -> None:
    page = staff.does("name", 1, name="  Made   Up ", name_was="")
    assert "<h1>Made Up <small>" in page
    assert "entered the patient's name" in page
    assert "<title>Appointment " in page, "a name is not for the browser's history"
    assert "Made Up, 99999 00001</a>" in staff.sees()
    staff.does("report", 1, outcome="settled")
    phone.rings().press(*CALLBACK)
    offered = card(staff, 2)
    assert '<option value="Made Up">' in offered
    assert "<h1>Made Up" in staff.does("name", 2, known="Made Up", name="", name_was="")
    assert len(phone.services.diary.patients.of_phone("+919999900001")) == 1


def test_a_name_and_a_note_are_kept_with_any_button_also_where_it_is_refused(
    staff: Staff, phone: Phone, taken: str, clock: Clock
) -> None:
    phone.services.desk.moves.pass_on(1, "binod", By("asha", clock()))
    page = staff.does("report", 1, outcome="settled", name="Made Up", name_was="", note="by bus")
    assert "binod has taken this request." in page
    assert "<h1>Made Up" in page
    assert ">by bus</textarea>" in page


def test_a_field_that_is_as_it_was_does_not_take_a_colleagues_name_away(
    staff: Staff, phone: Phone, taken: str, clock: Clock
) -> None:
    phone.services.desk.moves.name(1, "Made Up", By("binod", clock()))
    assert "<h1>Made Up" in staff.does("note", 1, note="by bus", name="", name_was="")
    assert "<h1>Appointment" in staff.does("name", 1, name="", name_was="Made Up")


def names_on(page: str) -> tuple[str, str]:
    """Return the patient's name in the field of a card, and the name that the card's form says it has shown."""
    return tuple(re.search(rf'name="{each}"[^>]* value="([^"]*)"', page)[1] for each in ("name", "name_was"))  # type: ignore[index, return-value]


def test_a_refused_card_shows_a_colleagues_name_and_the_next_button_keeps_it(
    staff: Staff, phone: Phone, taken: str, clock: Clock
) -> None:
    by = By("binod", clock())
    staff.does("name", 1, name="Made Up", name_was="")
    phone.services.desk.moves.name(1, "Made Up Singh", by)
    phone.services.desk.moves.pass_on(1, "binod", by)
    page = staff.does("report", 1, outcome="settled", name="Made Up", name_was="Made Up", note="by bus")
    assert "binod has taken this request." in page
    assert names_on(page) == ("Made Up Singh", "Made Up Singh")
    opened = unescape(staff.browser.get(address_of(phone)).text)
    assert names_on(opened) == ("Made Up Singh", "Made Up Singh"), "the note is a draft, the old name is none"
    assert ">by bus</textarea>" in opened
    name, was = names_on(page)
    assert "<h1>Made Up Singh" in staff.does("note", 1, note="by bus", name=name, name_was=was)


@pytest.mark.parametrize(
    "typed", [{"name": "Made Up Kaur"}, {"name": "Made Up", "known": "Made Up Kaur"}, {"name": ""}]
)
def test_a_name_that_two_people_change_at_once_is_lost_by_neither(
    staff: Staff, phone: Phone, taken: str, clock: Clock, typed: dict[str, str]
) -> None:
    staff.does("name", 1, name="Made Up", name_was="")
    phone.services.desk.moves.name(1, "Made Up Singh", By("binod", clock()))
    wanted = typed.get("known", typed["name"])
    page = staff.does("name" if "known" in typed else "report", 1, outcome="settled", name_was="Made Up", **typed)
    assert "Somebody has changed the patient's name meanwhile, to: Made Up Singh." in page
    assert "<h1>Made Up Singh" in page
    assert names_on(page) == (wanted, "Made Up Singh")
    assert phone.services.desk.store.request(1).status == "taken", "nothing is stored in half"
    page = staff.does("note", 1, note="by bus", name=wanted, name_was="Made Up Singh")
    assert f"<h1>{wanted or 'Appointment'}" in page
    assert "meanwhile" not in page


def test_a_name_that_a_colleague_removes_meanwhile_is_said_to_be_removed(
    staff: Staff, phone: Phone, taken: str, clock: Clock
) -> None:
    staff.does("name", 1, name="Made Up", name_was="")
    phone.services.desk.moves.name(1, "", By("binod", clock()))
    page = staff.does("report", 1, outcome="settled", name="Made Up Kaur", name_was="Made Up")
    assert "Somebody has removed the patient's name meanwhile. Nothing that you typed is saved yet." in page
    assert names_on(page) == ("Made Up Kaur", "")


@pytest.mark.parametrize("typed", ["Made Up ", "Made  Up", "made UP"])
def test_a_name_that_is_stored_is_no_colleagues_however_it_was_typed(
    staff: Staff, phone: Phone, taken: str, clock: Clock, typed: str
) -> None:
    by = By("binod", clock())
    phone.services.diary.patients.name(phone.services.desk.store.request(1).phone, "Made Up", by)
    phone.services.desk.moves.pass_on(1, "binod", by)
    page = staff.does("report", 1, outcome="settled", name=typed, name_was="")
    assert "binod has taken this request." in page
    assert "<h1>Made Up <small>" in page, "the name is stored"
    assert "meanwhile" not in page


def test_a_draft_with_a_name_says_that_a_colleague_has_entered_another(
    staff: Staff, phone: Phone, taken: str, clock: Clock
) -> None:
    draft = {"place": "card 1", "note": "by bus", "name": "Made Up", "name_was": ""}
    staff.browser.post("/desk/drafts", data={"csrf_token": staff.csrf(), **draft})
    opened = unescape(staff.browser.get(address_of(phone)).text)
    assert names_on(opened) == ("Made Up", "")
    assert "meanwhile" not in opened
    phone.services.desk.moves.name(1, "Made Up Singh", By("binod", clock()))
    opened = unescape(staff.browser.get(address_of(phone)).text)
    assert names_on(opened) == ("Made Up", "Made Up Singh")
    assert "meanwhile, to: Made Up Singh." in opened


def address_of(phone: Phone) -> str:
    return f"/desk/requests/{phone.services.desk.store.request(1).reference}?id=1"


def test_a_name_that_is_too_long_is_refused_and_stays_in_its_field(staff: Staff, taken: str) -> None:
    page = staff.does("report", 1, outcome="settled", name="x" * 81, name_was="")
    assert "Name of the patient: that is too long." in page
    assert "x" * 81 in page


def test_a_name_is_written_down_at_the_counter_and_known_ones_are_offered(staff: Staff, phone: Phone) -> None:
    form = {"phone": "99999 00001", "kind": "booking", "language": "en", "line": "main", "wish": "", "note": ""}
    token = staff.csrf()
    page = staff.browser.post("/desk/new", data={"csrf_token": token, **form, "name": "Made Up"}, follow_redirects=True)
    assert "<h1>Made Up" in page.text
    for number, offered in (("+91 99999 00001", True), ("99999 00002", False), ("x", False)):
        names = staff.browser.post("/desk/new/names", data={"csrf_token": token, "phone": number}).text
        assert ("Made Up" in names) is offered, number


# -- opened again, and about an appointment


def test_a_closed_request_is_opened_again_and_says_so(staff: Staff, taken: str, clock: Clock) -> None:
    staff.does("report", 1, outcome="wrong_number")
    clock.goes_on(days=20)
    staff.logs_in()
    page = staff.does("reopen", 1, note="the number was right")
    assert "opened the request again" in page
    assert "Take and call" in page
    assert "This request is open again." in staff.does("reopen", 1)


def test_a_task_about_an_appointment_is_shown_in_words_and_a_tap_moves_the_appointment(
    staff: Staff, phone: Phone, taken: str
) -> None:
    staff.does("book", 1, at=chips(taken)[3])
    phone.rings(caller="+919999900002").press(*CALLBACK)
    with phone.services.database.writing() as write:
        write.execute(update(schema.requests).where(schema.requests.c.id == 2).values(about=1, why="closed"))
    words = "Tell the patient: the clinic is closed at the time of the appointment, Tue 24 Nov, 10:30"
    assert words in staff.sees()
    page = staff.does("take", 2)
    assert words in page
    page = staff.does("book", 2, at=chips(page)[0])
    (found,) = phone.services.diary.reads.of_phone("+919999900001")
    assert found.starts.isoformat() == "2026-11-23T09:30:00+00:00"
    staff.takes_back(page)
    (found,) = phone.services.diary.reads.of_phone("+919999900001")
    assert found.starts.isoformat() == "2026-11-24T05:00:00+00:00"


@pytest.mark.parametrize("why", ["closed", "blocked", "unheard", "cancel", "move", "newer", None])
@pytest.mark.parametrize("about", [1, 4711])
def test_whatever_a_task_is_about_its_card_and_the_list_are_shown(
    staff: Staff, phone: Phone, taken: str, why: str | None, about: int
) -> None:
    staff.does("book", 1, at=chips(taken)[0])
    phone.rings(caller="+919999900002").press(*CALLBACK)
    with phone.services.database.writing() as write:
        write.execute(update(schema.requests).where(schema.requests.c.id == 2).values(about=about, why=why))
    for page in (staff.sees(), staff.does("take", 2)):
        assert "ppointment" in page
    if about == 4711:
        assert "is over or cancelled already" in staff.does("book", 2, at=chips(taken)[1])


def test_in_hindi(staff: Staff, phone: Phone, taken: str) -> None:
    staff.browser.post("/language", data={"csrf_token": staff.csrf(), "language": "hi"})
    page = card(staff)
    assert "मरीज़ का नाम" in page
    assert "कोई और दिन" in page
