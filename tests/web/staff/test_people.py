"""The pages of accounts: changes by managers, limits for other staff, invitations, and the audit."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from ivr.app import create_app
from ivr.staff.invitations import Invitations
from ivr.staff.people import MANAGER, STAFF
from ivr.storage.audit import AuditAction, By
from ivr.web.guards import guard_of, manager_only
from tests.conftest import PASSWORD, QUICK, at_the_desk
from tests.people import Clock, Phone, Staff
from tests.web.test_guards import path_of

NEW = "a new and longer password"
MARKUP = "<b onclick='x'>\"Asha\" & {{ 7*7 }}</b>"


def id_of(phone: Phone, name: str) -> int:
    person = phone.services.staff.people.named(name)
    assert person is not None
    return person.id


def sends(staff: Staff, path: str, **fields: str) -> TestResponse:
    """Send a form to a page of the desk, from the browser of `staff`; return the answer."""
    return staff.browser.post(path, data={"csrf_token": staff.csrf(), **fields})


def people_page(staff: Staff) -> str:
    return unescape(staff.browser.get("/desk/people").text)


def link_in(page: str) -> str:
    """Return the path of the invitation's link that this page shows."""
    found = re.search(r'<input id="link" readonly value="([^"]+)"', page)
    assert found, "no link is shown"
    parts = urlsplit(found[1])
    assert (parts.scheme, parts.netloc) == ("https", "line.example")
    return parts.path


def invites(staff: Staff, name: str, role: str = STAFF) -> str:
    """Have a manager invite a person of this name; return the path of the invitation's link."""
    answer = sends(staff, "/desk/people", name=name, role=role)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/people")
    return link_in(people_page(staff))


def opens(app: Flask, link: str, password: str = NEW, again: str = "", name: str = "") -> tuple[TestResponse, Staff]:
    """Open an invitation's link in a fresh browser and choose a password; return the answer and the new person."""
    guest = Staff(app, name, password)
    page = guest.browser.get(link)
    token = Staff.token(page.text)
    form = {"csrf_token": token, "password": password, "again": again or password}
    return guest.browser.post(link, data=form), guest


# -- who may


def managed(app: Flask) -> list[Rule]:
    """Return the routes of the application that only managers may use."""
    return [rule for rule in app.url_map.iter_rules() if guard_of(app, rule.endpoint) is manager_only]


def methods(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def test_staff_get_403_from_every_page_and_form_that_is_for_managers(phone: Phone) -> None:
    meera, devi = at_the_desk(phone, "meera"), at_the_desk(phone, "devi", STAFF)
    paths = {path_of(rule) for rule in managed(phone.app)}
    assert {"/desk/people", "/desk/audit", "/desk/people/1/reset", "/desk/people/1/main"} <= paths
    for person, refused in ((devi, True), (meera, False)):
        token = person.csrf()
        for rule in managed(phone.app):
            for method in methods(rule):
                answer = person.browser.open(path_of(rule), method=method, data={"csrf_token": token})
                assert (answer.status_code == 403) is refused, f"{method} {rule} for {person.name}"
                if rule.endpoint == "people.reset" and not refused:
                    meera.browser.post(answer.headers["Location"], data={"csrf_token": token})
                    phone.services.staff.authentication.lockout.succeeded("meera")
    assert "devi" in {person.name for person in phone.services.staff.people.all()}


def test_staff_see_no_link_to_what_is_for_managers_and_a_manager_does(phone: Phone) -> None:
    for name, role, seen in (("meera", MANAGER, True), ("devi", STAFF, False)):
        page = at_the_desk(phone, name, role).sees()
        assert ('href="/desk/people"' in page) is seen
        assert ('href="/desk/audit"' in page) is seen
        assert 'href="/desk/me"' in page


def test_who_is_made_staff_or_disabled_is_so_on_the_next_page(phone: Phone) -> None:
    meera, devi = at_the_desk(phone, "meera"), at_the_desk(phone, "devi")
    path = f"/desk/people/{id_of(phone, 'devi')}"
    sends(meera, f"{path}/make_staff")
    assert devi.browser.get("/desk/people").status_code == 403
    assert devi.browser.get("/desk").status_code == 200
    sends(meera, f"{path}/disable")
    assert devi.browser.get("/desk").status_code == 302
    assert devi.logs_in().status_code == 401
    sends(meera, f"{path}/enable")
    assert devi.browser.get("/desk").status_code == 302, "the session of before does not come back"
    assert devi.logs_in().status_code == 302


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "x.y.z"}])
def test_every_form_but_the_carriers_is_refused_without_its_token(phone: Phone, token: dict[str, str]) -> None:
    meera = at_the_desk(phone, "meera")
    forms = [rule for rule in phone.app.url_map.iter_rules() if "POST" in methods(rule)]
    ours = [rule for rule in forms if not rule.rule.startswith("/voice")]
    assert {"/login", "/logout", "/logout/everywhere", "/desk/people", "/invitation/main"} <= set(map(path_of, ours))
    for rule in ours:
        answer = meera.browser.post(path_of(rule), data={"name": "x", "role": STAFF, **token})
        assert answer.status_code == 400, rule
    assert [person.name for person in phone.services.staff.people.all()] == ["meera"]
    assert meera.browser.get("/desk").status_code == 200


# -- inviting


@pytest.mark.parametrize("role", [STAFF, MANAGER])
def test_who_is_invited_chooses_a_password_and_is_in(both: Phone, role: str) -> None:
    meera = at_the_desk(both, "meera")
    link = invites(meera, " आशा Rao ", role)
    assert "no password yet" in people_page(meera)
    answer, asha = opens(both.app, link, name="आशा Rao")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk")
    assert "आशा Rao" in asha.sees()
    assert asha.browser.get("/desk/people").status_code == (200 if role == MANAGER else 403)
    assert asha.logs_in().status_code == 302
    assert "no password yet" not in people_page(meera)


def test_a_link_is_shown_once(phone: Phone) -> None:
    meera = at_the_desk(phone, "meera")
    link = invites(meera, "asha")
    token = link.rpartition("/")[2]
    assert token not in people_page(meera)
    assert token not in meera.browser.get("/desk/audit").text


def test_a_link_works_once_and_for_an_hour_and_says_so_afterwards(phone: Phone, clock: Clock) -> None:
    meera = at_the_desk(phone, "meera")
    used, late = invites(meera, "asha"), invites(meera, "devi")
    opens(phone.app, used)
    clock.goes_on(hours=1)
    for link in (used, late, "/invitation/never-was-one", f"/invitation/{'x' * 3000}"):
        browser = phone.app.test_client()
        page = browser.get(link)
        assert page.status_code == 404
        assert "This link does not work any more" in page.text
        form = {"csrf_token": Staff.token(page.text), "password": NEW, "again": NEW}
        assert browser.post(link, data=form).status_code == 404
        assert browser.get("/desk").status_code == 302
    assert Staff(phone.app, "devi", NEW).logs_in().status_code == 401


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [
        ("nine char", "", "A password has 10 to 200 characters."),
        ("x" * 201, "", "A password has 10 to 200 characters."),
        ("aaaaaaaaaa", "aaaaaaaaaa", "This password is among the first that are guessed."),
        ("asha123456", "asha123456", "This password is among the first that are guessed."),
        (NEW, f"{NEW}!", "The passwords do not match."),
    ],
)
def test_a_password_that_is_refused_says_why_and_the_link_still_works(
    phone: Phone, password: str, again: str, told: str
) -> None:
    link = invites(at_the_desk(phone, "meera"), "asha")
    answer, guest = opens(phone.app, link, password, again)
    assert answer.status_code == 400
    assert told in answer.text
    assert password not in answer.text
    assert guest.browser.get("/desk").status_code == 302
    assert opens(phone.app, link)[0].status_code == 302


def test_a_link_opened_in_a_colleagues_browser_begins_a_session_of_its_own(phone: Phone) -> None:
    meera = at_the_desk(phone, "meera")
    link = invites(meera, "asha")
    with meera.browser.session_transaction() as session:
        session["planted"] = "by somebody else"
    before = Staff.token(meera.browser.get(link).text)
    meera.browser.post(link, data={"csrf_token": before, "password": NEW, "again": NEW})
    with meera.browser.session_transaction() as session:
        assert "planted" not in session
    assert meera.browser.get("/desk/people").status_code == 403, "it is asha's session now, who is staff"
    assert meera.browser.post("/logout", data={"csrf_token": before}).status_code == 400


@pytest.mark.parametrize(
    ("name", "status", "told"),
    [
        ("", 400, "Please write a name."),
        ("  ", 400, "A name has 1 to 80 letters."),
        ("x" * 81, 400, "A name has 1 to 80 letters."),
        (" meera ", 409, "meera is at the desk already."),
        ("сaller", 400, "The desk uses this name itself."),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_a_reason_and_stays_in_the_form(
    both: Phone, name: str, status: int, told: str
) -> None:
    meera = at_the_desk(both, "meera")
    answer = sends(meera, "/desk/people", name=name, role=MANAGER)
    assert answer.status_code == status
    assert told in answer.text
    assert re.search(r'<option value="manager" selected', answer.text)
    assert len(both.services.staff.people.all()) == 1


def test_a_role_that_there_is_not_is_given_to_nobody(phone: Phone) -> None:
    meera = at_the_desk(phone, "meera")
    assert sends(meera, "/desk/people", name="asha", role="owner").status_code == 400
    assert len(phone.services.staff.people.all()) == 1


def test_a_name_is_words_and_never_markup(phone: Phone) -> None:
    meera = at_the_desk(phone, "meera")
    answer, guest = opens(phone.app, invites(meera, MARKUP), name=MARKUP)
    assert answer.status_code == 302
    again = sends(meera, "/desk/people", name=MARKUP, role=STAFF)
    sends(meera, f"/desk/people/{id_of(phone, MARKUP)}/reset")
    link = link_in(meera.browser.get("/desk/people").text)
    pages = [
        again.text,
        *(meera.browser.get(path).text for path in ("/desk/people", "/desk/audit", "/desk")),
        guest.logs_in().text,
        phone.app.test_client().get(link).text,
    ]
    assert all("<b " not in page and "49" not in re.findall(r"Asha.{,20}", page) for page in pages)
    assert sum("&lt;b onclick" in page for page in pages) >= 4


# -- changing


def test_a_reset_logs_out_at_once_and_leads_to_a_new_password(both: Phone) -> None:
    meera, devi = at_the_desk(both, "meera"), at_the_desk(both, "devi", STAFF)
    sends(meera, f"/desk/people/{id_of(both, 'devi')}/reset")
    link = link_in(people_page(meera))
    assert devi.browser.get("/desk").status_code == 302
    assert devi.logs_in().status_code == 401
    assert opens(both.app, link)[0].status_code == 302
    assert devi.logs_in(password=PASSWORD).status_code == 401
    assert devi.logs_in(password=NEW).status_code == 302


def test_a_manager_who_resets_their_own_password_is_led_straight_to_the_new_one(phone: Phone) -> None:
    meera = at_the_desk(phone, "meera")
    link = sends(meera, f"/desk/people/{id_of(phone, 'meera')}/reset").headers["Location"]
    assert link.startswith("/invitation/")
    assert opens(phone.app, link)[0].status_code == 302
    assert meera.browser.get("/desk").status_code == 302, "the new password ends the sessions of before"
    assert meera.logs_in(password=PASSWORD).status_code == 401
    assert meera.logs_in(password=NEW).status_code == 302


def test_the_only_manager_who_lets_the_link_lapse_still_logs_in(both: Phone, clock: Clock) -> None:
    """Nobody but the server's command line could let her in again."""
    meera = at_the_desk(both, "meera")
    link = sends(meera, f"/desk/people/{id_of(both, 'meera')}/reset").headers["Location"]
    assert meera.browser.get("/desk").status_code == 200
    assert "reset password" not in meera.browser.get("/desk/audit").text
    clock.goes_on(minutes=61)
    assert meera.browser.get(link).status_code == 404
    assert meera.logs_in().status_code == 302
    assert meera.browser.get("/desk/people").status_code == 200


def test_a_manager_begins_with_a_new_password_on_their_own_page(phone: Phone) -> None:
    meera, devi = at_the_desk(phone, "meera"), at_the_desk(phone, "devi", STAFF)
    page, action = meera.browser.get("/desk/me").text, f"/desk/people/{id_of(phone, 'meera')}/reset"
    assert f'action="{action}"' in page
    assert "Your old password works until you have chosen the new one." in page
    assert sends(meera, action).headers["Location"].startswith("/invitation/")
    assert "For a new password ask a manager" in devi.browser.get("/desk/me").text


def test_a_new_password_by_a_link_ends_the_wait_after_failures(phone: Phone) -> None:
    meera, devi = at_the_desk(phone, "meera"), Staff(phone.app, "devi", PASSWORD)
    phone.services.staff.people.add("devi", PASSWORD, phone.services.clock(), STAFF)
    for _ in range(5):
        devi.logs_in(password="wrong horse battery")
    assert devi.logs_in().status_code == 429
    sends(meera, f"/desk/people/{id_of(phone, 'devi')}/reset")
    opens(phone.app, link_in(people_page(meera)))
    assert devi.logs_in(password=NEW).status_code == 302


def test_a_manager_ends_all_sessions_of_somebody(phone: Phone) -> None:
    meera, devi = at_the_desk(phone, "meera"), at_the_desk(phone, "devi", STAFF)
    telephone = Staff(phone.app, "devi", PASSWORD)
    telephone.logs_in()
    sends(meera, f"/desk/people/{id_of(phone, 'devi')}/end_sessions")
    assert [each.browser.get("/desk").status_code for each in (devi, telephone, meera)] == [302, 302, 200]


@pytest.mark.parametrize("deed", ["disable", "make_staff"])
def test_the_last_manager_is_told_that_there_must_be_another(both: Phone, deed: str) -> None:
    meera = at_the_desk(both, "meera")
    invites(meera, "guest")
    sends(meera, f"/desk/people/{id_of(both, 'meera')}/{deed}")
    page = people_page(meera)
    assert "There must be another manager who can log in." in page
    assert 'role="alert"' in page


@pytest.mark.parametrize(
    "path", ["/desk/people/999/disable", "/desk/people/999/reset", "/desk/people/1/owner", "/desk/people/x/disable"]
)
def test_there_is_no_such_person_and_no_such_deed(both: Phone, path: str) -> None:
    assert sends(at_the_desk(both, "meera"), path).status_code == 404


def test_who_is_disabled_can_only_be_enabled(phone: Phone) -> None:
    meera = at_the_desk(phone, "meera")
    at_the_desk(phone, "devi", STAFF)
    path = f"/desk/people/{id_of(phone, 'devi')}"
    sends(meera, f"{path}/disable")
    card = people_page(meera).partition(f"person-{id_of(phone, 'devi')}")[2].partition("</li>")[0]
    assert "disabled" in card
    assert re.findall(rf'action="{path}/(\w+)"', card) == ["enable"]
    assert sends(meera, f"{path}/reset").status_code == 404


def test_a_reset_of_somebody_whom_a_colleague_disables_at_that_moment_finds_nobody(both: Phone) -> None:
    staff = both.services.staff

    class DisabledMeanwhile(Invitations):
        def reset(self, person_id: int, by: By) -> str:
            staff.accounts.disable(person_id, By("asha", by.at))
            return super().reset(person_id, by)

    invitations = DisabledMeanwhile(both.services.database, QUICK)
    services = replace(both.services, staff=replace(staff, invitations=invitations))
    desk = Phone(create_app(services), services)
    meera, _ = at_the_desk(desk, "meera"), at_the_desk(desk, "devi", STAFF)
    answer = sends(meera, f"/desk/people/{id_of(desk, 'devi')}/reset")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


# -- the audit


def test_the_audit_shows_who_did_what_the_newest_first_and_of_one_person(both: Phone) -> None:
    meera = at_the_desk(both, "meera")
    invites(meera, "asha")
    at_the_desk(both, "devi", STAFF)
    page = meera.browser.get("/desk/audit").text
    rows = page.split("<tbody>")[1].split("</tr>")[:-1]
    assert [" ".join(re.sub(r"<[^>]+>", "", row).split()) for row in rows] == [
        "Mon 23 Nov 14:00 devi logged in 127.0.0.1",
        "Mon 23 Nov 14:00 the server added person devi staff",
        "Mon 23 Nov 14:00 meera invited person asha staff",
        "Mon 23 Nov 14:00 meera logged in 127.0.0.1",
        "Mon 23 Nov 14:00 the server added person meera manager",
    ]
    assert page.count("<th scope=") == 3
    of_asha = meera.browser.get("/desk/audit?person=asha").text
    assert of_asha.count("<tr>") == 2
    assert '<option value="asha" selected>asha</option>' in of_asha


def test_the_audit_is_read_a_hundred_lines_at_a_time(both: Phone, clock: Clock) -> None:
    meera = at_the_desk(both, "meera")
    for n in range(150):
        both.services.staff.audit.write(By("meera", clock()), AuditAction.SAW_REQUEST, f"{n:06}")
    page = meera.browser.get("/desk/audit?person=meera").text
    assert page.count("<tr>") == 101
    assert '<a href="/desk/requests/000149">000149</a>' in page
    older = re.search(r'href="([^"]+)">Older', page)
    assert older
    page = meera.browser.get(unescape(older[1])).text
    assert page.count("<tr>") == 1 + 52
    assert "Older</a>" not in page
    assert "Newest</a>" in page


@pytest.mark.parametrize(
    "query",
    ["person=nobody", "person=%3Cb%3E", "before=0", "before=999999999999", "before=-1", "before=x"],
)
def test_whatever_is_asked_of_the_audit_it_answers(both: Phone, query: str) -> None:
    answer = at_the_desk(both, "meera").browser.get(f"/desk/audit?{query}")
    assert answer.status_code == 200
    assert "<b>" not in answer.text


# -- oneself


def test_everybody_has_a_page_about_themselves(phone: Phone) -> None:
    for name, role, told in (("meera", MANAGER, "You are a manager."), ("devi", STAFF, "You are staff.")):
        page = at_the_desk(phone, name, role).browser.get("/desk/me").text
        assert f"<h1>{name}</h1>" in page
        assert told in page


# -- from the command line


def test_the_command_line_prints_a_link_that_works(app: Flask, phone: Phone) -> None:
    phone.services.staff.people.add("meera", PASSWORD, phone.services.clock())
    for words, role in (
        (("invite", "asha"), 403),
        (("invite", "devi", "--role", "manager"), 200),
        (("reset", "meera"), 200),
    ):
        printed = app.test_cli_runner().invoke(args=["staff", *words])
        assert printed.exit_code == 0, printed.output
        answer, guest = opens(app, urlsplit(printed.output.strip()).path)
        assert answer.status_code == 302
        assert guest.browser.get("/desk/people").status_code == role
    assert Staff(app, "meera", PASSWORD).logs_in().status_code == 401


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("reset", "nobody"), "Error: nobody who may log in has this name\n"),
        (("reset", "devi"), "Error: nobody who may log in has this name\n"),
        (("invite", "devi"), "Error: devi is at the desk already\n"),
        (("invite", ""), "Error: a name has 1 to 80 letters\n"),
    ],
)
def test_the_command_line_says_in_one_line_what_cannot_be(
    app: Flask, phone: Phone, words: tuple[str, ...], told: str
) -> None:
    for name in ("meera", "devi"):
        phone.services.staff.people.add(name, PASSWORD, phone.services.clock())
    phone.services.staff.accounts.disable(id_of(phone, "devi"), By("meera", phone.services.clock()))
    refused = app.test_cli_runner().invoke(args=["staff", *words])
    assert (refused.exit_code, refused.output) == (1, told)


def test_who_is_added_at_the_command_line_is_a_manager_unless_it_says_otherwise(app: Flask, phone: Phone) -> None:
    for words in (("asha",), ("devi", "--role", "staff")):
        added = app.test_cli_runner().invoke(args=["staff", "add", *words], input=f"{PASSWORD}\n")
        assert added.exit_code == 0, added.output
    assert [(person.name, person.manager) for person in phone.services.staff.people.all()] == [
        ("asha", True),
        ("devi", False),
    ]
