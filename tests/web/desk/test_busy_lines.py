"""The page of busy lines: the desk's warning of too many calls, what can be done, and the audit."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from testing.servers.valkey import Valkey
from tests.conftest import at_the_desk
from tests.people import BOOK, CALLER, Clock, Phone, Staff
from tests.test_faults import stopped
from tests.web import Serves
from tests.web.telephone.test_limits import floods, of_a_quiet_clinic


@pytest.fixture
def quiet(tmp_path: Path, serves: Serves) -> Iterator[Phone]:
    """A telephone at a clinic that takes few calls an hour: three on a line, two from a number, one withheld."""
    with serves(CLINIC_FILE=of_a_quiet_clinic(tmp_path)) as phone:
        yield phone


@pytest.fixture
def asha(quiet: Phone, clock: Clock) -> Staff:
    return at_the_desk(quiet)


def sees(person: Staff, path: str) -> str:
    """Return the words of this page of the desk."""
    page = person.browser.get(path)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text.split("<main")[-1])))


SAYS = {
    "en": ("Too many calls on this line: the first line.", "What can be done"),
    "hi": ("इस लाइन पर बहुत ज़्यादा कॉल: पहली लाइन।", "क्या किया जा सकता है"),
}


@pytest.mark.parametrize("language", SAYS)
def test_the_desk_says_that_a_line_is_over_its_limit_with_one_tap_to_what_can_be_done(
    quiet: Phone, asha: Staff, clock: Clock, language: str
) -> None:
    words, button = SAYS[language]
    asha.browser.post("/language", data={"csrf_token": asha.csrf(), "language": language})
    floods(quiet, 2)
    assert words not in sees(asha, "/desk")
    floods(quiet, 9)
    assert words in sees(asha, "/desk")
    (path,) = re.findall(rf'href="([^"]+)">{button}</a>', asha.browser.get("/desk/list").text)
    assert asha.browser.get(path).status_code == 200
    for _ in range(3):  # asha stays logged in for the hour
        clock.goes_on(minutes=20)
        page = sees(asha, "/desk")
    assert words not in page


def test_the_page_tells_each_line_what_it_has_had_and_which_is_over(quiet: Phone, asha: Staff) -> None:
    floods(quiet, 9)
    for _ in range(3):
        quiet.rings("third", "anonymous")
    page = sees(asha, "/desk/busy-lines")
    assert "the first line over its limit Calls within the last hour: 9 of at most 3" in page
    assert "the second line within its limits Calls within the last hour: 0 of at most 3" in page
    assert "the third line over the limit of calls without a number Calls within the last hour: 1 of at most 3" in page
    assert "Too many calls without a number on this line: the third line." in sees(asha, "/desk")
    assert page.count("Take requests again") == 3, "on two lines, and in what can be done"
    assert "busy-lines" in asha.browser.get("/desk/blocked").text


def test_one_tap_takes_requests_from_everybody_again(quiet: Phone, asha: Staff) -> None:
    floods(quiet, 9)
    quiet.rings("third", "anonymous")
    quiet.rings()
    assert quiet.rings().press(*BOOK).place == "refused"
    answer = asha.browser.post("/desk/busy-lines", data={"csrf_token": asha.csrf(), "line": "main"})
    assert answer.headers["Location"] == "/desk/busy-lines"
    page = sees(asha, "/desk/busy-lines")
    assert "The line takes requests from everybody again." in page
    assert "Of them without a number: 1 of at most 1" in page, "another line's counts stay"
    assert quiet.rings(caller="+919999900010").press(*BOOK).place == "kept"
    (told,) = [each for each in quiet.services.staff.audit.page() if each.what == "counted calls afresh"]
    assert (told.who, told.about) == ("asha", "main")
    assert "let a line take requests again" in sees(asha, "/desk/audit")


def test_only_the_staff_may_and_only_for_a_line_there_is(quiet: Phone, asha: Staff) -> None:
    stranger = Staff(quiet.app)
    assert stranger.browser.get("/desk/busy-lines").status_code == 302
    assert asha.browser.post("/desk/busy-lines", data={"csrf_token": asha.csrf(), "line": "none"}).status_code == 400


def test_with_redis_away_nothing_is_counted_and_the_page_says_so(
    quiet: Phone, asha: Staff, valkey_server: Valkey
) -> None:
    floods(quiet, 9)
    token = asha.csrf()
    with stopped(valkey_server):
        assert "The calls are not counted at the moment, so nobody is refused." in sees(asha, "/desk/busy-lines")
        assert "Too many calls" not in sees(asha, "/desk")
        asha.browser.post("/desk/busy-lines", data={"csrf_token": token, "line": "main"})
        assert [each for each in quiet.services.staff.audit.page() if each.what == "counted calls afresh"] == []


def test_no_number_stands_on_the_page(quiet: Phone, asha: Staff) -> None:
    quiet.rings()
    assert CALLER[3:] not in asha.browser.get("/desk/busy-lines").text.replace(" ", "")
