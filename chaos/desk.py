"""The desk during a campaign: it works, and at the end it is looked at, both by the product's own code."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from sqlalchemy import func, select

from chaos.plan import Wanted
from chaos.reckoning import Held
from ivr.desk.requests import MoveRefused, NoSuchRequest, Outcome, OutcomeReport
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import StoreAway
from ivr.storage.redis import QueueAway
from testing.listener import Listener
from workers.services import WorkerServices

SETTLES = 240.0
"""Seconds at the end for what was promised to reach the desk and the staff: several leases of an errand."""


@contextmanager
def at_work(worker: WorkerServices, wanted: Wanted) -> Iterator[None]:
    """Somebody who takes and closes requests, so that a webhook which comes late finds its request closed."""
    stop, random = threading.Event(), Random(f"desk {wanted.seed}")

    def work() -> None:
        left: set[int] = set()
        while not stop.wait(0.5):
            try:
                waiting = [each.id for each in worker.desk.store.waiting() if each.id not in left]
                for request_id in waiting:
                    if random.random() > wanted.desk_closes:
                        left.add(request_id)
                    else:
                        worker.desk.moves.take(request_id, By("desk", worker.clock()))
                        worker.desk.moves.report(request_id, OutcomeReport(Outcome.SETTLED), By("desk", worker.clock()))
            except (StoreAway, MoveRefused, NoSuchRequest):
                continue

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def settled(worker: WorkerServices) -> float:
    """Seconds until nothing waits in Redis and no errand is undone. Raises TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < SETTLES:
        try:
            if not worker.desk.pending.count() and not _undone(worker):
                return time.monotonic() - began
        except (StoreAway, QueueAway):
            pass
        time.sleep(0.25)
    raise TimeoutError("what was promised has not reached the desk and the staff")


def _undone(worker: WorkerServices) -> int:
    table = schema.errands
    query = select(func.count()).where(table.c.done_at.is_(None), table.c.failed_at.is_(None))
    with worker.database.reading() as read:
        return read.execute(query).scalar_one()


def held(worker: WorkerServices) -> tuple[list[Held], list[tuple[str, str, str]]]:
    """The promises that the desk holds; and of each request the call, the kind and the number."""
    requests, promises = schema.requests, schema.promises
    query = select(
        requests.c.id, requests.c.phone, requests.c.reference, promises.c.reference.label("own"), promises.c.spoken
    ).join_from(promises, requests)
    with worker.database.reading() as read:
        promised = [
            Held(row.id, row.phone, frozenset({row.own, row.spoken}), joined=row.own != row.reference)
            for row in read.execute(query)
        ]
        made = [tuple(row) for row in read.execute(select(requests.c.call_sid, requests.c.kind, requests.c.phone))]
    return promised, made


def told(channel: Listener) -> list[tuple[str, float]]:
    """The references that the staff were told over a channel, and when."""
    found = [(re.search(r"reference (\d{6})", json.loads(body)["message"]), at) for at, body in channel.heard()]
    return [(match[1], at) for match, at in found if match]
