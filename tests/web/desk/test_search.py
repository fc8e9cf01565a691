"""The desk's search: by name, by reference, by a number in any spelling, over requests and appointments."""

import re

import pytest
from sqlalchemy import insert

from ivr.storage import schema
from tests.conftest import at_the_desk
from tests.line.test_phones import AS_PEOPLE_TYPE
from tests.people import BOOK, CALLBACK, CALLER, Clock, Phone, Staff


def found(staff: Staff, words: str) -> list[str]:
    """Return the references that the desk's search for these words shows, in the page's order."""
    return re.findall(r"Reference (\d{6})", staff.searches(words))


@pytest.fixture
def reference(phone: Phone) -> str:
    """The reference of request 1. The fixture also makes request 2, by a call from another number."""
    heard = phone.rings().press(*BOOK).reference
    phone.rings(caller="+919999900002").press(*BOOK)
    return heard


def test_a_number_is_read_as_people_type_it(staff: Staff, reference: str) -> None:
    ways = (*AS_PEOPLE_TYPE, "0001", "00001", "\u0966\u0966\u0966\u0967", reference, " ".join(reference))
    assert {words: found(staff, words) for words in ways if found(staff, words) != [reference]} == {}


def test_open_booked_and_closed_ones_are_found_by_name_whatever_its_order_and_case(
    staff: Staff, phone: Phone, reference: str
) -> None:
    staff.does("take", 1, name="Made Up Singh")
    staff.does("take", 2, name="मनगढ़ंत नाम")
    for words in ("made up", "SINGH made", "ngh"):
        assert found(staff, words) == [reference], words
    staff.does("report", 1, outcome="settled")
    assert found(staff, "singh") == [reference]
    other = phone.services.desk.store.request(2).reference
    assert found(staff, "मनगढ़ंत") == [other]
    staff.does("report", 2, outcome="booked", day="2026-11-24", hour="10:30")
    assert found(staff, "नाम") == [other, other], "the appointment, then the request"


def test_the_appointments_own_time_stands_first_and_those_to_come_before_those_that_are_over(
    staff: Staff, reference: str, clock: Clock
) -> None:
    staff.does("take", 1, name="Made Up")
    staff.does("report", 1, outcome="booked", day="2026-11-23", hour="15:00")
    staff.does("reopen", 1)
    staff.does("take", 1)
    staff.does("report", 1, outcome="booked", day="2026-11-25", hour="10:30")
    clock.shows(2026, 11, 24, 9, 0)
    staff.logs_in()
    page = staff.searches("0001")
    assert re.findall(r"diary/\d+\">([^<]*)<", page) == ["Wed 25 Nov, 10:30, Made Up", "Mon 23 Nov, 15:00, Made Up"]
    assert page.index("10:30") < page.index("Requests</h2>")


def test_nothing_is_none_found_whatever_was_typed(staff: Staff, reference: str) -> None:
    for words in ("Nobody", "9" * 61, "x" * 999, "000000", "12", "%", "_", "'; --", "🙂", "-"):
        assert "Nothing found" in staff.searches(words), ascii(words)


ALIKE = (
    ("\u0958मर मनगढ़ंत", "\u0915\u093cमर मनगढ\u093cंत"),  # the nukta as a part of its letter, and as a sign of its own
    ("Élodie Made-Up", "E\u0301LODIE made-up"),
    ("Мэйд Ап", "мэйд АП"),
    ("Ｍade Up", "made\u200b up"),
)


@pytest.mark.parametrize("names", [*ALIKE, *((second, first) for first, second in ALIKE)], ids=ascii)
def test_a_name_is_found_and_known_however_its_letters_are_encoded(both: Phone, names: tuple[str, str]) -> None:
    stored, typed = names
    asha = at_the_desk(both)
    with both.services.database.writing() as write:  # as a version has stored it that did not compare letters
        values = {"phone": CALLER, "name": stored, "created": both.services.clock()}
        write.execute(insert(schema.patients).values(values))
    first, second = (both.rings().press(*keys).reference for keys in (BOOK, CALLBACK))
    assert sorted(found(asha, typed)) == sorted([first, second])
    assert sorted(found(asha, typed.split()[1])) == sorted([first, second])
    for each in (1, 2):
        asha.does("take", each, name=typed, name_was="")
    assert [each.name for each in both.services.diary.patients.of_phone(CALLER)] == [stored], "one person"
    assert sorted(found(asha, typed)) == sorted([first, second])


def test_the_name_that_is_known_for_a_number_finds_its_next_request(staff: Staff, phone: Phone, reference: str) -> None:
    staff.does("take", 1, name="Made Up")
    staff.does("report", 1, outcome="settled")
    again = phone.rings().press(*BOOK).reference
    assert found(staff, "made up") == [again, reference]


def test_what_was_typed_stands_in_no_address_and_an_open_page_gets_only_what_is_found(
    staff: Staff, reference: str
) -> None:
    page = staff.searches("99999 00001")
    assert not re.search(r'(href|action|hx-\w+)="[^"]*(99999|00001)', page)
    form = {"csrf_token": staff.csrf(), "q": "0001"}
    part = staff.browser.post("/desk/search", data=form, headers={"HX-Request": "true"}).text
    assert ("<html" in part, reference in part) == (False, True)
    assert staff.browser.get("/desk/search").headers["Location"] == "/desk"


def test_in_hindi(staff: Staff, reference: str) -> None:
    staff.browser.post("/language", data={"csrf_token": staff.csrf(), "language": "hi"})
    assert "कुछ नहीं मिला" in staff.searches("Nobody")
