"""The second factor at the desk's pages: setting it up, logging in with it, losing it, and being made to have one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from flask import Flask
from pyotp import TOTP
from werkzeug.test import TestResponse

from ivr.desk.codes import address_of
from ivr.desk.people import STAFF
from ivr.web.guards import guard_of, logged_in_only, manager_only, open_to_all, scraper_only, staff_only
from tests.conftest import PASSWORD
from tests.people import Clock, Phone, Staff
from tests.web import service
from tests.web.test_guards import path_of, rules
from tests.web.test_people import NEW, id_of, link_in, opens, people_page, sends, somebody

PAGE = "/desk/me/second-factor"
LIVE = {"HX-Request": "true"}


@pytest.fixture
def both(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service on each of the databases."""
    with service(tmp_path, database_url, redis_url, clock) as phone:
        yield phone


def key_on(page: str) -> str:
    """The key that a page shows, without its gaps."""
    found = re.search(r'<p class="to-type"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert found, "no key is shown"
    return re.sub(r"<[^>]*>|\s", "", found[1])


def shown(secret: str, clock: Clock) -> str:
    """What the app shows now."""
    return TOTP(secret).at(clock())


def sets_up(staff: Staff, clock: Clock) -> tuple[str, list[str]]:
    """Sets it up on the pages; the secret in the telephone, and the recovery codes."""
    page = staff.browser.get(PAGE)
    assert page.status_code == 200
    secret = key_on(page.text)
    form = {"csrf_token": Staff.token(page.text), "code": shown(secret, clock)}
    answer = staff.browser.post(PAGE, data=form)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}/codes")
    return secret, codes_on(staff.browser.get(f"{PAGE}/codes").text)


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li>(\d{4} \d{4} \d{4})</li>", page)


def writes_code(staff: Staff, code: str, to: str = "/login/code") -> TestResponse:
    """Fills in the page that asks for the code."""
    page = staff.browser.get("/login/code")
    return staff.browser.post(to, data={"csrf_token": Staff.token(page.text), "code": code})


def led_on(answer: TestResponse) -> str:
    assert answer.status_code == 302, answer.status_code
    return answer.headers["Location"]


@pytest.fixture
def with_factor(staff: Staff, clock: Clock) -> tuple[Staff, str, list[str]]:
    """Asha, logged out; her telephone's secret and her recovery codes."""
    secret, codes = sets_up(staff, clock)
    staff.browser.post("/logout", data={"csrf_token": staff.csrf()})
    clock.goes_on(minutes=2)
    return staff, secret, codes


# -- setting it up


def test_somebody_sets_it_up_and_logs_in_with_it_from_then_on(both: Phone, clock: Clock) -> None:
    devi = somebody(both, "devi", STAFF)
    assert "Set it up" in devi.browser.get("/desk/me").text
    secret, codes = sets_up(devi, clock)
    assert len(set(codes)) == 10
    assert devi.browser.get("/desk").status_code == 200
    assert "10 recovery codes are left." in devi.browser.get("/desk/me").text
    telephone = Staff(both.app, "devi", PASSWORD)
    assert led_on(telephone.logs_in()) == "/login/code"
    assert telephone.browser.get("/desk").status_code == 302
    clock.goes_on(seconds=30)
    assert led_on(writes_code(telephone, shown(secret, clock))) == "/desk"
    assert "devi" in telephone.sees()


def test_the_square_holds_what_the_key_says(staff: Staff, phone: Phone) -> None:
    page = staff.browser.get(PAGE).text
    square = re.search(r'<div class="square"[^>]*>(<svg.*?</svg>)</div>', page, re.DOTALL)
    assert square
    address = address_of(key_on(page), "asha", "the Arunalaya physiotherapy clinic")
    expected = segno.make(address, micro=False)
    look = {"omitsize": True, "dark": "#000", "light": "#fff", "svgclass": None, "lineclass": None}
    assert square[1] == expected.svg_inline(**look)
    assert "style" not in square[1]
    assert key_on(staff.browser.get(PAGE).text) == key_on(page), "loading it again shows the same"


def test_the_square_and_the_codes_are_kept_in_no_cache_and_the_cookie_shows_neither(staff: Staff, clock: Clock) -> None:
    page = staff.browser.get(PAGE)
    secret = key_on(page.text)
    with staff.browser.session_transaction() as session:
        assert secret not in str(dict(session))
    form = {"csrf_token": Staff.token(page.text), "code": shown(secret, clock)}
    staff.browser.post(PAGE, data=form)
    with staff.browser.session_transaction() as session:
        kept = str(dict(session))
    codes = staff.browser.get(f"{PAGE}/codes")
    assert len(codes_on(codes.text)) == 10
    assert all(code not in kept for code in codes_on(codes.text))
    assert {page.headers["Cache-Control"], codes.headers["Cache-Control"]} == {"no-store"}


def test_a_wrong_code_switches_nothing_on_and_says_so(staff: Staff) -> None:
    secret = key_on(staff.browser.get(PAGE).text)
    answer = sends(staff, PAGE, code="000000")
    assert answer.status_code == 400
    assert "This is not the code that the app shows now." in answer.text
    assert key_on(answer.text) == secret
    assert led_on(staff.logs_in()) == "/desk"


def test_recovery_codes_are_shown_once(staff: Staff, clock: Clock) -> None:
    sets_up(staff, clock)
    again = staff.browser.get(f"{PAGE}/codes").text
    assert codes_on(again) == []
    assert "They were shown once" in again


def test_switching_it_on_ends_the_sessions_elsewhere_and_begins_this_one_anew(
    app: Flask, staff: Staff, clock: Clock
) -> None:
    elsewhere = Staff(app, "asha", PASSWORD)
    elsewhere.logs_in()
    before = staff.browser.get_cookie("session")
    assert before is not None
    sets_up(staff, clock)
    assert [each.browser.get("/desk").status_code for each in (staff, elsewhere)] == [200, 302]
    staff.browser.set_cookie("session", before.value)
    assert staff.browser.get("/desk").status_code == 302


def test_who_has_one_sets_up_no_second(staff: Staff, clock: Clock) -> None:
    page = staff.browser.get(PAGE).text
    with staff.browser.session_transaction() as session:
        pending = session["pending_secret"]
    sets_up(staff, clock)
    with staff.browser.session_transaction() as session:
        session["pending_secret"] = pending
    clock.goes_on(minutes=1)
    assert led_on(sends(staff, PAGE, code=shown(key_on(page), clock))) == PAGE
    assert led_on(sends(staff, PAGE, code=shown(key_on(page), clock))) == PAGE
    assert led_on(staff.logs_in()) == "/login/code"


# -- logging in


def test_between_password_and_code_nothing_opens(app: Flask, with_factor: tuple[Staff, str, list[str]]) -> None:
    asha = with_factor[0]
    assert led_on(asha.logs_in()) == "/login/code"
    token = Staff.token(asha.browser.get("/login/code").text)
    inside = {staff_only, manager_only, logged_in_only}
    for rule in rules(app):
        if guard_of(app, rule.endpoint) in inside:
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                answer = asha.browser.open(path_of(rule), method=method, data={"csrf_token": token})
                assert led_on(answer).startswith("/login"), rule
    assert "asha" not in asha.browser.get("/login").text


def test_a_new_session_begins_with_the_code_and_the_wanted_page_opens(
    with_factor: tuple[Staff, str, list[str]], clock: Clock
) -> None:
    asha, secret, _ = with_factor
    token = Staff.token(asha.browser.get("/login?next=/desk/people").text)
    form = {"name": "asha", "password": PASSWORD, "csrf_token": token}
    to = led_on(asha.browser.post("/login?next=/desk/people", data=form))
    assert to == "/login/code?next=/desk/people"
    half = Staff.token(asha.browser.get(to).text)
    assert led_on(writes_code(asha, shown(secret, clock), to)) == "/desk/people"
    with asha.browser.session_transaction() as session:
        assert "half" not in session
    assert asha.browser.post("/logout", data={"csrf_token": half}).status_code == 400


@pytest.mark.parametrize("wanted", ["//evil.example/desk", "https://evil.example/desk", "/login", "/desk\\evil"])
def test_after_the_code_nobody_is_led_away(
    with_factor: tuple[Staff, str, list[str]], clock: Clock, wanted: str
) -> None:
    asha, secret, _ = with_factor
    asha.logs_in()
    assert led_on(writes_code(asha, shown(secret, clock), f"/login/code?next={wanted}")) == "/desk"


def test_a_code_logs_in_once(app: Flask, with_factor: tuple[Staff, str, list[str]], clock: Clock) -> None:
    asha, secret, codes = with_factor
    thief = Staff(app, "asha", PASSWORD)
    for each in (asha, thief):
        each.logs_in()
    for code in (shown(secret, clock), codes[0]):
        asha.logs_in()
        assert led_on(writes_code(asha, code)) == "/desk"
        refused = writes_code(thief, code)
        assert refused.status_code == 401
        assert "it has been used already" in refused.text
        assert code not in refused.text
    assert thief.browser.get("/desk").status_code == 302


def test_a_recovery_code_logs_in_and_says_how_many_are_left(with_factor: tuple[Staff, str, list[str]]) -> None:
    asha, _, codes = with_factor
    told = []
    for code in codes:
        asha.logs_in()
        assert led_on(writes_code(asha, code)) == "/desk"
        told.append(asha.sees())
    assert "cross it out on your list. 9 recovery codes are left." in told[0]
    assert "One recovery code is left." in told[8]
    assert "No recovery code is left. Please make new ones" in told[9]
    assert ['class="notice trouble" role="alert"' in page for page in told] == [False] * 6 + [True] * 4
    assert '<p class="notice trouble">No recovery code is left.' in asha.browser.get("/desk/me").text


def test_wrong_codes_end_in_the_same_wait_as_wrong_passwords(
    with_factor: tuple[Staff, str, list[str]], phone: Phone, clock: Clock
) -> None:
    asha, secret, _ = with_factor
    for n in range(5):
        asha.logs_in()
        assert writes_code(asha, f"00000{n}").status_code == 401
    asha_again = writes_code(asha, shown(secret, clock))
    assert (asha_again.status_code, asha_again.headers["Retry-After"]) == (429, "900")
    assert "Please wait 15 min." in asha_again.text
    assert asha.logs_in().status_code == 429
    assert [line.what for line in phone.house.audit.page()[:5]] == ["wrong code"] * 5
    clock.goes_on(minutes=15)
    asha.logs_in()
    assert led_on(writes_code(asha, shown(secret, clock))) == "/desk"


@pytest.mark.parametrize("minutes", [9, 10])
def test_half_a_session_lasts_ten_minutes(
    with_factor: tuple[Staff, str, list[str]], clock: Clock, minutes: int
) -> None:
    asha, secret, _ = with_factor
    asha.logs_in()
    token = Staff.token(asha.browser.get("/login/code").text)
    clock.goes_on(minutes=minutes)
    answer = asha.browser.post("/login/code", data={"csrf_token": token, "code": shown(secret, clock)})
    assert led_on(answer) == ("/desk" if minutes < 10 else "/login")
    if minutes == 10:
        assert "That took too long" in asha.browser.get("/login").text


@pytest.mark.parametrize("ended", ["sessions", "factor", "person"])
def test_half_a_session_ends_when_its_person_changes(
    with_factor: tuple[Staff, str, list[str]], phone: Phone, clock: Clock, ended: str
) -> None:
    asha, secret, _ = with_factor
    phone.house.people.add("meera", PASSWORD, clock())
    asha.logs_in()
    token = Staff.token(asha.browser.get("/login/code").text)
    end = {
        "sessions": phone.house.roster.end_sessions,
        "factor": phone.house.second_factors.remove,
        "person": phone.house.roster.disable,
    }[ended]
    end(id_of(phone, "asha"), "meera", clock())
    answer = asha.browser.post("/login/code", data={"csrf_token": token, "code": shown(secret, clock)})
    assert led_on(answer) == "/login"
    assert asha.browser.get("/desk").status_code == 302


def test_who_has_shown_no_password_is_asked_for_it(app: Flask) -> None:
    browser = app.test_client()
    assert led_on(browser.get("/login/code?next=/desk/me")) == "/login?next=/desk/me"
    token = Staff.token(browser.get("/login").text)
    assert led_on(browser.post("/login/code", data={"csrf_token": token, "code": "000000"})) == "/login"


def test_without_the_right_password_nobody_learns_who_has_a_second_factor(
    app: Flask, with_factor: tuple[Staff, str, list[str]], phone: Phone, clock: Clock
) -> None:
    phone.house.people.add("devi", PASSWORD, clock(), STAFF)

    def refusal(name: str) -> tuple[int, str]:
        answer = Staff(app, name, "wrong horse battery").logs_in()
        return answer.status_code, answer.text.split("<main")[1].split("<form")[0]

    assert refusal("asha") == refusal("devi") == refusal("nobody")


def test_wrong_codes_are_counted_in_the_metrics(tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> None:
    with service(tmp_path, sqlite_url, redis_url, clock, METRICS_TOKEN="a-token-for-the-scraper") as phone:
        devi = somebody(phone, "devi", STAFF)
        sets_up(devi, clock)
        devi.logs_in()
        writes_code(devi, "000000")
        page = phone.app.test_client().get("/metrics", headers={"Authorization": "Bearer a-token-for-the-scraper"}).text
    assert 'clinic_failed_logins_total{reason="wrong_code"} 1.0' in page


# -- links


def test_a_new_password_by_a_link_is_no_way_round_the_code(
    app: Flask, with_factor: tuple[Staff, str, list[str]], phone: Phone, clock: Clock
) -> None:
    meera, (asha, secret, _) = somebody(phone, "meera", "manager"), with_factor
    asha.logs_in()
    for n in range(5):
        writes_code(asha, f"00000{n}")
    assert asha.logs_in().status_code == 429, "which a link ends"
    sends(meera, f"/desk/people/{id_of(phone, 'asha')}/reset")
    answer, guest = opens(app, link_in(people_page(meera)), name="asha")
    assert led_on(answer) == "/login/code"
    assert guest.browser.get("/desk").status_code == 302
    assert writes_code(guest, "000000").status_code == 401
    assert led_on(writes_code(guest, shown(secret, clock))) == "/desk"
    assert led_on(Staff(app, "asha", NEW).logs_in()) == "/login/code"


# -- changing it


def test_switching_it_off_and_new_codes_need_a_code(with_factor: tuple[Staff, str, list[str]], clock: Clock) -> None:
    asha, secret, codes = with_factor
    asha.logs_in()
    writes_code(asha, codes[0])
    for action in ("codes", "off"):
        assert sends(asha, f"{PAGE}/{action}").status_code == 400
        assert sends(asha, f"{PAGE}/{action}", code="000000").status_code == 401
    assert led_on(sends(asha, f"{PAGE}/codes", code=shown(secret, clock))) == f"{PAGE}/codes"
    new = codes_on(asha.browser.get(f"{PAGE}/codes").text)
    assert (len(new), set(new) & set(codes)) == (10, set())
    assert sends(asha, f"{PAGE}/off", code=codes[1]).status_code == 401
    assert led_on(sends(asha, f"{PAGE}/off", code=new[0])) == "/desk/me"
    said = asha.browser.get("/desk/me").text
    assert "It is switched off, and your recovery codes no longer work." in said
    assert "codes are left" not in said
    assert led_on(asha.logs_in()) == "/desk"
    for action in ("codes", "off"):
        assert led_on(sends(asha, f"{PAGE}/{action}", code=new[1])) == PAGE


def test_guessing_at_an_open_desk_ends_in_a_wait(staff: Staff, clock: Clock) -> None:
    secret, _ = sets_up(staff, clock)
    for _ in range(5):
        assert sends(staff, f"{PAGE}/off", code="000000").status_code == 401
    clock.goes_on(seconds=30)
    refused = sends(staff, f"{PAGE}/off", code=shown(secret, clock))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")


def test_where_it_is_required_it_cannot_be_switched_off(staff: Staff, phone: Phone, clock: Clock) -> None:
    _, codes = sets_up(staff, clock)
    phone.house.roster.require(id_of(phone, "asha"), "meera", clock())
    page = staff.browser.get(PAGE).text
    assert "It is required of you" in page
    assert f'action="{PAGE}/off"' not in page
    assert led_on(sends(staff, f"{PAGE}/off", code=codes[0])) == PAGE
    assert led_on(staff.logs_in()) == "/login/code"


# -- required


def test_who_must_have_one_reaches_nothing_else_of_the_desk(
    app: Flask, staff: Staff, phone: Phone, clock: Clock
) -> None:
    call = phone.rings().press("1", "1", "1", "1", "1")
    token = staff.csrf()
    phone.house.roster.require(id_of(phone, "asha"), "meera", clock())
    before = phone.house.audit.page()
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
    assert phone.house.audit.page() == before
    assert phone.house.desk.request(1).status == "open"


def test_an_open_page_says_what_to_do_to_who_must_have_one_and_shows_nothing_new_until_their_next_step(
    staff: Staff, phone: Phone, clock: Clock
) -> None:
    call = phone.rings().press("1", "1", "1", "1", "1")
    phone.house.roster.require(id_of(phone, "asha"), "meera", clock())
    for live in ("/desk/list", "/desk/requests/1/live"):
        answer = staff.browser.get(live, headers=LIVE)
        assert (answer.status_code, answer.headers.get("HX-Redirect")) == (200, None)
        assert f'href="{PAGE}">Set it up' in answer.text
        assert "99999" not in answer.text
        assert "hx-get" not in answer.text
    assert led_on(staff.browser.get(f"/desk/requests/{call.reference}")) == PAGE


def test_every_guard_has_been_thought_of(app: Flask) -> None:
    """What asks neither for a second factor nor for anything else is known by name."""
    before = {rule.endpoint for rule in rules(app) if guard_of(app, rule.endpoint) is logged_in_only}
    assert before == {"second_factor.page", "second_factor.switch_on", "login.leave", "login.leave_everywhere"}
    known = {staff_only, manager_only, logged_in_only, open_to_all, scraper_only}
    others = {rule.rule for rule in rules(app) if guard_of(app, rule.endpoint) not in known}
    assert all(rule.startswith(("/voice", "/phone", "/calendar")) for rule in others)


def test_who_must_have_one_is_led_to_it_after_the_password_and_may_leave(both: Phone, clock: Clock) -> None:
    devi = somebody(both, "devi", STAFF)
    both.house.roster.require_of_everybody(True, "meera", clock())
    assert led_on(devi.logs_in()) == "/desk"
    assert led_on(devi.browser.get("/desk")) == PAGE
    page = devi.browser.get(PAGE).text
    assert "It is required of you. Please set it up now" in page
    assert 'href="/desk/appointments"' not in page
    devi.browser.post("/language", data={"csrf_token": Staff.token(page), "language": "hi"})
    assert "यह आपके लिए ज़रूरी है" in devi.browser.get(PAGE).text
    assert led_on(devi.browser.post("/logout", data={"csrf_token": Staff.token(page)})) == "/login"
    devi.logs_in()
    sets_up(devi, clock)
    assert devi.browser.get("/desk").status_code == 200


def test_who_is_invited_later_must_have_one_too(phone: Phone, clock: Clock) -> None:
    meera = somebody(phone, "meera", "manager")
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
    meera, devi = somebody(phone, "meera", "manager"), somebody(phone, "devi", STAFF)
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
    assert not any(person.required for person in phone.house.people.all())


def test_a_manager_without_one_does_not_shut_herself_out(phone: Phone, clock: Clock) -> None:
    meera = somebody(phone, "meera", "manager")
    somebody(phone, "devi", STAFF)
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
    assert not any(person.required for person in phone.house.people.all())
    sets_up(meera, clock)
    sends(meera, f"{own}/require_second_factor")
    sends(meera, "/desk/people/second-factor", required="yes")
    assert all(person.required for person in phone.house.people.all())
    assert "It is required of everybody" in people_page(meera)


def test_a_manager_removes_it_from_who_has_lost_the_telephone_and_never_her_own(phone: Phone, clock: Clock) -> None:
    meera, devi = somebody(phone, "meera", "manager"), somebody(phone, "devi", STAFF)
    for each in (meera, devi):
        sets_up(each, clock)
    sends(meera, f"/desk/people/{id_of(phone, 'devi')}/remove_second_factor")
    assert "devi logs in with the password alone now." in people_page(meera)
    assert led_on(devi.logs_in()) == "/desk"
    sends(meera, f"/desk/people/{id_of(phone, 'meera')}/remove_second_factor")
    assert "Your own you switch off on your own page" in people_page(meera)
    assert led_on(Staff(phone.app, "meera", PASSWORD).logs_in()) == "/login/code"
    assert sends(meera, "/desk/people/999/remove_second_factor").status_code == 404
    line = next(line for line in phone.house.audit.page() if line.what == "removed second factor")
    assert (line.who, line.about) == ("meera", "devi")


def test_the_command_line_removes_it_from_the_manager_who_lost_hers(
    app: Flask, with_factor: tuple[Staff, str, list[str]], phone: Phone, clock: Clock
) -> None:
    asha = with_factor[0]
    phone.house.roster.require_of_everybody(True, "asha", clock())
    done = app.test_cli_runner().invoke(args=["staff", "remove-second-factor", "asha"])
    assert done.output == "asha logs in with the password alone now and sets up another at once\n"
    assert led_on(asha.logs_in()) == "/desk"
    assert led_on(asha.browser.get("/desk")) == PAGE
    for name, told in (("asha", "asha has no second factor"), ("nobody", "nobody who may log in has this name")):
        refused = app.test_cli_runner().invoke(args=["staff", "remove-second-factor", name])
        assert (refused.exit_code, refused.output) == (1, f"Error: {told}\n")


# -- another SECRET_KEY


def test_with_another_secret_key_the_person_is_told_what_to_do_and_not_let_in(
    tmp_path: Path, database_url: str, redis_url: str, clock: Clock
) -> None:
    with service(tmp_path, database_url, redis_url, clock) as phone:
        secret, codes = sets_up(somebody(phone, "devi", STAFF), clock)
    clock.goes_on(minutes=2)
    with service(tmp_path, database_url, redis_url, clock, SECRET_KEY="fedcba9876543210" * 4) as phone:
        devi = Staff(phone.app, "devi", PASSWORD)
        token = Staff.token(devi.browser.get("/login").text)
        form = {"name": "devi", "password": PASSWORD, "csrf_token": token}
        page = devi.browser.post("/login", data=form, follow_redirects=True)
        assert page.status_code == 409
        assert "Please ask a manager to remove your second factor" in page.text
        for code in (shown(secret, clock), codes[0]):
            answer = devi.browser.post("/login/code", data={"csrf_token": Staff.token(page.text), "code": code})
            assert answer.status_code == 409
        assert devi.browser.get("/desk").status_code == 302
        phone.house.second_factors.remove(id_of(phone, "devi"), "meera", clock())
        assert led_on(devi.logs_in()) == "/desk"


# -- what is written


def test_no_secret_and_no_code_stands_in_an_address_the_audit_or_the_log(
    staff: Staff, phone: Phone, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    secret, codes = sets_up(staff, clock)
    clock.goes_on(minutes=1)
    used = (shown(secret, clock), codes[0], "482910")
    seen = []
    for code in used:
        staff.logs_in()
        seen.append(writes_code(staff, code).headers.get("Location", ""))
    audit = str(phone.house.audit.page())
    for word in (secret, *used, *codes, codes[0].replace(" ", "")):
        assert word not in audit + caplog.text + "".join(seen)
