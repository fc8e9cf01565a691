"""Stores new requests once, with their promises and tasks, and reads requests and their histories.

The moves of a stored request are in moves.py. No HTTP, no queue, no clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, insert, select, update

from ivr.desk.intake_rules import IntakeRules
from ivr.desk.merge_links import WAS_MERGED, merged_into
from ivr.desk.requests import (
    CALLER,
    LIVE,
    HistoryEntry,
    HistoryEvent,
    Kept,
    NewRequest,
    NoSuchRequest,
    Outcome,
    Request,
    Status,
)
from ivr.desk.tasks import Dispatch, NewTask
from ivr.line.booking import Kind, Part
from ivr.line.phones import Phone
from ivr.storage import schema
from ivr.storage.database import Database, StoreAway, UniqueViolation
from ivr.storage.upsert import insert_new, lock_key

FIRST_LEASE = timedelta(seconds=15)
"""Time for which the sweep leaves a new task to the process that made it and is about to enqueue it."""

TRIES = 5
"""Attempts at a write that fails because another transaction wrote the same key first."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Saved:
    """The promise of a stored request, and the first dispatches of the tasks that were made with it."""

    kept: Kept
    tasks: tuple[Dispatch, ...] = ()


class RequestStore:
    """The store of requests."""

    def __init__(self, database: Database, tasks: Sequence[NewTask] = (), rules: IntakeRules | None = None) -> None:
        self._database = database
        self._tasks = tasks
        """The tasks that every new request makes."""
        self._rules = rules
        """The rules that may refuse a new request; None where an earlier promise is saved."""

    def keep(self, new: NewRequest, mark: str, reference: str) -> Saved:
        """Store the request, and return its promise and new tasks. Raises RequestRefused, StoreAway.

        Safe to repeat: the same mark returns the first promise, unchanged. If the number has a live request of the
        kind, the new one joins it.
        """
        return in_turn(
            self._database, lambda write: _kept_before(write, mark) or self._keep(write, new, mark, reference)
        )

    def _keep(self, write: Connection, new: NewRequest, mark: str, reference: str) -> Saved:
        lock_key(write, new.phone.e164, new.kind)
        live = _live(write, new)
        if self._rules:
            self._rules.check(write, new)
        if live is None:
            request_id, spoken, joined = _insert(write, new, reference), reference, False
        else:
            _join(write, live, new)
            request_id, joined = live.id, new.own_number
            spoken = live.reference if joined else reference
        promise = {"reference": reference, "spoken": spoken, "joined": joined, "created": new.created}
        insert_new(write, schema.promises, mark=mark, request_id=request_id, **promise)
        tasks = () if live else tuple(add_task(write, request_id, task, new.created) for task in self._tasks)
        return Saved(Kept(spoken, joined), tasks)

    def waiting(self) -> list[Request]:
        """Return the live requests, soonest due first. Raises StoreAway."""
        return self._list(select(schema.requests).where(schema.requests.c.status.in_(LIVE)))

    def all(self) -> list[Request]:
        """Return all requests, soonest due first. Raises StoreAway."""
        return self._list(select(schema.requests))

    def request(self, request_id: int) -> Request:
        """Return the request with this id. Raises NoSuchRequest, StoreAway."""
        with self._database.reading() as read:
            row = read.execute(select(schema.requests).where(schema.requests.c.id == request_id)).one_or_none()
        if row is None:
            raise NoSuchRequest(request_id)
        return request_of(row)

    def history(self, request_id: int) -> list[HistoryEntry]:
        """Return the history of the request, oldest line first. Raises StoreAway."""
        table = schema.history
        query = select(table.c.at, table.c.who, table.c.what, table.c.detail)
        with self._database.reading() as read:
            rows = read.execute(query.where(table.c.request_id == request_id).order_by(table.c.id))
            return [HistoryEntry(*row) for row in rows]

    def _list(self, query: Any) -> list[Request]:
        with self._database.reading() as read:
            rows = read.execute(query.order_by(schema.requests.c.due, schema.requests.c.id))
            return [request_of(row) for row in rows]


def in_turn(database: Database, work: Callable[[Connection], Result]) -> Result:
    """Do the work in a transaction, and return its result. Raises StoreAway.

    Where another transaction wrote the same key first, the work is begun again, up to `TRIES` times.
    """
    for _ in range(TRIES):
        try:
            with database.writing() as write:
                return work(write)
        except UniqueViolation:
            continue
    raise StoreAway("others kept writing first")


def _kept_before(write: Connection, mark: str) -> Saved | None:
    table = schema.promises
    row = write.execute(select(table.c.spoken, table.c.joined).where(table.c.mark == mark)).one_or_none()
    return Saved(Kept(row.spoken, row.joined)) if row else None


def _live(write: Connection, new: NewRequest) -> Row[Any] | None:
    table = schema.requests
    same = (table.c.phone == new.phone.e164, table.c.kind == new.kind)
    live = select(table).where(table.c.status.in_(LIVE)).with_for_update()
    found = write.execute(live.where(*same)).one_or_none()
    if found is not None:
        return found
    # A request of this kind may have been merged into one of the other kind: the caller joins that one. A request of
    # another number is not joined, because this caller is promised a call on this number.
    merged = merged_into(select(table.c.id).where(*same, WAS_MERGED))
    return write.execute(live.where(table.c.phone == new.phone.e164, table.c.id.in_(merged))).one_or_none()


def _insert(write: Connection, new: NewRequest, reference: str) -> int:
    request_id = insert_new(
        write,
        schema.requests,
        reference=reference,
        kind=new.kind,
        line=new.line,
        phone=new.phone.e164,
        language=new.language,
        day=new.day,
        part=new.part,
        due=new.due,
        status=Status.OPEN,
        created=new.created,
        call_sid=new.call_id,
        rang_again=0,
        source="call" if new.made_by == CALLER else "counter",
    )
    note(write, request_id, HistoryEntry(new.created, new.made_by, HistoryEvent.MADE, wish_of(new.day, new.part)))
    return request_id


def _join(write: Connection, live: Row[Any], new: NewRequest) -> None:
    """Join the new request to the live one: its wish replaces the former, and the same wish keeps the earlier due time.

    A wish of another kind goes into the history only.
    """
    same_wish = (live.day, live.part) == (new.day, new.part)
    wish = {"day": new.day, "part": new.part, "due": min(live.due, new.due) if same_wish else new.due}
    beside = {"due": min(live.due, new.due)}
    change = update(schema.requests).where(schema.requests.c.id == live.id)
    change = change.values(language=new.language, rang_again=schema.requests.c.rang_again + 1)
    write.execute(change.values(wish if live.kind == new.kind else beside))
    note(write, live.id, HistoryEntry(new.created, new.made_by, HistoryEvent.RANG_AGAIN, wish_of(new.day, new.part)))


def note(write: Connection, request_id: int, entry: HistoryEntry) -> None:
    """Add a line to the request's history."""
    line = {"at": entry.at, "who": entry.who, "what": entry.what, "detail": entry.detail}
    write.execute(insert(schema.history).values(request_id=request_id, **line))


def add_task(write: Connection, request_id: int, task: NewTask, now: datetime) -> Dispatch:
    """Add a task about the request, and return its first dispatch."""
    values = {"task": task.name, "channel": task.channel, "created": now, "next_at": now, "error": ""}
    first = {"leased_until": now + FIRST_LEASE, "rings": 1, "attempts": 0}
    return Dispatch(
        insert_new(write, schema.errands, request_id=request_id, **values, **first), 1, task.name, task.channel
    )


def wish_of(day: Any, part: Any) -> str:
    """Return a wish in the form of a line of history: the day and its part, or an empty string."""
    return f"{day} {part}" if day and part else ""


def request_of(row: Row[Any]) -> Request:
    """Return a row of the table `requests` as a value."""
    return Request(
        id=row.id,
        reference=row.reference,
        kind=Kind(row.kind),
        line=row.line,
        phone=Phone(row.phone),
        language=row.language,
        day=row.day,
        part=Part(row.part) if row.part else None,
        due=row.due,
        status=Status(row.status),
        created=row.created,
        call_id=row.call_sid,
        rang_again=row.rang_again,
        taken_by=row.taken_by,
        tries=row.tries,
        outcome=Outcome(row.outcome) if row.outcome else None,
        appointment=row.appointment,
        source=row.source,
        merged_into=row.merged_into,
    )
