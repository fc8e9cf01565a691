"""A flood of logins at the running web server: callers still get answers, and staff on a known device can log in."""

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from tests.conftest import PASSWORD
from tests.people import CALL, Clock, Phone, Staff
from tests.web.test_security import web

pytestmark = pytest.mark.slow

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

A_CALLER_WAITS = 2.0
"""The most seconds that a caller may wait for an answer while strangers flood the login with attempts."""

SLACK = 3
"""The factor by which the test's time limits are longer, for a machine that does much else at the same time."""


def asks(port: int, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str, str]:
    """Send a request to the web at this port; return the status, the cookies and the page of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = urlencode(form) if form is not None else None
    connection.request("POST" if form is not None else "GET", path, body, {**(FORM if form else {}), **headers})
    answer = connection.getresponse()
    cookies = "; ".join(each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie") or [])
    page = answer.read().decode()
    connection.close()
    return answer.status, cookies, page


def logs_in(port: int, name: str, password: str, cookies: str = "") -> tuple[int, str]:
    """Log in with a browser that has these cookies; return the answer's status and cookies."""
    _status, session, page = asks(port, "/login", Cookie=cookies)
    form = {"name": name, "password": password, "csrf_token": Staff.token(page)}
    status, came, _page = asks(port, "/login", form, Cookie="; ".join(filter(None, (session, cookies))))
    return status, came


def test_while_strangers_flood_the_login_callers_are_answered_and_known_people_come_in(
    phone: Phone, clock: Clock
) -> None:
    phone.services.staff.people.add("asha", PASSWORD, clock())
    over, under_way = threading.Event(), threading.Semaphore(0)

    def floods(number: int) -> list[int]:
        _status, session, page = asks(port, "/login")
        found, token = [], Staff.token(page)
        for guess in range(10_000):
            if over.is_set():
                break
            form = {"name": f"guess {number} {guess}", "password": "wrong horse battery", "csrf_token": token}
            found.append(asks(port, "/login", form, Cookie=session)[0])
            under_way.release()
        return found

    with web(phone) as port:
        status, cookies = logs_in(port, "asha", PASSWORD)
        assert status == 302
        device = next(each for each in cookies.split("; ") if each.startswith("device="))
        with ThreadPoolExecutor(16) as strangers:
            try:
                flood = [strangers.submit(floods, number) for number in range(16)]
                assert all(under_way.acquire(timeout=60) for _ in flood)
                waits = []
                for _ in range(20):
                    began = time.monotonic()
                    signed = {"X-Twilio-Signature": phone.signs("/voice", CALL)}
                    assert asks(port, "/voice", CALL, **signed)[0] == 200
                    waits.append(time.monotonic() - began)
                assert logs_in(port, "asha", PASSWORD, device)[0] == 302
            finally:
                over.set()
        seen = {status for each in flood for status in each.result()}
    assert seen <= {401, 429, 503}
    assert max(waits) < A_CALLER_WAITS * SLACK, sorted(waits)[-3:]
