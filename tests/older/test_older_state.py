"""The program opens the data that old version 837caff wrote, and that version's calls and logins can go on.

Pages and sentences are compared with those of 837caff. Whoever changes a page or a sentence on purpose must also change
837caff/pages.json. Any other difference means that a store has lost something.
"""

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select

from ivr.storage import schema
from testing.listener import listener
from testing.servers.postgres import Postgres
from testing.servers.valkey import Valkey
from tests.conftest import with_driver
from tests.older import CALLS, DATABASE, FIXED, PAGES, PEOPLE, REDIS, WRITTEN, looks, names, number
from tests.older.day import BOOK, BOOK_AGAIN
from tests.older.product import clock_collects_calls
from tests.older.running import works
from tests.older.stores import put_back, read_json
from tests.people import DELHI, Clock, Phone, Staff
from tests.web import clinic_with_reception, service

UNDER_WAY: list[dict[str, Any]] = read_json(WRITTEN / CALLS)
PEOPLE_THEN: dict[str, Any] = read_json(WRITTEN / PEOPLE)
SEEN: dict[str, Any] = read_json(WRITTEN / PAGES)


def clock_of_then() -> Clock:
    return Clock(datetime.fromisoformat(PEOPLE_THEN["moment"]).astimezone(DELHI))


@pytest.fixture
def clock() -> Clock:
    """A clock that shows the moment at which the old commit 837caff wrote the saved stores."""
    return clock_of_then()


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory, valkey_server: Valkey) -> str:
    """The path of a SQLite database that version 837caff wrote and our command upgraded. Tests work on copies."""
    folder = tmp_path_factory.mktemp("older")
    valkey_server.resume()
    valkey_server.start()
    valkey_server.flush()
    put_back(WRITTEN, folder / "older.db", valkey_server.url, folder)
    types(folder, f"sqlite:///{folder}/older.db", valkey_server.url, "database", "upgrade")
    return f"{folder}/older.db"


@pytest.fixture(scope="session")
def copied(upgraded: str, tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres) -> str:
    """The name of a PostgreSQL database with the desk of old version 837caff, copied from SQLite by our own command."""
    postgres_server.start()
    url, nowhere = postgres_server.new_database(), "redis://127.0.0.1:1/0"
    folder = tmp_path_factory.mktemp("moved")
    types(folder, f"sqlite:///{upgraded}", nowhere, "database", "copy", "--to", with_driver(url))
    return url.rpartition("/")[2]


@pytest.fixture
def old_sqlite(upgraded: str, tmp_path: Path, redis_url: str) -> str:
    """The address of version 837caff's SQLite file, upgraded. The fixture also restores Redis and the state folder."""
    path = tmp_path / "older.db"
    put_back(WRITTEN, path, redis_url, tmp_path)
    shutil.copy(upgraded, path)
    return f"sqlite:///{path}"


@pytest.fixture
def old_postgres(old_sqlite: str, copied: str, postgres_server: Postgres) -> Iterator[str]:
    """A PostgreSQL address with the data that commit 837caff left. Its Redis data and state folder are restored too."""
    postgres_server.start()
    url = postgres_server.new_database(like=copied)
    yield with_driver(url)
    postgres_server.drop(url)


def types(folder: Path, database_url: str, redis_url: str, *command: str) -> None:
    with service(folder, database_url, redis_url, clock_of_then(), **FIXED) as phone:
        done = phone.app.test_cli_runner().invoke(args=list(command))
    assert done.exit_code == 0, done.output


@pytest.fixture(params=["sqlite", "postgres"])
def older(request: pytest.FixtureRequest, tmp_path: Path, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone that calls the present program, on the stores that the old commit 837caff wrote."""
    url = request.getfixturevalue(f"old_{request.param}")
    more = {**FIXED, "CLINIC_FILE": clinic_with_reception(tmp_path)}
    with service(tmp_path, url, redis_url, clock, **more) as phone:
        yield phone


def comes(phone: Phone, clock: Clock, name: str = "meera") -> Staff:
    clock.goes_on(seconds=30)
    return looks.comes_in(phone, name, PEOPLE_THEN["password"], PEOPLE_THEN["secrets"][name])


def with_password(phone: Phone, name: str, password: str = "") -> tuple[Staff, int]:
    """Log a person in with a password alone; return the person, and the status of the answer."""
    person = Staff(phone.app, name, password or PEOPLE_THEN["password"])
    return person, person.logs_in().status_code


# -- the desk


def test_a_manager_sees_who_waits_and_all_that_was_done(older: Phone, clock: Clock) -> None:
    meera = comes(older, clock)
    assert sorted(looks.references(meera)) == sorted(SEEN["worklist"]), "those that are taken stand last now"
    assert looks.audit(meera) == SEEN["audit"]


@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_card_tells_what_happened_to_it(older: Phone, clock: Clock, language: str) -> None:
    meera, told = comes(older, clock), SEEN["cards"][language]
    looks.speaks(meera, language)
    cards = [(reference, int(id_)) for reference, id_ in map(str.split, told)]
    assert looks.histories(meera, cards) == told


def test_everybody_comes_in_with_what_they_have(older: Phone, clock: Clock) -> None:
    comes(older, clock, "asha")
    devi, _status = with_password(older, "devi")
    first, second = PEOPLE_THEN["recovery_codes"][:2]
    assert looks.shows_code(devi, first).status_code == 302
    again, _status = with_password(older, "devi")
    assert looks.shows_code(again, first).status_code == 401, "it has been used"
    assert looks.shows_code(again, second).status_code == 302


def test_nobody_else_comes_in(older: Phone, clock: Clock) -> None:
    assert with_password(older, "meera", "not the password")[1] == 401
    assert with_password(older, "kiran")[1] == 401, "disabled"
    assert with_password(older, "leela")[1] == 429, "locked out"
    clock.goes_on(minutes=16)
    leela, status = with_password(older, "leela")
    assert status == 302
    assert leela.browser.get("/desk").headers["Location"] == "/desk/me/second-factor", "required of everybody"


def test_an_invitation_is_still_good_and_so_is_a_session(older: Phone) -> None:
    ravi, link = Staff(older.app, "ravi"), PEOPLE_THEN["invitation"]
    token = Staff.token(ravi.browser.get(link).text)
    form = {"csrf_token": token, "password": "a long new one", "again": "a long new one"}
    assert ravi.browser.post(link, data=form).status_code == 302
    assert ravi.browser.get(link).status_code == 404, "used up"
    meera = Staff(older.app, "meera")
    looks.goes_on_at_the_desk(meera, PEOPLE_THEN["session"])
    assert "meera" in meera.sees()


def test_the_calendars_link_shows_the_same_appointments(older: Phone) -> None:
    """The older version's calendar link still shows the same entries; only the URLs in them now lead to the diary."""
    seen, now = SEEN["calendar"], looks.calendar(older, PEOPLE_THEN["calendar"])
    assert [each for each in now if "URL:" not in each] == [each for each in seen if "URL:" not in each]
    assert all("/desk/diary/" in each for each in now if each.startswith("URL:"))


def test_what_was_done_last_can_be_gone_on_with(older: Phone, clock: Clock) -> None:
    """Asha can close a request that she took in the older version 837caff, and resend a notice that failed there."""
    asha = comes(older, clock, "asha")
    own = next(card for card, lines in SEEN["cards"]["en"].items() if lines[0][2].startswith("Wants to come"))
    asha.does("report", int(own.split()[1]), outcome="settled")
    assert own.split()[0] not in looks.references(asha)
    assert len(re.findall(r"/desk/errands/\d+/again", asha.sees())) == 2
    asha.browser.post("/desk/errands/3/again", data={"csrf_token": asha.csrf()})
    assert len(re.findall(r"/desk/errands/\d+/again", asha.sees())) == 1


# -- the telephone


def test_every_call_under_way_goes_on_and_is_filed_once(older: Phone, clock: Clock) -> None:
    clock.goes_on(seconds=30)
    calls = {each["name"]: looks.goes_on(older, each) for each in UNDER_WAY}
    assert {name: heard for name, (_call, heard) in calls.items()} == SEEN["calls"]
    listed = looks.listed(older)
    assert listed == SEEN["listed"]
    for call, _heard in calls.values():
        call.repeats_last_webhook()
    assert looks.listed(older) == listed, "what comes twice is filed once"


def test_a_caller_hears_the_closures_and_is_offered_no_closed_day(older: Phone) -> None:
    assert looks.hours(older) == SEEN["hours"]
    days = older.rings(caller=number(96)).press("1").words
    assert ("Tuesday" in days, "Wednesday" in days, "Thursday" in days) == (True, False, True)


def test_who_is_blocked_or_has_rung_too_often_is_refused(older: Phone) -> None:
    for refused, keys in ((23, BOOK_AGAIN), (48, BOOK)):
        assert older.rings(caller=number(refused)).press(*keys).place == "refused"
    assert older.rings(caller=number(24)).press(*BOOK_AGAIN).place == "kept", "not blocked any more"


def test_who_rings_again_joins_what_they_asked_for_then(older: Phone) -> None:
    """Check that no second request is made for a caller whose request the old commit 837caff has stored."""
    call = older.rings(caller=number(26)).press(*BOOK_AGAIN[:3])
    assert call.place == "whose"
    call.press(*BOOK_AGAIN[3:])
    assert call.heard[0].startswith("Your request is already with us.")
    references = [
        re.findall(r'"reference": "(\d{6})"', line)
        for lines in (SEEN["listed"], looks.listed(older))
        for line in lines
        if number(26) in line
    ]
    assert references[0] == references[1], "there is one request, as before"
    assert len(references) == 2


def test_the_reports_count_the_calls_that_lay_in_the_spool(older: Phone, clock: Clock) -> None:
    comes(older, clock)
    looks.hours(older)
    for each in UNDER_WAY:
        looks.goes_on(older, each)
    clock.goes_on(minutes=70)
    clock_collects_calls(older)
    found = looks.page(comes(older, clock), "/desk/reports.csv?period=week").splitlines()
    assert [each for each in found if each in SEEN["reports"]] == SEEN["reports"], "and more by now"


# -- the workers


@pytest.mark.parametrize("older", ["sqlite"], indirect=True)  # a process takes its time, and either desk is one to it
def test_a_worker_does_what_lies_on_the_queue(older: Phone, clock: Clock, redis_url: str) -> None:
    (sealed,) = read_json(WRITTEN / REDIS)["clinic:waiting"]["value"].values()
    waiting = names.opened(sealed, "waiting request")["reference"]
    meera = comes(older, clock)
    assert "1 request from a call will appear here soon" in meera.sees()
    with listener() as channel:
        works(older.services.settings, STAFF_NOTIFY_URLS=channel.url.replace("http://", "json://"))
    assert waiting in looks.references(meera)
    assert "will appear here soon" not in meera.sees()
    messages = " ".join(body.decode() for _, body in channel.posts)
    assert set(re.findall(r"reference (\d{6})", messages)) == names.untold(WRITTEN / DATABASE)
    with Redis.from_url(redis_url) as redis:
        assert (redis.exists("clinic:waiting"), redis.llen("rq:queue:desk")) == (0, 0)


def test_every_booking_of_the_older_state_is_in_the_diary(older: Phone) -> None:
    """Every booking that the old version 837caff stored is in the diary at its time, even two at the same hour."""
    requests, diary = schema.requests, schema.appointments
    with older.services.database.reading() as read:
        booked = select(requests.c.id, requests.c.appointment).where(requests.c.outcome == "booked")
        then = {row.id: row.appointment for row in read.execute(booked)}
        now = {row.request_id: row.starts for row in read.execute(select(diary.c.request_id, diary.c.starts))}
    assert then
    assert now == then
