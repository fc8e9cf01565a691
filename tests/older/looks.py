"""Reads pages and calls of the service, over HTTP only, so that two versions of the program can be compared."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from pyotp import TOTP

from tests.older import BASE, number
from tests.people import Conversation, Phone, Staff

Lines = list[list[str]]

LINE = re.compile(r'<li[^>]*><time datetime="([^"]+)">[^<]*</time> <strong>(.*?)</strong> (.*?)</li>', re.DOTALL)
ROW = re.compile(r'<tr>\s*<td><time datetime="([^"]+)">.*?</td>\s*<td>(.*?)</td>\s*<td>(.*?)</td>\s*</tr>', re.DOTALL)


def comes_in(phone: Phone, name: str, password: str, secret: str) -> Staff:
    """Log a person in with their password and the present code of their authenticator app."""
    person = Staff(phone.app, name, password)
    answer = person.logs_in()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/code")
    answer = shows_code(person, TOTP(secret).at(phone.services.clock()))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk")
    return person


def shows_code(person: Staff, code: str) -> Any:
    """Fill in a code of the app, or a recovery code, at the login; return the answer."""
    token = Staff.token(person.browser.get("/login/code").text)
    return person.browser.post("/login/code", data={"csrf_token": token, "code": code})


def speaks(person: Staff, language: str) -> None:
    """Change the language in which this person reads the desk."""
    person.browser.post("/language", data={"csrf_token": person.csrf(), "language": language})


def page(person: Staff, path: str) -> str:
    """Return the text of this page as the person sees it; the page must open."""
    answer = person.browser.get(path)
    assert answer.status_code == 200, f"{answer.status_code} at {path}"
    return answer.text


def references(person: Staff) -> list[str]:
    """Return the references of the cards on the list that this person sees, in the order of the page."""
    return re.findall(r'id="request-\d+">.*?/desk/requests/(\d{6})\?id=', page(person, "/desk"), re.DOTALL)


def histories(person: Staff, cards: list[tuple[str, int]]) -> dict[str, Lines]:
    """Return the history of each of these requests, in the words of the request's card."""
    found = {f"{reference} {id_}": page(person, f"/desk/requests/{reference}?id={id_}") for reference, id_ in cards}
    return {card: [list(map(_plain, line)) for line in LINE.findall(text)] for card, text in found.items()}


def audit(person: Staff) -> Lines:
    """Return every line of the audit as its page shows it, the newest first."""
    return [list(map(_plain, line)) for text in _pages(person, "/desk/audit") for line in ROW.findall(text)]


def _pages(person: Staff, path: str) -> Iterator[str]:
    while path:
        text = page(person, path)
        yield text
        older = re.search(r'href="(/desk/audit\?[^"]*before=\d+)"', text)
        path = unescape(older[1]) if older else ""


def _plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def goes_on(phone: Phone, stands: dict[str, Any]) -> tuple[Conversation, Lines]:
    """Continue the saved, unfinished call `stands` where it stopped; return the call and the words after each event."""
    call = Conversation(phone, stands["form"], stands["sid"])
    path = str(stands["at"]).removeprefix(BASE)
    assert path.startswith("/voice/"), "an address of ours"
    call.follows(path, stands["first"])
    heard = [call.heard]
    for key in stands["keys"]:
        call.press(key)
        heard.append(call.heard)
    return call, heard


def listed(phone: Phone) -> list[str]:
    """Return every request as the command `flask desk list` lists it."""
    done = phone.app.test_cli_runner().invoke(args=["desk", "list", "--json", "--all"])
    assert done.exit_code == 0, done.output
    return sorted(line for line in done.output.splitlines() if line.startswith("{"))


def calendar(phone: Phone, link: str) -> list[str]:
    """Return the lines of the calendar feed that tell of appointments: id, start, end, revision, title and URL."""
    answer = phone.app.test_client(use_cookies=False).get(link.removeprefix(BASE))
    assert answer.status_code == 200
    telling = ("UID:", "DTSTART", "DTEND", "SEQUENCE:", "SUMMARY:", "URL:")
    return [line for line in answer.text.splitlines() if line.startswith(telling)]


def session(person: Staff) -> dict[str, Any]:
    """Return the values that this person's session cookie holds."""
    cookie = person.browser.get_cookie("session")
    assert cookie
    return opened_session(person.browser.application, cookie.value)


def opened_session(app: Flask, cookie: str) -> dict[str, Any]:
    """Return the values that a saved session cookie holds, however old its signature is."""
    held: dict[str, Any] = _serializer(app).loads(cookie)
    return held


def goes_on_at_the_desk(person: Staff, cookie: str) -> None:
    """Give a person's browser a saved session, signed anew, since one that was signed yesterday is refused."""
    app = person.browser.application
    person.browser.set_cookie("session", _serializer(app).dumps(opened_session(app, cookie)))


def _serializer(app: Flask) -> Any:
    """Return Flask's own serializer, which signs and reads session cookies."""
    return SecureCookieSessionInterface().get_signing_serializer(app)


def hours(phone: Phone) -> list[str]:
    """Return the opening hours as a new caller of the line hears them."""
    return phone.rings(caller=number(99)).press("4").heard
