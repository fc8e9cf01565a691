"""Words typed at the desk: kept after a login, a refusal or an expired form, and never shown to other people."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr.diary.desk_diary import DeskBooking
from ivr.staff.people import STAFF
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import sqlite_path
from ivr.web import typed
from tests.conftest import PASSWORD, at_the_desk
from tests.people import BOOK, Clock, Phone, Staff
from tests.test_faults import moved
from tests.web.staff.second_factors import sets_up
from workers.clock import purge_expired
from workers.services import WorkerServices

pytestmark = pytest.mark.slow

WORDS = "her daughter Rukmini answers, ask for the left knee"
CARD = "/desk/requests/{}?id=1"

FORMS = {
    "note": ("/desk/requests/1/note", {"note": WORDS}),
    "a note beside a button": ("/desk/requests/1/put_back", {"note": WORDS}),
    "a note beside an outcome": ("/desk/requests/1/report", {"note": WORDS, "outcome": "no_answer"}),
    "booked": ("/desk/requests/1/report", {"outcome": "booked", "day": "2026-11-25", "hour": "10:35"}),
    "later": ("/desk/requests/1/report", {"outcome": "later", "later_day": "2026-11-26", "later_hour": "10:35"}),
    "passed on": ("/desk/requests/1/pass_on", {"to": "devi", "note": WORDS}),
    "counter": (
        "/desk/new",
        {"phone": "99999 00042", "kind": "callback", "language": "hi", "line": "main", "note": WORDS},
    ),
    "booking": (
        "/desk/diary/book",
        {"phone": "99999 00042", "name": "Rukmini", "day": "2026-11-25", "hour": "10:35", "note": WORDS},
    ),
    "booking for a request": (
        "/desk/diary/book",
        {"request": "1", "name": "Rukmini", "day": "2026-11-25", "hour": "10:35", "note": WORDS},
    ),
    "an appointment": ("/desk/diary/1/keep", {"name": "Rukmini", "note": WORDS}),
    "an appointment's other time": ("/desk/diary/1/move", {"day": "2026-11-26", "hour": "10:35", "note": WORDS}),
    "blocked times": (
        "/desk/diary/blocks",
        {"words": "lunch", "day": "2026-11-26", "from": "10:35", "until": "11:00", "repeats": "weekly"},
    ),
    "block": ("/desk/blocked", {"phone": "99999 00042", "reason": WORDS}),
    "block from a card": ("/desk/blocked", {"request": "1", "reason": WORDS}),
    "hours": ("/desk/hours", {"what": "day", "day": "2026-11-27", "from": "10:35", "until": "13:00", "line": "*"}),
    "invitation": ("/desk/people", {"name": "Rukmini", "role": "manager"}),
}
"""The forms of the desk's pages: the path to which each is sent, and the words that are typed into it."""

SHOWN = {
    "note": [WORDS],
    "a note beside a button": [WORDS],
    "a note beside an outcome": [WORDS],
    "passed on": [WORDS],
    "booked": ["2026-11-25", "10:35"],
    "later": ["2026-11-26", "10:35"],
    "counter": ["99999 00042", WORDS],
    "booking": ["99999 00042", "Rukmini", "2026-11-25", "10:35", WORDS],
    "booking for a request": ["Rukmini", WORDS],
    "an appointment": ["Rukmini", WORDS],
    "an appointment's other time": ["2026-11-26", "10:35", WORDS],
    "blocked times": ["lunch", "2026-11-26", "10:35", "11:00"],
    "block": ["99999 00042", WORDS],
    "block from a card": [WORDS],
    "hours": ["2026-11-27", "10:35", "13:00"],
    "invitation": ["Rukmini"],
}
"""The values that a page must show in its fields after its form was sent in an ended session, by the form's name."""


class Fields(HTMLParser):
    """A page of the desk as parsed: the values of its visible fields, and the targets of its links and forms."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: list[str] = []
        self._in_text = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") != "hidden":
            self.values.append(given.get("value") or "")
        self._in_text = tag == "textarea"
        if self._in_text:
            self.values.append("")

    def handle_data(self, data: str) -> None:
        if self._in_text:
            self.values[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._in_text = self._in_text and tag != "textarea"


def fields(page: str) -> list[str]:
    return Fields(page).values


@pytest.fixture
def taken(staff: Staff, phone: Phone) -> Staff:
    """The browser of Asha, who has taken a request. Her colleague devi has booked an appointment."""
    phone.rings().press(*BOOK)
    now = phone.services.clock()
    phone.services.staff.people.add("devi", PASSWORD, now)
    coming = DeskBooking(now.replace(hour=16), None, "Made Up", "main", "en", "000001")
    phone.services.diary.desk.book(coming, By("devi", now))
    staff.does("take", 1)
    return staff


def sends(person: Staff, path: str, form: dict[str, str], token: str, **headers: str) -> TestResponse:
    return person.browser.post(path, data={"csrf_token": token, **form}, headers=headers)


def logs_in_at(person: Staff, answer: TestResponse) -> str:
    """Follow an answer that leads this person to the login, log in there, and return the page that follows."""
    assert answer.status_code == 302, answer.status_code
    assert answer.headers["Location"].startswith("/login")
    page = person.browser.get(answer.headers["Location"])
    form = {"name": person.name, "password": person.password, "csrf_token": person.token(page.text)}
    then = person.browser.post(answer.headers["Location"], data=form, follow_redirects=True)
    assert then.status_code == 200
    return unescape(then.text)


def half_an_hour(person: Staff, clock: Clock) -> None:
    clock.goes_on(minutes=30)


def outlived(person: Staff, clock: Clock) -> str:
    """Let this person's session expire; return the CSRF token of the session's forms."""
    token = person.csrf()
    half_an_hour(person, clock)
    return token


def everywhere(person: Staff, _clock: Clock) -> None:
    other = Staff(person.browser.application, person.name, person.password)
    other.logs_in()
    other.browser.post("/logout/everywhere", data={"csrf_token": other.csrf()})


def in_another_tab(person: Staff, _clock: Clock) -> None:
    person.browser.post("/logout", data={"csrf_token": person.csrf()})


def by_a_manager(person: Staff, clock: Clock) -> None:
    accounts = person.browser.application.extensions["services"].staff.accounts
    accounts.end_sessions(1, By("devi", clock()))


ENDS = (half_an_hour, everywhere, in_another_tab, by_a_manager)


# -- a session that has ended


BESIDE = {
    "merge": {"other": "2"},
    "find": {"reference": "12345"},
    "undo": {"what": "taken"},
}
"""The buttons of a card that do not change its request, each with the fields that it sends besides the card's note."""


@pytest.mark.parametrize("button", BESIDE)
def test_a_note_beside_any_button_is_kept_after_the_session_ended(taken: Staff, clock: Clock, button: str) -> None:
    token = outlived(taken, clock)
    answer = sends(taken, f"/desk/requests/1/{button}", {"note": WORDS, **BESIDE[button]}, token)
    assert WORDS in fields(logs_in_at(taken, answer))


@pytest.mark.parametrize("form", FORMS)
def test_what_was_sent_after_the_session_ended_stands_on_its_page_after_the_login(
    taken: Staff, clock: Clock, form: str
) -> None:
    token, (path, given) = taken.csrf(), FORMS[form]
    half_an_hour(taken, clock)
    answer = sends(taken, path, given, token)
    page = logs_in_at(taken, answer)
    assert set(SHOWN[form]) <= set(fields(page)), fields(page)
    assert "It has not been sent yet." in page
    assert all(words not in answer.headers["Location"] for words in SHOWN[form])


@pytest.mark.parametrize("path", ["/desk/requests/1/times", "/desk/diary/1/times"])
def test_what_was_typed_beside_the_free_times_outlives_the_session(taken: Staff, clock: Clock, path: str) -> None:
    token = outlived(taken, clock)
    page = logs_in_at(taken, sends(taken, path, {"note": WORDS, "on": "2026-11-26"}, token))
    assert WORDS in fields(page)


@pytest.mark.parametrize("ends", ENDS)
def test_however_a_session_ends_what_is_sent_then_is_kept(
    taken: Staff, clock: Clock, ends: Callable[[Staff, Clock], None]
) -> None:
    token = taken.csrf()
    ends(taken, clock)
    page = logs_in_at(taken, sends(taken, "/desk/requests/1/note", {"note": WORDS}, token))
    assert WORDS in fields(page)


def test_the_login_says_that_what_was_typed_is_kept_and_shows_none_of_it(taken: Staff, clock: Clock) -> None:
    token = outlived(taken, clock)
    answer = sends(taken, "/desk/requests/1/note", {"note": WORDS}, token)
    login = taken.browser.get(answer.headers["Location"]).text
    assert "What you typed is kept" in login
    assert WORDS not in unescape(login)


def test_what_was_kept_is_sent_from_there_and_is_then_a_draft_no_more(taken: Staff, phone: Phone, clock: Clock) -> None:
    token = outlived(taken, clock)
    logs_in_at(taken, sends(taken, "/desk/requests/1/note", {"note": WORDS}, token))
    assert WORDS in taken.does("note", 1, note=WORDS)
    assert drafts(phone) == 0
    assert "It has not been sent yet." not in taken.sees()


def test_on_every_other_page_a_draft_is_told_of_until_it_is_discarded(taken: Staff, phone: Phone, clock: Clock) -> None:
    token = outlived(taken, clock)
    sends(taken, "/desk/new", FORMS["counter"][1], token)
    taken.logs_in()
    for path in ("/desk", "/desk/hours", "/desk/me", "/desk/reports", "/desk/people"):
        page = taken.browser.get(path).text
        assert 'href="/desk/new"' in page.split("<main")[1], path
        assert "has not been sent" in page
        assert WORDS not in unescape(page)
    discard = re.search(r'action="(/desk/drafts/\d+/discard)"', page)
    assert discard
    answer = sends(taken, discard[1], {}, taken.csrf(), Referer="https://line.example/desk/hours")
    assert answer.headers["Location"] == "/desk/hours"
    assert drafts(phone) == 0


def test_without_anything_typed_there_is_nothing_to_keep(taken: Staff, phone: Phone, clock: Clock) -> None:
    token = outlived(taken, clock)
    for path, form in (("/desk/requests/1/put_back", {"note": " ", "day": "2026-11-24"}), ("/desk/hours/undo", {})):
        sends(taken, path, form, token)
    assert drafts(phone) == 0


def test_what_was_typed_outlives_the_setting_up_of_a_second_factor_that_is_suddenly_required(
    taken: Staff, phone: Phone, clock: Clock
) -> None:
    token = taken.csrf()
    phone.services.staff.accounts.require_of_everybody(True, By("devi", clock()))
    answer = sends(taken, "/desk/requests/1/note", {"note": WORDS}, token)
    assert answer.headers["Location"] == "/desk/me/second-factor"
    sets_up(taken, clock)
    card = re.search(r'<main.*?href="(/desk/requests/\d{6}\?id=1)"', taken.browser.get("/desk").text, re.DOTALL)
    assert card
    assert WORDS in fields(taken.browser.get(card[1]).text)


# -- a form that is older than the login


@pytest.mark.parametrize("form", FORMS)
def test_a_form_older_than_the_login_is_shown_again_and_sent_by_one_tap(taken: Staff, phone: Phone, form: str) -> None:
    token, (path, given) = taken.csrf(), FORMS[form]
    taken.logs_in()
    answer = sends(taken, path, given, token)
    assert answer.status_code == 400
    page = unescape(answer.text)
    assert "This page was older than your login" in page
    assert "you typed something" not in page, "it stands there already"
    assert all(words in page for words in given.values())
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.split("<main")[1]))
    assert again.items() >= given.items()
    action = re.search(r'<main.*?<form method="post" action="([^"]+)" autocomplete', page, re.DOTALL)
    assert action
    assert action[1] == path
    then = taken.browser.post(path, data=again, follow_redirects=True)
    assert then.status_code == 200
    assert drafts(phone) == 0


def test_a_form_older_than_the_login_stands_on_its_page_too(taken: Staff, phone: Phone) -> None:
    token = taken.csrf()
    taken.logs_in()
    sends(taken, "/desk/requests/1/note", {"note": WORDS}, token)
    assert WORDS in fields(taken.browser.get(card_of(phone)).text)


def test_a_button_on_a_page_older_than_the_login_is_offered_again(taken: Staff, phone: Phone) -> None:
    token = taken.csrf()
    taken.logs_in()
    answer = sends(taken, "/desk/requests/1/put_back", {}, token)
    assert answer.status_code == 400
    assert "Send it again" in answer.text
    assert phone.services.desk.store.request(1).taken_by == "asha"


@pytest.mark.parametrize(
    "claims",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_another_sites_form_is_neither_kept_nor_shown(taken: Staff, phone: Phone, claims: dict[str, str]) -> None:
    token = taken.csrf()
    taken.logs_in()
    for sent in (token, "x.y.z"):
        answer = taken.browser.post("/desk/new", data={"csrf_token": sent, "note": WORDS}, headers=claims)
        assert answer.status_code == 400
        assert WORDS not in unescape(answer.text)
    assert drafts(phone) == 0


def test_a_form_with_a_token_that_is_not_ours_is_neither_kept_nor_shown(taken: Staff, phone: Phone) -> None:
    answer = sends(taken, "/desk/new", {"note": WORDS}, "x.y.z")
    assert (answer.status_code, WORDS in unescape(answer.text)) == (400, False)
    assert drafts(phone) == 0


@pytest.mark.parametrize("path", ["/login", "/login/code"])
def test_a_login_page_that_had_been_open_for_too_long_is_filled_in_once_more(
    app: Flask, staff: Staff, path: str
) -> None:
    browser = app.test_client()
    old = Staff.token(browser.get("/login").text)
    browser.delete_cookie("session")
    answer = browser.post(path, data={"csrf_token": old, "name": "asha", "password": PASSWORD}, follow_redirects=True)
    assert PASSWORD not in answer.text
    if path == "/login":
        assert (answer.status_code, 'value="asha"' in answer.text) == (400, True)
    assert "This page had been open for too long" in answer.text


# -- whose it is


def test_what_one_person_typed_is_not_shown_to_the_next_at_the_same_browser(
    taken: Staff, phone: Phone, clock: Clock
) -> None:
    token = outlived(taken, clock)
    answer = sends(taken, "/desk/requests/1/note", {"note": WORDS}, token)
    devi = Staff(phone.app, "devi", PASSWORD)
    devi.browser = taken.browser
    page = logs_in_at(devi, answer)
    assert WORDS not in page
    assert "has not been sent" not in page
    taken.browser.post("/logout", data={"csrf_token": taken.csrf()})
    taken.logs_in()
    assert WORDS in fields(taken.browser.get(card_of(phone)).text), "it is asha's, and waits for her"


def test_a_page_of_one_person_sent_by_another_changes_nothing_and_is_kept_for_the_first(
    taken: Staff, phone: Phone
) -> None:
    token = taken.csrf()
    in_another_tab(taken, Clock())
    devi = Staff(phone.app, "devi", PASSWORD)
    devi.browser = taken.browser
    devi.logs_in()
    answer = sends(devi, "/desk/requests/1/note", {"note": WORDS}, token)
    assert answer.status_code == 400
    assert "This page was somebody else's" in unescape(answer.text)
    assert WORDS not in unescape(answer.text)
    assert "note" not in {each.what for each in phone.services.desk.store.history(1)}
    elsewhere = Staff(phone.app, "asha", PASSWORD)
    elsewhere.logs_in()
    assert WORDS in fields(elsewhere.browser.get(card_of(phone)).text), "at any other browser too"


def test_nobody_discards_what_another_has_typed(taken: Staff, phone: Phone) -> None:
    types(taken, "card 1", note=WORDS)
    devi = Staff(phone.app, "devi", PASSWORD)
    devi.logs_in()
    sends(devi, "/desk/drafts/1/discard", {}, devi.csrf())
    assert drafts(phone) == 1


# -- a move that is refused, and a note with an outcome


def test_a_note_goes_with_every_button_of_the_card(taken: Staff, phone: Phone) -> None:
    moves: tuple[tuple[str, dict[str, str]], ...] = (
        ("report", {"outcome": "no_answer"}),
        ("take", {}),
        ("put_back", {}),
        ("pass_on", {"to": "asha"}),
        ("report", {"outcome": "booked", "day": "2026-11-25", "hour": "10:30"}),
        ("reopen", {}),
        ("name", {"name": "Made Up"}),
        ("take", {}),
        ("book", {"at": "2026-11-25T11:30+05:30"}),
    )
    for number, (move, form) in enumerate(moves):
        taken.does(move, 1, note=f"note {number}", **form)
    lines = [(each.what, each.detail) for each in phone.services.desk.store.history(1)]
    assert [detail for what, detail in lines if what == "note"] == [f"note {n}" for n in range(len(moves))]
    assert [what for what, _ in lines if what != "note"][2:] == [
        *("no_answer", "taken", "put_back", "passed_on", "booked", "reopened", "named", "taken", "booked")
    ]


def test_a_move_with_a_note_can_be_undone_and_the_note_stays(taken: Staff, phone: Phone) -> None:
    page = taken.does("report", 1, outcome="no_answer", note=WORDS)
    taken.takes_back(page)
    assert phone.services.desk.store.request(1).taken_by == "asha"
    assert WORDS in [each.detail for each in phone.services.desk.store.history(1)]


def test_a_note_beside_a_merge_is_written_on_the_card_that_stays_and_outlives_the_undo(
    taken: Staff, phone: Phone
) -> None:
    phone.rings().press("2", "1", "1", "1")
    page = taken.does("merge", 1, other="2", note=WORDS)
    lines = [(each.what, each.detail) for each in phone.services.desk.store.history(1)]
    assert lines[-2] == ("note", WORDS)
    assert lines[-1][0] == "took_in"
    taken.takes_back(page)
    assert phone.services.desk.store.request(2).merged_into is None
    assert WORDS in [each.detail for each in phone.services.desk.store.history(1)]


def test_a_note_beside_an_undo_or_a_search_stands_on_the_card_afterwards(taken: Staff, phone: Phone) -> None:
    taken.does("report", 1, outcome="booked", day="2026-11-25", hour="10:30")
    page = unescape(taken.browser.get(card_of(phone)).text)
    assert WORDS in fields(taken.takes_back(page, note=WORDS))
    found = taken.does("find", 1, reference="12345", note=f"{WORDS}, again")
    assert "A reference has six digits." in found
    assert f"{WORDS}, again" in fields(found)


def test_a_button_of_the_list_leaves_what_was_typed_on_the_card(taken: Staff, phone: Phone) -> None:
    taken.does("put_back", 1)
    types(taken, "card 1", note=WORDS)
    assert WORDS in fields(taken.does("take", 1))
    assert WORDS in fields(taken.does("take", 1)), "a second tap"
    page = taken.does("report", 1, outcome="no_answer")
    types(taken, "card 1", note=WORDS)
    taken.takes_back(page)
    assert WORDS in fields(taken.browser.get(card_of(phone)).text)


def test_a_refused_move_shows_the_note_and_what_was_chosen_and_writes_neither(
    taken: Staff, phone: Phone, clock: Clock
) -> None:
    token = taken.csrf()
    phone.services.desk.moves.pass_on(1, "devi", By("asha", clock()))
    form = {"outcome": "booked", "day": "2026-11-25", "hour": "10:35", "note": WORDS, "later_day": "", "later_hour": ""}
    answer = sends(taken, "/desk/requests/1/report", form, token)
    page = unescape(answer.text)
    assert answer.status_code == 409
    assert "devi has taken this request." in page
    assert WORDS in fields(page)
    assert "Appointment booked 2026-11-25 10:35" in " ".join(page.split())
    assert WORDS not in [each.detail for each in phone.services.desk.store.history(1)]
    assert WORDS in fields(taken.browser.get(card_of(phone)).text), "and when the page is opened again"


def test_a_note_that_is_too_long_holds_back_the_move_and_loses_no_letter(taken: Staff, phone: Phone) -> None:
    long = "ab " * 400
    answer = sends(taken, "/desk/requests/1/report", {"outcome": "settled", "note": long}, taken.csrf())
    assert answer.status_code == 400
    assert long.strip() in unescape(answer.text)
    assert phone.services.desk.store.request(1).taken_by == "asha"


def test_keeping_a_note_leaves_the_hour_that_was_typed_beside_it(taken: Staff, phone: Phone) -> None:
    form = {"note": "rings at six", "day": "2026-11-25", "hour": "10:35", "later_day": "", "later_hour": ""}
    page = taken.does("note", 1, **form)
    assert {"2026-11-25", "10:35"} <= set(fields(page))
    assert "rings at six" not in fields(page)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"outcome": "no_answer", "day": "2026-11-25", "hour": "", "later_day": "", "later_hour": ""}, "no_answer"),
        (
            {"outcome": "later", "day": "2026-11-25", "hour": "", "later_day": "2026-11-26", "later_hour": "10:35"},
            "later",
        ),
        (
            {"outcome": "booked", "day": "2026-11-25", "hour": "10:35", "later_day": "2026-11-26", "later_hour": ""},
            "booked",
        ),
    ],
)
def test_of_the_cards_one_form_each_button_reads_its_own_fields(
    taken: Staff, phone: Phone, form: dict[str, str], said: str
) -> None:
    taken.does("report", 1, **form)
    assert phone.services.desk.store.history(1)[-1].what == said


# -- while it is typed


def types(person: Staff, place: str, **form: str) -> TestResponse:
    """Send words that this person is still typing, as an open page does by itself."""
    where = {"HX-Request": "true", "HX-Current-URL": "https://line.example/desk/new"}
    return sends(person, "/desk/drafts", {"place": place, **form}, person.csrf(), **where)


def test_typing_is_use_of_the_session(taken: Staff, clock: Clock) -> None:
    token = taken.csrf()
    for minute in range(29):
        clock.goes_on(minutes=2)
        answer = sends(taken, "/desk/drafts", {"place": "new", "note": "x" * minute}, token, **{"HX-Request": "true"})
        assert answer.status_code == 204, minute
        assert "Set-Cookie" not in answer.headers, "a late answer must not undo what came after it"
    clock.goes_on(minutes=29)
    assert taken.browser.get("/desk").status_code == 200


def test_what_is_being_typed_stands_on_the_page_when_it_is_opened_again(taken: Staff, phone: Phone) -> None:
    types(taken, "new", phone="99999 00042", note=WORDS)
    assert {"99999 00042", WORDS} <= set(fields(taken.browser.get("/desk/new").text))
    types(taken, "new", phone="", note=" ")
    assert drafts(phone) == 0


def test_what_an_open_page_brings_after_the_session_ended_is_kept_and_the_page_goes(taken: Staff, clock: Clock) -> None:
    token = outlived(taken, clock)
    where = {"HX-Request": "true", "HX-Current-URL": "https://line.example/desk/new"}
    answer = sends(taken, "/desk/drafts", {"place": "new", "note": WORDS}, token, **where)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login?next=%2Fdesk%2Fnew")
    taken.logs_in()
    assert WORDS in fields(taken.browser.get("/desk/new").text)


@pytest.mark.parametrize("place", ["", "elsewhere", "card", "card 0", "card 1 ", "card 99999999999", "new 1", "card १"])
def test_a_place_that_does_not_exist_keeps_nothing(taken: Staff, phone: Phone, place: str) -> None:
    assert types(taken, place, note=WORDS).status_code == 204
    assert drafts(phone) == 0


def test_a_draft_of_a_request_that_is_gone_does_no_harm(taken: Staff) -> None:
    types(taken, "card 77", note=WORDS)
    assert 'href="/desk">a card</a>' in taken.sees()


# -- where it lies


def drafts(phone: Phone) -> int:
    with phone.services.database.reading() as read:
        return len(read.execute(select(schema.drafts)).all())


def card_of(phone: Phone) -> str:
    return CARD.format(phone.services.desk.store.request(1).reference)


def test_what_was_typed_lies_sealed_and_in_no_cookie_address_or_log(
    taken: Staff, phone: Phone, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    token = outlived(taken, clock)
    answer = sends(taken, "/desk/new", FORMS["counter"][1], token)
    with phone.services.database.reading() as read:
        kept = str(read.execute(select(schema.drafts)).all())
    for secret in (WORDS, "Rukmini", "99999 00042", "9999900042"):
        assert secret not in kept + str(answer.headers) + caplog.text
    cookie = taken.browser.get_cookie("session")
    assert cookie
    assert len(cookie.value) < 1000


def test_a_draft_that_nobody_comes_back_for_is_deleted_after_a_week(
    taken: Staff, phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    types(taken, "new", note=WORDS)
    purge_expired(worker)  # it deletes by the lived time, not by the clock
    for days, left in ((6, 1), (1, 0)):
        clock.goes_on(days=days)
        purge_expired(worker)
        assert drafts(phone) == left


def test_no_field_is_left_for_the_browser_to_fill_in_for_the_next_person(taken: Staff, phone: Phone) -> None:
    for path in (card_of(phone), "/desk/new", "/desk/blocked", "/desk/hours", "/desk/people"):
        forms = re.findall(r"<form[^>]*data-typed[^>]*>", taken.browser.get(path).text)
        assert forms, path
        assert all('autocomplete="off"' in form for form in forms), path


# -- when the database is away, and other refusals


def test_what_was_sent_while_the_database_is_away_is_shown_and_sent_again(taken: Staff, sqlite_url: str) -> None:
    token = taken.csrf()
    with moved(sqlite_path(sqlite_url)):
        answer = sends(taken, "/desk/requests/1/note", {"note": WORDS}, token)
    page = unescape(answer.text)
    assert answer.status_code == 503
    assert page.count(WORDS) == 2, "to be read, and in the form"
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.split("<main")[1]))
    assert WORDS in unescape(taken.browser.post("/desk/requests/1/note", data=again, follow_redirects=True).text)


def test_a_note_on_a_request_that_is_gone_is_shown_with_the_refusal(taken: Staff) -> None:
    answer = sends(taken, "/desk/requests/77/note", {"note": WORDS}, taken.csrf())
    assert answer.status_code == 404
    assert WORDS in unescape(answer.text)


# -- no form is forgotten


class Loose(HTMLParser):
    """Parses a page of the desk. Finds the ids of the fields whose words are not saved while people type."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._form: dict[str, str | None] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._form = given
        typed_into = tag == "textarea" or (tag == "input" and given.get("type") not in ("hidden", "checkbox", "radio"))
        own = self._form is not None and (
            "data-typed" in self._form or self._form.get("method", "get") == "get" or self._form.get("role") == "search"
        )
        if typed_into and "readonly" not in given and not own and given.get("form") != "work":
            self.found.append(f"{given.get('id')}")

    def handle_endtag(self, tag: str) -> None:
        self._form = None if tag == "form" else self._form


def test_every_field_that_is_typed_into_is_kept(taken: Staff, phone: Phone) -> None:
    """On every page, text in a form is kept while somebody types it, except a code of the second factor."""
    pages = [rule.rule for rule in phone.app.url_map.iter_rules() if "GET" in (rule.methods or set())]
    pages = [
        path for path in pages if path.startswith("/desk") and "<" not in path and path != "/desk/me/second-factor"
    ]
    assert {"/desk", "/desk/new", "/desk/hours", "/desk/people", "/desk/blocked"} <= set(pages)
    mine = taken.browser.get(card_of(phone)).text
    taken.does("report", 1, outcome="booked", day="2026-11-25", hour="10:35")
    shown = {path: taken.browser.get(path).text for path in [*pages, card_of(phone)]}
    assert {path: Loose(page).found for path, page in {**shown, "mine": mine}.items() if Loose(page).found} == {}
    assert 'id="booked-day"' in mine


def test_every_button_of_a_card_takes_what_is_typed_along(taken: Staff, phone: Phone) -> None:
    """Check that a card is a single form. So each button also sends the typed words, even without JavaScript."""
    phone.rings().press("2", "1", "1", "1")
    merged = taken.does("merge", 1, other="2")
    taken.takes_back(merged)
    cards = {"mine": card_of(phone), "with an offer to undo": None, "odd": "/desk/requests/2/stored"}
    with phone.services.database.writing() as write:
        write.exec_driver_sql("UPDATE requests SET kind = 'hologram' WHERE id = 2")
    pages = {name: taken.browser.get(path).text if path else merged for name, path in cards.items()}
    for name, page in pages.items():
        main = page.split("<main")[1].split("</main>")[0]
        assert re.findall(r'<form (?!id="work")[^>]*>', main) == [], name
        assert 'id="note"' in main, name
        assert "data-typed" in main, name


def test_every_place_has_its_page_and_its_name(taken: Staff, app: Flask) -> None:
    with app.test_request_context():
        for form in typed.FORMS.values():
            place = f"{form.place} 1" if form.place in {"card", "appointment"} else form.place
            assert typed.PLACE.fullmatch(place)
            assert typed.page_of(place).startswith("/desk/")
            assert typed.words_of(place)
    assert set(typed.FORMS) <= set(app.view_functions)


def test_a_session_kept_alive_by_typing_still_ends_after_half_a_day(taken: Staff, clock: Clock) -> None:
    token, began = taken.csrf(), clock()
    while clock() - began < timedelta(hours=12):
        assert (
            sends(taken, "/desk/drafts", {"place": "new", "note": "x"}, token, **{"HX-Request": "true"}).status_code
            == 204
        )
        clock.goes_on(minutes=20)
    assert taken.browser.get("/desk").status_code == 302


def test_staff_who_are_no_managers_have_drafts_too(app: Flask, phone: Phone, clock: Clock) -> None:
    devi = at_the_desk(phone, "devi", STAFF)
    types(devi, "new", note=WORDS)
    assert WORDS in fields(devi.browser.get("/desk/new").text)
