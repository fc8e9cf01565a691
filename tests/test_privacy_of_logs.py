"""Logs, jobs and keys in Redis: none holds a caller's number, a pressed digit, or the name of anybody at the desk."""

import logging
import re
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from sqlalchemy import select

from config.settings import ROOT
from ivr.app import create_app
from ivr.carrier.carriers import Carriers
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.texts import TwilioTexts
from ivr.desk.job_queue import QUEUE
from ivr.staff.people import NameTaken
from ivr.storage import schema
from ivr.storage.database import Database, sqlite_path
from testing.listener import listener
from testing.servers import until as wait_until
from tests.people import Clock, Conversation, Phone, Staff
from tests.staff.staffed import at_once
from tests.test_faults import moved
from tests.web import environment, service
from tests.workers.test_tasks import ACCOUNT, ToListener
from workers import jobs
from workers.clock import purge_expired, sweep
from workers.services import WorkerServices
from workers.services import build as build_workers

CALLER = "+919876501234"
KEYED = "9876505678"
MISTYPED = "98765099"
STAFF, PASSWORD = "asha-of-the-desk", "a-password-to-hide"
NOTE = "the knee of Lalita-of-nowhere"

PERSONAL = (CALLER[3:], KEYED, MISTYPED, STAFF, PASSWORD, NOTE)
"""Personal words, all made up: each would be found wherever the service put it, however its digits are grouped."""


def personal_in(text: str) -> list[str]:
    """Return the words of PERSONAL that this text contains unencrypted."""
    bare = re.sub(r"(?<=\d)[\s,.()-]+(?=\d)", "", text)
    return [word for word in PERSONAL if word in bare or word in text]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The service's log with lines of every level, also of libraries; of SQLAlchemy only from INFO on.

    SQLAlchemy hides the values of statements at INFO. Its DEBUG would print whole rows, but is off unless somebody
    switches on that very logger.
    """
    with ExitStack() as levels:
        levels.enter_context(caplog.at_level(logging.DEBUG))
        for name in ["sqlalchemy", *logging.root.manager.loggerDict]:
            level = logging.INFO if name.startswith("sqlalchemy") else logging.DEBUG
            levels.enter_context(caplog.at_level(level, logger=name))
        yield caplog


def calls(phone: Phone) -> Conversation:
    """Make calls of every kind, such as withheld, hung up or forged ones; return a call that made a request."""
    phone.rings(caller=CALLER).press("1", "1", "1", "2", f"{MISTYPED}#", f"0{KEYED}#", "1", "1")
    phone.rings(caller="anonymous").press("2", "1", f"91{KEYED}#", "1", "1")
    phone.rings(caller=CALLER).press("2", "1", "1")
    call = phone.rings("third", CALLER, "hi").press("1", "1", "1", "1", "1")
    form = call.form({"From": CALLER, "To": CALLER, "CallStatus": CALLER.replace("+", "")})
    phone.posts("/voice/status", {**form, "CallStatus": "completed"})
    phone.posts("/voice/main", {**form, "Digits": f"{KEYED} "})
    phone.posts("/voice", {**form, "CallSid": f"<{CALLER}>"})
    phone.unsigned("/voice", form)
    phone.unsigned("/voice/fallback", {**form, "ErrorUrl": f"https://line.example/voice?n={CALLER}"})
    for keys in ((), ("0",)):
        phone.rings(caller=CALLER).press(*keys).hangs_up().hangs_up()  # a silent call, which is listed as missed
    return call


def works(phone: Phone) -> None:
    """Work a day at the desk: mistype a password; take, note, report and undo a request, then report too late."""
    phone.services.staff.people.add(STAFF, PASSWORD, phone.services.clock())
    person = Staff(phone.app, STAFF, PASSWORD)
    person.logs_in(password=f"{PASSWORD}!")
    person.logs_in()
    for move in ("take", "put_back", "take"):
        person.does(move, 1)
    person.does("note", 1, note=NOTE)
    for move in ("report", "undo", "report", "report"):
        person.does(move, 1, outcome="settled", what="settled")
    for tap in ("call", "undo", "request", "call"):
        person.browser.post(f"/desk/missed/1/{tap}", data={"csrf_token": person.csrf()})


def in_redis(redis_url: str) -> str:
    """Return every key and value in Redis as one text, also values that RQ has packed into its results."""
    with Redis.from_url(redis_url) as redis:
        readers: dict[bytes, Any] = {
            b"string": redis.get,
            b"hash": redis.hgetall,
            b"list": lambda key: redis.lrange(key, 0, -1),
            b"set": redis.smembers,
            b"zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
            b"stream": redis.xrange,
        }
        held = [f"{key!r}: {readers[redis.type(key)](key)!r}" for key in redis.scan_iter()]
        queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
        failed = [queue.fetch_job(job_id) for job_id in FailedJobRegistry(queue=queue).get_job_ids()]
        results = [job.latest_result() for job in failed if job]
        return "\n".join([*held, *(str(result.exc_string) for result in results if result)])


# -- logs


def test_calls_and_staff_leave_nothing_personal_in_any_log(phone: Phone, log: pytest.LogCaptureFixture) -> None:
    call = calls(phone)
    works(phone)
    assert f"call {call.sid}: a booking is promised" in log.text
    assert "INSERT INTO requests" in log.text, "the libraries are listened to as well"
    assert personal_in(log.text) == []


def test_the_text_of_an_error_of_ours_stays_out_of_the_log(phone: Phone, log: pytest.LogCaptureFixture) -> None:
    class Broken:
        def accept(self, new: object) -> None:
            raise RuntimeError(f"cannot keep {new} of {CALLER}")

    telephone = replace(phone.services.telephone, intake=Broken())  # type: ignore[arg-type]  # an intake that fails
    services = replace(phone.services, telephone=telephone)
    broken = Phone(create_app(services), services)
    call = broken.rings(caller=CALLER).press("1", "1", "1", "1", "1")
    assert "a small problem with our phone line" in call.words
    assert "a webhook of place /voice/summary failed: RuntimeError" in log.text
    assert personal_in(log.text) == []


def test_the_path_of_a_fault_of_ours_forges_no_line_of_the_log(phone: Phone, log: pytest.LogCaptureFixture) -> None:
    class Broken:
        fault = phone.services.telephone.carrier.fault

        def bears(self, _headers: object) -> bool:
            return True

        def read(self, *_: object) -> None:
            raise RuntimeError

    only = Carriers({"": Broken()})  # type: ignore[dict-item]  # a carrier that fails at everything
    telephone = replace(phone.services.telephone, carriers=only)
    app = create_app(replace(phone.services, telephone=telephone))
    assert app.test_client().post("/voice/summary%1b%e2%80%a8forged%20line").status_code == 200
    assert "a webhook of place /voice/summaryforgedline failed: RuntimeError" in log.text


@pytest.mark.parametrize("database", ["sqlite:///{0}/clinic.db", "sqlite:///{0}/nowhere.db"], ids=["up", "away"])
def test_with_redis_and_then_both_stores_away_the_log_says_what_failed_but_not_for_whom(
    tmp_path: Path, sqlite_url: str, clock: Clock, log: pytest.LogCaptureFixture, database: str
) -> None:
    with service(tmp_path, database.format(tmp_path), f"unix://{tmp_path}/nowhere.sock", clock) as phone:
        calls(phone)
    away = "ConnectionError: its socket is not there: is it running?"
    says = {
        "clinic": f"Redis is away ({away}); the sweep will enqueue its tasks",
        "nowhere": f"Redis is away too ({away}); nothing is promised",
    }
    assert next(words for name, words in says.items() if name in database) in log.text
    assert personal_in(log.text) == []


# -- PostgreSQL, which writes a log of its own


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    with service(tmp_path, postgres_url, redis_url, clock) as phone:
        yield phone


def test_a_day_on_postgresql_leaves_nothing_personal_in_its_own_log_either(
    on_postgres: Phone, clock: Clock, log: pytest.LogCaptureFixture, server_log: Callable[[], str]
) -> None:
    phone, settings = on_postgres, on_postgres.services.settings
    call = calls(phone)
    works(phone)
    again = [phone.rings(caller=CALLER).press("1", "1", "1", "1", "1") for _ in range(3)]  # for the same person
    assert [each.place for each in again] == ["summary"] * 3
    at_once(*(lambda call=each: call.press("1") for each in again))
    at_once(*(call.repeats_last_webhook for _ in range(3)))
    phone.services.staff.people.add("meena", PASSWORD, clock())
    with pytest.raises(NameTaken):
        phone.services.staff.people.add(STAFF, PASSWORD, clock())
    with closing(Database(settings.database_url)) as other, other.writing() as write:
        # The next call waits for these rows until it is given up on.
        write.execute(select(schema.requests).with_for_update())
        late = phone.rings(caller=CALLER).press("1", "1", "1", "1", "1", "1")
        wait_until(lambda: "canceling statement due to" in server_log())
    told = [phone.app.test_cli_runner().invoke(args=["privacy", "erase", CALLER, "--yes"]).output]
    assert f"call {late.sid}: the database is away" in log.text
    assert "Erased." in told[0]
    assert "STATEMENT:" in server_log(), "it tells which statement it gave up on"
    assert personal_in(server_log()) == []
    assert personal_in(log.text + in_redis(settings.redis_url) + told[0]) == []


# -- what an operator runs


def test_erasing_backing_up_and_restoring_say_nothing_personal(phone: Phone, log: pytest.LogCaptureFixture) -> None:
    calls(phone)
    works(phone)
    backup = phone.services.settings.state_dir / "backup.db"
    commands = (
        ["backup", str(backup)],
        ["privacy", "erase", CALLER, "--yes"],
        ["restore", str(backup), "--yes"],
        ["privacy", "erase", CALLER, "--yes"],
    )
    told = [phone.app.test_cli_runner().invoke(args=each) for each in commands]
    assert [each.exit_code for each in told] == [0] * 4, told
    assert personal_in(log.text + "".join(each.output for each in told)) == []


def test_the_clock_says_nothing_personal_of_what_it_deletes(
    phone: Phone, worker: WorkerServices, clock: Clock, log: pytest.LogCaptureFixture
) -> None:
    calls(phone)
    works(phone)
    purge_expired(worker)
    clock.goes_on(days=400)
    purge_expired(worker)
    assert "kept long enough and deleted: 1 requests" in log.text
    assert personal_in(log.text) == []


# -- Redis


def test_the_jobs_of_a_request_hold_its_number_and_nothing_of_the_caller(
    phone: Phone, worker: WorkerServices, redis_url: str, log: pytest.LogCaptureFixture
) -> None:
    calls(phone)
    works(phone)
    assert "errand-1-1" in in_redis(redis_url)
    assert personal_in(in_redis(redis_url)) == []
    for errand in worker.desk.job_queue.queued_tasks():
        jobs.run(worker, errand)
    assert "stands at the desk" in log.text
    assert personal_in(log.text) == []


def test_what_waits_in_redis_while_the_database_is_away_is_sealed(
    phone: Phone, worker: WorkerServices, sqlite_url: str, redis_url: str, log: pytest.LogCaptureFixture
) -> None:
    with moved(sqlite_path(sqlite_url)):
        calls(phone)
        sweep_fails_quietly(worker)
        assert worker.desk.pending.count() == 3
        assert "clinic:waiting" in in_redis(redis_url)
        assert personal_in(in_redis(redis_url)) == []
    jobs.save(worker)
    assert {each.phone.e164 for each in phone.services.desk.store.waiting()} == {CALLER, f"+91{KEYED}"}
    assert personal_in(in_redis(redis_url) + log.text) == []


def sweep_fails_quietly(worker: WorkerServices) -> None:
    with pytest.raises(Exception, match="SQLITE_CANTOPEN") as away:
        sweep(worker)
    assert personal_in("".join(traceback.format_exception(away.value))) == []


# -- workers, of whose failed jobs Redis keeps nothing


def test_a_real_worker_that_fails_leaves_nothing_personal_in_its_log_or_in_redis(
    phone: Phone, tmp_path: Path, redis_url: str, sqlite_url: str, clock: Clock
) -> None:
    more = {"TEXT_CONFIRMATIONS": "on", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_TEXT_FROM": "+12025550123"}
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    with service(tmp_path, sqlite_url, redis_url, clock, **more) as texting:
        texting.rings(caller=CALLER, AccountSid=ACCOUNT).press("1", "1", "1", "1", "1")
    done = subprocess.run(
        [sys.executable, "-m", "workers", "--burst"],
        cwd=ROOT,
        env={**environment(phone.services.settings), **more, **nowhere},
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    assert "ProxyError" in done.stdout, "the job has failed"
    assert "ProxyError" not in in_redis(redis_url), "and the outbox alone keeps why"
    assert personal_in(done.stdout + in_redis(redis_url)) == []


def test_a_carrier_that_names_the_number_it_refuses_is_not_quoted(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock, log: pytest.LogCaptureFixture
) -> None:
    more = {"TEXT_CONFIRMATIONS": "on", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_TEXT_FROM": "+12025550123"}
    with listener() as carrier, service(tmp_path, sqlite_url, redis_url, clock, **more) as phone:
        carrier.status = 400
        carrier.answer = b'{"code": 21608, "message": "The number %s is unverified.", "status": 400}' % CALLER.encode()
        settings = phone.services.settings
        account = Account.of(settings.carrier)
        worker = replace(build_workers(settings, clock), texts=lambda: TwilioTexts(account, ToListener(carrier.url)))
        phone.rings(caller=CALLER, AccountSid=ACCOUNT).press("1", "1", "1", "1", "1")
        with pytest.raises(Exception) as refused:  # noqa: PT011 - whichever; a worker logs it
            jobs.run(worker, 2)
        worker.database.close()
    assert len(carrier.posts) == 1
    assert personal_in("".join(traceback.format_exception(refused.value))) == [], "which a worker logs"
    assert personal_in(log.text) == []
