"""The page and the command that show the sentences of a call before anybody calls."""

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest
from flask import Flask

from ivr.line.hours import DeskClosure
from ivr.line.menu import START
from ivr.line.paths.transcript import beginning
from ivr.line.phones import Phone as Number
from ivr.line.turn import Call, Facts
from ivr.storage.audit import By
from ivr.web.preview.remembered import Remembered
from ivr.web.services import Services
from tests.people import CALLER, Clock, Phone, Staff


def text(page: str) -> str:
    """Return the words of this page of the desk."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def hears(staff: Staff, query: str = "") -> str:
    page = staff.browser.get(f"/desk/hear?{query}")
    assert page.status_code == 200, page.status_code
    return page.text


def test_the_page_tells_the_call_of_now_with_what_a_caller_hears_below_each_key(staff: Staff, phone: Phone) -> None:
    page = text(hears(staff))
    for words in (*phone.rings().heard, *phone.rings().press("1").heard, *phone.rings().press("3", "1").heard):
        assert words in page


def test_a_closed_day_ahead_is_offered_and_told_with_its_reason_before_it_comes(
    staff: Staff, services: Services, clock: Clock
) -> None:
    diwali = DeskClosure(clock().date().replace(day=30), "", (), "diwali")
    services.hours.closures.set([diwali], By("asha", clock()))
    services.hours.closures_file.follow(services.hours.closures, clock().date())
    assert "Diwali: Mon 30 Nov, 09:00" in text(hears(staff))
    assert "We are closed today because of Diwali." in text(hears(staff, "on=2026-11-30&at=09:00"))
    assert "दिवाली के कारण आज क्लिनिक बंद है।" in text(hears(staff, "on=2026-11-30&at=09:00&lang=hi"))
    assert "We are closed today because of Diwali." not in text(hears(staff, "on=2026-12-01&at=09:00"))


def test_reading_on_begins_after_the_keys_that_were_pressed(staff: Staff, phone: Phone) -> None:
    page = text(hears(staff, "keys=1+2+3"))
    assert " ".join(phone.rings().press("1", "2", "3").heard) in page
    assert "Welcome" not in page


def test_every_pointer_of_the_page_leads_to_a_part_of_it(staff: Staff) -> None:
    page = hears(staff, "all=1")
    places = re.findall(r'id="(after[^"]*)"', page)
    assert len(places) == len(set(places)) > 50
    pointed_to = set(re.findall(r'href="#(after[^"]*)"', page))
    assert pointed_to == set(places) - {"after"} | (pointed_to & {"after"})


def test_every_link_of_the_page_leads_on_and_one_of_each_kind_opens(staff: Staff, phone: Phone, clock: Clock) -> None:
    clinic = phone.services.hours.clinic_now()
    call, facts = Call("main", "en", START), Facts(clinic, clinic.line("main"), Number(CALLER), clock())
    links = set(map(unescape, re.findall(r'href="(/desk/hear\?[^"#]*)"', hears(staff))))
    kinds = {}
    for link in sorted(links):
        keys = dict(parse_qsl(link)).get("keys", "").split()
        assert beginning(call, facts, tuple(keys)), link
        kinds[re.sub("[1-8]", "key", keys[-1]) if keys else link] = link
    assert (len(links) > 100, len(kinds) > 8) == (True, True)
    for link in kinds.values():
        assert staff.browser.get(link).status_code == 200, link


@pytest.mark.parametrize("query", ["keys=7", "keys=1+1+1+1+1+1", "on=tomorrow", "at=25:00", "on=9999-12-31"])
def test_a_call_or_a_moment_that_cannot_be_is_not_found(staff: Staff, query: str) -> None:
    assert staff.browser.get(f"/desk/hear?{query}").status_code == 404


def test_a_day_that_is_past_is_refused_in_words(staff: Staff, app: Flask) -> None:
    page = staff.browser.get("/desk/hear?on=2026-11-22&at=10:00")
    assert page.status_code == 400
    assert 'min="2026-11-23"' in page.text
    assert "What was heard on a past day is not kept." in text(page.text)
    assert "Mon 23 Nov, 14:00" in text(page.text)
    done = app.test_cli_runner().invoke(args=["hear", "--at", "2026-11-22 10:00"])
    assert (done.exit_code, "a past day is not kept" in done.output) == (1, True)


def test_now_is_the_moment_at_which_it_is_clicked(staff: Staff) -> None:
    assert re.search(r'href="/desk/hear\?line=main">now<', hears(staff, "on=2026-12-01&at=10:00"))


def test_a_day_of_another_year_is_told_with_its_year(staff: Staff) -> None:
    assert re.search(r"<h2>[^<]+, Fri 29 Oct 2027, 10:00</h2>", hears(staff, "on=2027-10-29&at=10:00"))


def test_what_no_key_cuts_off_is_said_in_words_too(staff: Staff, phone: Phone) -> None:
    warning = phone.rings().press("3").uncut[0]
    assert f"No key cuts this off: {warning}" in text(hears(staff))


def test_a_number_that_cannot_be_rung_is_told_with_its_reason(staff: Staff, phone: Phone) -> None:
    page = text(hears(staff))
    for number in ("0012025550123", "18600000000"):
        refused = phone.rings().press("2", "1", "2", number)
        assert f"{number} A number that we cannot call {refused.words}" in page


def test_after_the_key_of_the_other_language_the_call_is_told_in_that_language(
    staff: Staff, phone: Phone, app: Flask
) -> None:
    page = hears(staff, "keys=9+1")
    assert '<article class="call" lang="hi"' in page
    assert phone.rings(lang="hi").press("1").words in text(page)
    assert "Read on in Hindi" not in text(page)
    said = runs(app, "--keys", "9 1")
    assert said.splitlines()[0].endswith(", hi")
    assert '(read on with --keys "9 1 9")' in said
    assert phone.rings(lang="hi").press("1", "9").words in text(hears(staff, "keys=9+1+9"))


def test_odd_lines_languages_and_callers_are_those_that_there_are(staff: Staff) -> None:
    page = hears(staff, "line=x&lang=x&caller=x")
    assert re.search(r"<h2>The first line,", page)
    assert '<option value="shown" selected>' in page
    assert '<article class="call" lang="en"' in page


def test_the_page_of_hours_leads_to_the_whole_call(staff: Staff) -> None:
    page = staff.browser.get("/desk/hours").text
    assert '/desk/hear?line=second&amp;lang=en"' in page


def test_the_command_prints_the_same_sentences(app: Flask, staff: Staff, phone: Phone, clock: Clock) -> None:
    said = runs(app, "--line", "second", "--at", "2026-11-23 21:15", "--lang", "hi")
    page = text(hears(staff, "line=second&on=2026-11-23&at=21:15&lang=hi"))
    clock.shows(2026, 11, 23, 21, 15)
    for keys in ((), ("1",), ("3", "2"), ("4",)):
        heard = phone.rings("second", lang="hi").press(*keys).heard
        assert "\n".join(f"{'    ' * len(keys)}{words}" for words in heard) in said
    lines = (line.strip() for line in said.splitlines()[2:])
    missing = {line for line in lines if line and not line.startswith(("[", "(")) and line not in page}
    assert missing == set()


def test_the_command_begins_after_keys_and_says_what_it_does_not_know(app: Flask) -> None:
    assert "Which part of the day?" in runs(app, "--keys", "1 2").splitlines()[2]
    assert "We cannot see your number." in runs(app, "--caller", "withheld")
    for words, complaint in {
        "--line fourth": "no line is fourth; there are main, second, third",
        "--lang fr": "no language is fr; there are en, hi",
        "--keys 1-8": "1-8 leads nowhere there",
    }.items():
        done = app.test_cli_runner().invoke(args=["hear", *words.split()])
        assert done.exit_code == 1
        assert complaint in done.output


def runs(app: Flask, *words: str) -> str:
    done = app.test_cli_runner().invoke(args=["hear", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_what_changes_is_told_at_once_though_the_call_of_this_minute_is_remembered(
    staff: Staff, services: Services, clock: Clock
) -> None:
    before = hears(staff)
    assert hears(staff) == before
    assert "We are closed today because of Diwali." not in text(before)
    diwali = DeskClosure(clock().date(), "", (), "diwali")
    services.hours.closures.set([diwali], By("asha", clock()))
    services.hours.closures_file.follow(services.hours.closures, clock().date())
    assert "We are closed today because of Diwali." in text(hears(staff))
    assert text(hears(staff, "all=1")) != text(hears(staff))
    clock.goes_on(minutes=1)
    assert hears(staff) != before


def test_only_the_last_values_are_remembered_and_a_failure_is_not() -> None:
    made: list[str] = []
    remembered = Remembered[str](2)

    def make(key: str) -> str:
        made.append(key)
        return key

    for key in ("a", "b", "a", "c", "a", "b"):
        assert remembered.get(key, lambda key=key: make(key)) == key  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]
    with pytest.raises(LookupError):
        remembered.get("d", lambda: dict[str, str]()["d"])
    assert remembered.get("d", lambda: "d") == "d"
