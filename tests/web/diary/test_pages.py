"""The diary's pages: a day with its free and taken times side by side, the week, and the link to the next free time."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from config.settings import ROOT
from ivr.diary.blocked_times import TimeBlock
from ivr.line.hours import DeskClosure, Shift
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.web.services import Services
from tests.conftest import at_the_desk
from tests.people import Clock, Phone, Staff
from tests.web import Serves
from tests.web.diary import TODAY, TOMORROW, ahead, at, booked, books, free_on, gets, sends, taps_despite

TWO_PRACTITIONERS = """
[[practitioners]]
key = "knees"
name = { en = "the knee specialist", hi = "घुटने के विशेषज्ञ" }
[practitioners.hours]
monday = ["09:00-13:00"]
tuesday = ["09:00-13:00"]
wednesday = []
thursday = ["09:00-13:00"]
friday = ["09:00-13:00"]
saturday = []
sunday = []

[[practitioners]]
key = "backs"
name = { en = "the back specialist", hi = "पीठ के विशेषज्ञ" }
minutes = 45
"""


@pytest.fixture
def two(tmp_path: Path, serves: Serves) -> Iterator[Staff]:
    """A member of staff at the desk of a clinic with two practitioners."""
    words = (ROOT / "config" / "clinic.toml").read_text().replace("patients_at_once = 1\n", "")
    (tmp_path / "clinic.toml").write_text(words + TWO_PRACTITIONERS)
    more = {"CLINIC_FILE": str(tmp_path / "clinic.toml")}
    with serves(**more) as phone:
        staff = at_the_desk(phone)
        yield staff


def test_a_days_free_times_are_those_that_are_not_over(staff: Staff, clock: Clock) -> None:
    assert free_on(gets(staff, ""))[:2] == ["1-1400", "1-1430"], "it is two o'clock"
    clock.goes_on(minutes=29)
    assert free_on(gets(staff, ""))[0] == "1-1400", "whoever stands here now"
    clock.goes_on(minutes=1)
    staff.logs_in()
    assert free_on(gets(staff, ""))[0] == "1-1430"
    assert len(free_on(gets(staff, "", day=TOMORROW))) == 23
    assert free_on(gets(staff, "", day=ahead(-1))) == [], "yesterday is over"


def test_a_taken_time_stands_beside_the_free_ones_with_name_number_note_and_status(staff: Staff) -> None:
    made = booked(staff, "10:30", note="brings an x-ray")
    page = gets(staff, "", day=TOMORROW)
    assert "1-1030" not in free_on(page)
    assert "1-1000" in free_on(page)
    entry = re.search(rf'id="appointment-{made}".*?</li>', page, re.DOTALL)
    assert entry
    for words in ("10:30–11:00", "Made Up", "99999 00001", "brings an x-ray"):
        assert words in entry[0]
    assert page.index("free-1-1000") < page.index(f"appointment-{made}") < page.index("free-1-1100")
    sends(staff, f"/{made}/mark", status="arrived")
    assert "has come" in gets(staff, "", day=TOMORROW)


def test_without_a_name_the_number_stands_for_it_and_without_both_it_is_said(staff: Staff) -> None:
    booked(staff, "10:30", name="")
    booked(staff, "11:00", phone="", name="Only Name")
    page = gets(staff, "", day=TOMORROW)
    assert "</strong> 99999 00001</a>" in page
    assert "</strong> Only Name</a>" in page


def test_two_at_once_are_marked(staff: Staff) -> None:
    booked(staff, "10:30")
    fields = {"phone": "99999 00002", "name": "Other One", "day": TOMORROW, "hour": "10:30", "column": "1"}
    taps_despite(staff, "/book", sends(staff, "/book", **fields), **fields)
    assert gets(staff, "", day=TOMORROW).count("beside another") == 1


def test_a_closed_day_says_so_and_why_and_offers_nothing(staff: Staff, services: Services, clock: Clock) -> None:
    services.hours.closures.set([DeskClosure(date.fromisoformat(TOMORROW), "", (), "diwali")], By("asha", clock()))
    services.hours.closures_file.follow(services.hours.closures, TODAY)
    page = gets(staff, "", day=TOMORROW)
    assert "Closed on this day" in page
    assert "(Diwali)" in page
    assert free_on(page) == []
    assert "(Diwali)" in gets(staff, "/week", day=TOMORROW)


def test_a_blocked_time_stands_in_the_day_and_is_not_free(staff: Staff, services: Services, clock: Clock) -> None:
    day = date.fromisoformat(TOMORROW)
    lunch = TimeBlock(Shift(at("13:00").time(), at("14:00").time()), day, day, words="lunch")
    services.diary.blocked_times.set(lunch, By("meena", clock()))
    page = gets(staff, "", day=TOMORROW)
    assert "<strong>13:00–14:00</strong> lunch" in page
    assert not {"1-1300", "1-1330"} & set(free_on(page))
    assert {"1-1230", "1-1400"} <= set(free_on(page))


def test_each_practitioner_has_a_column_with_hours_and_length_of_their_own(two: Staff) -> None:
    page = gets(two, "", day=TOMORROW)
    assert page.index("The knee specialist") < page.index("The back specialist")
    free = free_on(page)
    assert [each for each in free if each.startswith("knees")][-1] == "knees-1230"
    assert {"backs-0900", "backs-0945"} <= set(free)
    wednesday = gets(two, "", day=ahead(2))
    assert "Nobody works here on this day." in wednesday
    assert not [each for each in free_on(wednesday) if each.startswith("knees")]


def test_an_appointment_in_a_column_that_is_gone_still_stands(staff: Staff, services: Services) -> None:
    made = booked(staff, "10:30")
    with services.database.writing() as write:
        write.execute(update(schema.appointments).values(schedule="former"))
    page = gets(staff, "", day=TOMORROW)
    assert f'id="appointment-{made}"' in page
    assert "no longer in the clinic's settings" in page


def test_an_appointment_that_cannot_be_read_is_named_and_keeps_nobody_from_the_day(
    staff: Staff, services: Services
) -> None:
    booked(staff, "10:30")
    booked(staff, "11:00", phone="99999 00002")
    with services.database.writing() as write:
        write.execute(update(schema.appointments).where(schema.appointments.c.id == 1).values(status="fulfilled"))
    page = gets(staff, "", day=TOMORROW)
    assert "1 appointment cannot be read" in page
    assert 'id="appointment-2"' in page
    answer = staff.browser.get("/desk/diary/1")
    assert (answer.status_code, "cannot be read" in answer.text) == (409, True)
    assert sends(staff, "/1/cancel").status_code == 409


def test_a_cancelled_one_is_still_found_below_and_its_time_is_free(staff: Staff) -> None:
    made = booked(staff, "10:30")
    sends(staff, f"/{made}/cancel")
    page = gets(staff, "", day=TOMORROW)
    assert "1-1030" in free_on(page)
    assert page.index("Cancelled</h2>") < page.index(f'id="appointment-{made}"')


def test_the_next_free_time_is_gone_to_and_marked_and_the_one_after_it(staff: Staff) -> None:
    for hour in ("14:30", "15:00"):
        booked(staff, hour, day=str(TODAY))

    def marked(page: str) -> list[str]:
        return re.findall(r'class="button marked" href="[^"]*hour=([\d:]+)', page)

    assert marked(gets(staff, "/next")) == ["15:30"], "after two o'clock, of which the visit has begun"
    page = gets(staff, "/next", day=str(TODAY), marked="15:30")
    assert marked(page) == ["16:00"]
    assert marked(gets(staff, "/next", day=ahead(3))) == ["09:00"]
    late = gets(staff, "/next", day=str(TODAY), marked="20:00")
    assert marked(late) == ["09:00"], "tomorrow's first"
    assert "Diary, Tue 24 Nov" in late


def test_where_nothing_is_free_in_two_months_it_says_so(staff: Staff, services: Services, clock: Clock) -> None:
    leave = TimeBlock(Shift(at("00:00").time(), at("00:00").time()), TODAY, TODAY + timedelta(days=90))
    services.diary.blocked_times.set(leave, By("asha", clock()))
    assert "No time is free in the next two months." in gets(staff, "/next")


def test_the_week_counts_free_and_taken_and_names_who_comes(staff: Staff) -> None:
    booked(staff, "10:30")
    booked(staff, "11:00", phone="99999 00002", name="Other One")
    page = gets(staff, "/week", day=ahead(2))
    tuesday = page[page.index('id="day-2026-11-24"') : page.index('id="day-2026-11-25"')]
    assert "21 free" in tuesday
    assert "2 taken" in tuesday
    assert "10:30 Made Up" in tuesday
    assert "11:00 Other One" in tuesday
    assert page.index("Mon 23 Nov") < page.index("Sun 29 Nov")


@pytest.mark.parametrize("odd", ["x", "2026-13-01", "2026-W48-1", "9999-12-31", "0001-01-01", "20261124", "'--"])
@pytest.mark.parametrize("path", ["", "/week", "/next", "/book", "/blocks", "/live", "/week/live"])
def test_an_address_with_any_day_is_answered(staff: Staff, path: str, odd: str) -> None:
    query = {"day": odd, "hour": odd, "marked": odd, "column": odd, "request": odd, "on": odd}
    answer = staff.browser.get(f"/desk/diary{path}", query_string=query, follow_redirects=True)
    assert answer.status_code == 200, path


@pytest.mark.parametrize("day", ["2000-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_can_be_looked_at(staff: Staff, day: str) -> None:
    assert gets(staff, "", day=day)
    assert gets(staff, "/week", day=day)


def test_an_open_day_is_told_of_what_changes_and_of_nothing_else(staff: Staff, phone: Phone, clock: Clock) -> None:
    def seen(page: str) -> str:
        return str(re.findall(r'"seen": "([\w-]+)"', page)[0])

    def asks(path: str, of: str) -> tuple[int, str]:
        answer = staff.browser.get(f"/desk/diary{path}", query_string={"day": TOMORROW, "seen": of})
        return answer.status_code, answer.headers.get("Seen", of)

    for page, live in (("", "/live"), ("/week", "/week/live")):
        before = seen(gets(staff, page, day=TOMORROW))
        assert asks(live, before) == (204, before)
        booked(staff, "10:30" if not page else "12:30", phone="99999 00001")
        status, after = asks(live, before)
        assert (status, after != before) == (200, True)
        booked(staff, "11:30" if not page else "12:30", day=ahead(9))
        status, last = asks(live, after)
        assert (status, last != after) == (204, True), "that is not in this page"
        block = {"day": TOMORROW, "from": "18:00", "until": "18:30" if not page else "19:00", "words": "a meeting"}
        sends(staff, "/blocks", **block)
        status, blocked = asks(live, last)
        assert status == 200
        (standing, *_) = phone.services.diary.blocked_times.standing(TODAY)
        sends(staff, f"/blocks/{standing.id}/undo")
        assert asks(live, blocked)[0] == 200, "an undone block is news too"


def test_the_old_address_leads_to_the_diary(staff: Staff) -> None:
    answer = staff.browser.get("/desk/appointments", query_string={"day": TOMORROW})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/desk/diary?day={TOMORROW}")
    assert 'href="/desk/diary"' in staff.sees().split("</nav>")[0]


def test_no_number_and_no_name_stand_in_any_address(staff: Staff) -> None:
    booked(staff, "10:30")
    for page in (gets(staff, "", day=TOMORROW), gets(staff, "/week", day=TOMORROW), gets(staff, "/1")):
        addresses = re.findall(r'(?:href|action|hx-get|hx-post|formaction)="([^"]+)"', page)
        assert len(addresses) > 10
        assert not [each for each in addresses if re.search("99999|Made|made", each) and not each.startswith("tel:")]


def test_the_day_in_hindi(staff: Staff) -> None:
    booked(staff, "10:30")
    staff.browser.post("/language", data={"csrf_token": staff.csrf(), "language": "hi"})
    page = gets(staff, "", day=TOMORROW)
    assert "डायरी, मंगल 24" in page
    assert "अगला ख़ाली समय" in page
    assert books(staff, "11:00").status_code == 200
