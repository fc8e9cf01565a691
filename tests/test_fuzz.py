"""Any request to any route, by anybody: nothing in the service breaks, and nothing changes without the right to it.

The routes and the names of their fields are read from the product, so that a new route is tried as well. `make fuzz`
runs these tests for longer.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter
from werkzeug.test import TestResponse

from ivr.carrier.plivo.signature import NONCE, SIGNATURE, signature
from ivr.staff.people import MANAGER, STAFF
from ivr.storage.audit import By
from ivr.web.guards import manager_only
from tests.carrier.plivo.account import AUTH_ID
from tests.carrier.twilio.twiml_rules import faults
from tests.conftest import PASSWORD
from tests.people import CALLER, TOKEN, Clock, Phone, Staff
from tests.strangers import ODD, PLACE, TEXT, Ask, Rows, StoreContents, asks, fields, routes
from tests.web import service

FUZZ = settings(
    max_examples=settings().max_examples // 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""The settings of Hypothesis for these tests: a fifth of the examples in the profile that conftest.py chooses."""

CALL = {"CallSid": "CA" + "2" * 32, "From": CALLER, "To": "+918090080906", "AccountSid": "AC" + "1" * 32}
OUR_FAULT = "our telephone line has a"
"""The start of the apology after a fault. Tests search for it, because the HTTP status does not show the fault."""

NOBODY = ""

Fields = dict[str, str]


@dataclass
class Premises:
    """The service with a day's requests in it, and the people who may come to its desk."""

    phone: Phone
    contents: StoreContents
    sessions: dict[str, tuple[str, str]]
    """The session cookie and CSRF token of each person, by name. The empty name is for a browser without a login."""

    def _repr_pretty_(self, printer: RepresentationPrinter, _cycle: bool) -> None:
        """Print only an ellipsis for the service in a failing example: all of it would fill the screen."""
        printer.text("…")

    def browser(self, name: str) -> FlaskClient:
        """Return the logged-in browser of the person with this name; for an empty name, a browser without a login."""
        browser = self.phone.app.test_client()
        browser.set_cookie("session", self.sessions[name][0])
        return browser

    def token(self, name: str) -> str:
        """Return the CSRF token of the forms that the person with this name gets."""
        return self.sessions[name][1]


@contextmanager
def premises(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Premises]:
    nobody = "http://127.0.0.1:1"  # the browser's telephone calls the service there; nothing shall answer
    more = {"TRUSTED_PROXIES": "1", "PUBLIC_BASE_URL": nobody, "PLIVO_AUTH_ID": AUTH_ID, "PLIVO_AUTH_TOKEN": TOKEN}
    with service(tmp_path, database_url, redis_url, clock, **more) as phone:
        people = {"asha": MANAGER, "meena": STAFF, "ravi": STAFF}
        for name, role in people.items():
            phone.services.staff.people.add(name, PASSWORD, clock(), role)
        phone.rings().press("1", "1", "1", "1", "1")
        phone.rings(lang="hi", caller="+919999900002").press("2", "1", "1", "1")
        phone.services.desk.moves.take(2, By("meena", clock()))
        sessions = {name: comes_in(phone.app, name) for name in (NOBODY, *people)}
        contents = StoreContents(database_url, redis_url)
        try:
            yield Premises(phone, contents, sessions)
        finally:
            contents.close()


def comes_in(app: Flask, name: str) -> tuple[str, str]:
    """Log in the person with this name; an empty name logs in nobody. Return the session cookie and the CSRF token."""
    staff = Staff(app, name, PASSWORD)
    if name:
        staff.logs_in()
    token = staff.token(staff.browser.get("/desk" if name else "/login").text)
    cookie = staff.browser.get_cookie("session")
    assert cookie is not None
    return cookie.value, token


@pytest.fixture
def here(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Premises]:
    with premises(tmp_path, sqlite_url, redis_url, clock) as found:
        yield found


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_url: str, redis_url: str, clock: Clock) -> Iterator[Premises]:
    with premises(tmp_path, postgres_url, redis_url, clock) as found:
        yield found


# -- nothing breaks


def holds(answer: TestResponse, ask: Ask) -> None:
    """Check an answer given while the stores are well: no server error, only local redirects, the nosniff header."""
    assert answer.status_code < 500 or (answer.status_code, ask.path) == (503, "/readyz"), answer.status
    words = answer.get_data(as_text=True)
    assert "Traceback" not in words
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    location = answer.headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    answer.close()


def sends(here: Premises, who: str, several: list[Ask]) -> None:
    here.contents.put_back()
    browser = here.browser(who)
    for ask in several:
        holds(ask.of(browser, here.token(who)), ask)


@pytest.mark.parametrize("who", [NOBODY, "meena", "asha"], ids=["nobody", "staff", "manager"])
@FUZZ
@given(several=st.lists(asks(), min_size=1, max_size=6))
def test_whatever_is_asked_of_whatever_route_nothing_breaks(here: Premises, who: str, several: list[Ask]) -> None:
    sends(here, who, several)


@FUZZ
@given(several=st.lists(asks(lambda route: not route.webhook, writes=True), min_size=1, max_size=6))
def test_whatever_a_manager_writes_no_form_breaks(here: Premises, several: list[Ask]) -> None:
    sends(here, "asha", several)


@FUZZ
@given(several=st.lists(asks(lambda route: not route.webhook, writes=True), min_size=1, max_size=6))
def test_whatever_a_manager_writes_no_form_breaks_on_postgres(on_postgres: Premises, several: list[Ask]) -> None:
    sends(on_postgres, "asha", several)


@FUZZ
@given(several=st.lists(asks(lambda route: not route.webhook), min_size=1, max_size=6))
def test_whatever_staff_look_at_nothing_breaks_on_postgres(on_postgres: Premises, several: list[Ask]) -> None:
    sends(on_postgres, "meena", several)


GATHERED = fields(("kind", "day", "part", "keyed", "topic", "reference", "joined", "filed", "rung", "offered_at"))
"""The fields that a call has gathered, as another version of the service might have sealed them."""

SAYS = st.dictionaries(
    st.sampled_from(("From", "To", "CallStatus", "ForwardedFrom", "DialCallStatus", "DialBridged", "CallSid", "New")),
    TEXT,
    max_size=2,
)
"""Fields of a Twilio webhook with made-up values, which are added to the usual fields or replace them."""

KEYS = fields(("Digits",))
ADDRESS = fields(("line", "lang", "s", "w", "silent", "c"))


@FUZZ
@given(webhooks=st.lists(st.tuples(PLACE, ADDRESS, st.none() | GATHERED, SAYS, KEYS), min_size=1, max_size=5))
def test_whatever_the_carrier_signs_is_answered_with_twiml_or_a_clear_no(
    here: Premises, webhooks: list[tuple[str, Fields, Fields | None, Fields, Fields]]
) -> None:
    here.contents.put_back()
    for place, query, gathered, says, keys in webhooks:
        cipher = here.phone.services.telephone.cipher
        sealed = {} if gathered is None else {"c": cipher.encrypt(json.dumps(gathered))}
        path = f"/voice/{place}" if place.isidentifier() and place.isascii() else "/voice"
        ask = Ask(path, "POST", {**query, **sealed}, {})
        answer = here.phone.posts(ask.url, {**CALL, **says, **keys})
        assert answer.status_code in {200, 204, 400, 404, 405}
        if answer.status_code == 200 and path != "/voice/fallback":
            assert faults(answer.data, answer.headers["Content-Type"]) == []
            assert OUR_FAULT not in answer.text


SAYS_OTHERWISE = st.dictionaries(
    st.sampled_from(("From", "To", "CallStatus", "ForwardedFrom", "DialStatus", "DialBLegUUID", "CallUUID", "Event")),
    TEXT,
    max_size=2,
)
"""Fields that Plivo may post in addition to every webhook's fields, or instead of some of them."""


@FUZZ
@given(webhooks=st.lists(st.tuples(PLACE, ADDRESS, SAYS_OTHERWISE, KEYS), min_size=1, max_size=5))
def test_whatever_the_other_carrier_signs_is_answered_in_its_words_or_a_clear_no(
    here: Premises, webhooks: list[tuple[str, Fields, Fields, Fields]]
) -> None:
    here.contents.put_back()
    carrier = here.phone.services.telephone.carriers.by_name["Plivo"]
    for place, query, says, keys in webhooks:
        path = f"/voice/{place}" if place.isidentifier() and place.isascii() else "/voice"
        url = here.phone.called_at + Ask(path, "POST", query, {}).url
        form = {"CallUUID": "97ceeb52-58b6-11e1-86da-77300b68f8bb", "From": "919999900001", **says, **keys}
        answer = here.phone.unsigned(url, form, **{SIGNATURE: signature(TOKEN, url, form, "1"), NONCE: "1"})
        assert answer.status_code in {200, 204, 400, 404, 405}
        if answer.status_code == 200 and path != "/voice/fallback":
            assert OUR_FAULT not in answer.text
            list(carrier.heard(answer.text))  # raises NotUnderstood


# -- nothing changes without the right to it

WRITES = st.lists(asks(lambda route: not route.webhook, writes=True), min_size=1, max_size=8)


@contextmanager
def nothing_changes(here: Premises, but: str = "") -> Iterator[None]:
    before = here.contents.put_back()
    yield
    assert without(here.contents.rows(), but) == without(before, but)


@FUZZ
@given(
    several=st.lists(asks(lambda route: route.webhook, writes=True), min_size=1, max_size=8),
    signed=st.none() | st.sampled_from([each for each in ODD if each.isascii() and each.isprintable()]),
    headers=st.sampled_from([("X-Twilio-Signature",), (SIGNATURE,), (SIGNATURE, NONCE)]),
)
def test_a_webhook_that_no_carrier_signed_changes_nothing(
    here: Premises, several: list[Ask], signed: str | None, headers: tuple[str, ...]
) -> None:
    given_headers = {} if signed is None else dict.fromkeys(headers, signed)
    with nothing_changes(here):
        for ask in several:
            answer = ask.of(here.phone.app.test_client(), **given_headers)
            assert answer.status_code in {403, 404, 405, 413} or ask.path == "/voice/fallback"


@FUZZ
@given(several=WRITES)
def test_nobody_who_is_not_logged_in_changes_anything_but_the_count_of_failed_logins(
    here: Premises, several: list[Ask]
) -> None:
    for ask in several:
        before = here.contents.put_back()
        answer = ask.of(here.browser(NOBODY), here.token(NOBODY))
        after = here.contents.rows()
        holds(answer, ask)
        if ask.path == "/login" and answer.status_code == 401:
            after, before = without(after, "failed_logins", "audit"), without(before, "failed_logins", "audit")
        if (ask.path, answer.headers.get("Location", "")[:5]) != ("/login", "/desk"):
            assert after == before


def without(rows: Rows, *tables: str) -> Rows:
    return {table: found for table, found in rows.items() if table not in tables}


@FUZZ
@given(several=WRITES, token=st.sampled_from(["", *ODD]))
def test_without_the_token_of_its_page_no_form_changes_anything(here: Premises, several: list[Ask], token: str) -> None:
    with nothing_changes(here):
        for ask in several:
            assert ask.of(here.browser("asha"), token).status_code in {400, 404, 405}


ASKED_ANEW = ("/login/code", "/invitation/")
"""The beginnings of the paths of forms for people not logged in. A refused post is redirected to its form again."""


@FUZZ
@given(several=WRITES)
@example([Ask("/login/code", "POST", {}, {"code": "123456", "next": "/desk"})])
def test_the_token_of_somebody_elses_session_changes_nothing(here: Premises, several: list[Ask]) -> None:
    with nothing_changes(here, but="drafts"):  # typed words are kept for the person whose form it is
        for ask in several:
            answer = ask.of(here.browser("asha"), here.token("meena"))
            asked_anew = ask.path.startswith(ASKED_ANEW) and answer.headers.get("Location", "").startswith(ASKED_ANEW)
            assert asked_anew or answer.status_code in {400, 404, 405}


@FUZZ
@given(several=st.lists(asks(lambda route: route.guard is manager_only), min_size=1, max_size=8))
def test_what_is_for_managers_is_refused_to_staff_and_changes_nothing(here: Premises, several: list[Ask]) -> None:
    with nothing_changes(here, but="drafts"):
        for ask in several:
            answer = ask.of(here.browser("meena"), here.token("meena"))
            # 401: with the Host of another place the cookie is not sent, and a part of a page is told to log in.
            assert answer.status_code in {400, 401, 403, 404, 405, 413, 302}
            # The way to the login says where to go on, in the asker's own words.
            assert "ravi" not in answer.text.replace(escape(answer.headers.get("Location", "\0")), "")


FOR_MANAGERS = {
    *("people.page", "people.invite", "people.reset", "people.change", "audit.page"),
    *("people.require_of_everybody", "people.remove_second_factor"),
    *("feed.renew", "feed.switch_off"),
}
"""The names of the routes that are for managers alone, listed here so that none is opened to others by oversight."""


def test_every_kind_of_route_is_among_those_that_are_tried() -> None:
    assert {route.endpoint for route in routes() if route.guard is manager_only} >= FOR_MANAGERS
    assert {"/voice", "/desk/requests/<reference>", "/login", "/invitation/<token>", "/calendar/<token>.ics"} <= {
        each.rule for each in routes()
    }
    read = {name for route in routes() for name in route.fields}
    assert {"outcome", "Digits", "password", "day", "time", "next", "ErrorUrl"} <= read
