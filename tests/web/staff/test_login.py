"""The login and its sessions: lockout after failures, the end of a session, and the page after the login."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Semaphore
from typing import Literal

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from ivr.app import create_app
from ivr.staff.passwords import Passwords
from ivr.staff.people import STAFF
from ivr.storage.database import sqlite_path
from ivr.web.services import build
from testing.servers import until
from testing.servers.valkey import Valkey
from tests.conftest import PASSWORD, settings_for
from tests.people import Clock, Phone, Staff
from tests.test_faults import moved

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
WRONG = "wrong horse battery"
LIVE = {"HX-Request": "true", "HX-Current-URL": "https://line.example/desk?kind=booking"}
"""The headers by which an open page of the desk asks for news by itself, through htmx."""


@pytest.fixture
def both(both: Phone, clock: Clock) -> Phone:
    """A telephone at a service, with asha at its desk. The test runs once on SQLite and once on PostgreSQL."""
    both.services.staff.people.add("asha", PASSWORD, clock())
    return both


def tries(app: Flask, name: str = "asha", password: str = PASSWORD, address: str = HOME, to: str = "") -> TestResponse:
    """Try to log in from this address without cookies; return the answer. `to` is added to the login's URL."""
    browser = app.test_client()
    form = {"name": name, "password": password, "csrf_token": Staff.token(browser.get("/login").text)}
    return browser.post(f"/login{to}", data=form, environ_base={"REMOTE_ADDR": address})


def inside(staff: Staff) -> bool:
    """Return whether the desk still opens for this person's browser."""
    return staff.browser.get("/desk").status_code == 200


# -- failures


def test_after_five_failures_even_the_right_password_is_told_to_wait_and_whom_to_ask(both: Phone, clock: Clock) -> None:
    for minute in range(5):
        assert tries(both.app, password=WRONG).status_code == 401, minute
        clock.goes_on(minutes=1)
    refused = tries(both.app)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    assert "Please wait 10 min, or ask a manager" in refused.text
    assert PASSWORD not in refused.text
    assert tries(both.app, address=ELSEWHERE).status_code == 302, "who guesses locks out nobody but themselves"
    clock.goes_on(minutes=9, seconds=30)
    assert "Please wait 1 min," in tries(both.app).text
    clock.goes_on(seconds=30)
    assert tries(both.app).status_code == 302


def test_a_browser_that_has_been_let_in_before_is_let_in_while_strangers_guess_beside_it(
    both: Phone, clock: Clock
) -> None:
    asha = Staff(both.app, "asha", PASSWORD)
    asha.logs_in()
    asha.browser.post("/logout", data={"csrf_token": asha.csrf()})
    for n in range(25):
        tries(both.app, "asha" if n < 5 else f"guess {n}", WRONG, "127.0.0.1")
    assert tries(both.app, address="127.0.0.1").status_code == 429
    assert asha.logs_in().status_code == 302
    both.services.staff.people.add("devi", PASSWORD, clock())
    asha.browser.post("/logout", data={"csrf_token": asha.csrf()})
    assert asha.logs_in("devi").status_code == 429, "for devi it is a strange one"


def test_what_a_browser_remembers_of_a_device_opens_nothing_and_names_nobody(app: Flask, staff: Staff) -> None:
    device = staff.browser.get_cookie("device")
    assert device
    assert (device.http_only, device.same_site, device.path) == (True, "Lax", "/")
    assert "asha" not in device.value
    thief = app.test_client()
    thief.set_cookie("device", device.value)
    assert thief.get("/desk").status_code == 302
    for value in ("", "x", device.value[:-9], "ä"):
        odd = Staff(app, "asha", PASSWORD)
        odd.browser.set_cookie("device", value)
        assert odd.logs_in().status_code == 302, "a cookie that is none is a strange device"


def test_after_twenty_failures_of_whomever_an_address_is_told_to_wait_and_others_are_not(both: Phone) -> None:
    for n in range(20):
        assert tries(both.app, f"guess {n}", WRONG).status_code == 401
    assert tries(both.app).status_code == 429
    assert tries(both.app, address=ELSEWHERE).status_code == 302


def test_a_name_that_nobody_has_is_answered_like_one_that_somebody_has(both: Phone) -> None:
    def answers(name: str) -> list[tuple[int, str]]:
        found = [tries(both.app, name, WRONG, ELSEWHERE) for _ in range(6)]
        return [(each.status_code, each.text.split("<main")[1].split("<form")[0].replace(name, "")) for each in found]

    assert answers("asha") == answers("nobody")


def test_while_redis_is_away_failures_are_counted(both: Phone, valkey_server: Valkey) -> None:
    valkey_server.stop()
    for _ in range(5):
        assert tries(both.app, password=WRONG).status_code == 401
    assert tries(both.app).status_code == 429


def test_while_the_database_is_away_nobody_comes_in_with_or_without_the_password(
    app: Flask, phone: Phone, clock: Clock, sqlite_url: str
) -> None:
    phone.services.staff.people.add("asha", PASSWORD, clock())
    with moved(sqlite_path(sqlite_url)):
        for password in (PASSWORD, WRONG):
            answer = tries(app, password=password)
            assert (answer.status_code, "Set-Cookie" in answer.headers) == (503, False)
    assert tries(app).status_code == 302


# -- the end of a session


def test_a_session_nobody_uses_ends_after_half_an_hour(staff: Staff, clock: Clock) -> None:
    for _ in range(3):
        clock.goes_on(minutes=29, seconds=59)
        assert inside(staff), "each use lets it go on"
    clock.goes_on(minutes=30)
    assert not inside(staff)
    login = staff.browser.get("/login")
    assert "You have been logged out." in login.text
    assert "You have been logged out." not in staff.browser.get("/login").text, "it is said once"


def test_a_page_that_asks_by_itself_what_is_new_does_not_keep_the_session_alive(staff: Staff, clock: Clock) -> None:
    for _ in range(29):
        clock.goes_on(minutes=1)
        answer = staff.browser.get("/desk/list", headers=LIVE)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers, "a late answer must not undo a logout"
    clock.goes_on(minutes=1)
    answer = staff.browser.get("/desk/list", headers=LIVE)
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fdesk%3Fkind%3Dbooking"


def test_a_session_that_is_always_used_ends_after_twelve_hours(staff: Staff, clock: Clock) -> None:
    for _ in range(47):
        clock.goes_on(minutes=15)
        assert inside(staff)
    clock.goes_on(minutes=15)
    assert not inside(staff)


def test_who_logs_in_again_has_all_of_the_time_again(staff: Staff, clock: Clock) -> None:
    clock.goes_on(minutes=20)
    staff.logs_in()
    clock.goes_on(minutes=29)
    assert inside(staff)


@pytest.mark.parametrize("missing", ["epoch", "began", "used"])
def test_a_session_that_does_not_say_when_it_began_is_none(staff: Staff, missing: str) -> None:
    with staff.browser.session_transaction() as session:
        del session[missing]
    assert not inside(staff)


def test_logging_out_everywhere_ends_all_ones_own_sessions_and_nobody_elses(
    app: Flask, staff: Staff, phone: Phone, clock: Clock
) -> None:
    phone.services.staff.people.add("devi", PASSWORD, clock(), STAFF)
    colleague, telephone = Staff(app, "devi", PASSWORD), Staff(app, "devi", PASSWORD)
    for each in (colleague, telephone):
        each.logs_in()
    page = colleague.browser.get("/desk/me").text
    answer = colleague.browser.post("/logout/everywhere", data={"csrf_token": Staff.token(page)})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    assert [inside(each) for each in (colleague, telephone, staff)] == [False, False, True]
    telephone.logs_in()
    assert inside(telephone)


@pytest.mark.parametrize("leaves", ["/logout", "/logout/everywhere"])
def test_a_copied_cookie_opens_nothing_after_its_owner_has_logged_out(app: Flask, staff: Staff, leaves: str) -> None:
    copied = staff.browser.get_cookie("session")
    assert copied is not None
    token = staff.csrf()
    staff.browser.post(leaves, data={"csrf_token": token})
    thief = app.test_client()
    thief.set_cookie("session", copied.value)
    assert thief.get("/desk").status_code == 302
    thief.set_cookie("session", copied.value)
    assert thief.post("/desk/requests/1/take", data={"csrf_token": token}).headers["Location"].startswith("/login")


def test_a_copied_cookie_opens_nothing_after_its_owner_has_logged_in_anew(app: Flask, staff: Staff) -> None:
    copied = staff.browser.get_cookie("session")
    assert copied is not None
    staff.logs_in()
    thief = app.test_client()
    thief.set_cookie("session", copied.value)
    assert thief.get("/desk").status_code == 302
    assert inside(staff)


def test_one_session_that_ends_leaves_the_others_of_its_person(app: Flask, staff: Staff) -> None:
    other = Staff(app, "asha", PASSWORD)
    other.logs_in()
    other.browser.post("/logout", data={"csrf_token": other.csrf()})
    assert [inside(staff), inside(other)] == [True, False]


def test_a_cookie_kept_from_before_a_logout_everywhere_opens_nothing(staff: Staff) -> None:
    kept = staff.browser.get_cookie("session")
    assert kept is not None
    staff.browser.post("/logout/everywhere", data={"csrf_token": staff.csrf()})
    staff.browser.set_cookie("session", kept.value)
    assert not inside(staff)


def test_logging_out_keeps_the_language_and_nothing_else(staff: Staff) -> None:
    staff.browser.post("/language", data={"csrf_token": staff.csrf(), "language": "hi"})
    staff.browser.post("/logout", data={"csrf_token": staff.csrf()})
    with staff.browser.session_transaction() as session:
        assert dict(session) == {"words": "hi"}


# -- where one is led


def test_who_sends_a_form_after_the_session_has_ended_comes_back_to_the_page_with_the_form(
    staff: Staff, phone: Phone, clock: Clock
) -> None:
    phone.rings().press("1", "1", "1", "1", "1")
    token = staff.csrf()
    clock.goes_on(minutes=30)
    answer = staff.browser.post(
        "/desk/requests/1/take", data={"csrf_token": token}, headers={"Referer": "https://line.example/desk?line=main"}
    )
    assert answer.headers["Location"] == "/login?next=%2Fdesk%3Fline%3Dmain"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/desk",
        "//evil.example/desk",
        "/desk/requests/1/take",
        "/login",
        "/invitation/x",
        "/voice",
        "//[",
        "/desk//[x",
    ],
)
def test_after_the_login_nobody_is_led_away_or_to_where_there_is_nothing_to_see(both: Phone, wanted: str) -> None:
    assert tries(both.app, to=f"?next={wanted}").headers["Location"] == "/desk"


@pytest.mark.parametrize(
    ("page", "then"),
    [
        ("https://line.example/desk/people?x=1", "/desk/people?x=1"),
        ("https://line.example/login?next=/desk/me", "/login?next=/desk/me"),
        ("https://line.example/desk/requests/1/take", "/desk"),
        ("https://evil.example/elsewhere", "/desk"),
        ("https://evil.example//evil.example/desk", "/desk"),
        ("https://[", "/desk"),
        ("", "/desk"),
    ],
)
def test_choosing_a_language_leads_back_to_the_page_and_never_away(staff: Staff, page: str, then: str) -> None:
    form = {"csrf_token": staff.csrf(), "language": "hi"}
    assert staff.browser.post("/language", data=form, headers={"Referer": page}).headers["Location"] == then


# -- what is written


def test_the_audit_tells_of_logins_logouts_and_failures_without_any_password(
    app: Flask, staff: Staff, phone: Phone
) -> None:
    tries(app, password=WRONG)
    tries(app, name=WRONG, password=PASSWORD)
    staff.browser.post("/logout", data={"csrf_token": staff.csrf()})
    lines = list(reversed(phone.services.staff.audit.page()))
    assert [(line.who, line.what, line.about, line.detail) for line in lines[1:]] == [
        ("asha", "logged in", "", "127.0.0.1"),
        ("(unknown)", "failed login", "asha", HOME),
        ("(unknown)", "failed login", "", HOME),
        ("asha", "logged out", "", ""),
    ]


# -- a flood


class Slow(PasswordHasher):
    """A hasher of passwords that checks a wrong one for as long as the test wants."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.begun, self.go_on = Semaphore(0), Event()

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the library's name
        self.begun.release()
        if password == WRONG:
            assert self.go_on.wait(30)
        return super().verify(hash, password)


def test_a_flood_of_logins_takes_two_threads_and_known_devices_and_callers_go_by(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock
) -> None:
    slow = Slow()
    services = build(settings_for(tmp_path, sqlite_url, redis_url), clock, Passwords(slow))
    services.staff.people.add("asha", PASSWORD, clock())
    phone = Phone(create_app(services), services)
    asha = Staff(phone.app, "asha", PASSWORD)
    asha.logs_in()
    assert slow.begun.acquire(timeout=30)
    with ThreadPoolExecutor(2) as strangers:
        try:
            held = [strangers.submit(tries, phone.app, f"guess {n}", WRONG) for n in range(2)]
            assert slow.begun.acquire(timeout=30)
            assert until(lambda: tries(phone.app, "guess 9", WRONG).status_code == 503)
            refused = tries(phone.app)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
            assert "Please try again in a few seconds" in refused.text
            assert 'value="asha"' in refused.text
            assert asha.logs_in().status_code == 302
            assert phone.rings().press("1", "1", "1", "1", "1").place == "kept"
        finally:
            slow.go_on.set()
    assert sorted(each.result().status_code for each in held) in ([401, 401], [401, 503])
    assert tries(phone.app).status_code == 302, "what was not looked at does not count"
    services.close()
