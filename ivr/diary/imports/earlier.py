"""Reads the diary before an import: appointments and blocked times from now on, with the marks of imported entries.

Reads only. No HTTP, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from ivr.diary.appointments import AppointmentStatus, DiaryEvent, Source
from ivr.diary.blocked_times import StandingTimeBlock, TimeBlock, read_block
from ivr.diary.free_times import LONGEST_VISIT
from ivr.line.diary import GRAIN
from ivr.storage import schema
from ivr.storage.audit import COMMAND_LINE
from ivr.storage.odd import text_of

CHANGES = (
    *(DiaryEvent.BOOKED, DiaryEvent.MOVED, DiaryEvent.CANCELLED, DiaryEvent.ARRIVED),
    *(DiaryEvent.NOSHOW, DiaryEvent.REOPENED, DiaryEvent.NAMED, DiaryEvent.UNDONE),
)
"""The events by which an appointment was made or changed in this diary, unless an import caused the event."""


@dataclass(frozen=True)
class EarlierVisit:
    """An appointment that is in the diary before the import begins."""

    id: int
    reference: str
    mark: str
    """The mark of the entry that was imported as this appointment; empty where no import has made it."""
    starts: datetime
    ends: datetime
    schedule: str
    status: str
    phone: str | None
    name: str
    changed_here: bool
    """True if somebody other than an import has made or changed the appointment, at the desk or by telephone."""


@dataclass
class EarlierBusy:
    """The blocked times that earlier imports have made from one entry of another diary."""

    standing: dict[TimeBlock, int] = field(default_factory=dict)
    """The ids of the blocks of time that nobody has undone, by block."""
    freed: set[TimeBlock] = field(default_factory=set)
    """The blocks of time that the desk has undone, so that the time is free."""

    @property
    def schedule(self) -> str:
        """The key of the column in which the time is blocked; empty where it is blocked in all."""
        return next((each.schedule for each in self.standing), "")

    def freed_of(self, wanted: set[TimeBlock]) -> set[TimeBlock]:
        """Return those of the wanted blocks that the desk has undone, whatever their reasons."""
        freed = {replace(each, words="") for each in self.freed}
        return {each for each in wanted if replace(each, words="") in freed}

    def is_ahead(self, now: datetime, zone: ZoneInfo) -> bool:
        """Return whether some block that stands is not over yet, by the clinic's time zone."""
        ends = (block.shift.on(block.last_day, zone)[1] for block in self.standing if block.last_day)
        return max(ends, default=now) > now


@dataclass(frozen=True)
class TakenTime:
    """The time that an appointment takes in its column, including the buffer after the visit."""

    visit_id: int
    schedule: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Earlier:
    """The diary as it is before the import: its appointments and blocked times from now on."""

    visits: tuple[EarlierVisit, ...]
    busy: Mapping[str, EarlierBusy]
    """The blocked times made from each imported entry, by its mark."""
    blocks: tuple[StandingTimeBlock, ...]
    """All blocks of time that nobody has undone, whoever has set them."""
    taken: tuple[TakenTime, ...]

    @cached_property
    def imported(self) -> dict[str, EarlierVisit]:
        """The appointments that earlier imports made, each by the mark of the imported entry."""
        return {each.mark: each for each in self.visits if each.mark}

    @cached_property
    def by_start(self) -> dict[datetime, list[EarlierVisit]]:
        """The appointments by the moment at which they start."""
        found: dict[datetime, list[EarlierVisit]] = {}
        for each in self.visits:
            found.setdefault(each.starts, []).append(each)
        return found


def earlier(read: Connection, now: datetime, today: date) -> Earlier:
    """Return the diary before the import: appointments that end after `now`, and blocked times from `today` on."""
    busy, blocks = _blocked(read, today)
    return Earlier(tuple(_visits(read, now)), busy, tuple(blocks), tuple(_taken(read, now)))


def _visits(read: Connection, now: datetime) -> list[EarlierVisit]:
    table, people = schema.appointments, schema.patients
    changed = changed_here(read, select(table.c.id).where(table.c.ends > now))
    columns: tuple[Any, ...] = (
        table.c.id,
        table.c.reference,
        table.c.mark,
        table.c.starts,
        table.c.ends,
        table.c.schedule,
    )
    query = select(*columns, table.c.status, table.c.source, table.c.phone, people.c.name)
    rows = read.execute(query.join(people, people.c.id == table.c.patient_id, isouter=True).where(table.c.ends > now))
    readable = (row for row in rows if isinstance(row.starts, datetime) and isinstance(row.ends, datetime))
    return [_visit(row, changed_here=row.id in changed) for row in readable]


def changed_here(read: Connection, ids: Any) -> set[int]:
    """Return which of these appointments somebody other than an import has made or changed; `ids` may be a query."""
    lines = schema.appointment_history
    by_others = select(lines.c.appointment_id).where(lines.c.what.in_(CHANGES), lines.c.who != COMMAND_LINE)
    return set(read.scalars(by_others.where(lines.c.appointment_id.in_(ids))))


def _visit(row: Any, *, changed_here: bool) -> EarlierVisit:
    return EarlierVisit(
        id=row.id,
        reference=row.reference,
        mark=text_of(row.mark) if row.source == Source.IMPORT else "",
        starts=row.starts,
        ends=row.ends,
        schedule=row.schedule,
        status=text_of(row.status),
        phone=row.phone,
        name=text_of(row.name or ""),
        changed_here=changed_here,
    )


def _blocked(read: Connection, today: date) -> tuple[dict[str, EarlierBusy], list[StandingTimeBlock]]:
    """Return the blocks of imports, by the mark of their entry, and all blocks not undone; both from `today` on."""
    table, found = schema.blocked_times, dict[str, EarlierBusy]()
    ahead = table.c.last_day.is_(None) | (table.c.last_day >= today)
    rows = read.execute(select(table).where(ahead).order_by(table.c.id)).all()
    blocks = [(row, block) for row in rows if (block := read_block(row))]
    for row, block in blocks:
        if row.mark:
            _add(found.setdefault(text_of(row.mark), EarlierBusy()), block, row.undone_by)
    return found, [block for row, block in blocks if row.undone_at is None]


def _add(busy: EarlierBusy, block: StandingTimeBlock, undone_by: str | None) -> None:
    if undone_by is None:
        busy.standing[block.block] = block.id
    elif undone_by != COMMAND_LINE:
        busy.freed.add(block.block)


def _taken(read: Connection, now: datetime) -> list[TakenTime]:
    table = schema.appointment_times
    span = (func.min(table.c.at).label("starts"), func.max(table.c.at).label("ends"))
    query = select(table.c.appointment_id, table.c.schedule, *span).where(table.c.at > now - LONGEST_VISIT)
    rows = read.execute(query.group_by(table.c.appointment_id, table.c.schedule))
    return [
        TakenTime(row.appointment_id, row.schedule, row.starts, row.ends + GRAIN)
        for row in rows
        if isinstance(row.starts, datetime) and isinstance(row.ends, datetime)
    ]


def is_over(visit: EarlierVisit) -> bool:
    """Return whether the appointment takes no time any more: it was cancelled, or its patient did not come."""
    return visit.status not in {AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED}
