"""A change of the hours: the page first shows the touched patients. The change and its undo move the promised times."""

import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date
from html import unescape

import pytest
from werkzeug.test import TestResponse

from ivr.diary.diary import book
from ivr.diary.patients import known_as, set_patient
from ivr.line.hours import DeskClosure, shifts_of
from ivr.line.phones import Phone as Number
from ivr.storage import schema
from ivr.storage.audit import By
from tests.conftest import at_the_desk
from tests.diary import AT_FOUR, NOW, asked, wished
from tests.people import BOOK, DELHI, Clock, Phone, Staff
from tests.web.hours.test_pages import LINES, TODAY, hears, page, posts

CLOSES = {"what": "closed", "day": TODAY, "line": "*", "reason": ""}


@pytest.fixture
def desk_url(database_url: str) -> str:
    return database_url


@pytest.fixture
def patient(phone: Phone) -> str:
    """The name of a patient who has an appointment at four o'clock today."""
    with phone.services.database.writing() as write:
        appointment_id = book(write, wished(), asked())
        known = known_as(write, Number("+919999900001"), "Made Up", NOW)
        set_patient(write, schema.appointments, appointment_id, known)
    return "Made Up"


def shown(staff: Staff, **form: str) -> str:
    """Return the page that lists the patients whom this change of hours touches, and asks to confirm the change."""
    answer = posts(staff, **form)
    assert answer.status_code == 409
    return unescape(answer.text)


def confirms(staff: Staff, shown_first: str) -> str:
    """Press the button that confirms the change of hours on the page `shown_first`; return the page that follows."""
    action = re.findall(r'<form method="post" action="(/desk/hours[^"]*)" class="row ends">', shown_first)[0]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown_first.partition(action)[2])
    kept = re.findall(r'name="keeps" value="([^"]*)"', shown_first)[0]
    answer = staff.browser.post(action, data=dict([*fields, ("keeps", kept)]))
    assert answer.status_code == 302
    return unescape(page(staff))


def undo_of(staff: Staff) -> dict[str, str]:
    return {"path": "/desk/hours/undo", "id": re.findall(r'name="id" value="(\d+)"', page(staff))[0]}


def test_closing_shows_whom_it_touches_before_anything_is_changed(phone: Phone, patient: str) -> None:
    phone.rings(caller="+919999900003").press(*BOOK)
    staff = at_the_desk(phone)
    seen = shown(staff, **CLOSES)
    assert "1 appointment in closed hours" in seen
    assert f'Mon 23 Nov, 16:00</time> <span class="name">{patient}, 99999 00001</span>' in seen
    assert "Mon 23 Nov, 14:00 → Tue 24 Nov, 09:00" in seen
    assert "Nothing: callers hear the usual hours." in page(staff)
    assert len(phone.services.desk.store.waiting()) == 1


def test_a_kept_closure_puts_the_patient_on_the_list_and_its_undoing_takes_them_off(phone: Phone, patient: str) -> None:
    phone.rings(caller="+919999900003").press(*BOOK)
    staff = at_the_desk(phone)
    before = phone.services.desk.store.waiting()
    said = confirms(staff, shown(staff, **CLOSES))
    assert "On the waiting list now, to be told: 1." in said
    assert "Calls that have another time: 1." in said
    after = phone.services.desk.store.waiting()
    assert [(each.kind, each.why) for each in after if each.about] == [("callback", "closed")]
    assert all(f"{each.due:%d}" == "24" for each in after)
    seen = shown(staff, **undo_of(staff))
    assert "1 appointment in open hours again" in seen
    assert "Tue 24 Nov, 09:00 → Mon 23 Nov, 14:00" in seen
    assert "Need not be told any more: 1." in confirms(staff, seen)
    assert phone.services.desk.store.waiting() == before


def test_the_card_says_why_the_patient_is_to_be_told(phone: Phone, patient: str) -> None:
    staff = at_the_desk(phone)
    confirms(staff, shown(staff, **CLOSES))
    card = unescape(staff.browser.get("/desk/requests/000001?id=1", follow_redirects=True).text)
    assert "the patient is to be told: the clinic is closed at the time of the appointment" in card
    confirms(staff, shown(staff, **undo_of(staff)))
    card = unescape(staff.browser.get("/desk/requests/000001?id=1", follow_redirects=True).text)
    assert "there is nothing to tell the patient any more" in card


def test_whoever_is_touched_since_is_shown_before_it_is_kept(phone: Phone, patient: str) -> None:
    staff = at_the_desk(phone)
    kept = re.findall(r'name="keeps" value="([^"]*)"', shown(staff, **CLOSES))[0]
    with phone.services.database.writing() as write:
        starts = AT_FOUR.replace(hour=17)
        book(write, wished(starts, 2), asked(starts))
    answer = posts(staff, **CLOSES, keeps=kept)
    assert answer.status_code == 409
    assert "2 appointments in closed hours" in answer.text
    assert phone.services.hours.closures.current(NOW.date()) == []
    confirms(staff, unescape(answer.text))
    assert len(phone.services.hours.closures.current(NOW.date())) == 1


def test_an_open_form_shows_whom_it_touches_as_it_is_filled_in_and_changes_nothing(phone: Phone, patient: str) -> None:
    staff = at_the_desk(phone)
    early = {"what": "early", "day": TODAY, "line": "*", "reason": "", "path": "/desk/hours/touched"}
    found = {each: unescape(posts(staff, **early, time=each).text) for each in ("16:15", "17:00", "21:15", "")}
    assert f"{patient}, 99999 00001" in found["16:15"]
    assert "No patient is affected." in found["17:00"]
    assert "21:15 changes nothing: it is outside the opening hours" in found["21:15"]
    assert "Please give a time, such as 17:00." in found[""]
    keeps = re.findall(r'name="keeps" value="([^"]*)"', found["16:15"])[0]
    assert phone.services.hours.closures.current(NOW.date()) == []
    assert posts(staff, **{**early, "path": "/desk/hours"}, time="16:15", keeps=keeps).status_code == 302
    assert len(phone.services.desk.store.waiting()) == 1


def test_a_change_that_touches_nobody_is_made_at_once(phone: Phone, patient: str) -> None:
    staff = at_the_desk(phone)
    assert posts(staff, **{**CLOSES, "line": "second"}).status_code == 302
    assert posts(staff, what="early", day=TODAY, line="*", reason="", time="17:00").status_code == 302


def test_closing_early_touches_what_lies_in_the_rest_of_the_day_and_no_more(phone: Phone, patient: str) -> None:
    staff = at_the_desk(phone)
    seen = shown(staff, what="early", day=TODAY, line="*", reason="", time="16:15")
    assert patient in seen, "a visit that would end after the closing"


def test_what_is_shown_is_words_and_never_markup(phone: Phone) -> None:
    with phone.services.database.writing() as write:
        appointment_id = book(write, wished(phone=None), asked())
        set_patient(write, schema.appointments, appointment_id, known_as(write, None, "<b>Made</b> Up", NOW))
    staff = at_the_desk(phone)
    answer = posts(staff, **CLOSES)
    assert "&lt;b&gt;Made&lt;/b&gt; Up, no number" in answer.text


@pytest.mark.parametrize("days", [1, 40])
def test_a_change_on_a_later_day_forgets_nobody_of_a_closed_day(
    phone: Phone, patient: str, clock: Clock, days: int
) -> None:
    """A patient not yet told of a past closure stays on the list, and a call that it moved keeps its later time."""
    phone.rings(caller="+919999900003").press(*BOOK)
    staff = at_the_desk(phone)
    confirms(staff, shown(staff, **CLOSES))
    listed = phone.services.desk.store.waiting()
    clock.goes_on(days=days, hours=-6)
    staff.logs_in()
    day = f"{clock().astimezone(DELHI):%Y-%m-%d}"
    assert posts(staff, what="early", day=day, line="*", reason="", time="17:00").status_code == 302
    assert phone.services.desk.store.waiting() == listed
    assert posts(staff, **undo_of(staff)).status_code == 302
    assert phone.services.desk.store.waiting() == listed


def test_all_lines_close_even_where_a_colleague_gives_one_other_hours_at_that_moment(phone: Phone) -> None:
    staff = at_the_desk(phone)
    page(staff)
    early = DeskClosure(date.fromisoformat(TODAY), "second", shifts_of("09:00-17:00"))

    def meanwhile(_before: Sequence[DeskClosure]) -> list[DeskClosure]:
        closing.append(hands.submit(posts, staff, **CLOSES))
        wait(closing, timeout=0.3)  # it gets this far only if nothing makes it wait for its turn
        return [early]

    closing: list[Future[TestResponse]] = []
    with ThreadPoolExecutor(1) as hands:
        phone.services.hours.closures.set_after(meanwhile, By("binod", NOW))
    assert closing[0].result().status_code == 302
    assert ["We are closed today." in hears(phone, line) for line in LINES] == [True] * 3
