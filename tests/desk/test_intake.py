"""Intake of requests while many patients confirm at once: each comes into the database, none waits in Redis."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

from sqlalchemy import text, update

from ivr.desk.blocked import Blocked
from ivr.desk.intake import Intake
from ivr.desk.requests import Kept
from ivr.desk.store import RequestStore
from ivr.desk.tasks import TELL_STAFF, NewTask
from ivr.line.phones import Phone as Number
from ivr.storage import schema
from ivr.storage.breaker import Breaker
from ivr.storage.database import Database
from ivr.storage.deadline import Deadline
from ivr.web.services import Services
from ivr.wiring.foundation import A_CALLER_WAITS
from testing.servers import until
from tests.desk.test_pending import NEW
from tests.people import Clock
from tests.web import service

A_SECOND, CONFIRMATIONS = 50, 80
WEBS, THREADS = 2, 4
"""The numbers of processes that answer calls and of threads in each, as in the Procfile."""

SLACK = 3
"""The factor by which a caller's wait may be longer here than in the service, for a busy machine."""


@contextmanager
def web(services: Services) -> Iterator[Intake]:
    """Yield the intake of one web process, with a database connection pool of its own."""
    limits = A_CALLER_WAITS.times(SLACK)
    database = Database(
        services.settings.database_url, timeout=limits.statement, breaker=Breaker(limits.database_stalls)
    )
    store, deadline = RequestStore(database, (NewTask(TELL_STAFF),)), Deadline(limits.answer)
    yield replace(services.telephone.intake, store=store, deadline=deadline, blocked=Blocked(database))
    deadline.close()
    database.close()


def confirmed(intake: Intake, number: int) -> Kept | None:
    patient = Number(f"+9199999{number:05}")
    return intake.accept(replace(NEW, phone=patient, call_id=f"CA{number}"))


def test_at_fifty_confirmations_a_second_none_falls_to_redis(
    tmp_path: Path, database_url: str, redis_url: str, clock: Clock
) -> None:
    with (
        service(tmp_path, database_url, redis_url, clock) as phone,
        web(phone.services) as one,
        web(phone.services) as other,
        ThreadPoolExecutor(WEBS * THREADS) as callers,
    ):
        began, promised = time.monotonic(), []
        for number in range(CONFIRMATIONS):
            Event().wait(max(0.0, began + number / A_SECOND - time.monotonic()))
            promised.append(callers.submit(confirmed, (one, other)[number % WEBS], number))
        kept = [each.result() for each in promised]
        assert [each for each in kept if each is None or each.waits] == []
        assert phone.services.desk.pending.count() == 0
        assert len(phone.services.desk.store.waiting()) == CONFIRMATIONS


def test_who_would_join_a_request_that_is_closed_at_that_moment_makes_a_new_one(postgres_url: str) -> None:
    """A caller whose request the desk is closing gets a new request; on PostgreSQL the caller waits for the desk."""
    with closing(Database(postgres_url, timeout=60)) as database:
        store = RequestStore(database)
        first = store.keep(NEW, "m1", "000001")
        with ThreadPoolExecutor(1) as caller, database.writing() as desk:
            desk.execute(update(schema.requests).values(status="closed"))
            asked = caller.submit(store.keep, replace(NEW, call_id="CA2"), "m2", "000002")
            assert until(lambda: bool(desk.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))))
        second = asked.result()
    assert not second.kept.joined
    assert second.request_id != first.request_id
