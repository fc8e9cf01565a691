"""Tasks about a request: the staff get a notice that somebody waits, and the caller a text with the reference."""

import json
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from apprise import Apprise
from requests.exceptions import Timeout as RequestsTimeout
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client as TwilioClient

from ivr.app import create_app
from ivr.carrier.twilio.settings import Account
from ivr.carrier.twilio.texts import TwilioTexts
from ivr.desk.outbox import PAUSES
from ivr.storage.audit import By
from ivr.web.services import Services, build
from testing.listener import Listener, listener
from tests.carrier.plivo.account import AUTH_ID, plivo_account
from tests.carrier.twilio.account import Account as CarrierAccount
from tests.conftest import QUICK, UNHURRIED, at_the_desk, settings_for
from tests.people import CALLER, TOKEN, Clock, Phone, Staff
from tests.web import service
from tests.workers import books
from workers import jobs
from workers.__main__ import note_bad_addresses
from workers.clock import sweep
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
    with pytest.raises(jobs.TaskFailed, match="AddressNotUnderstood"):
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


# -- a text to the caller, through the carrier's REST API


class ToListener(TwilioHttpClient):  # type: ignore[misc]  # the carrier's client is not typed
    """Twilio's own HTTP client for texts, whose requests go to the test's own server."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=5)
        self.base = base

    def request(self, method: str, url: str, *more: object, **named: object) -> Response:
        return super().request(method, url.replace("https://api.twilio.com", self.base), *more, **named)


@pytest.fixture
def texting(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock, channel: Listener
) -> Iterator[tuple[Phone, WorkerServices]]:
    """A telephone at a service that sends texts, and its worker; the test's own server stands in for the carrier."""
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


def test_where_plivo_is_the_carrier_that_can_it_sends_the_text(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock
) -> None:
    with plivo_account() as account:
        plivo = {"PLIVO_AUTH_ID": AUTH_ID, "PLIVO_AUTH_TOKEN": TOKEN, "PLIVO_API_URL": account.url}
        more = {**plivo, "TEXT_CONFIRMATIONS": "on", "PLIVO_TEXT_FROM": "+911140000001"}
        with service(tmp_path, sqlite_url, redis_url, clock, **more) as phone:
            worker = build_workers(phone.services.settings, clock)
            call = phone.rings(lang="hi").press("1", "1", "1", "1", "1")
            jobs.run(worker, 2)
            worker.database.close()
    ((_, order),) = account.changes
    assert (order["src"], order["dst"]) == ("911140000001", CALLER.removeprefix("+"))
    assert call.reference in order["text"]


def test_texts_are_off_by_default(phone: Phone) -> None:
    books(phone)
    assert phone.services.settings.text_confirmations is False
    assert phone.services.desk.job_queue.queued_tasks() == {1}


def test_apprise_knows_the_channels_that_the_readme_names() -> None:
    for url in ("mailto://user:word@example.org", "tgram://123456789:abcdefg_hijklmnop/12315544/", "json://localhost"):
        assert Apprise.instantiate(url, suppress_exceptions=True) is not None, url


# -- many channels, each its own line of delivery

Telling = Callable[..., tuple[Phone, WorkerServices]]


@pytest.fixture
def tells(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Telling]:
    """A function that runs a service whose notices go to the given addresses; returns its telephone and its worker."""
    with ExitStack() as at_the_end:

        def with_addresses(*addresses: str) -> tuple[Phone, WorkerServices]:
            settings = settings_for(tmp_path, database_url, redis_url, STAFF_NOTIFY_URLS=" ".join(addresses))
            services, worker = build(settings, clock, QUICK, limits=UNHURRIED), build_workers(settings, clock)
            at_the_end.callback(services.close)
            at_the_end.callback(worker.close)
            return Phone(create_app(services), services), worker

        yield with_addresses


def json_of(channel: Listener) -> str:
    return channel.url.replace("http://", "json://")


def works(worker: WorkerServices, clock: Clock) -> None:
    """Let the clock sweep and the workers run their tasks, again and again, until no task is due any more."""
    for pause in (timedelta(0), *PAUSES, timedelta(0)):
        clock.now += pause
        sweep(worker)
        for task_id in sorted(worker.desk.job_queue.queued_tasks()):
            with suppress(jobs.TaskFailed):
                jobs.run(worker, task_id)
        worker.desk.job_queue._redis.flushall()


def told(channel: Listener, reference: str) -> int:
    return sum(reference in body.decode() for _, body in channel.posts)


def test_a_channel_that_has_a_notice_is_not_asked_again_whatever_the_others_do(
    tells: Telling, channel: Listener, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with listener() as dead, listener() as good:
        dead.status = 500
        phone, worker = tells("mialto://asha:hunter2@clinic.example", json_of(channel), json_of(dead), json_of(good))
        reference = books(phone)
        works(worker, clock)
        assert [told(each, reference) for each in (channel, good, dead)] == [1, 1, len(PAUSES) + 1]
    assert "hunter2" not in caplog.text


def test_a_bad_address_is_on_the_desk_at_once_and_the_request_is_not_called_untold(
    tells: Telling, channel: Listener, clock: Clock
) -> None:
    phone, worker = tells("mialto://asha:hunter2@clinic.example", json_of(channel))
    note_bad_addresses(worker)
    staff = comes(phone, clock)
    named = "Notifications of new requests over 1 (mialto) reach nobody: its address is wrong."
    assert named in staff.sees(), "before anybody has called"
    books(phone)
    works(worker, clock)
    staff.logs_in()
    assert named in staff.sees()
    assert "hunter2" not in staff.sees()
    assert "nobody could be told of it" not in staff.sees(), "the other channel has it"


def test_a_dead_channel_is_on_the_desk_until_it_takes_a_notice(tells: Telling, channel: Listener, clock: Clock) -> None:
    phone, worker = tells(json_of(channel))
    staff = comes(phone, clock)
    channel.status = 500
    books(phone)
    with pytest.raises(jobs.TaskFailed):
        jobs.run(worker, 1)
    words = "Notifications of new requests over 1 (json) have not arrived since"
    assert words in staff.sees()
    channel.status = 200
    jobs.run(worker, 1)
    assert words not in staff.sees()


def test_the_desk_shows_what_became_of_the_last_notice_whichever_process_sent_it(
    tells: Telling, channel: Listener, clock: Clock
) -> None:
    """A channel has several processes. Each stores the channel's state, also one that it stored itself before."""
    phone, one = tells(json_of(channel))
    other = build_workers(one.settings, clock)
    staff = comes(phone, clock)
    words = "Notifications of new requests over 1 (json) have not arrived since"
    for task, caller in (1, CALLER), (2, "+919999900002"):
        assert phone.rings(caller=caller).press("1", "1", "1", "1", "1").reference
        channel.status = 500
        with pytest.raises(jobs.TaskFailed):
            jobs.run(one, task)
        assert words in staff.sees(), caller
        channel.status = 200
        jobs.run(other, task)
        assert words not in staff.sees(), caller
    other.close()


def test_only_where_no_channel_could_be_told_is_it_said_and_tried_again_over_all(
    tells: Telling, channel: Listener, clock: Clock
) -> None:
    with listener() as other:
        channel.status = other.status = 500
        phone, worker = tells(json_of(channel), json_of(other))
        reference = books(phone)
        works(worker, clock)
        staff = comes(phone, clock)
        assert staff.sees().count("nobody could be told of it") == 1
        (failed,) = worker.desk.outbox.failed_for_good(clock())
        channel.status = other.status = 200
        staff.browser.post(f"/desk/errands/{failed.id}/again", data={"csrf_token": staff.csrf()})
        works(worker, clock)
        staff.logs_in()
        assert [told(each, reference) for each in (channel, other)] == [len(PAUSES) + 2] * 2
        assert "nobody could be told" not in staff.sees()


def test_a_corrected_address_is_told_of_what_the_wrong_one_was_not(
    tells: Telling, channel: Listener, clock: Clock
) -> None:
    with listener() as other:
        phone, worker = tells("mialto://asha:hunter2@clinic.example", json_of(other))
        reference = books(phone)
        works(worker, clock)
        assert (told(channel, reference), told(other, reference)) == (0, 1)
        phone, worker = tells(json_of(channel), json_of(other))
        worker.desk.outbox.begin_again(1, By("asha", clock()))
        works(worker, clock)
        assert (told(channel, reference), told(other, reference)) == (1, 1)


def test_what_an_older_program_queued_is_told_over_every_channel_once(
    tells: Telling, channel: Listener, clock: Clock
) -> None:
    """A task without a channel, as an older program left it, is told once over every channel that there is now."""
    with listener() as other:
        before, _worker = tells()
        reference = books(before)
        _phone, worker = tells(json_of(channel), json_of(other))
        works(worker, clock)
        assert (told(channel, reference), told(other, reference)) == (1, 1)


def test_a_notice_says_how_many_wait_and_nobodys_number(tells: Telling, channel: Listener) -> None:
    phone, worker = tells(json_of(channel))
    numbers = [f"+9199999000{number}" for number in (21, 22, 23)]
    for number in numbers:
        phone.rings(caller=number).press("1", "1", "1", "1", "1")
    jobs.run(worker, 1)
    ((_, message),) = channel.posts
    assert "3 waiting in all" in message.decode()
    assert not any(number[-10:] in message.decode() for number in numbers)


def comes(phone: Phone, clock: Clock) -> Staff:
    return at_the_desk(phone)


# -- an order whose answer was lost


class LosesAnswers(ToListener):
    """Twilio's HTTP client for texts, which sends every order for a text, but loses the answer to the first order."""

    lost = 0

    def request(self, method: str, url: str, *more: object, **named: object) -> Response:
        answer = super().request(method, url, *more, **named)
        if method == "POST" and self.lost < 1:
            self.lost += 1
            raise RequestsTimeout
        return answer


def test_a_text_whose_order_was_answered_too_late_is_looked_up_and_not_ordered_again(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock, account: CarrierAccount
) -> None:
    more = {"TEXT_CONFIRMATIONS": "on", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_TEXT_FROM": "+12025550123"}
    settings = settings_for(tmp_path, sqlite_url, redis_url, **more)
    http = LosesAnswers(account.behind)
    account.buys("+12025550123")
    with service(tmp_path, sqlite_url, redis_url, clock, **more) as phone:
        caller = f"+9199999{secrets.randbelow(10**5):05}"
        reference = phone.rings(caller=caller, AccountSid=ACCOUNT).press("1", "1", "1", "1", "1").reference
        worker = replace(build_workers(settings, clock), texts=lambda: TwilioTexts(Account.of(settings.carrier), http))
        with pytest.raises(jobs.TaskFailed, match="Timeout"):
            jobs.run(worker, 2)
        jobs.run(worker, 2)
        worker.close()
    orders = TwilioClient(ACCOUNT, TOKEN, http_client=http).messages.list(to=caller)
    assert [reference in each.body for each in orders] == [True]
    assert worker.desk.outbox.begin(2, clock()) is None


def test_a_text_that_was_never_ordered_is_ordered_on_the_next_attempt(
    texting: tuple[Phone, WorkerServices], channel: Listener
) -> None:
    phone, worker = texting
    channel.status, channel.answer = 500, b'{"code": 20500, "message": "internal error", "status": 500}'
    phone.rings(AccountSid=ACCOUNT).press("1", "1", "1", "1", "1")
    with pytest.raises(jobs.TaskFailed, match="OrderUnknown"):
        jobs.run(worker, 2)
    channel.status, channel.answer = 200, b'{"messages": [], "next_page_uri": null}'
    jobs.run(worker, 2)
    assert [path.rpartition("/")[2] for path, _ in channel.posts] == ["Messages.json"] * 2


NOT_NOW = 503, b'{"code": 20503, "message": "try again later", "status": 503}'
TOO_MANY = 429, b'{"code": 20429, "message": "too many requests", "status": 429}'


def listed(words: str) -> tuple[int, bytes]:
    """Return the carrier's answer to who looks up the orders for the caller: one, of these words."""
    order = {"body": words, "status": "sent", "to": CALLER, "sid": "SM1"}
    return 200, json.dumps({"messages": [order], "next_page_uri": None}).encode()


def test_a_text_in_doubt_stays_so_while_it_cannot_be_looked_up(
    texting: tuple[Phone, WorkerServices], channel: Listener
) -> None:
    """A carrier that refuses to look up an order has not said that it lacks the order."""
    phone, worker = texting
    channel.status, channel.answer = NOT_NOW
    phone.rings(AccountSid=ACCOUNT).press("1", "1", "1", "1", "1")
    for expected in ("OrderUnknown", "TextLookUpFailed", "TextLookUpFailed"):
        with pytest.raises(jobs.TaskFailed) as failed:
            jobs.run(worker, 2)
        assert str(failed.value) == f"errand 2: {expected} (after TwilioRestException 20503)"
    channel.status, channel.answer = listed(channel.form()["Body"])
    jobs.run(worker, 2)
    assert len(channel.posts) == 1


def test_a_text_on_which_a_worker_died_is_looked_up_whatever_failed_before(
    texting: tuple[Phone, WorkerServices], channel: Listener, clock: Clock
) -> None:
    phone, worker = texting
    channel.status, channel.answer = TOO_MANY
    phone.rings(AccountSid=ACCOUNT).press("1", "1", "1", "1", "1")
    for _ in range(2):
        with pytest.raises(jobs.TaskFailed, match="TwilioRestException 20429"):
            jobs.run(worker, 2)
    assert len(channel.posts) == 2, "a refused order is no doubt"
    assert worker.desk.outbox.begin(2, clock()) is not None, "and the worker dies, when it has ordered the text"
    channel.status, channel.answer = listed(channel.form()["Body"])
    jobs.run(worker, 2)
    assert len(channel.posts) == 2
