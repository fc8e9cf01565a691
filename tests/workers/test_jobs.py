"""Jobs of the workers: a task is run once, tried again after growing pauses, never lost, and reported when given up."""

from datetime import timedelta
from html import unescape

import pytest

from ivr.desk.job_queue import JOB_SECONDS
from ivr.desk.outbox import LEASE, PAUSES
from ivr.storage.database import sqlite_path
from testing.listener import Listener
from tests.people import Clock, Phone, Staff
from tests.test_faults import moved
from tests.workers import books
from workers import jobs
from workers.services import WorkerServices


def test_an_errand_rung_for_twice_is_run_once(phone: Phone, telling: WorkerServices, channel: Listener) -> None:
    books(phone)
    jobs.run(telling, 1)
    jobs.run(telling, 1)
    assert len(channel.posts) == 1


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
    assert "nobody could be told of it: the notification was not accepted" in staff.sees()
    card = unescape(staff.browser.get(f"/desk/requests/{reference}").text)
    assert "nobody could be told of it" in card, "its history says so too"
    staff.browser.post("/desk/errands/1/again", data={"csrf_token": staff.csrf()})
    assert "nobody could be told" not in staff.sees()
    channel.status = 200
    jobs.run(telling, 1)
    assert reference in channel.posts[-1][1].decode()
    assert telling.desk.outbox.failed_for_good(telling.clock()) == []


def test_an_errand_on_which_every_worker_dies_is_given_up_and_said_so(
    phone: Phone, worker: WorkerServices, staff: Staff, clock: Clock
) -> None:
    books(phone)
    for _ in range(len(PAUSES) + 1):
        assert worker.desk.outbox.begin(1, clock()) is not None, "and the worker dies"
        clock.goes_on(minutes=2)
    assert worker.desk.outbox.begin(1, clock()) is None
    assert worker.desk.outbox.due(clock()) == []
    assert "nobody could be told of it: the program stopped each time it tried" in staff.sees()


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
    with moved(sqlite_path(sqlite_url)):
        books(phone)
    assert "1 request from a call will appear here soon." in staff.sees()
    jobs.save(worker)
    assert "on its way" not in staff.sees()


def test_a_job_ends_before_its_task_is_queued_again() -> None:
    assert timedelta(seconds=JOB_SECONDS) < LEASE
