"""An authenticator app that shows codes, and the pages that ask for them, for the tests of the second factor."""

import re

from pyotp import TOTP
from werkzeug.test import TestResponse

from tests.people import Clock, Staff

PAGE = "/desk/me/second-factor"


def key_on(page: str) -> str:
    """Return the key for the authenticator app that a page shows, without its spaces."""
    found = re.search(r'<p class="to-type"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert found, "no key is shown"
    return re.sub(r"<[^>]*>|\s", "", found[1])


def shown(secret: str, clock: Clock) -> str:
    """Return the code that an authenticator app with this key shows at this moment."""
    return TOTP(secret).at(clock())


def sets_up(staff: Staff, clock: Clock) -> tuple[str, list[str]]:
    """Set up a person's second factor on its pages; return the key for the app, and the recovery codes."""
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
    """Fill in the page of the login that asks for the second factor's code; return the answer."""
    page = staff.browser.get("/login/code")
    return staff.browser.post(to, data={"csrf_token": Staff.token(page.text), "code": code})


def led_on(answer: TestResponse) -> str:
    assert answer.status_code == 302, answer.status_code
    return answer.headers["Location"]
