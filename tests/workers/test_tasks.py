"""The work about a request: done once, tried again after growing pauses, never lost with a worker."""

import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from apprise import Apprise
from rq import Queue
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from ivr.app import create_app
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.texts import TwilioTexts
from ivr.desk.outbox import PAUSES
from ivr.storage.database import sqlite_path
from ivr.web.services import Services, build
from testing.listener import Listener, listener
from tests.conftest import settings_for
from tests.people import CALLER, Clock, Phone, Staff
from workers import jobs
from workers.clock import sweep
from workers.services import WorkerServices
from workers.services import build as build_workers

ACCOUNT = "AC" + "1" * 32


@pytest.fixture
def channel() -> Iterator[Listener]:
    with listener() as heard:
        yield heard


@pytest.fixture
def telling(worker: WorkerServices, channel: Listener) -> WorkerServices:
    """Workers that tell the staff over a channel."""
    url = channel.url.replace("http://", "json://")
    return replace(worker, settings=worker.settings.model_copy(update={"staff_notify_urls": url}))


def books(phone: Phone) -> str:
    return phone.rings().press("1", "1", "1", "1", "1").reference


def test_the_staff_are_told_who_waits_but_not_their_number(
    phone: Phone, telling: WorkerServices, channel: Listener
) -> None:
    reference = books(phone)
    jobs.run(telling, 1)
    ((_, message),) = channel.posts
    assert reference in message.decode()
    assert "https://line.example/desk" in message.decode()
    assert CALLER[-10:] not in message.decode()


def test_an_errand_rung_for_twice_is_run_once(phone: Phone, telling: WorkerServices, channel: Listener) -> None:
    books(phone)
    jobs.run(telling, 1)
    jobs.run(telling, 1)
    assert len(channel.posts) == 1


def test_with_no_channel_the_log_says_that_somebody_waits_but_not_who(
    phone: Phone, worker: WorkerServices, caplog: pytest.LogCaptureFixture
) -> None:
    books(phone)
    with caplog.at_level(logging.DEBUG):
        jobs.run(worker, 1)
    assert "request 1: waits at the desk" in caplog.text
    assert CALLER[-10:] not in caplog.text


def test_an_address_that_no_channel_understands_is_a_failure(phone: Phone, worker: WorkerServices) -> None:
    books(phone)
    odd = replace(worker, settings=worker.settings.model_copy(update={"staff_notify_urls": "nonsense"}))
    with pytest.raises(jobs.TaskFailed, match="NotUnderstood"):
        jobs.run(odd, 1)


def test_a_mail_server_that_takes_the_connection_and_says_nothing_is_given_up_on(
    phone: Phone, worker: WorkerServices
) -> None:
    books(phone)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"mailto://desk:secret@clinic.example:{silent.getsockname()[1]}?smtp=127.0.0.1&cto=1"
        telling = replace(worker, settings=worker.settings.model_copy(update={"staff_notify_urls": address}))
        with pytest.raises(jobs.TaskFailed, match="NotTold"):
            jobs.run(telling, 1)


def test_a_channel_that_is_away_is_tried_again_after_growing_pauses_until_it_has_failed_for_good(
    phone: Phone, telling: WorkerServices, channel: Listener, clock: Clock
) -> None:
    books(phone)
    channel.status = 500
    for pause in PAUSES:
        with pytest.raises(jobs.TaskFailed, match="NotTold"):
            jobs.run(telling, 1)
        assert telling.desk.outbox.due(clock()) == [], "not before the pause is over"
        clock.now += pause
        assert [each.task_id for each in telling.desk.outbox.due(clock())] == [1]
    with pytest.raises(jobs.TaskFailed, match="NotTold"):
        jobs.run(telling, 1)
    clock.goes_on(days=30)
    assert telling.desk.outbox.due(clock()) == []


def test_what_has_failed_for_good_stands_on_the_desk_with_its_reason_until_it_is_tried_again(
    phone: Phone, telling: WorkerServices, channel: Listener, staff: Staff
) -> None:
    reference = books(phone)
    channel.status = 500
    for _ in range(len(PAUSES) + 1):
        with pytest.raises(jobs.TaskFailed):
            jobs.run(telling, 1)
    assert "nobody could be told of it: a channel in STAFF_NOTIFY_URLS did not take it" in staff.sees()
    card = unescape(staff.browser.get(f"/desk/requests/{reference}").text)
    assert "nobody could be told of it" in card, "its history says so too"
    staff.browser.post("/desk/errands/1/again", data={"csrf_token": staff.csrf()})
    assert "nobody could be told" not in staff.sees()
    channel.status = 200
    jobs.run(telling, 1)
    assert reference in channel.posts[-1][1].decode()
    assert telling.desk.outbox.failed_for_good() == []


def test_an_errand_on_which_every_worker_dies_is_given_up_and_said_so(
    phone: Phone, worker: WorkerServices, staff: Staff, clock: Clock
) -> None:
    books(phone)
    for _ in range(len(PAUSES) + 1):
        assert worker.desk.outbox.begin(1, clock()) is not None, "and the worker dies"
        clock.goes_on(minutes=2)
    assert worker.desk.outbox.begin(1, clock()) is None
    assert worker.desk.outbox.due(clock()) == []
    assert "nobody could be told of it: the worker ended each time it tried" in staff.sees()


def test_a_failure_of_a_closed_request_bothers_nobody(phone: Phone, telling: WorkerServices, staff: Staff) -> None:
    books(phone)
    for _ in range(len(PAUSES) + 2):
        telling.desk.outbox.begin(1, telling.clock())
    staff.does("take", 1)
    staff.does("report", 1, outcome="settled")
    assert "nobody could be told" not in staff.sees()


def test_requests_that_wait_in_redis_are_announced_at_the_desk(
    phone: Phone, worker: WorkerServices, staff: Staff, sqlite_url: str
) -> None:
    path = sqlite_path(sqlite_url)
    path.rename(path.with_suffix(".away"))
    books(phone)
    path.with_suffix(".away").rename(path)
    assert "1 promised request is on its way to this list." in staff.sees()
    jobs.save(worker)
    assert "on its way" not in staff.sees()


def test_an_errand_whose_bell_was_lost_is_rung_for_within_half_a_minute(
    phone: Phone, worker: WorkerServices, clock: Clock, valkey_server: object
) -> None:
    books(phone)
    worker.desk.job_queue._redis.flushall()
    clock.goes_on(seconds=20)
    sweep(worker)
    assert worker.desk.job_queue.queued_tasks() == {1}


def test_an_errand_that_still_lies_on_the_queue_is_not_rung_for_again(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    books(phone)
    for _ in range(5):
        clock.goes_on(minutes=2)
        sweep(worker)
    redis, names = worker.desk.job_queue._redis, worker.desk.job_queue.names
    assert [each for name in names for each in Queue(name, connection=redis).get_job_ids()] == ["errand-1-1"]


def test_an_errand_whose_worker_died_is_begun_again_within_a_minute(
    phone: Phone, worker: WorkerServices, clock: Clock
) -> None:
    books(phone)
    worker.desk.job_queue._redis.flushall()
    assert worker.desk.outbox.begin(1, clock()) is not None, "a worker has begun it, and dies"
    sweep(worker)
    assert worker.desk.job_queue.queued_tasks() == set(), "it is left to that worker for a while"
    clock.goes_on(seconds=55)
    sweep(worker)
    assert worker.desk.job_queue.queued_tasks() == {1}


def test_two_clocks_ring_once(phone: Phone, worker: WorkerServices, clock: Clock) -> None:
    books(phone)
    clock.goes_on(minutes=1)
    bells = worker.desk.outbox.due(clock()) + worker.desk.outbox.due(clock())
    assert [each.task_id for each in bells] == [1]


# -- a text to the caller, through the carrier's REST API


class ToListener(TwilioHttpClient):  # type: ignore[misc]  # the carrier's client is not typed
    """The carrier's own HTTP client, which goes to a server of ours instead."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=5)
        self.base = base

    def request(self, method: str, url: str, *more: object, **named: object) -> Response:
        return super().request(method, url.replace("https://api.twilio.com", self.base), *more, **named)


@pytest.fixture
def texting(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock, channel: Listener
) -> Iterator[tuple[Phone, WorkerServices]]:
    """A service with texts switched on, whose carrier is a server of ours."""
    more = {"TEXT_CONFIRMATIONS": "on", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_TEXT_FROM": "+12025550123"}
    settings = settings_for(tmp_path, sqlite_url, redis_url, **more)
    services: Services = build(settings, clock)
    worker = build_workers(settings, clock)
    yield (
        Phone(create_app(services), services),
        replace(worker, texts=lambda: TwilioTexts(Account.of(settings.carrier), ToListener(channel.url))),
    )
    services.close()
    worker.database.close()


def test_the_caller_is_sent_their_reference(texting: tuple[Phone, WorkerServices], channel: Listener) -> None:
    phone, worker = texting
    channel.status, channel.answer = 201, b'{"sid": "SM1", "status": "queued"}'
    call = phone.rings(lang="hi", AccountSid=ACCOUNT).press("1", "1", "1", "1", "1")
    jobs.run(worker, 2)
    assert channel.posts[0][0] == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert channel.form()["To"] == CALLER
    assert call.reference in channel.form()["Body"]


def test_a_text_that_the_carrier_refuses_is_tried_again(
    texting: tuple[Phone, WorkerServices], channel: Listener, clock: Clock
) -> None:
    phone, worker = texting
    channel.status, channel.answer = 400, b'{"code": 21614, "message": "not a mobile number"}'
    phone.rings(AccountSid=ACCOUNT).press("1", "1", "1", "1", "1")
    with pytest.raises(jobs.TaskFailed, match="TwilioRestException"):
        jobs.run(worker, 2)
    clock.now += PAUSES[0]
    assert 2 in [each.task_id for each in worker.desk.outbox.due(clock())]


def test_texts_are_off_by_default(phone: Phone) -> None:
    books(phone)
    assert phone.services.settings.text_confirmations is False
    assert phone.services.desk.job_queue.queued_tasks() == {1}


def test_apprise_knows_the_channels_that_the_readme_names() -> None:
    for url in ("mailto://user:word@example.org", "tgram://123456789:abcdefg_hijklmnop/12315544/", "json://localhost"):
        assert Apprise.instantiate(url, suppress_exceptions=True) is not None, url
