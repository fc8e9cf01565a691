"""Stores the times that the desk has blocked, as for leave, lunch or a meeting: once, on some days, or every week.

A block is never altered: it is undone, and another is set. No HTTP, no clock.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from ivr.line.hours import Shift, shifts_of, written
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By, write_lines
from ivr.storage.database import Database
from ivr.storage.odd import name_once, text_of

table = schema.blocked_times


@dataclass(frozen=True)
class TimeBlock:
    """A blocked time: hours by the clinic's wall clock, on certain days, in one column of the diary or in all."""

    shift: Shift
    first_day: date
    last_day: date | None
    """The last day of the block; None for a block of every week that has no end."""
    schedule: str = ""
    """The key of the diary's column that is blocked; empty where all columns are."""
    weekday: int | None = None
    """The day of the week, Monday as 0; None for every day from the first to the last."""
    words: str = ""
    """The reason of the block, as the desk has typed it."""

    def on(self, day: date) -> bool:
        """Return whether this time is blocked on the given day."""
        within = self.first_day <= day and (self.last_day is None or day <= self.last_day)
        return within and self.weekday in {None, day.weekday()}


@dataclass(frozen=True)
class StandingTimeBlock:
    """A block of time that nobody has undone, with the person who set it."""

    id: int
    block: TimeBlock
    who: str
    is_imported: bool = False
    """True if the block comes from a busy time of another diary."""


class BlockedTimes:
    """The store of blocked times."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, block: TimeBlock, by: By) -> int:
        """Set a block of time, and return its id. Raises StoreAway."""
        with self._database.writing() as write:
            (made,) = set_blocks(write, [(block, None)], by)
            return made

    def undo(self, block_id: int, by: By) -> bool:
        """Undo a block of time, and return whether it was in force until now. Raises StoreAway."""
        with self._database.writing() as write:
            return bool(undo_blocks(write, [block_id], by))

    def standing(self, day: date) -> list[StandingTimeBlock]:
        """Return the blocks of time in force on this day or later, in the order they were set. Raises StoreAway."""
        with self._database.reading() as read:
            return standing_blocks(read, day)


def set_blocks(write: Connection, blocks: Sequence[tuple[TimeBlock, str | None]], by: By) -> list[int]:
    """Store these blocks of time, each with the mark of its imported entry or None, and return their ids."""
    rows = [{**_columns(block), "mark": mark, "who": by.who, "at": by.at} for block, mark in blocks]
    made = write.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows).all()
    told = ((f"#{block_id}", _told(block)) for block_id, (block, _) in zip(made, blocks, strict=True))
    write_lines(write, by, AuditAction.BLOCKED_TIME, list(told))
    return list(made)


def undo_blocks(write: Connection, ids: Sequence[int], by: By) -> list[int]:
    """Undo the blocks of time with these ids, and return the ids of those that were in force until now."""
    standing = (table.c.id.in_(ids), table.c.undone_at.is_(None))
    undone = update(table).where(*standing).values(undone_by=by.who, undone_at=by.at).returning(table.c.id)
    stood = list(write.scalars(undone).all())
    write_lines(write, by, AuditAction.UNBLOCKED_TIME, [(f"#{block_id}", "") for block_id in sorted(stood)])
    return stood


def _columns(block: TimeBlock) -> dict[str, Any]:
    return {
        "schedule": block.schedule,
        "first_day": block.first_day,
        "last_day": block.last_day,
        "weekday": block.weekday,
        "shift": written((block.shift,)),
        "words": block.words,
    }


ON_A_DAY = or_(table.c.last_day.is_(None), table.c.last_day >= bindparam("day"))
STANDING = select(table).where(table.c.undone_at.is_(None), ON_A_DAY).order_by(table.c.id)
STANDING_UNTIL = STANDING.where(table.c.first_day <= bindparam("until"))


def standing_blocks(read: Connection, day: date, until: date | None = None) -> list[StandingTimeBlock]:
    """Return the readable blocks of time in force on this day or later, in the order in which they were set.

    With `until`, return only blocks that begin by that day: an import may have stored thousands of later ones.
    """
    asked = (
        read.execute(STANDING_UNTIL, {"day": day, "until": until}) if until else read.execute(STANDING, {"day": day})
    )
    return [found for row in asked if (found := read_block(row)) is not None]


def blocked_on(
    blocks: Sequence[StandingTimeBlock], schedule: str, days: Sequence[date], zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the blocked stretches of one column on these days, each as (start, end) in UTC."""
    for each in blocks:
        if each.block.schedule in {"", schedule}:
            stretches = (each.block.shift.on(day, zone) for day in days if each.block.on(day))
            # Python compares moments of two zones ten times as slowly as those of UTC.
            yield from ((start.astimezone(UTC), end.astimezone(UTC)) for start, end in stretches)


class BlocksByDay:
    """Blocks of time sorted by day, so that the blocks of a day are found fast among thousands from an import."""

    def __init__(self, blocks: Iterable[StandingTimeBlock]) -> None:
        self._longer: list[StandingTimeBlock] = []
        self._of_a_day: dict[date, list[StandingTimeBlock]] = {}
        for each in blocks:
            one_day = each.block.first_day if each.block.first_day == each.block.last_day else None
            (self._of_a_day.setdefault(one_day, []) if one_day else self._longer).append(each)

    def on(self, days: Sequence[date]) -> list[StandingTimeBlock]:
        """Return the blocks of time on these days, and every block of several days, which may lie on other days."""
        return [*self._longer, *(each for day in days for each in self._of_a_day.get(day, ()))]


def days_between(start: date, end: date) -> list[date]:
    """Return the days from `start` to `end`, both included."""
    return [start + timedelta(days=ahead) for ahead in range((end - start).days + 1)]


def _told(block: TimeBlock) -> str:
    """Return the block of time as text for the audit, without the reason that somebody typed."""
    return f"{block.first_day} {block.last_day or ''} {written((block.shift,))} {block.schedule}".strip()


def read_block(row: Row[Any]) -> StandingTimeBlock | None:
    """Return the block of time in a row of the table, undone or not; None where the row cannot be read."""
    try:
        return StandingTimeBlock(row.id, _block(row), text_of(row.who), row.mark is not None)
    except (ValueError, TypeError):
        name_once(table.name, row.id, ["first_day", "last_day", "shift"])
        return None


def _block(row: Row[Any]) -> TimeBlock:
    """Return the block of time in a row of the table. Raises ValueError, TypeError where the row cannot be read."""
    (shift,) = shifts_of(text_of(row.shift))
    if not isinstance(row.first_day, date) or not isinstance(row.last_day, date | None):
        raise TypeError
    return TimeBlock(shift, row.first_day, row.last_day, text_of(row.schedule), row.weekday, text_of(row.words))
