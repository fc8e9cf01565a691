"""Makes an account at the desk of a benchmarked service, logs in over HTTP, and makes requests for the desk's pages."""

import re
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlencode

from bench.figures import BenchFailed
from bench.load.wires import Wanted
from bench.served.service import Service
from ivr.web.services import build

NAME, PASSWORD = "bench", "only for this benchmark"


def logged_in(line: Service) -> str:
    """Make an account at the desk of this service, log in, and return the session cookie. Raises BenchFailed."""
    services = build(line.settings)
    services.staff.people.add(NAME, PASSWORD, datetime.now(UTC))
    services.close()
    connection = HTTPConnection("127.0.0.1", line.port, timeout=30)
    connection.request("GET", "/login")
    page = connection.getresponse()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())
    if token is None:
        raise BenchFailed("the login has no form")
    form = urlencode({"name": NAME, "password": PASSWORD, "csrf_token": token[1]})
    headers = {"Cookie": _cookies(page.headers), "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login", form, headers)
    entered = connection.getresponse()
    entered.read()
    connection.close()
    if entered.status != 302:
        raise BenchFailed(f"the login answered {entered.status}")
    return _cookies(entered.headers)


def _cookies(headers: object) -> str:
    found = headers.get_all("Set-Cookie") or []  # type: ignore[attr-defined]
    return "; ".join(each.partition(";")[0] for each in found)


def page(path: str, cookie: str, wants: bytes) -> Wanted:
    """Return the request for a page of the desk, with this session cookie, and the bytes that its answer must have."""
    head = f"GET {path} HTTP/1.1\r\nHost: line.example\r\nAccept: text/html\r\nCookie: {cookie}\r\n\r\n"
    return Wanted(head.encode(), wants)
