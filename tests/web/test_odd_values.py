"""No page breaks on an odd value in an address or a form, even one that no keyboard types and no calendar holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.storage.audit import By
from tests.conftest import PASSWORD, at_the_desk
from tests.people import Clock, Phone, Staff
from tests.web import service

pytestmark = pytest.mark.slow

EDGES = ("0001-01-01", "0001-01-02", "9999-12-31", "9999-12-30", "1999-12-31", "2200-01-01")


@pytest.fixture
def asha(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Staff]:
    """A manager logged in at the desk, who has taken a request, on each kind of database."""
    with service(tmp_path, database_url, redis_url, clock) as phone:
        person = at_the_desk(phone)
        phone.rings().press("1", "1", "1", "1", "1")
        phone.services.desk.moves.take(1, By("asha", clock()))
        yield person


def posts(staff: Staff, path: str, **form: str) -> int:
    return staff.browser.post(path, data={"csrf_token": staff.csrf(), **form}).status_code


@pytest.mark.parametrize("day", EDGES)
def test_a_day_at_the_end_of_the_calendar_is_as_good_as_none(asha: Staff, day: str) -> None:
    for page in ("/desk/diary", "/desk", "/desk/list", "/desk/hours"):
        assert asha.browser.get(f"{page}?day={day}").status_code == 200
    new = {"kind": "booking", "line": "main", "language": "en", "phone": "9999900003", "day": day, "part": "morning"}
    assert posts(asha, "/desk/new", **new) in {302, 400}
    for what in ("closed", "early", "late", "day"):
        assert posts(asha, "/desk/hours", what=what, day=day, line="*", time="10:00") == 400
    for outcome in ("booked", "later"):
        assert posts(asha, "/desk/requests/1/report", outcome=outcome, day=day, hour="00:00") in {302, 400, 409}
        assert posts(asha, "/desk/requests/1/report", outcome=outcome, day=day, hour="23:59") in {302, 400, 409}
    assert asha.browser.get("/desk").status_code == 200


def test_a_nul_is_refused_at_the_door_and_not_taken_for_a_database_that_is_away(asha: Staff) -> None:
    for path in (
        "/desk?line=%00",
        "/desk?kind=a&kind=%00",
        "/desk/requests/%00",
        "/desk/audit?person=a%00b",
        "/login?next=/desk%00",
    ):
        assert asha.browser.get(path).status_code == 400, path
    assert posts(asha, "/desk/requests/1/note", note="a\0b") == 400
    assert posts(asha, "/login", name="a\0b", password=PASSWORD) == 400
    assert posts(asha, "/desk/people", name="a\0b", role="staff") == 400


def test_a_number_that_no_database_holds_names_nobody(asha: Staff) -> None:
    for number in (2**31, 2**63, 10**40):
        assert posts(asha, f"/desk/people/{number}/reset") == 404
        assert posts(asha, f"/desk/people/{number}/disable") == 404
        assert posts(asha, f"/desk/requests/{number}/take") == 404
        assert posts(asha, "/desk/hours/undo", id=str(number)) == 302
        assert asha.browser.get(f"/desk/audit?before={number}").status_code == 200
        assert asha.browser.get(f"/desk?first={number}").status_code == 200


def test_a_host_that_cannot_be_read_gets_a_plain_no(phone: Phone) -> None:
    for path in ("/", "/login", "/desk", "/voice", "/nowhere"):
        answer = phone.app.test_client().get(path, headers={"Host": "a" * 300})
        assert answer.status_code in {400, 404, 405}
        assert "<main" not in answer.text


def test_a_refusal_at_the_door_needs_no_host_that_can_be_read(phone: Phone) -> None:
    answer = phone.app.test_client().get("/desk?line=%00", headers={"Host": "a" * 300})
    assert answer.status_code == 400
