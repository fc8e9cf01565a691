"""The form for a patient who stands at the counter: it offers no choice that it would refuse, and cuts off no words."""

import re
from html import unescape
from itertools import product

import pytest

from ivr.desk.moves import LONGEST_NOTE
from tests.line.test_phones import AS_PEOPLE_TYPE, MOBILE
from tests.people import BOOK, Clock, Phone, Staff

NEW = {"phone": "99999 00001", "kind": "booking", "language": "en", "line": "main", "wish": "", "note": ""}


def choices(page: str) -> dict[str, list[str]]:
    """Return the choices that the drop-down fields of a page offer, by the field's name."""
    selects = re.findall(r'<select id="(\w+)".*?</select>', page, re.DOTALL)
    whole = {name: re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL) for name in selects}
    return {name: re.findall(r'<option value="([^"]*)"', found[0]) for name, found in whole.items() if found}


def posts(staff: Staff, **fields: str) -> tuple[int, str]:
    answer = staff.browser.post("/desk/new", data={"csrf_token": staff.csrf(), **NEW, **fields})
    return answer.status_code, unescape(answer.text)


@pytest.mark.parametrize("moment", [(2026, 11, 23, 14, 0), (2026, 11, 23, 20, 29), (2026, 11, 28, 23, 59)])
def test_everything_that_the_form_offers_is_taken(
    staff: Staff, phone: Phone, clock: Clock, moment: tuple[int, ...]
) -> None:
    clock.shows(*moment)
    staff.logs_in()
    offered = choices(staff.browser.get("/desk/new").text)
    assert set(offered) == {"kind", "language", "line", "wish"}
    assert len(offered["wish"]) > 10
    token = staff.csrf()
    for wish in offered["wish"]:
        form = {"csrf_token": token, **NEW, "wish": wish}
        assert staff.browser.post("/desk/new", data=form).status_code == 302, wish
    (found,) = phone.services.desk.store.waiting()
    assert f"{found.day} {found.part}" == offered["wish"][-1], "it is the wish that was chosen last"
    for kind, language, line in product(*(offered[name] for name in ("kind", "language", "line"))):
        form = {"csrf_token": token, **NEW, "kind": kind, "language": language, "line": line}
        assert staff.browser.post("/desk/new", data=form).status_code == 302, (kind, language, line)


def test_a_choice_is_taken_though_its_part_of_the_day_went_by(staff: Staff, phone: Phone, clock: Clock) -> None:
    wish = choices(staff.browser.get("/desk/new").text)["wish"][1]
    assert wish == "2026-11-23 afternoon"
    clock.goes_on(minutes=29)
    clock.shows(2026, 11, 23, 18, 0)
    staff.logs_in()
    assert posts(staff, wish=wish)[0] == 302
    clock.goes_on(days=1)
    staff.logs_in()
    status, page = posts(staff, wish=wish)
    assert (status, "is not offered any more" in page) == (400, True)


@pytest.mark.parametrize("written", AS_PEOPLE_TYPE, ids=ascii)
def test_the_number_is_typed_as_people_type_it(staff: Staff, phone: Phone, written: str) -> None:
    assert posts(staff, phone=written)[0] == 302
    assert phone.services.desk.store.waiting()[0].phone.e164 == MOBILE


def test_too_long_a_note_is_refused_whole_and_stays_in_the_form(staff: Staff, phone: Phone) -> None:
    note = "x" * LONGEST_NOTE
    status, page = posts(staff, note=note + "y")
    assert status == 400
    assert "It has 1001 letters, and there is room for 1000" in page
    assert note + "y" in page
    assert phone.services.desk.store.waiting() == [], "nothing is written down in half"
    assert posts(staff, note=note)[0] == 302
    assert phone.services.desk.store.history(1)[-1].detail == note


# -- a family with one number


def named(phone: Phone) -> list[tuple[int, str, int]]:
    """Return the live requests: the id of each, its patient's name, and how often somebody asked for it again."""
    found = phone.services.desk.store.waiting()
    people = phone.services.diary.patients.called({each.patient_id for each in found if each.patient_id})
    names = {key: each.name for key, each in people.items()}
    return sorted((each.id, names.get(each.patient_id or 0, ""), each.rang_again) for each in found)


def test_each_person_of_a_number_has_a_request_of_their_own(staff: Staff, phone: Phone) -> None:
    posts(staff, name="Made Up")
    status, _ = posts(staff, name="Made Up Singh", wish="2026-11-24 morning")
    assert status == 302
    assert named(phone) == [(1, "Made Up", 0), (2, "Made Up Singh", 0)]
    assert phone.services.desk.store.request(1).day is None, "the first one's wish is as it was"
    posts(staff, name="made up  SINGH")
    assert named(phone) == [(1, "Made Up", 0), (2, "Made Up Singh", 1)]
    page = unescape(staff.browser.get(f"/desk/requests/{phone.services.desk.store.request(2).reference}?id=2").text)
    assert re.findall(r'name="other" value="(\d+)"', page) == ["1"], "the other one is shown, and may be merged"
    posts(staff)
    assert named(phone) == [(1, "Made Up", 0), (2, "Made Up Singh", 2)], "without a name it is who called again"
    posts(staff, name="Made Up")
    assert named(phone) == [(1, "Made Up", 1), (2, "Made Up Singh", 2)], "their own, though it is not the latest"


def test_a_name_joins_the_request_of_a_caller_unless_the_number_is_known_as_another_persons(
    staff: Staff, phone: Phone
) -> None:
    phone.rings().press(*BOOK)
    posts(staff, name="Made Up")
    assert named(phone) == [(1, "Made Up", 1)]
    staff.does("take", 1)
    staff.does("report", 1, outcome="settled")
    phone.rings().press(*BOOK)
    posts(staff, name="Made Up Singh")
    assert named(phone) == [(2, "", 0), (3, "Made Up Singh", 0)], "it may be the first one's"


def test_a_lines_end_counts_as_one_letter_as_the_browser_counts_it(staff: Staff, phone: Phone) -> None:
    note = "\n".join(["x" * 9] * 100)
    assert len(note) == LONGEST_NOTE - 1
    assert posts(staff, note=note.replace("\n", "\r\n"))[0] == 302
    assert phone.services.desk.store.history(1)[-1].detail == note
    assert "there is room for" not in staff.does("note", 1, note=note.replace("\n", "\r\n"))
    assert "It has 1001 letters" in staff.does("note", 1, note=f"{note}\r\nz")


def test_no_field_of_words_cuts_what_is_pasted_into_it(staff: Staff, phone: Phone) -> None:
    """No page has a field with `maxlength`, because a browser would cut a longer pasted text without a message."""
    phone.rings().press("1", "1", "1", "1", "1")
    staff.does("take", 1)
    for path in ("/desk/new", "/desk/blocked", "/desk/people", "/desk/requests/1/stored", "/login", "/desk"):
        assert "maxlength" not in staff.browser.get(path).text, path
