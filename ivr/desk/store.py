"""Stores each new request once, with its promise and tasks, and reads requests and their histories.

The moves of a stored request are in moves.py. No HTTP, no queue, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, exists, func, insert, or_, select, update

from ivr.desk.intake_rules import OF_THE_NUMBER, IntakeRules, asked_of
from ivr.desk.merge_links import WAS_MERGED, merged_into
from ivr.desk.request_rows import AnyRequest, CannotRead, OddRequest, any_request, of_unknown_status, readable
from ivr.desk.requests import HistoryEntry, HistoryEvent, Kept, NewRequest, NoSuchRequest, Request, Status
from ivr.desk.tasks import Dispatch, NewTask
from ivr.diary.patients import is_nobody_elses, name_key
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.fit import require_fit
from ivr.storage.odd import Odd, text_of
from ivr.storage.upsert import in_turn, insert_new, lock_key

FIRST_LEASE = timedelta(seconds=15)
"""The time for which the sweep leaves a new task to the process that made it and is about to enqueue it."""

AT_THE_COUNTER = "by-hand"
"""The text in the place of a call's id for a request that somebody made at the counter, and so without a call."""


@dataclass(frozen=True)
class Saved:
    """A request that was stored: its promise, its id, and the first dispatches of the tasks made with it."""

    kept: Kept
    request_id: int
    tasks: tuple[Dispatch, ...] = ()


class RequestStore:
    """The store of requests, in the database."""

    def __init__(self, database: Database, tasks: Sequence[NewTask] = (), rules: IntakeRules | None = None) -> None:
        self._database = database
        self.tasks = tasks
        """The tasks, such as notices to the staff, that every new request makes."""
        self.rules = rules
        """The rules that may refuse a new request; None for a store of requests that were promised before."""

    def keep(self, new: NewRequest, mark: str, reference: str, *, promised: bool = False) -> Saved:
        """Store the request, and return its promise, id and new tasks. Raises RequestRefused, StoreAway.

        Safe to repeat: the same mark returns the first promise, unchanged. The request may join a live one of its
        number and kind. `promised` is true if the caller was told `reference` already. StoreAway is raised too if the
        tables are of another version and lack a column that this version needs.
        """
        return in_turn(self._database, lambda write: self._once(write, new, mark, reference, promised))

    def _once(self, write: Connection, new: NewRequest, mark: str, reference: str, promised: bool) -> Saved:
        require_fit(write)
        return _kept_before(write, mark) or self._keep(write, new, mark, reference, promised)

    def _keep(self, write: Connection, new: NewRequest, mark: str, reference: str, promised: bool = False) -> Saved:
        lock_key(write, new.phone.e164, new.kind)
        found = write.execute(DECIDES[new.own_number], asked_of(new) | {"kind": new.kind}).one()
        if self.rules:
            self.rules.judge(new, found)
        live = None if promised or not _may_join(new) else _joined(write, new, found.live)
        request_id = _insert(write, new, reference) if live is None else _join(write, live, new)
        earlier = None if live is None or promised else (live.reference, live.call_sid)
        kept = Kept.spoken(new, reference, earlier)
        promise = {"reference": reference, "spoken": kept.reference, "joined": kept.joined, "created": new.created}
        insert_new(write, schema.promises, mark=mark, request_id=request_id, **promise)
        tasks = () if live else tuple(add_task(write, request_id, task, new.created) for task in self.tasks)
        return Saved(kept, request_id, tasks)

    def waiting(self) -> list[Request]:
        """Return the live requests, the soonest due first, without odd ones. Raises StoreAway."""
        return readable(self._list(select(schema.requests).where(schema.IS_LIVE)))

    def all(self) -> list[Request]:
        """Return all requests, the soonest due first, without odd ones. Raises StoreAway."""
        return readable(self._list(select(schema.requests)))

    def stored(self, *, closed: bool) -> list[AnyRequest]:
        """Return the live requests, odd ones too; with `closed`, the closed ones as well.

        Raises StoreAway.
        """
        query, table = select(schema.requests), schema.requests
        waits = or_(schema.IS_LIVE, table.c.id.in_(of_unknown_status()))
        return self._list(query if closed else query.where(waits))

    def request(self, request_id: int) -> Request:
        """Return the request with this id. Raises CannotRead, NoSuchRequest, StoreAway."""
        found = self.any_request(request_id)
        if isinstance(found, OddRequest):
            raise CannotRead(found)
        return found

    def any_request(self, request_id: int) -> AnyRequest:
        """Return the request with this id, even one with unreadable values. Raises NoSuchRequest, StoreAway."""
        with self._database.reading() as read:
            row = read.execute(select(schema.requests).where(schema.requests.c.id == request_id)).one_or_none()
        if row is None:
            raise NoSuchRequest(request_id)
        return any_request(row)

    def history(self, request_id: int) -> list[HistoryEntry]:
        """Return the history of the request with this id, the oldest event first. Raises StoreAway."""
        table = schema.history
        query = select(table.c.at, table.c.who, table.c.what, table.c.detail)
        with self._database.reading() as read:
            rows = read.execute(query.where(table.c.request_id == request_id).order_by(table.c.id))
            return [HistoryEntry(*row) for row in rows]  # a moment or word that cannot be read is shown as it is

    def _list(self, query: Any) -> list[AnyRequest]:
        with self._database.reading() as read:
            rows = read.execute(query.order_by(schema.requests.c.due, schema.requests.c.id))
            return [any_request(row) for row in rows]


# Built once: to build a statement takes longer than the database takes to answer it.
promises, table, lines, people = schema.promises, schema.requests, schema.history, schema.patients
KEPT_BEFORE = select(promises.c.spoken, promises.c.joined, promises.c.request_id).where(
    promises.c.mark == bindparam("mark")
)
SAME = (table.c.phone == bindparam("phone"), table.c.kind == bindparam("kind"))
LIVE = select(table.c.id).where(schema.IS_LIVE, table.c.about.is_(None)).order_by(table.c.id.desc())
IS_OWN = and_(*SAME, exists().where(lines.c.request_id == table.c.id, lines.c.what == HistoryEvent.MADE))
TOOK_IN = and_(SAME[0], table.c.id.in_(merged_into(select(table.c.id).where(*SAME, WAS_MERGED))))
"""The SQL condition of a number's requests into which the desk merged that number's request of a certain kind.

They may be of any kind. A new request for another number never joins one, because staff call one number.
"""
JOINED = func.coalesce(*(LIVE.where(each).limit(1).scalar_subquery() for each in (IS_OWN, TOOK_IN))).label("live")
DECIDES = {own_number: found.add_columns(JOINED) for own_number, found in OF_THE_NUMBER.items()}
"""The SQL queries, by `own_number`, for a number's blocks, its promises and the live request that a new one joins."""
NAMED = LIVE.add_columns(people.c.name).where(people.c.id == table.c.patient_id, or_(IS_OWN, TOOK_IN))
STILL_LIVE = select(table).where(table.c.id == bindparam("id"), schema.IS_LIVE).with_for_update()


def _kept_before(write: Connection, mark: str) -> Saved | None:
    row = write.execute(KEPT_BEFORE, {"mark": mark}).one_or_none()
    return Saved(Kept(row.spoken, row.joined, is_new=False), row.request_id) if row else None


def _may_join(new: NewRequest) -> bool:
    """Return whether a new request may join a live request of its number.

    A wish for another person, from another telephone, or about an appointment is stored as a separate request.
    """
    return new.own_number and not new.other and new.about is None


def _joined(write: Connection, new: NewRequest, latest: int | None) -> Row[Any] | None:
    """Return the live request that a new one joins, with its row locked: its person's, else the number's latest.

    Return None if every such request is closed now, or if the latest may be another person's.
    """
    while (live_id := _of_its_person(write, new) or latest) is not None:
        live = write.execute(STILL_LIVE, {"id": live_id}).one_or_none()
        if live is not None:
            return live if is_nobody_elses(write, live.patient_id, new.phone, new.name) else None
        latest = write.execute(DECIDES[True], asked_of(new) | {"kind": new.kind}).one().live
    return None


def _of_its_person(write: Connection, new: NewRequest) -> int | None:
    """Return the id of the latest live request whose patient has the name of a new one; None if there is none."""
    rows = write.execute(NAMED, {"phone": new.phone.e164, "kind": new.kind}) if new.name else ()
    return next((row.id for row in rows if name_key(text_of(row.name)) == name_key(new.name)), None)


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
        source="counter" if new.call_id == AT_THE_COUNTER else "call",
        about=new.about,
        why=new.why,
    )
    _note_wish(write, request_id, new, HistoryEvent.MADE)
    return request_id


def _join(write: Connection, live: Row[Any], new: NewRequest) -> int:
    """Add a new wish to the live request `live` of the same number. Return its id.

    If both wishes are of one kind and no later wish is stored, the new wish replaces the former one. Otherwise the new
    wish is only noted in the history, and the request gets the earlier of the two due times.
    """
    # A due time that cannot be read must not keep this caller's request from the desk.
    sooner = new.due if isinstance(live.due, Odd) else min(live.due, new.due)
    values: dict[str, Any] = {"due": sooner, "rang_again": schema.requests.c.rang_again + 1}
    if new.created >= _last_word(write, live):
        values |= {"language": new.language} | (_replaced(live, new, sooner) if live.kind == new.kind else {})
    write.execute(update(schema.requests).where(schema.requests.c.id == live.id).values(values))
    _note_wish(write, live.id, new, HistoryEvent.RANG_AGAIN)
    return int(live.id)


def _replaced(live: Row[Any], new: NewRequest, sooner: datetime) -> dict[str, Any]:
    """Return a live request's values after the wish `new`. For an unchanged day and part, the due time is `sooner`."""
    same_wish = (live.day, live.part) == (new.day, new.part)
    return {"day": new.day, "part": new.part, "due": sooner if same_wish else new.due}


def _last_word(write: Connection, live: Row[Any]) -> datetime:
    """Return the moment of a request's last wish, except wishes from other telephones; `LONG_AGO` if there is none."""
    lines = schema.history
    own = (lines.c.request_id == live.id, lines.c.what.in_((HistoryEvent.MADE, HistoryEvent.RANG_AGAIN)))
    found = write.execute(select(func.max(lines.c.at)).where(*own)).scalar_one()
    return schema.LONG_AGO if found is None or isinstance(found, Odd) else found


def _note_wish(write: Connection, request_id: int, new: NewRequest, event: HistoryEvent) -> None:
    """Add a wish to the request's history as `event`, or as ASKED_FOR if the call came from another telephone."""
    event = event if new.own_number else HistoryEvent.ASKED_FOR
    note(write, request_id, HistoryEntry(new.created, new.made_by, event, wish_of(new.day, new.part)))


HISTORY_LINE = insert(schema.history).inline()  # nobody asks for its id


def note(write: Connection, request_id: int, entry: HistoryEntry) -> None:
    """Add an event to the history of the request with this id."""
    line = {"at": entry.at, "who": entry.who, "what": entry.what, "detail": entry.detail}
    write.execute(HISTORY_LINE, {"request_id": request_id, **line})


def add_task(
    write: Connection, request_id: int | None, task: NewTask, now: datetime, *, appointment_id: int | None = None
) -> Dispatch:
    """Add a task about a request, or about an appointment, to the outbox, and return its first dispatch."""
    if (request_id is None) == (appointment_id is None):
        raise ValueError("a task is about either a request or an appointment")
    about = {"request_id": request_id, "appointment_id": appointment_id}
    values = {"task": task.name, "channel": task.channel, "created": now, "next_at": now, "error": ""}
    first = {"leased_until": now + FIRST_LEASE, "rings": 1, "attempts": 0}
    task_id = insert_new(write, schema.errands, **about, **values, **first)
    return Dispatch(task_id, 1, task.name, task.channel)


def wish_of(day: Any, part: Any) -> str:
    """Return a wish as the history stores it: the day and the part of the day, or an empty string."""
    return f"{day} {part}" if day and part else ""
