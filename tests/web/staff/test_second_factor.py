"""The second factor on the desk's pages: setting it up, logging in with it, replacing it and losing it."""

import re
from pathlib import Path

import pytest
import segno
from flask import Flask

from ivr.staff.people import STAFF
from ivr.staff.totp import address_of
from ivr.storage.audit import By
from ivr.web.guards import guard_of, logged_in_only, manager_only, staff_only
from tests.conftest import PASSWORD, at_the_desk
from tests.people import Clock, Phone, Staff
from tests.web import Serves, service
from tests.web.staff.second_factors import PAGE, codes_on, key_on, led_on, sets_up, shown, writes_code
from tests.web.staff.test_people import NEW, id_of, link_in, opens, people_page, sends
from tests.web.test_guards import path_of, rules


@pytest.fixture
def with_factor(staff: Staff, clock: Clock) -> tuple[Staff, str, list[str]]:
    """Asha, logged out, with the key of her authenticator app and her recovery codes."""
    secret, codes = sets_up(staff, clock)
    staff.browser.post("/logout", data={"csrf_token": staff.csrf()})
    clock.goes_on(minutes=2)
    return staff, secret, codes


# -- setting it up


def test_somebody_sets_it_up_and_logs_in_with_it_from_then_on(both: Phone, clock: Clock) -> None:
    devi = at_the_desk(both, "devi", STAFF)
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
    address = address_of(key_on(page), "asha", "Arunalaya physiotherapy")
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
    assert [line.what for line in phone.services.staff.audit.page()[:5]] == ["wrong code"] * 5
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
    phone.services.staff.people.add("meera", PASSWORD, clock())
    asha.logs_in()
    token = Staff.token(asha.browser.get("/login/code").text)
    end = {
        "sessions": phone.services.staff.accounts.end_sessions,
        "factor": phone.services.staff.second_factors.remove,
        "person": phone.services.staff.accounts.disable,
    }[ended]
    end(id_of(phone, "asha"), By("meera", clock()))
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
    phone.services.staff.people.add("devi", PASSWORD, clock(), STAFF)

    def refusal(name: str) -> tuple[int, str]:
        answer = Staff(app, name, "wrong horse battery").logs_in()
        return answer.status_code, answer.text.split("<main")[1].split("<form")[0]

    assert refusal("asha") == refusal("devi") == refusal("nobody")


def test_wrong_codes_are_counted_in_the_metrics(serves: Serves, clock: Clock) -> None:
    with serves(METRICS_TOKEN="a-token-for-the-scraper") as phone:
        devi = at_the_desk(phone, "devi", STAFF)
        sets_up(devi, clock)
        devi.logs_in()
        writes_code(devi, "000000")
        page = phone.app.test_client().get("/metrics", headers={"Authorization": "Bearer a-token-for-the-scraper"}).text
    assert 'clinic_failed_logins_total{reason="wrong_code"} 1.0' in page


# -- links


def test_a_new_password_by_a_link_is_no_way_round_the_code(
    app: Flask, with_factor: tuple[Staff, str, list[str]], phone: Phone, clock: Clock
) -> None:
    meera, (asha, secret, _) = at_the_desk(phone, "meera"), with_factor
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
    phone.services.staff.accounts.require(id_of(phone, "asha"), By("meera", clock()))
    page = staff.browser.get(PAGE).text
    assert "It is required of you" in page
    assert f'action="{PAGE}/off"' not in page
    assert led_on(sends(staff, f"{PAGE}/off", code=codes[0])) == PAGE
    assert led_on(staff.logs_in()) == "/login/code"


def test_the_command_line_removes_it_from_the_manager_who_lost_hers(
    app: Flask, with_factor: tuple[Staff, str, list[str]], phone: Phone, clock: Clock
) -> None:
    asha = with_factor[0]
    phone.services.staff.accounts.require_of_everybody(True, By("asha", clock()))
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
        secret, codes = sets_up(at_the_desk(phone, "devi", STAFF), clock)
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
        phone.services.staff.second_factors.remove(id_of(phone, "devi"), By("meera", clock()))
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
    audit = str(phone.services.staff.audit.page())
    for word in (secret, *used, *codes, codes[0].replace(" ", "")):
        assert word not in audit + caplog.text + "".join(seen)
