"""The contents of a campaign's stores at its end, from the desk, the diary and the records; and the staff's notices."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, Row, func, select

from chaos.call_reckoning import Walked
from chaos.hours_reckoning import Change, InDiary, WordsOf
from chaos.reckoning import Held
from ivr.desk.requests import CALLER, THE_CLOCK, Why
from ivr.desk.upkeep.tell import FROM_THE_DIARY, OF_HOURS
from ivr.desk.upkeep.unheard import RECORDED
from ivr.diary.appointments import TAKES_TIME
from ivr.diary.rows import TOLD_OF
from ivr.line.blanks import Moment, Say
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import StoreAway
from ivr.storage.redis import QueueAway
from testing.listener import Listener
from workers.services import WorkerServices

SETTLES = 240.0
"""Seconds at a campaign's end for promises to reach the desk and the staff: as long as several leases of a task."""

READ_AGAIN = 60.0
"""Seconds for which a read is made again while the database does not answer in time."""

Asked = ParamSpec("Asked")
Found = TypeVar("Found")


def patient(read: Callable[Asked, Found]) -> Callable[Asked, Found]:
    """Return a function that repeats `read` while the database is away, so that one slow read ends no campaign."""

    @wraps(read)
    def tried(*args: Asked.args, **kwargs: Asked.kwargs) -> Found:
        end = time.monotonic() + READ_AGAIN
        while True:
            try:
                return read(*args, **kwargs)
            except StoreAway:
                if time.monotonic() > end:
                    raise
            time.sleep(0.25)

    return tried


def settled(worker: WorkerServices) -> float:
    """Wait until no request waits in Redis and every task is done; return the seconds that it took.

    Raises TimeoutError.
    """
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


@patient
def held(worker: WorkerServices) -> tuple[list[Held], list[tuple[str, str, str]]]:
    """Return the promises that the desk and the diary hold; and each request's call, kind and number."""
    requests, promises = schema.requests, schema.promises
    query = select(
        requests.c.id, requests.c.phone, requests.c.reference, promises.c.reference.label("own"), promises.c.spoken
    ).join_from(promises, requests)
    of_callers = requests.c.source != FROM_THE_DIARY
    booked = schema.appointments
    with worker.database.reading() as read:
        promised = [
            Held(row.phone, frozenset({row.own, row.spoken}), joined=row.own != row.reference)
            for row in read.execute(query.where(of_callers))
        ]
        made = [
            tuple(row)
            for row in read.execute(select(requests.c.call_sid, requests.c.kind, requests.c.phone).where(of_callers))
        ]
        appointments = read.execute(select(booked.c.phone, booked.c.reference)).all()
    promised += [Held(row.phone, frozenset({row.reference}), joined=False) for row in appointments]
    return promised, made


@patient
def calls(worker: WorkerServices, walked: Sequence[Walked]) -> list[tuple[str, str]]:
    """Return, for each of these calls that has a record, the call's id and the path in the record."""
    call_of, table = {worker.desk.unheard.mark_of(each.call_id): each.call_id for each in walked}, schema.calls
    with worker.database.reading() as read:
        rows = read.execute(select(table.c.mark, table.c.path)).all()
    return [(call_of[row.mark], row.path) for row in rows if row.mark in call_of]


def told(channel: Listener) -> list[tuple[str, float]]:
    """Return the references in the notices that a channel to the staff received, each with the moment it came."""
    found = [(re.search(r"reference (\d{6})", json.loads(body)["message"]), at) for at, body in channel.heard()]
    return [(match[1], at) for match, at in found if match]


# -- the diary


@patient
def diary(worker: WorkerServices) -> list[InDiary]:
    """Return every appointment that a call has made in the diary, read from the tables themselves."""
    table, calls = schema.appointments, schema.calls
    with worker.database.reading() as read:
        history, about = _history(read), _about(read)
        recorded = set(read.scalars(select(calls.c.mark)))
        rows = read.execute(select(table)).all()
    return [_in_diary(worker, row, history[row.id], about[row.id], recorded) for row in rows if row.call_sid]


def _in_diary(
    worker: WorkerServices, row: Row[Any], changes: Sequence[Change], about: Sequence[Any], recorded: set[str]
) -> InDiary:
    waiting = [each for each in about if each.status in {"open", "taken"}]
    of_hours = any(each.why in OF_HOURS for each in waiting)
    return InDiary(
        reference=row.reference,
        phone=row.phone,
        schedule=row.schedule,
        starts=row.starts,
        ends=row.ends,
        takes_time=row.status in TAKES_TIME,
        call_id=row.call_sid,
        changes=tuple(changes),
        recorded=row.to_hear is None or worker.desk.unheard.mark_of(row.to_hear) in recorded,
        # Whoever is to be called because of the hours hears of it then; the clock looks again if nobody calls.
        to_be_told=any(each.why == Why.UNHEARD for each in about) or (of_hours and row.to_hear is not None),
        waits=bool(waiting),
    )


def _history(read: Connection) -> Mapping[int, list[Change]]:
    lines = schema.appointment_history
    found: dict[int, list[Change]] = defaultdict(list)
    query = select(lines.c.appointment_id, lines.c.what, lines.c.who, lines.c.detail).order_by(lines.c.id)
    for row in read.execute(query.where(lines.c.what.in_(TOLD_OF))):
        found[row.appointment_id].append(Change(row.what, row.who == CALLER, _moment(row.detail)))
    return found


def _moment(detail: str) -> datetime | None:
    try:
        return datetime.fromisoformat(detail)
    except ValueError:
        return None


def _about(read: Connection) -> Mapping[int, list[Any]]:
    table = schema.requests
    found: dict[int, list[Any]] = defaultdict(list)
    for row in read.execute(select(table.c.about, table.c.why, table.c.status).where(table.c.about.is_not(None))):
        found[row.about].append(row)
    return found


@patient
def is_open(worker: WorkerServices) -> Callable[[InDiary], bool]:
    """Return a function that tells whether the clinic, with the desk's closures, is open at an appointment's time."""
    closures = schema.closures
    with worker.database.reading() as read:
        closed: set[date] = set(read.scalars(select(closures.c.day).where(closures.c.undone_at.is_(None))))
    hours = worker.clinic.line("").hours

    def found(each: InDiary) -> bool:
        starts = hours.local(each.starts)
        return starts.date() not in closed and hours.is_open(starts) and hours.is_open(each.ends - timedelta(minutes=1))

    return found


def words_of(worker: WorkerServices) -> WordsOf:
    """Return a function that gives, in each language, the words that tell of a booking, a move or a cancellation."""
    script, hours = worker.script, worker.clinic.line("").hours

    def found(what: str, starts: datetime, heard: datetime) -> frozenset[str]:
        values = {} if what == "cancelled" else {"at": Moment(hours.local(starts), hours.local(heard))}
        return frozenset(script.say(Say(what, values), language).words for language in script.languages)

    return found


@patient
def look_again(worker: WorkerServices) -> None:
    """Run the clock process's check for unheard bookings, as if a quarter of an hour had passed.

    By then a missing record of a call counts as lost.
    """
    later = worker.clock() + RECORDED + timedelta(minutes=1)
    worker.desk.unheard.check(worker.hours.clinic_now(), By(THE_CLOCK, later))
