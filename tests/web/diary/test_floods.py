"""The page of a flood of bookings: one tap frees all its times, another restores them and names times taken since."""

import re
from html import unescape

import pytest

from ivr.diary.appointments import AppointmentStatus
from ivr.storage.audit import By
from tests.conftest import at_the_desk
from tests.people import Clock, Phone, Staff
from tests.web.diary import gets, sends, words_of


@pytest.fixture
def desk(line: Phone, clock: Clock) -> Staff:
    """A member of staff at the desk of the shipped clinic, where callers can book appointments by telephone."""
    return at_the_desk(line)


def number(index: int) -> str:
    return f"99998{index:05}"


def floods_in(phone: Phone, *numbers: int) -> list[str]:
    """Book one appointment for each keyed number, in calls from withheld numbers; return the references."""
    keys = [("1", "1", f"{number(each)}#", "1", "1") for each in numbers or range(5)]
    calls = [phone.rings(caller="anonymous").press(*each) for each in keys]
    return [each.reference for each in calls]


def ticked(page: str) -> list[str]:
    return re.findall(r'name="id" value="(\d+)" checked', page)


def frees(staff: Staff) -> str:
    """Press the button that frees all times of a flood of bookings; return the words of the page that follows."""
    page = gets(staff, "/floods")
    token = {"csrf_token": staff.token(page), "id": ticked(page)}
    answer = staff.browser.post("/desk/diary/floods/free", data=token, follow_redirects=True)
    assert answer.status_code == 200
    return words_of(answer)


def takes_back(staff: Staff, page: str) -> str:
    at = re.findall(r'<button name="at" value="([^"]+)"', page)
    return words_of(sends(staff, "/floods/undo", at=at[0]))


def statuses(phone: Phone) -> list[str]:
    found = phone.services.diary.reads.among(range(1, 50)).values()
    return [str(getattr(each, "status", "")) for each in found]


def test_the_list_and_the_diary_tell_of_a_flood_and_of_no_single_booking(line: Phone, desk: Staff) -> None:
    floods_in(line, 0, 1, 2, 3)
    for page in ("", "/week"):
        assert "Perhaps somebody fills the diary" not in gets(desk, page)
    floods_in(line, 4)
    for page in (gets(desk, ""), unescape(desk.sees())):
        assert "Perhaps somebody fills the diary: 5 appointments booked by phone" in page
        assert 'href="/desk/diary/floods"' in page


def test_one_tap_frees_all_that_was_shown_and_one_takes_it_back(line: Phone, desk: Staff) -> None:
    references = floods_in(line)
    page = gets(desk, "/floods")
    assert "5 appointments" in page
    assert "in 5 calls, 5 of them for numbers that were entered" in page
    assert all(f"99998 {each:05}" in page for each in range(5)), "whom it is about stands there before"
    assert len(ticked(page)) == 5
    page = frees(desk)
    assert "5 appointments are cancelled." in page
    assert statuses(line) == ["cancelled"] * 5
    for each in references:
        found = words_of(desk.browser.post("/desk/search", data={"csrf_token": desk.csrf(), "q": each}))
        assert f"Reference {each}" in found
        assert "cancelled" in found
    assert [each.about for each in line.services.staff.audit.page() if each.what == "freed appointment"] == [
        *reversed(references)
    ]
    page = takes_back(desk, page)
    assert "5 appointments are booked again." in page
    assert statuses(line) == ["booked"] * 5


def test_what_is_taken_by_then_stays_cancelled_and_is_named(line: Phone, desk: Staff) -> None:
    references = floods_in(line)
    page = frees(desk)
    assert "Your appointment is booked today at three" in line.rings().press("1", "1").words
    page = takes_back(desk, page)
    assert "4 appointments are booked again." in page
    assert f"somebody has changed them: {references[0]}." in page


def test_a_number_that_the_desk_knows_is_shown_and_not_ticked(line: Phone, desk: Staff, clock: Clock) -> None:
    line.services.diary.patients.name(line.services.clinic.dialling.to_ring(number(2)), "Made Up", By("asha", clock()))
    floods_in(line)
    page = gets(desk, "/floods")
    assert "1 is not ticked: the desk knows the number." in page
    assert "Made Up" in page
    assert "4 appointments are cancelled." in frees(desk)
    assert sorted(statuses(line)) == ["booked", *["cancelled"] * 4]


def test_bookings_that_are_patients_are_left_and_not_shown_again(line: Phone, desk: Staff) -> None:
    floods_in(line)
    page = gets(desk, "/floods")
    ids = re.findall(r'name="all" value="([\d ]+)"', page)
    said = words_of(sends(desk, "/floods/leave", all=ids[0]))
    assert "They stay, and are not shown here again." in said
    assert "No such bookings are in the diary." in said
    assert statuses(line) == ["booked"] * 5
    assert "confirmed that it is a patient's" in gets(desk, "/1")


def test_the_history_of_each_says_that_it_went_with_others(line: Phone, desk: Staff) -> None:
    floods_in(line)
    frees(desk)
    assert "cancelled many at once" in gets(desk, "/1")
    found = line.services.diary.reads.appointment(1)
    assert getattr(found, "status", None) is AppointmentStatus.CANCELLED


def test_in_hindi_every_word_of_it_is_hindi(line: Phone, desk: Staff) -> None:
    floods_in(line)
    desk.browser.post("/language", data={"csrf_token": desk.csrf(), "language": "hi"})
    page = gets(desk, "/floods")
    told = frees(desk)
    for words in (page, told, takes_back(desk, told)):
        main = re.sub(r"<[^>]+>", " ", words.split("<main")[1].split("</main>")[0].partition(">")[2])
        assert re.findall(r"[A-Za-z]{3,}", re.sub(r"\basha\b", "", main)) == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("free", {"id": "x"}),
        ("free", {"id": "99999999999999999999"}),
        ("free", {}),
        ("undo", {"at": "yesterday"}),
        ("undo", {"at": "2026-11-23"}),
        ("undo", {}),
        ("leave", {"all": "x 999999999"}),
    ],
)
def test_what_no_page_sends_changes_nothing(line: Phone, desk: Staff, path: str, fields: dict[str, str]) -> None:
    floods_in(line)
    assert sends(desk, f"/floods/{path}", **fields).status_code == 200
    assert statuses(line) == ["booked"] * 5
