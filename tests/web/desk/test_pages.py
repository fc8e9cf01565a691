"""The desk in a browser: requests that wait and that are taken, their history, and people who may not come in."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import unescape
from threading import Barrier
from urllib.parse import urljoin

import pytest
from flask import Flask
from sqlalchemy import update

from ivr.line.hours import DeskClosure
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database, sqlite_path
from tests.conftest import PASSWORD, at_the_desk
from tests.people import BOOK, Clock, Phone, Staff
from tests.test_faults import moved
from tests.web import Serves

OURS = "https://line.example"

ELSEWHERE = (
    *(
        "https://evil.example/desk",
        "//evil.example/desk",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:/evil.example",
    ),
    *("\t//evil.example", "/desk\\@evil.example", "/login", ""),
)
"""Addresses of other sites to which a crafted link would send somebody after the login."""


def logs_in_from(staff: Staff, wanted: str) -> str:
    """Log in on a login page with `wanted` as the next page; return the status and the address of the redirect."""
    token = staff.token(staff.browser.get("/login").text)
    form = {"name": staff.name, "password": staff.password, "csrf_token": token}
    answer = staff.browser.post("/login", query_string={"next": wanted}, data=form)
    return f"{answer.status_code} {urljoin(f'{OURS}/login', answer.headers.get('Location', ''))}"


@pytest.fixture
def asha(app: Flask, phone: Phone) -> Staff:
    """Asha, whose account is at the desk and who is not yet logged in."""
    phone.services.staff.people.add("asha", PASSWORD, phone.services.clock())
    return Staff(app, "asha", PASSWORD)


# -- coming in


def test_who_is_not_logged_in_is_shown_the_login_and_then_the_page_they_wanted(asha: Staff) -> None:
    answer = asha.browser.get("/desk?from=mail")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=%2Fdesk%3Ffrom%3Dmail")
    assert logs_in_from(asha, "/desk?from=mail") == f"302 {OURS}/desk?from=mail"
    assert "asha" in asha.sees()


def test_a_crafted_link_to_the_login_leads_nobody_away_from_the_desk(asha: Staff) -> None:
    led = {wanted: logs_in_from(asha, wanted) for wanted in ELSEWHERE}
    assert {wanted: there for wanted, there in led.items() if not re.fullmatch(rf"302 {OURS}/desk\S*", there)} == {}


@pytest.mark.parametrize("wanted", ["/desk\r\nLocation: https://evil.example", "/desk\n"], ids=ascii)
def test_a_line_break_in_such_a_link_is_no_fault_of_ours(asha: Staff, wanted: str) -> None:
    assert re.fullmatch(rf"302 {OURS}/desk\S*", logs_in_from(asha, wanted))


def test_a_wrong_password_and_an_unknown_name_are_told_the_same_and_stay_out(asha: Staff) -> None:
    for name, password in (("asha", "wrong horse battery"), ("nobody", PASSWORD)):
        answer = asha.logs_in(name, password)
        assert answer.status_code == 401
        assert "The name or the password is wrong." in answer.text
        assert password not in answer.text
        assert asha.browser.get("/desk").status_code == 302


def test_a_name_that_nobody_can_have_is_a_wrong_one(both: Phone) -> None:
    for name in ("\ufffe", "x" * 81, "' OR 1=1 --"):
        answer = Staff(both.app, name, PASSWORD).logs_in()
        assert answer.status_code in {400, 401}, f"{answer.status_code} for {name!a}"
        assert "The name or the password is wrong." in answer.text


def test_the_session_is_a_new_one_after_the_login(asha: Staff) -> None:
    before = asha.token(asha.browser.get("/login").text)
    with asha.browser.session_transaction() as session:
        session["planted"] = "by somebody else"
    asha.logs_in()
    with asha.browser.session_transaction() as session:
        assert "planted" not in session
    asha.sees()
    assert asha.browser.post("/logout", data={"csrf_token": before}).status_code == 400


@pytest.mark.parametrize("env", ["production", "development"])
def test_cookies_are_kept_from_scripts_other_sites_and_in_production_from_plain_http(
    serves: Serves, clock: Clock, env: str
) -> None:
    with serves(ENV=env) as phone:
        phone.services.staff.people.add("asha", PASSWORD, clock())
        browser = phone.app.test_client()
        page = browser.get("/login", base_url=OURS)
        form = {"name": "asha", "password": PASSWORD, "csrf_token": Staff.token(page.text)}
        answer = browser.post("/login", data=form, base_url=OURS, headers={"Referer": f"{OURS}/login"})
    for cookie in (page.headers["Set-Cookie"], answer.headers["Set-Cookie"]):
        flags = {part.strip() for part in cookie.split(";")[1:]}
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= flags
        assert ("Secure" in flags) is (env == "production")


def test_who_has_logged_out_or_been_switched_off_is_out(staff: Staff, phone: Phone) -> None:
    database = Database(phone.services.settings.database_url)
    staff.sees()
    with database.writing() as write:
        write.execute(update(schema.staff).values(active=False))
    assert staff.browser.get("/desk").status_code == 302
    assert staff.logs_in().status_code == 401
    with database.writing() as write:
        write.execute(update(schema.staff).values(active=True))
    staff.logs_in()
    staff.browser.post("/logout", data={"csrf_token": staff.token(staff.browser.get("/desk").text)})
    assert staff.browser.get("/desk").status_code == 302


# -- the requests


def test_a_request_rung_in_is_on_the_page_at_once(staff: Staff, phone: Phone) -> None:
    assert "Nobody is waiting for a call." in staff.sees()
    call = phone.rings("second", lang="hi").press("1", "2", "1", "1", "1")
    page = staff.sees()
    assert "<title>(1) The desk</title>" in page
    for words in (call.reference, "99999 00001", "the second line", "Hindi", "Tue 24 Nov, morning", "due now"):
        assert words in page
    assert "called again" not in page
    phone.rings().press(*BOOK, "1")  # for the same person
    assert "called again" in staff.sees()


def test_the_most_overdue_comes_first_and_says_how_late_it_is(staff: Staff, phone: Phone, clock: Clock) -> None:
    later = phone.rings(caller="+919999900001").press("2", "3", "1", "1")
    clock.goes_on(minutes=10)
    sooner = phone.rings(caller="+919999900002").press(*BOOK)
    clock.goes_on(minutes=10)
    last = phone.rings(caller="+919999900003").press(*BOOK)
    shown = re.findall(r"Reference (\d{6})", staff.sees())
    assert shown == [sooner.reference, last.reference, later.reference]
    clock.goes_on(minutes=90)
    staff.logs_in()
    page = staff.sees()
    assert re.findall(r"[\w ]+ late(?=<)", page) == ["1 h 40 min late", "1 h 30 min late"]
    assert "in 1 h 10 min" in page


def badge(staff: Staff) -> str:
    """Return how late the list says its only request is, with " late" added if the page also marks it as late."""
    staff.logs_in()
    (found,) = re.findall(r'<span class="badge( late)?">([^<]*)</span>\s*</div>\s*<div class="badges">', staff.sees())
    return f"{found[1]}{found[0]}"


def test_over_a_closed_night_nobody_is_late(staff: Staff, phone: Phone, clock: Clock) -> None:
    clock.shows(2026, 11, 23, 20, 27)
    phone.rings().press(*BOOK)
    clock.shows(2026, 11, 23, 20, 29)
    assert badge(staff) == "2 min late late"
    clock.shows(2026, 11, 24, 3, 0)
    assert badge(staff) == "3 min late late"
    clock.shows(2026, 11, 24, 9, 2)
    assert badge(staff) == "5 min late late", "and not twelve and a half hours"
    clock.shows(2026, 11, 26, 12, 0)
    assert badge(staff) == "late since Mon 23 Nov late"


def test_over_a_day_that_the_desk_has_closed_nobody_is_late_when_it_is_past(
    staff: Staff, phone: Phone, clock: Clock
) -> None:
    hours = phone.services.hours
    clock.shows(2026, 11, 23, 20, 27)
    phone.rings().press(*BOOK)
    hours.closures.set([DeskClosure(date(2026, 11, 24), "", (), "")], By("asha", clock()))
    clock.shows(2026, 11, 25, 9, 2)
    assert hours.closures_file.follow(hours.closures, clock().date()) == [], "none that is to come"
    assert badge(staff) == "5 min late late"


def test_what_is_due_while_the_clinic_is_closed_is_due_when_it_opens(staff: Staff, phone: Phone, clock: Clock) -> None:
    phone.rings().press("2", "1", "1", "1")
    staff.does("take", 1)
    staff.does("report", 1, outcome="later", day="2026-11-23", hour="21:00")
    clock.shows(2026, 11, 23, 22, 0)
    staff.logs_in()
    assert "due when the clinic opens" in staff.sees()
    assert "card late" not in staff.sees()
    clock.shows(2026, 11, 24, 9, 5)
    staff.logs_in()
    assert "5 min late" in staff.sees()


def test_a_request_is_taken_put_back_and_settled_each_with_who_and_when(
    staff: Staff, phone: Phone, clock: Clock
) -> None:
    phone.rings().press(*BOOK)
    assert "Taken by you" in staff.does("take", 1)
    clock.goes_on(minutes=5)
    assert "Taken by you" not in staff.does("put_back", 1)
    page = staff.does("take", 1)
    said = re.findall(r"<strong>([\w ]+)</strong> ([a-z: A-Z0-9,]*)", page)
    assert said == [
        ("asha", "took the request"),
        ("asha", "released the request"),
        ("asha", "took the request"),
        ("the caller", "asked for: Mon 23 Nov, afternoon"),
    ]
    assert "Mon 23 Nov, 14:05" in page
    page = staff.does("report", 1, outcome="settled")
    assert "Nobody is waiting for a call." in page
    assert "Resolved" in page, "it can be taken back"
    what = ["made", "taken", "put_back", "taken", "settled"]
    assert [entry.what for entry in phone.services.desk.store.history(1)] == what
    assert "This request is closed already." in staff.does("take", 1)


def test_the_second_of_two_people_is_told_who_was_first(staff: Staff, phone: Phone) -> None:
    binod = at_the_desk(phone, "binod")
    phone.rings().press(*BOOK)
    staff.does("take", 1)
    assert "Taken by asha" in binod.sees()
    for move, more in (("take", {}), ("report", {"outcome": "settled"}), ("put_back", {})):
        assert "asha has taken this request." in binod.does(move, 1, **more)
    assert phone.services.desk.store.request(1).taken_by == "asha"
    staff.does("put_back", 1)
    assert "This request is open again." in staff.does("report", 1, outcome="settled")


def test_taking_a_request_twice_is_no_refusal_and_its_note_stands_once(
    staff: Staff, phone: Phone, clock: Clock
) -> None:
    phone.rings().press(*BOOK)
    for _ in range(2):
        page = staff.does("take", 1, note="by bus")
        assert "Taken by you" in page
        assert "asha has taken this request." not in page
    clock.goes_on(minutes=15)
    staff.does("take", 1, note="by train")
    staff.does("note", 1, note="by train")
    lines = [(each.what, each.detail) for each in phone.services.desk.store.history(1)]
    assert lines[1:] == [("note", "by bus"), ("taken", ""), ("note", "by train")]
    clock.goes_on(minutes=15)
    assert phone.services.desk.moves.return_untouched(clock()) == 0, "she works on it"


def test_two_people_at_once_cannot_take_the_same_request(both: Phone) -> None:
    both.rings().press(*BOOK)
    barrier = Barrier(2)

    def takes(person: Staff) -> str:
        token = person.token(person.browser.get("/desk").text)
        barrier.wait(10)
        form = {"csrf_token": token}
        return person.browser.post("/desk/requests/1/take", data=form, follow_redirects=True).text

    with ThreadPoolExecutor(2) as hands:
        pages = list(hands.map(takes, [at_the_desk(both, name) for name in ("asha", "binod")]))
    taken_by = both.services.desk.store.request(1).taken_by
    assert sorted("Taken by you" in page for page in pages) == [False, True]
    assert sorted(f"{taken_by} has taken this request." in page for page in pages) == [False, True]


def test_whatever_a_colleague_enters_is_words_and_never_markup(staff: Staff, phone: Phone) -> None:
    phone.rings().press(*BOOK)
    markup = "<script>alert(1)</script>"
    staff.does("take", 1)
    staff.does("note", 1, note=markup)
    for page in (
        staff.browser.get(f"/desk/requests/{phone.services.desk.store.request(1).reference}").text,
        staff.browser.post("/desk/search", data={"csrf_token": staff.csrf(), "q": markup}).text,
        staff.browser.post("/desk/new", data={"csrf_token": staff.csrf(), "phone": markup, "note": markup}).text,
    ):
        assert markup not in page
        assert "&lt;script&gt;" in page


def test_the_list_shows_only_some_by_line_kind_and_day(staff: Staff, phone: Phone) -> None:
    first = phone.rings().press("1", "2", "1", "1", "1").reference
    second = phone.rings("second", caller="+919999900002").press("2", "1", "1", "1").reference

    def found(**query: str) -> list[str]:
        return re.findall(r"Reference (\d{6})", staff.browser.get("/desk", query_string=query).text)

    for query, expected in (
        ({"line": "second"}, [second]),
        ({"kind": "booking"}, [first]),
        ({"day": "2026-11-24"}, [first]),
        ({"line": "second", "kind": "booking"}, []),
        ({"day": "not a day"}, [second, first]),
    ):
        assert sorted(found(**query)) == sorted(expected), query


def test_an_open_page_is_told_of_changes_and_of_nothing_else(staff: Staff, phone: Phone, clock: Clock) -> None:
    def seen() -> str:
        found = re.search(r'"seen": "([\w-]+)"', staff.sees())
        assert found
        return found[1]

    before = seen()
    assert staff.browser.get("/desk/list", query_string={"seen": before}).status_code == 204
    phone.rings().press(*BOOK)
    answer = staff.browser.get("/desk/list", query_string={"seen": before})
    assert (answer.status_code, "<html" in answer.text) == (200, False)
    clock.goes_on(minutes=1)
    assert staff.browser.get("/desk/list", query_string={"seen": seen()}).status_code == 204


def test_a_booking_needs_a_moment_to_come(staff: Staff, phone: Phone) -> None:
    phone.rings().press(*BOOK)
    staff.does("take", 1)
    for more in ({}, {"day": "2026-11-23", "hour": "13:59"}, {"day": "x", "hour": "y"}, {"day": "2026-11-24"}):
        assert "Please give a day and time" in staff.does("report", 1, outcome="booked", **more)
    assert phone.services.desk.store.request(1).status == "taken"
    staff.does("report", 1, outcome="booked", day="2026-11-24", hour="10:30")
    assert phone.services.desk.store.request(1).status == "closed"


def test_an_outcome_that_there_is_not_changes_nothing(staff: Staff, phone: Phone) -> None:
    phone.rings().press(*BOOK)
    staff.does("take", 1)
    for outcome in ("", "vanished", "not_reached"):
        staff.does("report", 1, outcome=outcome)
    assert phone.services.desk.store.request(1).status == "taken"


def test_a_request_from_the_counter_joins_the_one_the_number_has(staff: Staff, phone: Phone) -> None:
    phone.rings().press(*BOOK)
    form = {"csrf_token": staff.csrf(), "phone": "99999 00001", "kind": "booking", "language": "en", "line": "main"}
    page = staff.browser.post("/desk/new", data=form, follow_redirects=True).text
    assert "The request is saved." in page
    (found,) = phone.services.desk.store.waiting()
    assert found.rang_again == 1
    for wrong in (
        {"phone": "123"},
        {"kind": "nothing"},
        {"line": "none"},
        {"wish": "2026-11-24"},
        {"wish": "2026-11-24 night"},
    ):
        assert staff.browser.post("/desk/new", data=form | wrong).status_code == 400
    assert len(phone.services.desk.store.waiting()) == 1


def test_the_desk_sees_what_another_telephone_asks_beside_what_the_number_does(staff: Staff, phone: Phone) -> None:
    phone.rings().press("2", "1", "1", "1")
    assert "another number" not in staff.sees()
    phone.rings(caller="anonymous").press("2", "3", "9999900001#", "1", "1")
    own, other = (phone.services.desk.store.request(number) for number in (1, 2))
    assert (own.day, f"{other.day} {other.part}") == (None, "2026-11-23 evening")
    assert "also asked for from another number" in staff.sees()
    card = unescape(staff.browser.get(f"/desk/requests/{own.reference}").text)
    assert other.reference in card, "both stand together"
    assert "called again" not in card
    said = unescape(staff.browser.get(f"/desk/requests/{other.reference}").text)
    assert "the caller</strong> asked for from another number: Mon 23 Nov, evening" in said
    staff.browser.post("/language", data={"csrf_token": staff.csrf(), "language": "hi"})
    told = unescape(staff.browser.get(f"/desk/requests/{other.reference}").text)
    assert "फ़ोन करने वाले</strong> ने दूसरे नंबर से माँगा: सोम 23 नव॰, शाम" in told


def test_a_request_that_another_telephone_made_says_so(staff: Staff, phone: Phone) -> None:
    phone.rings(caller="anonymous").press("2", "1", "9999900001#", "1", "1")
    assert "also asked for from another number" in staff.sees()
    phone.rings().press("2", "3", "1", "1")
    assert len(phone.services.desk.store.waiting()) == 2, "it stands beside her own wish now"
    assert "also asked for from another number" in staff.sees()


def test_the_desk_is_read_in_hindi(staff: Staff, phone: Phone) -> None:
    phone.rings().press("1", "2", "1", "1", "1")
    staff.browser.post("/language", data={"csrf_token": staff.csrf(), "language": "hi"})
    page = staff.sees()
    for words in ('<html lang="hi">', "वेटिंग लिस्ट", "मंगल 24 नव॰, सुबह", "पहली लाइन"):
        assert words in page


# -- what is refused


def test_a_form_without_its_token_moves_nothing(staff: Staff, phone: Phone) -> None:
    phone.rings().press(*BOOK)
    for form in ({}, {"csrf_token": ""}, {"csrf_token": "made-up"}):
        assert staff.browser.post("/desk/requests/1/take", data=form).status_code == 400
    other = Staff(phone.app)
    theirs = other.token(other.browser.get("/login").text)
    assert staff.browser.post("/desk/requests/1/take", data={"csrf_token": theirs}).status_code == 400
    assert phone.services.desk.store.request(1).status == "open"


def test_there_is_no_such_request_and_no_such_move(both: Phone) -> None:
    both.rings().press(*BOOK)
    staff = at_the_desk(both, "asha")
    token = staff.token(staff.browser.get("/desk").text)
    paths = ("1/delete", "1/done", "1/open", "2/take", "0/take", "99999999999999999999999/take", "x/take", "-1/take")
    answers = {path: staff.browser.post(f"/desk/requests/{path}", data={"csrf_token": token}) for path in paths}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(paths, 404)
    assert both.services.desk.store.request(1).status == "open"


def test_while_the_database_is_away_staff_are_told_so_and_stay_logged_in(
    staff: Staff, phone: Phone, sqlite_url: str
) -> None:
    token = staff.token(staff.browser.get("/desk").text)
    with moved(sqlite_path(sqlite_url)):
        answers = [staff.browser.get("/desk"), staff.browser.post("/desk/requests/1/take", data={"csrf_token": token})]
        answers.append(Staff(phone.app).logs_in("asha", PASSWORD))
    for answer in answers:
        assert answer.status_code == 503
        assert "The desk cannot be shown right now" in answer.text
    assert "Nobody is waiting for a call." in staff.sees()
