"""The page of the hours: the next caller hears exactly the closures that the desk sets on the page."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from ivr.desk.requests import Outcome
from ivr.storage.database import sqlite_path
from ivr.web.hours.holidays import holidays_from
from testing.servers.postgres import Postgres
from tests.clinic import WISHES_ONLY
from tests.conftest import at_the_desk
from tests.people import DELHI, Clock, Phone, Staff
from tests.test_faults import moved, stopped
from tests.web import Serves, clinic_with_reception, service
from tests.web.diary import books

TODAY = "2026-11-23"
"""The day of these tests, a Monday; the clock stands at two in the afternoon."""

OPEN = "We are open until half past eight this evening."
OPENS = "We open tomorrow, Tuesday, at nine in the morning."
LINES = ("main", "second", "third")


def page(staff: Staff, query: str = "") -> str:
    answer = staff.browser.get(f"/desk/hours{query}")
    assert answer.status_code == 200, answer.status_code
    return answer.text


def posts(staff: Staff, path: str = "/desk/hours", **form: object) -> TestResponse:
    form = {"csrf_token": staff.token(page(staff)), **form}
    return staff.browser.post(path, data=form)


def sets(staff: Staff, what: str, line: str = "*", reason: str = "", day: str = TODAY, **more: str) -> str:
    """Set a closure by the form on the page of the hours. The page must accept it. Return the page that follows."""
    answer = posts(staff, what=what, day=day, line=line, reason=reason, **more)
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/desk/hours"), unescape(answer.text)
    return unescape(page(staff))


def refusal(staff: Staff, **form: str) -> str:
    """Send a form that the page of the hours refuses, and check that no hours change; return the error message."""
    answer = posts(staff, **{"what": "closed", "day": TODAY, "line": "*", "reason": "", **form})
    assert answer.status_code == 400
    assert "Nothing: callers hear the usual hours." in answer.text
    said = re.findall(r'class="notice trouble" role="alert">([^<]+)<', answer.text)
    assert len(said) == 1
    return unescape(said[0])


def undoes(staff: Staff, nth: int = 0) -> str:
    """Press the undo button of one closure on the page of the hours, by its index; return the page that follows."""
    form = re.findall(r'<form method="post" action="/desk/hours/undo">(.*?)</form>', page(staff), re.DOTALL)[nth]
    ids = re.findall(r'name="id" value="(\d+)"', form)
    assert posts(staff, "/desk/hours/undo", id=ids).status_code == 302
    return unescape(page(staff))


def hears(phone: Phone, line: str = "main", lang: str | None = None) -> str:
    return phone.rings(line, lang=lang).words


# -- today


def test_closing_today_is_heard_on_the_very_next_call_on_every_line_in_both_languages(both: Phone) -> None:
    staff = at_the_desk(both)
    assert OPEN in hears(both)
    sets(staff, "closed", reason="power_cut")
    for line in LINES:
        assert f"We are closed today because of a power cut. {OPENS}" in hears(both, line)
        assert "पावर कट के कारण आज क्लिनिक बंद है।" in hears(both, line, "hi")


def test_without_a_reason_none_is_heard(staff: Staff, phone: Phone) -> None:
    sets(staff, "closed")
    assert f"We are closed today. {OPENS}" in hears(phone)
    assert "आज क्लिनिक बंद है।" in hears(phone, lang="hi")


def test_one_line_closes_and_the_others_stay_open(staff: Staff, phone: Phone) -> None:
    sets(staff, "closed", line="second")
    assert [OPEN in hears(phone, line) for line in LINES] == [True, False, True]


def test_closing_early_is_heard_before_and_after_the_hour(staff: Staff, phone: Phone, clock: Clock) -> None:
    sets(staff, "early", reason="heavy_rain", time="17:00")
    said = "We are open until five this evening. Our timings are different today because of heavy rain."
    assert said in hears(phone).replace("five in the evening", "five this evening")
    clock.shows(2026, 11, 23, 17, 0)
    assert f"We have closed early today because of heavy rain. {OPENS}" in hears(phone)


def test_opening_late_is_heard_before_and_after_the_hour(staff: Staff, phone: Phone, clock: Clock) -> None:
    clock.shows(2026, 11, 24, 8, 0)
    staff.logs_in()
    sets(staff, "late", day="2026-11-24", reason="training", time="11:00")
    clock.shows(2026, 11, 24, 9, 30)
    assert "We are closed now because of staff training." in hears(phone)
    assert "We open today at eleven in the morning." in hears(phone)
    clock.shows(2026, 11, 24, 11, 0)
    assert OPEN in hears(phone)


def test_what_is_set_ends_by_itself_with_its_day(staff: Staff, phone: Phone, clock: Clock) -> None:
    assert "Changes in force" in sets(staff, "closed")
    clock.shows(2026, 11, 24, 9, 0)
    assert OPEN in hears(phone)
    staff.logs_in()
    assert "Nothing: callers hear the usual hours." in page(staff)


def test_the_days_on_offer_and_the_reception_follow(tmp_path: Path, serves: Serves) -> None:
    with serves(CLINIC_FILE=clinic_with_reception(tmp_path)) as phone:
        staff = at_the_desk(phone)
        assert "For today, press 1." in phone.rings().press("1").words
        assert phone.rings().press("0").place == "ring"
        sets(staff, "closed")
        assert "For tomorrow, Tuesday, press 1." in phone.rings().press("1").words
        assert "The reception is closed now." in phone.rings().press("0").words
        assert "We are closed today." in phone.rings().press("4").words
        call = phone.rings().press("2", "1", "1", "1")
        assert "We will call you when we open tomorrow, Tuesday, at nine in the morning." in call.words


def test_who_was_not_reached_is_rung_again_when_the_clinic_is_open_as_it_was_set(staff: Staff, phone: Phone) -> None:
    phone.rings().press("2", "1", "1", "1")
    (request,) = phone.services.desk.store.waiting()
    now = phone.services.clock()
    sets(staff, "early", time="14:20")
    due = phone.services.desk.moves.next_due(request, Outcome.NO_ANSWER, now)
    assert due == datetime(2026, 11, 24, 9, 0, tzinfo=DELHI)


def test_undoing_restores_what_was_heard_before(both: Phone) -> None:
    staff = at_the_desk(both)
    sets(staff, "early", time="17:00")
    both.services.clock.goes_on(minutes=1)  # type: ignore[attr-defined]  # the clock is the test's
    sets(staff, "closed")
    assert "We are closed today." in hears(both)
    undoes(staff, 1)
    assert "We are open until five" in hears(both)
    assert "Nothing: callers hear the usual hours." in undoes(staff)
    assert OPEN in hears(both)


def test_closing_at_another_hour_after_all_replaces_the_first(staff: Staff, phone: Phone) -> None:
    sets(staff, "early", time="17:00")
    page = sets(staff, "early", time="18:00")
    assert "We are open until six" in hears(phone)
    assert page.count("replaced by something else that is set") == 1
    sets(staff, "early", time="16:00")
    assert "We are open until four" in hears(phone)


def test_a_late_opening_stays_when_the_day_is_cut_short_too(staff: Staff, phone: Phone, clock: Clock) -> None:
    clock.shows(2026, 11, 23, 8, 0)
    sets(staff, "late", time="11:00")
    sets(staff, "early", time="17:00")
    sets(staff, "early", time="18:00")
    assert "All lines: open 11:00–18:00" in re.sub(r"\s+", " ", unescape(page(staff)))
    assert "We open today at eleven in the morning." in hears(phone)


def test_a_closed_day_that_opens_after_all_for_some_hours_does(staff: Staff, phone: Phone) -> None:
    sets(staff, "closed")
    sets(staff, "early", time="16:00")
    assert "We are open until four" in hears(phone)


def test_all_lines_close_even_where_one_had_hours_of_its_own_set_before(staff: Staff, phone: Phone) -> None:
    sets(staff, "early", line="second", time="17:00")
    phone.services.clock.goes_on(minutes=1)  # type: ignore[attr-defined]  # the clock is the test's
    sets(staff, "closed")
    assert ["We are closed today." in hears(phone, line) for line in LINES] == [True] * 3
    undoes(staff, 1)
    assert [OPEN in hears(phone, line) for line in LINES] == [True, False, True]
    assert "We are open until five" in hears(phone, "second")


@pytest.mark.parametrize(
    ("own", "all_lines", "heard"),
    [
        ({"what": "closed"}, {"what": "early", "time": "17:00"}, "We are closed today."),
        ({"what": "closed"}, {"what": "late", "time": "10:00"}, "We are closed today."),
        ({"what": "early", "time": "15:00"}, {"what": "early", "time": "17:00"}, "We are open until three"),
    ],
)
def test_cutting_the_day_of_all_lines_lengthens_no_lines_day(
    staff: Staff, phone: Phone, own: dict[str, str], all_lines: dict[str, str], heard: str
) -> None:
    sets(staff, line="second", **own)
    said = sets(staff, **all_lines)
    assert heard in hears(phone, "second")
    assert "the second line" not in re.findall(r'class="notice done"[^>]*>([^<]+)', said)[0]


def test_moving_the_closing_hour_of_all_lines_opens_none_that_is_closed(staff: Staff, phone: Phone) -> None:
    sets(staff, "closed", line="second")
    for hour, said in (("17:00", "until five"), ("18:00", "until six")):
        sets(staff, "early", time=hour)
        assert said in hears(phone)
        assert "We are closed today." in hears(phone, "second")


def test_a_later_closing_hour_for_all_lines_lengthens_none_where_the_lines_were_set_one_by_one(
    staff: Staff, phone: Phone
) -> None:
    for line, hour in (("main", "17:00"), ("second", "16:00"), ("third", "16:00")):
        sets(staff, "early", line=line, time=hour)
    for hour in ("17:00", "18:00"):
        answer = posts(staff, what="early", line="*", day=TODAY, reason="", time=hour)
        assert (answer.status_code, "Please choose the line whose day is to be longer." in answer.text) == (400, True)
    sets(staff, "early", line="main", time="18:00")
    assert "We are open until six" in hears(phone)
    assert "We are open until four" in hears(phone, "second")


# -- lines with hours of their own


@pytest.fixture
def uneven(tmp_path: Path, serves: Serves) -> Iterator[Phone]:
    """A telephone at a clinic whose third line opens only on Monday afternoons, and whose second has a break."""
    words = WISHES_ONLY
    days = "\n".join(f"{day} = []" for day in ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    for key, monday in (("third", '["16:00-19:00"]'), ("second", '["09:00-13:00", "16:00-20:30"]')):
        start = words.index("reception = []", words.index(f'key = "{key}"'))
        words = f"{words[:start]}[lines.hours]\nmonday = {monday}\n{days}\n{words[start + len('reception = []') :]}"
    (tmp_path / "clinic.toml").write_text(words)
    with serves(CLINIC_FILE=str(tmp_path / "clinic.toml")) as phone:
        yield phone


def shown(staff: Staff) -> list[str]:
    """Return the closures that the page of the hours shows, line by line."""
    found = re.findall(r"<p>((?:All lines|the \w+ line):.*?)</p>", unescape(page(staff)), re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", each)).strip() for each in found]


def test_closing_early_cuts_each_line_where_it_is_open(uneven: Phone, clock: Clock) -> None:
    staff = at_the_desk(uneven)
    sets(staff, "early", time="18:00")
    assert shown(staff) == [
        "the first line: open 09:00–18:00",
        "the second line: open 09:00–13:00, 16:00–18:00",
        "the third line: open 16:00–18:00",
    ]
    undoes(staff)
    assert shown(staff) == []
    sets(staff, "early", time="15:00")
    assert shown(staff) == [
        "the first line: open 09:00–15:00",
        "the second line: open 09:00–13:00",
        "the third line: closed",
    ]
    sets(staff, "early", time="18:00")
    assert "We are open until six" in hears(uneven)
    clock.shows(2026, 11, 23, 17, 30)
    assert "We are open until six" in hears(uneven, "second")
    clock.shows(2026, 11, 23, 14, 0)
    undoes(staff)
    sets(staff, "late", time="10:00")
    assert shown(staff) == ["the first line: open 10:00–20:30", "the second line: open 10:00–13:00, 16:00–20:30"]
    undoes(staff)
    clock.shows(2026, 11, 24, 14, 0)
    staff.logs_in()
    assert "The clinic is not open on that day." in refusal(
        staff, what="early", line="third", day="2026-11-24", time="17:00"
    )


def test_closing_early_closes_a_line_that_opens_later_beside_lines_that_close_before(uneven: Phone) -> None:
    staff = at_the_desk(uneven)
    for line in ("main", "second"):
        sets(staff, "early", line=line, time="14:30")
    sets(staff, "early", time="15:00")
    assert "the third line: closed" in shown(staff)


def test_shifts_without_a_break_are_one_for_callers_and_at_the_desk(
    tmp_path: Path, serves: Serves, clock: Clock
) -> None:
    """A caller at noon hears when the clinic closes, and no visit is said to lie in closed hours."""
    words = WISHES_ONLY.replace('day = ["09:00-20:30"]', 'day = ["09:00-13:00", "13:00-18:00", "20:00-24:00"]')
    (tmp_path / "clinic.toml").write_text(words.replace('"09:30-19:30"', '"00:00-02:00"'))
    clock.shows(2026, 11, 23, 12, 30)
    with serves(CLINIC_FILE=str(tmp_path / "clinic.toml")) as phone:
        assert "We are open until six this evening." in hears(phone)
        assert "from nine in the morning until six in the evening" in phone.rings().press("4").words
        assert books(at_the_desk(phone), "12:45").status_code == 200
        clock.shows(2026, 11, 28, 23, 30)
        assert "We are open until two tonight." in hears(phone)


def test_a_day_that_ends_at_midnight_ends_in_the_same_words_all_over_the_page(staff: Staff) -> None:
    seen = sets(staff, "day", **{"from": "09:00", "until": "00:00"})
    assert seen.count("open until 24:00") == len(LINES)
    assert "open 09:00–24:00" in seen
    assert "open until 24:00" in staff.browser.get("/desk/hear").text


def test_a_line_that_is_open_over_night_says_on_which_day_it_closes(
    tmp_path: Path, serves: Serves, clock: Clock
) -> None:
    words = WISHES_ONLY.replace('day = ["09:00-20:30"]', 'day = ["00:00-09:00", "18:00-24:00"]')
    (tmp_path / "clinic.toml").write_text(words)
    clock.shows(2026, 11, 23, 20, 0)
    with serves(CLINIC_FILE=str(tmp_path / "clinic.toml")) as phone:
        assert "We are open until tomorrow at nine in the morning." in hears(phone)
        staff = at_the_desk(phone)
        assert page(staff).count("open until Tue 24 Nov, 09:00") == len(LINES)
        assert "open until Tue 24 Nov, 09:00" in staff.browser.get("/desk/hear").text
        clock.shows(2026, 11, 24, 1, 0)
        staff.logs_in()
        assert page(staff).count("open until 09:00") == len(LINES)


def test_a_line_that_never_closes_offers_no_call_after_closing(tmp_path: Path, serves: Serves) -> None:
    words = re.sub(r'day = \["0.*\]', 'day = ["00:00-24:00"]', WISHES_ONLY)
    (tmp_path / "clinic.toml").write_text(words)
    with serves(CLINIC_FILE=str(tmp_path / "clinic.toml")) as phone:
        assert "We are open until midnight." in hears(phone)
        staff = at_the_desk(phone)
        assert page(staff).count("open until 24:00") == len(LINES)
        assert "after closing" not in staff.browser.get("/desk/hear").text


# -- another day


def test_a_closed_day_ahead_is_heard_with_the_hours_and_is_not_on_offer(staff: Staff, phone: Phone) -> None:
    sets(staff, "day", day="2026-11-24", reason="public_holiday")
    assert OPEN in hears(phone)
    assert "Because of a public holiday, we are closed tomorrow, Tuesday." in phone.rings().press("4").words
    assert "सरकारी छुट्टी" in phone.rings(lang="hi").press("4").words
    offered = phone.rings().press("1").words
    assert "For tomorrow" not in offered
    assert "For Wednesday, press 2." in offered


def test_a_half_day_ahead_has_its_hours(staff: Staff, phone: Phone) -> None:
    form = {"day": "2026-11-24", "reason": "diwali", "from": "09:00", "until": "13:00"}
    assert "open 09:00–13:00" in sets(staff, "day", **form)
    words = phone.rings().press("4").words
    assert (
        "Because of Diwali, our timings are different tomorrow, Tuesday: "
        "from nine in the morning until one in the afternoon." in words
    )
    words = phone.rings().press("1", "2").words
    assert "For the morning, press 1." in words
    assert "evening" not in words


# -- the page


def test_a_closure_of_a_line_that_is_gone_is_shown_by_its_key(tmp_path: Path, serves: Serves) -> None:
    with serves() as phone:
        sets(at_the_desk(phone), "closed", line="second")
    (tmp_path / "clinic.toml").write_text(WISHES_ONLY.replace('key = "second"', 'key = "annexe"'))
    with serves(CLINIC_FILE=str(tmp_path / "clinic.toml")) as phone:
        staff = at_the_desk(phone, "binod")
        assert "<p>second: closed</p>" in re.sub(r"\s+", " ", page(staff))
        assert "second, closed" in unescape(staff.browser.get("/desk/audit").text)
        assert [OPEN in hears(phone, line) for line in ("main", "annexe")] == [True, True]


def test_the_page_says_what_callers_hear_now_and_why_in_the_readers_language(staff: Staff) -> None:
    assert page(staff).count(f"<q>{OPEN}</q>") == 3
    seen = sets(staff, "closed", line="main", reason="emergency")
    assert "We are closed today because of an emergency at the clinic." in seen
    assert re.search(r"closed: an emergency at the clinic", seen)
    assert seen.count("open until 20:30") == 2
    form = {"language": "hi", "csrf_token": staff.token(seen)}
    assert staff.browser.post("/language", data=form).status_code == 302
    assert "क्लिनिक में इमरजेंसी के कारण आज क्लिनिक बंद है।" in page(staff)


def test_who_set_it_and_when_stands_beside_it_and_in_the_audit(staff: Staff, phone: Phone, clock: Clock) -> None:
    sets(staff, "closed", line="third")
    clock.goes_on(minutes=5)
    binod = at_the_desk(phone, "binod")
    seen = re.sub(r"\s+", " ", page(binod))
    assert "set by asha, <time" in seen
    assert "Mon 23 Nov, 14:00" in seen
    undoes(binod)
    told = [(each.who, each.what) for each in phone.services.staff.audit.page() if "hours" in each.what]
    assert told == [("binod", "undid hours"), ("asha", "set hours")]


def test_two_people_who_undo_the_same_are_told(staff: Staff, phone: Phone) -> None:
    sets(staff, "closed")
    binod = at_the_desk(phone, "binod")
    ids = re.findall(r'name="id" value="(\d+)"', page(binod))
    undoes(staff)
    posts(binod, "/desk/hours/undo", id=ids)
    assert "Somebody has already undone this." in page(binod)
    for odd in ([], ["x"], ["99999999999999999999"], ["0"], ["-1"], ["१"]):
        assert posts(binod, "/desk/hours/undo", id=odd).status_code == 302


def test_every_field_has_its_label_and_no_script_is_needed(staff: Staff) -> None:
    seen = page(staff)
    ids = re.findall(r'<(?:select|input)[^>]* id="([^"]+)"', seen)
    assert len(ids) == len(set(ids)) == 13
    assert {each for each in ids if f'<label for="{each}">' not in seen} == set()
    assert not re.search(r"\bstyle=|\son\w+=", seen)
    assert seen.count("<details") == 5


def test_what_was_typed_stands_in_the_form_that_was_refused(staff: Staff) -> None:
    answer = posts(staff, what="early", day=TODAY, line="second", reason="holi", time="21:15")
    assert answer.status_code == 400
    opened = re.findall(r"<details[^>]* open>(.*?)</details>", answer.text, re.DOTALL)
    assert len(opened) == 1
    for words in ('value="21:15"', '<option value="second" selected>', '<option value="holi" selected>'):
        assert words in opened[0]


def test_what_people_type_is_words_and_never_markup(phone: Phone) -> None:
    evil = "<script>alert(1)</script>"
    staff = at_the_desk(phone, evil)
    sets(staff, "closed")
    assert "<script>alert" not in page(staff)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page(staff)
    for query in (f'?day="><script>alert(1)</script>&reason={evil}', "?day=2026-12-25&reason=%22%3E%3Cb%3E"):
        assert "<script>alert" not in page(staff, query)
        assert "<b>" not in page(staff, query)
    answer = posts(staff, what=evil, day=f'">{evil}', line=evil, reason=evil, time=evil)
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text


# -- holidays


def test_holidays_of_the_year_ahead_are_suggested_and_never_applied(staff: Staff, phone: Phone, clock: Clock) -> None:
    seen = unescape(page(staff))
    for words in ("Christmas", "Guru Nanak's Jayanti", "Id-ul-Fitr (estimated)", "Diwali (Deepavali)"):
        assert words in seen
    clock.shows(2026, 12, 25, 10, 0)
    staff.logs_in()
    assert OPEN in hears(phone)
    assert "Nothing: callers hear the usual hours." in page(staff)


def test_one_tap_fills_the_form_for_a_holiday_and_sets_nothing(staff: Staff, phone: Phone) -> None:
    links = re.findall(r'href="(/desk/hours\?day=2027-10-29[^"]*)"', page(staff))
    assert [unescape(each) for each in links] == ["/desk/hours?day=2027-10-29&reason=diwali#ahead"]
    seen = page(staff, "?day=2027-10-29&reason=diwali")
    opened = re.findall(r"<details[^>]* open>(.*?)</details>", seen, re.DOTALL)
    assert len(opened) == 1
    assert 'value="2027-10-29"' in opened[0]
    assert '<option value="diwali" selected>' in opened[0]
    assert phone.services.hours.closures.current(phone.services.clock().date()) == []
    sets(staff, "day", day="2027-10-29", reason="diwali")
    assert "day=2027-10-29" not in page(staff), "it is set"


def test_holidays_are_named_in_the_readers_language() -> None:
    clock = Clock()
    names = {language: [each.name for each in holidays_from(clock().date(), language)] for language in ("en", "hi")}
    assert "Christmas" in names["en"]
    assert "क्रिसमस" in names["hi"]
    assert any("(अनुमानित)" in each for each in names["hi"])
    assert len(names["en"]) == len(names["hi"]) > 40


# -- what is refused


REFUSED = {
    "a past day": ({"what": "day", "day": "2026-11-22"}, "That day is over."),
    "a page of yesterday": ({"day": "2026-11-22"}, "That day is over."),
    "a day that is none": ({"what": "day", "day": "2026-02-30"}, "Please choose a day."),
    "no day": ({"what": "day", "day": ""}, "Please choose a day."),
    "a day too far ahead": ({"what": "day", "day": "2028-01-01"}, "That day is more than a year ahead."),
    "an unknown line": ({"line": "fourth"}, "There is no such line."),
    "no line": ({"line": ""}, "There is no such line."),
    "an unknown reason": ({"reason": "flood"}, "There is no such reason."),
    "nothing to change": ({"what": ""}, "Please choose what is to change."),
    "something unknown": ({"what": "burn"}, "Please choose what is to change."),
    "no hour": ({"what": "early", "time": ""}, "Please give a time, such as 17:00."),
    "an hour that is none": ({"what": "early", "time": "25:00"}, "Please give a time, such as 17:00."),
    "an hour in words": ({"what": "late", "time": "five"}, "Please give a time, such as 17:00."),
    "closing after closing": ({"what": "early", "time": "21:00"}, "21:00 changes nothing: it is outside"),
    "closing when it closes": ({"what": "early", "time": "20:30"}, "20:30 changes nothing: it is outside"),
    "closing before opening": ({"what": "early", "time": "08:00"}, "At 08:00 nothing would be left of the day."),
    "opening before opening": ({"what": "late", "time": "08:00"}, "08:00 changes nothing: it is outside"),
    "opening after closing": ({"what": "late", "time": "21:00"}, "At 21:00 nothing would be left of the day."),
    "half of a half day": ({"what": "day", "from": "09:00"}, "A half day needs both times"),
    "the other half": ({"what": "day", "until": "09:00"}, "A half day needs both times"),
    "a half day backwards": ({"what": "day", "from": "13:00", "until": "09:00"}, "must open before it closes"),
    "a half day of no length": ({"what": "day", "from": "13:00", "until": "13:00"}, "must open before it closes"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_answered_with_a_sentence_and_changes_nothing(name: str, staff: Staff, phone: Phone) -> None:
    form, said = REFUSED[name]
    assert said in refusal(staff, **form)
    assert OPEN in hears(phone)


def test_who_is_not_logged_in_sees_and_changes_nothing(phone: Phone, staff: Staff) -> None:
    browser = phone.app.test_client()
    token = staff.token(browser.get("/login").text)
    form = {"csrf_token": token, "what": "closed", "day": TODAY, "line": "*", "reason": "", "id": "1"}
    answers = [
        browser.get("/desk/hours"),
        *(browser.post(each, data=form) for each in ("/desk/hours", "/desk/hours/undo")),
    ]
    assert [answer.status_code for answer in answers] == [302] * 3
    assert all(answer.headers["Location"].startswith("/login") for answer in answers)
    assert OPEN in hears(phone)


def test_a_form_without_its_token_changes_nothing(staff: Staff, phone: Phone) -> None:
    sets(staff, "closed", line="second")
    form = {"what": "closed", "day": TODAY, "line": "*", "reason": "", "id": "1"}
    for path in ("/desk/hours", "/desk/hours/undo"):
        for token in ({}, {"csrf_token": ""}, {"csrf_token": "made-up"}):
            assert staff.browser.post(path, data={**form, **token}).status_code == 400
    assert [OPEN in hears(phone, line) for line in LINES] == [True, False, True]


# -- the database away


def test_with_the_sqlite_file_moved_the_last_known_closures_hold_after_a_restart_too(
    serves: Serves, sqlite_url: str, clock: Clock
) -> None:
    with serves() as phone:
        sets(at_the_desk(phone), "closed", reason="power_cut")
        with moved(sqlite_path(sqlite_url)):
            assert "We are closed today because of a power cut." in hears(phone)
            with serves() as restarted:
                assert "We are closed today because of a power cut." in hears(restarted)
                assert "पावर कट के कारण आज क्लिनिक बंद है।" in hears(restarted, "third", "hi")
                clock.shows(2026, 11, 24, 9, 0)
                assert OPEN in hears(restarted)


def test_with_postgresql_stopped_the_last_known_closures_hold_after_a_restart_too(
    tmp_path: Path, postgres_url: str, postgres_server: Postgres, redis_url: str, clock: Clock
) -> None:
    with service(tmp_path, postgres_url, redis_url, clock) as phone:
        staff = at_the_desk(phone)
        sets(staff, "early", time="13:00", reason="emergency")
        with stopped(postgres_server):
            assert "We have closed early today because of an emergency at the clinic." in hears(phone)
            with service(tmp_path, postgres_url, redis_url, clock) as restarted:
                assert "We have closed early today because of an emergency at the clinic." in hears(restarted, "second")


def test_with_the_database_away_nothing_is_set_and_staff_are_told(staff: Staff, phone: Phone, sqlite_url: str) -> None:
    token = staff.token(page(staff))
    form = {"csrf_token": token, "what": "closed", "day": TODAY, "line": "*", "reason": ""}
    with moved(sqlite_path(sqlite_url)):
        answers = [staff.browser.get("/desk/hours"), staff.browser.post("/desk/hours", data=form)]
        assert [answer.status_code for answer in answers] == [503, 503]
        assert OPEN in hears(phone)
    assert "Nothing: callers hear the usual hours." in page(staff)


def test_staff_are_told_when_the_telephone_cannot_be_told(staff: Staff, phone: Phone, tmp_path: Path) -> None:
    token = staff.token(page(staff))
    lock = tmp_path / "closures.json.lock"
    lock.unlink()
    lock.mkdir()
    form = {"csrf_token": token, "what": "closed", "day": TODAY, "line": "*", "reason": ""}
    assert staff.browser.post("/desk/hours", data=form).status_code == 302
    assert "The telephone line could not be told of the change" in page(staff)
    assert OPEN in hears(phone)
    lock.rmdir()
    page(staff)
    assert "We are closed today." in hears(phone)
