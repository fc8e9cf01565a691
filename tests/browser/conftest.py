"""A real service on a port of this machine, and real browsers whose users sit at its desk."""

import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from ivr.web.services import Services, build
from tests.applications import lent
from tests.conftest import NO_BROWSER, PASSWORD, QUICK, UNHURRIED, settings_for
from tests.people import Clock, Phone, Staff
from tests.served import Wsgi, serving

SIZES = {"phone": (360, 740), "desk": (1280, 900)}

LOOKS = (("phone", "hi"), ("desk", "en"))
"""Each size and each language of the desk once; the narrow size has Hindi, whose words are longer."""

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The names of Chromium's programs. The first is the fastest: it draws no windows and needs half the time."""

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP desk.test 127.0.0.1",
]
"""Chromium's options: it connects only to our service, which it also reaches under a second name, desk.test."""


def ready(page: Page, place: str) -> Locator:
    """Wait until this is on the page and the page's scripts have run, then return it.

    Until then the page hears no key, and a button is one of a page without JavaScript. Playwright waits for the button
    alone. `make test ARGS="tests/browser --late-scripts"` shows which tests forget this.
    """
    found = page.locator(place).first
    found.wait_for()
    page.wait_for_function("() => document.readyState === 'complete'")
    return found


def next_look_brings(page: Page, where: str, words: str) -> None:
    """Check that an open page asks for news every 1.5 seconds, and that the next answer brings these words."""
    assert page.locator(where).get_attribute("hx-trigger") == "every 1500ms"
    with page.expect_request(lambda each: "seen=" in each.url) as looks:
        pass
    answer = looks.value.response()
    assert answer is not None
    is_shown = words in page.locator(where).inner_html()  # a look that was under way may have brought them
    assert is_shown or words in answer.text()


def scripts_late(app: Wsgi) -> Wsgi:
    """Return the service as a slow network brings it: each script two thirds of a second after its page."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith(".js"):
            time.sleep(2 / 3)
        return app(environ, start)

    return answer


@dataclass(frozen=True)
class Service:
    """The running service of the browser's tests, its address, and a telephone that calls it."""

    url: str
    services: Services
    phone: Phone


@pytest.fixture
def service(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock, request: pytest.FixtureRequest
) -> Iterator[Service]:
    """The running service, with three people who may log in at its desk."""
    services = build(settings_for(tmp_path, sqlite_url, redis_url), clock, QUICK, limits=UNHURRIED)
    for name, role in (("asha", "manager"), ("meena", "staff"), ("ravi", "staff")):
        services.staff.people.add(name, PASSWORD, clock(), role)
    late = request.config.getoption("--late-scripts")
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        lent(services) as app,
        serving(listening, scripts_late(app) if late else app),
    ):
        yield Service(f"http://127.0.0.1:{listening.getsockname()[1]}", services, Phone(app, services))
    services.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """An installed Chromium that runs without windows."""
    if installed() is None:
        pytest.skip(f"{NO_BROWSER}no chromium is installed: apt-get install chromium-headless-shell fonts-lohit-deva")
    with launched() as browser:
        yield browser


def installed() -> str | None:
    """Return the path of an installed Chromium; None if this machine has none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the installed Chromium without windows; close it at the end of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), chromium_sandbox=False, args=FLAGS)
        yield browser
        browser.close()


Opens = Callable[..., Page]

COMES = 30_000
"""The most milliseconds that a test waits for a page, as on a busy machine; most come within a fraction of a second."""

expect.set_options(timeout=COMES)


def session_of(service: Service, name: str, words: str) -> str:
    """Log a person in over HTTP, faster than in a browser, with the language `words`; return the session cookie."""
    person = Staff(service.phone.app, name, PASSWORD)
    token = person.token(person.browser.get("/login").text)
    person.browser.post("/language", data={"csrf_token": token, "language": words})
    person.logs_in()
    held = person.browser.get_cookie("session")
    assert held
    return held.value


def logs_in(page: Page, name: str = "asha") -> None:
    """Fill in the form of the login on this page as a person types it."""
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")


@pytest.fixture
def opens(chromium: Browser, service: Service) -> Iterator[Opens]:
    """A function that opens a browser for a person logged in: `opens("meena", size="phone", dark=True, words="hi")`."""
    contexts = []

    def open_page(  # noqa: PLR0913 - each is one thing about the browser
        name: str = "asha",
        *,
        size: str = "desk",
        dark: bool = False,
        words: str = "en",
        js: bool = True,
        at: str = "127.0.0.1",  # or desk.test
    ) -> Page:
        (width, height), url = SIZES[size], service.url.replace("127.0.0.1", at)
        context = chromium.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=js,
        )
        context.set_default_timeout(COMES)
        contexts.append(context)
        context.add_cookies([{"name": "session", "value": session_of(service, name, words), "url": url}])
        page = context.new_page()
        page.goto("/desk")
        page.wait_for_selector("#list")
        return page

    yield open_page
    for context in contexts:
        context.close()
