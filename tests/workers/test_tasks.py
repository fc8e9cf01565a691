"""The tasks about a request: the staff are told that somebody waits, and the caller is sent their reference."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from apprise import Apprise
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from ivr.app import create_app
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.texts import TwilioTexts
from ivr.desk.outbox import PAUSES
from ivr.web.services import Services, build
from testing.listener import Listener
from tests.conftest import settings_for
from tests.people import CALLER, Clock, Phone
from tests.workers import books
from workers import jobs
from workers.services import WorkerServices
from workers.services import build as build_workers

ACCOUNT = "AC" + "1" * 32


def test_the_staff_are_told_who_waits_but_not_their_number(
    phone: Phone, telling: WorkerServices, channel: Listener
) -> None:
    reference = books(phone)
    jobs.run(telling, 1)
    ((_, message),) = channel.posts
    assert reference in message.decode()
    assert "https://line.example/desk" in message.decode()
    assert CALLER[-10:] not in message.decode()


def test_an_address_that_no_channel_understands_is_a_failure(phone: Phone, worker: WorkerServices) -> None:
    books(phone)
    odd = replace(worker, settings=worker.settings.model_copy(update={"staff_notify_urls": "nonsense"}))
    with pytest.raises(jobs.TaskFailed, match="NotTold"):
        jobs.run(odd, 1)


def test_a_mail_server_that_takes_the_connection_and_says_nothing_is_given_up_on(
    phone: Phone, worker: WorkerServices
) -> None:
    books(phone)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"mailto://desk:secret@127.0.0.1:{silent.getsockname()[1]}?to=desk@clinic.example&cto=1"
        telling = replace(worker, settings=worker.settings.model_copy(update={"staff_notify_urls": address}))
        with pytest.raises(jobs.TaskFailed, match="NotTold"):
            jobs.run(telling, 1)


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
