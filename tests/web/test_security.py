"""Security of every answer: headers, cookies, the limit of a body, and the client's address behind proxies."""

import http.client
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from werkzeug.test import TestResponse

from config.settings import ROOT
from ivr.web.security import LONGEST_BODY
from ivr.web.telephone.webhook import MOST_FIELDS
from testing.servers import PATIENCE, until
from tests.conftest import PASSWORD
from tests.people import CALL, Clock, Phone, Staff
from tests.supervisor.supervised import free_port
from tests.web import Serves, environment

CLIENT, CLAIMED, PROXY = "198.51.100.7", "203.0.113.9", "10.0.0.1"
WRONG = "wrong horse battery"

FORBIDS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def production(serves: Serves, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service as in production, with one proxy before it that is trusted."""
    with serves(ENV="production", TRUSTED_PROXIES="1") as phone:
        phone.services.staff.people.add("asha", PASSWORD, clock())
        yield phone


# -- headers


@pytest.mark.parametrize("path", ["/desk", "/login", "/nowhere", "/", "/static/desk.css", "/healthz", "/voice"])
def test_every_answer_forbids_what_no_page_of_ours_does(staff: Staff, path: str) -> None:
    answer = staff.browser.get(path)
    policy, page = answer.headers["Content-Security-Policy"], answer.get_data(as_text=True)
    answer.close()
    assert all(words in policy for words in ("default-src 'self'", "frame-ancestors 'none'", "form-action 'self'"))
    assert "unsafe" not in policy
    assert {name: answer.headers[name] for name in FORBIDS} == FORBIDS
    assert all(f"{part}=()" in answer.headers["Permissions-Policy"] for part in ("camera", "microphone", "geolocation"))
    if answer.mimetype == "text/html":
        assert not re.search(r"<script(?! src=)|\bstyle=|\son\w+=", page), "which the policy would forbid"


def test_nothing_of_the_desk_is_kept_by_any_cache(staff: Staff, phone: Phone) -> None:
    phone.rings().press("1", "1", "1", "1", "1")
    missing = {"csrf_token": "none"}
    answers = [
        *(staff.browser.get(path) for path in ("/desk", "/desk/list", "/", "/readyz", "/desk/requests/000000")),
        *(staff.browser.post(path, data=missing) for path in ("/desk/requests/1/take", "/logout")),
        phone.app.test_client().get("/desk"),
        phone.posts("/voice", CALL),
    ]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    with staff.browser.get("/static/desk.css") as sheet:
        assert sheet.headers["Cache-Control"] == "no-cache", "the same for everybody: kept, and asked about"


def test_only_production_tells_a_browser_to_stay_with_https(production: Phone, app: Flask) -> None:
    assert production.app.test_client().get("/login").headers["Strict-Transport-Security"] == "max-age=31536000"
    assert production.app.test_client().get("/nowhere").headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in app.test_client().get("/login").headers


@pytest.mark.parametrize("path", ["/", "/login", "/desk", "/desk/people", "/voice", "/healthz", "/nowhere"])
def test_no_method_tells_a_stranger_more_than_get_or_lets_another_site_in(app: Flask, path: str) -> None:
    browser = app.test_client()
    for method in ("OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "PROPFIND"):
        answer = browser.open(path, method=method, headers={"Origin": "https://evil.example", "Cookie": "x=secret"})
        assert answer.status_code in {404, 405}, method
        assert "secret" not in answer.text
        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118 - pairs
    get, head = browser.get(path), browser.head(path)
    assert (head.status_code, head.data) == (get.status_code, b"")


# -- cookies and sessions


def logs_in(app: Flask, password: str = PASSWORD, token: str = "", **headers: str) -> TestResponse:
    """Log in over https, in a browser whose requests come through the proxy; return the answer."""
    browser = app.test_client()
    page = browser.get("/login", base_url="https://line.example")
    form = {"name": "asha", "password": password, "csrf_token": token or Staff.token(page.text)}
    address = {"REMOTE_ADDR": PROXY}
    return browser.post("/login", base_url="https://line.example", data=form, headers=headers, environ_base=address)


def test_the_cookie_of_a_session_is_for_this_host_https_and_no_script(production: Phone) -> None:
    cookie = logs_in(production.app).headers["Set-Cookie"]
    name, _, rest = cookie.partition("=")
    attributes = {each.strip().partition("=")[0]: each.strip().partition("=")[2] for each in rest.split(";")[1:]}
    assert name == "__Host-session"
    assert {"Secure", "HttpOnly"} <= set(attributes)
    assert (attributes["Path"], attributes["SameSite"]) == ("/", "Lax")
    assert "Domain" not in attributes, "a browser takes __Host- only so"


def test_what_stood_in_the_browser_before_a_login_opens_nothing_after_it(app: Flask, staff: Staff) -> None:
    """After a login, a session that a stranger planted in the browser before opens nothing. Its CSRF token is void."""
    planted, victim = app.test_client(), app.test_client()
    token = Staff.token(planted.get("/login").text)
    before = planted.get_cookie("session")
    assert before is not None
    victim.set_cookie("session", before.value)
    form = {"name": staff.name, "password": staff.password, "csrf_token": token}
    assert victim.post("/login", data=form).status_code == 302
    after = victim.get_cookie("session")
    assert after is not None
    assert after.value != before.value
    assert planted.get("/desk").status_code == 302, "the planted session is nobody's"
    assert victim.post("/logout/everywhere", data={"csrf_token": token}).status_code == 400, "nor does its token count"
    assert victim.get("/desk").status_code == 200


class LongAgo(TimestampSigner):
    """A signer that dates its signatures eleven hours back, to make an old CSRF token."""

    def get_timestamp(self) -> int:
        return super().get_timestamp() - 11 * 3600


def test_a_page_that_was_open_for_hours_still_sends_what_was_typed(staff: Staff, phone: Phone) -> None:
    phone.rings().press("1", "1", "1", "1", "1")
    key = phone.services.settings.secret_key
    inside = URLSafeTimedSerializer(key, salt="wtf-csrf-token").loads(staff.csrf())
    old = URLSafeTimedSerializer(key, salt="wtf-csrf-token", signer=LongAgo).dumps(inside)
    form = {"csrf_token": str(old), "note": "rang twice"}
    assert "rang twice" in staff.browser.post("/desk/requests/1/note", data=form, follow_redirects=True).text


# -- how much is read


def test_a_form_is_read_up_to_64_kilobytes_and_not_beyond(staff: Staff, phone: Phone) -> None:
    phone.rings().press("1", "1", "1", "1", "1")
    form = {"csrf_token": staff.csrf(), "note": "x" * (LONGEST_BODY + 1)}
    answer = staff.browser.post("/desk/requests/1/note", data=form)
    assert answer.status_code == 413
    assert "This is too long" in answer.text
    assert len(phone.services.desk.store.history(1)) == 1


def test_a_body_that_does_not_say_how_long_it_is_is_not_read_for_ever(phone: Phone) -> None:
    class Endless:
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size if size > 0 else 1 << 30
            return b"a=" + b"x" * (size - 2)

        readline = read

    endless = Endless()
    environ = {"wsgi.input": endless, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    form_type = "application/x-www-form-urlencoded"
    answer = phone.app.test_client().post("/voice", content_type=form_type, environ_overrides=environ)
    assert answer.status_code == 403, "what was read is not what was signed"
    assert 0 < endless.given <= 2 * LONGEST_BODY


def test_a_form_of_too_many_parts_or_fields_is_refused_before_anything_is_reckoned(staff: Staff, phone: Phone) -> None:
    parts = {f"part{n}": "1" for n in range(101)}
    answer = staff.browser.post("/desk/hours", data=parts, content_type="multipart/form-data")
    assert answer.status_code == 413
    fields = {f"field{n}": "1" for n in range(MOST_FIELDS)}
    assert phone.posts("/voice", {**CALL, **fields}).status_code == 413
    assert phone.posts("/voice", {**CALL, **dict(list(fields.items())[: MOST_FIELDS - len(CALL)])}).status_code == 200


# -- hosts and proxies


@pytest.mark.parametrize("host", ["evil.example", "evil.example:1", "", "127.0.0.1:8000", "evil.example/x", "[", "ä"])
def test_whatever_host_is_asked_for_no_link_leads_there(phone: Phone, staff: Staff, host: str) -> None:
    strangers = phone.app.test_client()
    for path in ("/", "/desk", "/desk/requests/000000?x=1", "/login?next=/desk", "/nowhere", "/desk//me"):
        answer = strangers.get(path, headers={"Host": host, "X-Forwarded-Host": "evil.example"})
        assert answer.status_code in {200, 302, 404, 400}
        assert "evil.example" not in answer.text + answer.headers.get("Location", "")
        assert answer.headers.get("Location", "/").startswith("/")


def counted(phone: Phone) -> set[str]:
    """Return the client addresses that the audit has for failed logins."""
    return {line.detail for line in phone.services.staff.audit.page() if line.what == "failed login"}


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [(CLIENT, CLIENT), (f"{CLAIMED}, {CLIENT}", CLIENT), (f"{CLAIMED},{CLAIMED}, {CLIENT}", CLIENT), ("", PROXY)],
)
def test_behind_one_proxy_of_ours_only_what_it_says_counts(production: Phone, forwarded: str, address: str) -> None:
    """The client's address is the last in X-Forwarded-For, which the proxy wrote; the client may forge the others."""
    assert logs_in(production.app, WRONG, **{"X-Forwarded-For": forwarded}).status_code == 401
    assert counted(production) == {address}


def test_somebody_who_claims_another_address_each_time_is_locked_out_all_the_same(production: Phone) -> None:
    for n in range(20):
        headers = {"X-Forwarded-For": f"203.0.113.{n}, {CLIENT}", "Forwarded": f"for=203.0.113.{n}"}
        browser = production.app.test_client()
        token = Staff.token(browser.get("/login", base_url="https://line.example").text)
        form = {"name": f"guess {n}", "password": WRONG, "csrf_token": token}
        browser.post("/login", base_url="https://line.example", data=form, headers=headers)
    assert logs_in(production.app, **{"X-Forwarded-For": f"192.0.2.200, {CLIENT}"}).status_code == 429
    assert logs_in(production.app, **{"X-Forwarded-For": f"{CLIENT}, 192.0.2.200"}).status_code == 302


def test_without_a_proxy_of_ours_nobody_chooses_the_address_that_counts(phone: Phone, clock: Clock) -> None:
    phone.services.staff.people.add("asha", PASSWORD, clock())
    claims = {"X-Forwarded-For": CLAIMED, "X-Real-IP": CLAIMED, "Forwarded": f"for={CLAIMED}", "Client-IP": CLAIMED}
    assert logs_in(phone.app, WRONG, **claims).status_code == 401
    assert counted(phone) == {PROXY}


def test_no_header_of_a_proxy_changes_where_a_link_leads_or_what_is_signed(production: Phone) -> None:
    claims = {
        "X-Forwarded-For": CLAIMED,
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "8443",
        "X-Forwarded-Prefix": "/elsewhere",
        "X-Script-Name": "/elsewhere",
        "X-Original-URL": "/voice/status",
        "Forwarded": "host=elsewhere.example;proto=http",
        "Host": "elsewhere.example",
    }
    assert production.posts("/voice", CALL, **claims).data == production.posts("/voice", CALL).data
    assert production.app.test_client().get("/desk", headers=claims).headers["Location"] == "/login?next=%2Fdesk"
    for path in ("/voice", "/voice/main"):
        elsewhere = production.signs("/voice/status", CALL)
        assert production.unsigned(path, CALL, **claims, **{"X-Twilio-Signature": elsewhere}).status_code == 403


# -- the web server of the Procfile


@contextmanager
def web(phone: Phone) -> Iterator[int]:
    """Run the Procfile's web on a free port until the end of the block."""
    settings, port = phone.services.settings, free_port()
    command = next(
        line.partition(": ")[2] for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:")
    )
    command = command.replace("python", shlex.quote(sys.executable), 1)
    with (settings.state_dir / "web.log").open("w") as log:
        environ = {**environment(settings), "PORT": str(port), "BIND": "127.0.0.1"}
        child = subprocess.Popen(["/bin/sh", "-c", f"exec {command}"], cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        assert until(lambda: child.poll() is not None or asked(port, "GET", "/healthz")[0] == 200)
        yield port
    finally:
        child.terminate()
        child.wait()


def asked(port: int, method: str, path: str, **headers: str) -> tuple[int, str]:
    """Return the status and the text of the web's answer at this port; 0 and no text if nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location", "") or answer.read().decode()
    except ConnectionError:
        return 0, ""
    finally:
        connection.close()


def test_a_proxy_on_this_machine_cannot_be_made_to_ask_for_another_path(phone: Phone) -> None:
    """The web believes no header that claims another path, scheme or host, though it comes from 127.0.0.1."""
    with web(phone) as port:
        plain = asked(port, "GET", "/desk/healthz")
        assert plain[0] == 404
        assert asked(port, "GET", "/desk/healthz", SCRIPT_NAME="/desk")[0] == 404
        assert asked(port, "GET", "/healthz", SCRIPT_NAME="/desk", PATH_INFO="/desk")[0] == 200
        claims = {"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "off", "X-Forwarded-Host": "evil.example"}
        assert asked(port, "GET", "/desk", **claims) == (302, "/login?next=%2Fdesk")
        assert asked(port, "TRACE", "/desk", Cookie="x=secret")[0] in {404, 405}


# -- a slash too many


def test_a_call_is_answered_though_its_address_was_written_with_a_slash_at_the_end(phone: Phone) -> None:
    for path in ("/voice/", "/voice/status/", "/voice/fallback/"):
        answer = phone.posts(path, {**CALL, "CallStatus": "completed"})
        assert answer.status_code == phone.posts(path.rstrip("/"), {**CALL, "CallStatus": "completed"}).status_code
        assert answer.status_code < 300, path
    assert phone.unsigned("/voice/", CALL).status_code == 403, "the signature counts there too"


def test_every_address_means_the_same_with_a_slash_at_the_end(app: Flask) -> None:
    found = app.url_map.bind("line.example")
    for rule in app.url_map.iter_rules():
        if rule.arguments or rule.rule == "/":
            continue
        method = next(each for each in ("GET", "POST") if each in (rule.methods or ()))
        assert found.match(f"{rule.rule}/", method) == found.match(rule.rule, method), rule.rule
