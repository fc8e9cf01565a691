"""People who must have a second factor: which pages they reach without one, and what managers can decide."""

from flask import Flask

from ivr.staff.people import STAFF
from ivr.storage.audit import By
from ivr.web.guards import guard_of, logged_in_only, manager_only, open_to_all, scraper_only, staff_only
from tests.conftest import PASSWORD, at_the_desk
from tests.people import Clock, Phone, Staff
from tests.web.staff.second_factors import PAGE, led_on, sets_up
from tests.web.staff.test_people import id_of, link_in, opens, people_page, sends
from tests.web.test_guards import path_of, rules

LIVE = {"HX-Request": "true"}


# -- required


def test_who_must_have_one_reaches_nothing_else_of_the_desk(
    app: Flask, staff: Staff, phone: Phone, clock: Clock
) -> None:
    call = phone.rings().press("1", "1", "1", "1", "1")
    token = staff.csrf()
    phone.services.staff.accounts.require(id_of(phone, "asha"), By("meera", clock()))
    before = phone.services.staff.audit.page()
    walked = set()
    for rule in rules(app):
        if guard_of(app, rule.endpoint) not in {staff_only, manager_only}:
            continue
        for method in (rule.methods or set()) - {"OPTIONS"}:
            path = path_of(rule).replace("/main", f"/{call.reference}")
            answer = staff.browser.open(path, method=method, data={"csrf_token": token})
            assert led_on(answer) == PAGE, rule
            assert "asha" not in answer.text
        walked.add(rule.endpoint)
    assert {"console.worklist", "console.live_list", "people.page", "people.me", "moves.take", "hours.change"} <= walked
    assert phone.services.staff.audit.page() == before
    assert phone.services.desk.store.request(1).status == "open"


def test_an_open_page_says_what_to_do_to_who_must_have_one_and_shows_nothing_new_until_their_next_step(
    staff: Staff, phone: Phone, clock: Clock
) -> None:
    call = phone.rings().press("1", "1", "1", "1", "1")
    phone.services.staff.accounts.require(id_of(phone, "asha"), By("meera", clock()))
    for live in ("/desk/list", "/desk/requests/1/live"):
        answer = staff.browser.get(live, headers=LIVE)
        assert (answer.status_code, answer.headers.get("HX-Redirect")) == (200, None)
        assert f'href="{PAGE}">Set it up' in answer.text
        assert "99999" not in answer.text
        assert "hx-get" not in answer.text
    assert led_on(staff.browser.get(f"/desk/requests/{call.reference}")) == PAGE


def test_every_guard_has_been_thought_of(app: Flask) -> None:
    """Only four routes need a login but no second factor; only /voice, /phone and /calendar have other guards."""
    before = {rule.endpoint for rule in rules(app) if guard_of(app, rule.endpoint) is logged_in_only}
    assert before == {"second_factor.page", "second_factor.switch_on", "login.leave", "login.leave_everywhere"}
    known = {staff_only, manager_only, logged_in_only, open_to_all, scraper_only}
    others = {rule.rule for rule in rules(app) if guard_of(app, rule.endpoint) not in known}
    assert all(rule.startswith(("/voice", "/phone", "/calendar")) for rule in others)


def test_who_must_have_one_is_led_to_it_after_the_password_and_may_leave(both: Phone, clock: Clock) -> None:
    devi = at_the_desk(both, "devi", STAFF)
    both.services.staff.accounts.require_of_everybody(True, By("meera", clock()))
    assert led_on(devi.logs_in()) == "/desk"
    assert led_on(devi.browser.get("/desk")) == PAGE
    page = devi.browser.get(PAGE).text
    assert "It is required of you. Please set it up now" in page
    assert 'href="/desk/diary"' not in page
    devi.browser.post("/language", data={"csrf_token": Staff.token(page), "language": "hi"})
    assert "यह आपके लिए ज़रूरी है" in devi.browser.get(PAGE).text
    assert led_on(devi.browser.post("/logout", data={"csrf_token": Staff.token(page)})) == "/login"
    devi.logs_in()
    sets_up(devi, clock)
    assert devi.browser.get("/desk").status_code == 200


def test_who_is_invited_later_must_have_one_too(phone: Phone, clock: Clock) -> None:
    meera = at_the_desk(phone, "meera")
    sets_up(meera, clock)
    sends(meera, "/desk/people/second-factor", required="yes")
    sends(meera, "/desk/people", name="devi", role=STAFF)
    answer, devi = opens(phone.app, link_in(people_page(meera)), name="devi")
    assert led_on(devi.browser.get(led_on(answer))) == PAGE
    sets_up(devi, clock)
    assert devi.browser.get("/desk").status_code == 200


# -- what a manager does


def card_of(page: str, person_id: int) -> str:
    return page.partition(f'id="person-{person_id}"')[2].partition("</li>")[0]


def test_a_manager_requires_it_of_one_and_of_everybody_and_sees_who_has_it(phone: Phone, clock: Clock) -> None:
    meera, devi = at_the_desk(phone, "meera"), at_the_desk(phone, "devi", STAFF)
    path = f"/desk/people/{id_of(phone, 'devi')}"
    sends(meera, f"{path}/require_second_factor")
    card = card_of(people_page(meera), id_of(phone, "devi"))
    assert "second factor not set up yet" in card
    assert "No longer require a second factor" in card
    sets_up(devi, clock)
    card = card_of(people_page(meera), id_of(phone, "devi"))
    assert ("not set up yet" in card, '<span class="badge calm-badge">second factor</span>' in card) == (False, True)
    sends(meera, f"{path}/no_longer_require_second_factor")
    assert "Require a second factor" in card_of(people_page(meera), id_of(phone, "devi"))
    sets_up(meera, clock)
    sends(meera, "/desk/people/second-factor", required="yes")
    page = people_page(meera)
    assert "It is required of everybody" in page
    assert "equire a second factor" not in page
    sends(meera, "/desk/people/second-factor", required="no")
    assert not any(person.required for person in phone.services.staff.people.all())


def test_a_manager_without_one_does_not_shut_herself_out(phone: Phone, clock: Clock) -> None:
    meera = at_the_desk(phone, "meera")
    at_the_desk(phone, "devi", STAFF)
    own = f"/desk/people/{id_of(phone, 'meera')}"
    page = people_page(meera)
    assert f'href="{PAGE}">Set up your own first' in page
    assert "Require it of everybody" not in page
    assert "Require a second factor" not in card_of(page, id_of(phone, "meera"))
    assert "Require a second factor" in card_of(page, id_of(phone, "devi"))
    for path, fields in (("/desk/people/second-factor", {"required": "yes"}), (f"{own}/require_second_factor", {})):
        sends(meera, path, **fields)
        page = people_page(meera)
        assert "Set up your own first: without it" in page
        assert "Done." not in page
    assert not any(person.required for person in phone.services.staff.people.all())
    sets_up(meera, clock)
    sends(meera, f"{own}/require_second_factor")
    sends(meera, "/desk/people/second-factor", required="yes")
    assert all(person.required for person in phone.services.staff.people.all())
    assert "It is required of everybody" in people_page(meera)


def test_a_manager_removes_it_from_who_has_lost_the_telephone_and_never_her_own(phone: Phone, clock: Clock) -> None:
    meera, devi = at_the_desk(phone, "meera"), at_the_desk(phone, "devi", STAFF)
    for each in (meera, devi):
        sets_up(each, clock)
    sends(meera, f"/desk/people/{id_of(phone, 'devi')}/remove_second_factor")
    assert "devi logs in with the password alone now." in people_page(meera)
    assert led_on(devi.logs_in()) == "/desk"
    sends(meera, f"/desk/people/{id_of(phone, 'meera')}/remove_second_factor")
    assert "Your own you switch off on your own page" in people_page(meera)
    assert led_on(Staff(phone.app, "meera", PASSWORD).logs_in()) == "/login/code"
    assert sends(meera, "/desk/people/999/remove_second_factor").status_code == 404
    line = next(line for line in phone.services.staff.audit.page() if line.what == "removed second factor")
    assert (line.who, line.about) == ("meera", "devi")
