"""Guards of routes: each route names its guard, a route without one is closed, and the desk needs a login."""

import re

from flask import Flask
from werkzeug.routing import Rule

from ivr.app import create_app
from ivr.web.guards import guard_of, logged_in_only, open_to_all, staff_only
from ivr.web.services import Services
from ivr.web.telephone.webhooks import signed_by_carrier
from tests.people import CALL, Phone, Staff

OPEN = {
    "recorded.sound",
    *("console.front", "login.ask", "login.enter", "health.alive", "health.ready"),
    *("voice.fallback", "static", "login.choose_language", "invitation.ask", "invitation.use"),
    *("second_step.ask", "second_step.enter"),
}
"""The routes that anybody may call, listed here so that none is opened by oversight."""


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def path_of(rule: Rule) -> str:
    """Return a path that this route of the application matches."""
    return re.sub(r"<[^>]*>", "main", re.sub(r"<int[^>]*>", "1", rule.rule))


def test_every_route_names_its_guard(app: Flask) -> None:
    assert {rule.endpoint for rule in rules(app) if guard_of(app, rule.endpoint) is None} == set()


def test_only_what_is_meant_to_be_is_open_to_all(app: Flask) -> None:
    assert {rule.endpoint for rule in rules(app) if guard_of(app, rule.endpoint) is open_to_all} == OPEN


def test_a_route_that_names_no_guard_answers_nobody(services: Services) -> None:
    app = create_app(services)
    app.add_url_rule("/forgotten", endpoint="forgotten", view_func=lambda: "come in")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "come in" not in answer.text


def test_every_webhook_but_the_fallback_refuses_who_is_not_the_carrier(app: Flask, phone: Phone) -> None:
    webhooks = [rule for rule in rules(app) if rule.rule.startswith("/voice") and rule.endpoint != "voice.fallback"]
    again = {"/voice/again", "/voice/again/main", "/voice/again/screen"}
    leg = {"/voice/answered", "/voice/screen"}
    for rule in webhooks:
        assert (rule.methods or set()) - {"OPTIONS"} == {"POST"}
        assert guard_of(app, rule.endpoint) is signed_by_carrier
    assert {"/voice", "/voice/main", "/voice/again", "/voice/again/main"} == {path_of(rule) for rule in webhooks}
    for path in {"/voice", "/voice/main", "/voice/status", *leg, *again}:
        assert phone.unsigned(path, {**CALL, "Digits": "1"}).status_code == 403


def test_every_page_and_form_of_the_desk_refuses_who_is_not_logged_in(app: Flask, phone: Phone) -> None:
    phone.rings().press("1", "1", "1", "1", "1")
    browser = app.test_client()
    token = Staff.token(browser.get("/login").text)
    inside = (staff_only, logged_in_only)
    desk = [rule for rule in rules(app) if rule.rule.startswith("/desk") or guard_of(app, rule.endpoint) in inside]
    assert {"/desk", "/desk/requests/1/take", "/logout"} <= {path_of(rule) for rule in desk}
    for rule in desk:
        method = "POST" if "POST" in (rule.methods or set()) else "GET"
        answer = browser.open(path_of(rule), method=method, data={"csrf_token": token})
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login")
    assert phone.services.desk.store.request(1).status == "open"


def test_the_front_page_leads_to_the_desk(app: Flask) -> None:
    assert app.test_client().get("/").headers["Location"] == "/desk"
