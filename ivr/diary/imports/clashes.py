"""Finds the clashes that an import would make: two patients at once, or a patient in closed hours or a busy time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from ivr.diary.blocked_times import BlocksByDay, StandingTimeBlock, TimeBlock, blocked_on, days_between
from ivr.diary.free import is_free
from ivr.diary.imports.earlier import Earlier
from ivr.diary.imports.entries import ImportedEntry
from ivr.diary.imports.plan import Note, Plan, PlannedVisit
from ivr.diary.working_hours import is_open
from ivr.line.clinic import Clinic
from ivr.line.diary import GRAIN, Schedule
from ivr.line.hours import Hours

MOST_NAMED = 5
"""The most appointments that one remark on a clash names."""

CLOSED = "is outside of the opening hours; the desk is given the task to tell the patient"
BLOCKED = "is in a blocked time; the desk is given the task to tell the patient"


@dataclass(frozen=True)
class HeldTime:
    """A time that a patient has, with the reference or the place in the file by which staff find it."""

    starts: datetime
    ends: datetime
    label: str

    def meets(self, starts: datetime, ends: datetime) -> bool:
        """Return whether this time overlaps the span from `starts` to `ends`."""
        return self.starts < ends and starts < self.ends


@dataclass
class HeldTimes:
    """The times that patients have in the diary after the import, by column and day."""

    _by_day: dict[tuple[str, date], list[HeldTime]] = field(default_factory=dict)

    def add(self, schedule: str, starts: datetime, ends: datetime, label: str) -> None:
        """Add a time that a patient has in this column."""
        held = HeldTime(starts, ends, label)
        for day in _days(starts, ends):
            self._by_day.setdefault((schedule, day), []).append(held)

    def meeting(self, schedule: str, starts: datetime, ends: datetime) -> list[HeldTime]:
        """Return the patients' times in this column that overlap the span from `starts` to `ends`, in order."""
        found = (each for day in _days(starts, ends) for each in self._by_day.get((schedule, day), ()))
        return sorted({each for each in found if each.meets(starts, ends)}, key=lambda each: (each.starts, each.label))


def _days(starts: datetime, ends: datetime) -> list[date]:
    return days_between(starts.astimezone(UTC).date(), ends.astimezone(UTC).date())


def clashes(plan: Plan, earlier: Earlier, clinic: Clinic) -> Iterator[Note]:
    """Yield a remark on each planned appointment and busy time that clashes with a patient's time or closed hours."""
    held = _held_after(plan, earlier)
    blocks = BlocksByDay(_standing_after(plan, earlier))
    for each in (*plan.move, *plan.reopen, *plan.book):
        yield from _of_visit(each, held, blocks, clinic)
    yield from _of_blocks(plan.block, held, clinic)


def _held_after(plan: Plan, earlier: Earlier) -> HeldTimes:
    """Return the times that patients of our diary still have after the import, without those that the import frees."""
    leaves = {each.id for each in plan.cancel} | {each.visit.id for each in plan.move if each.visit}
    references, held = {each.id: each.reference for each in earlier.visits}, HeldTimes()
    for each in earlier.taken:
        if each.visit_id not in leaves:
            held.add(each.schedule, each.starts, each.ends, f"reference {references.get(each.visit_id, 'unknown')}")
    return held


def _standing_after(plan: Plan, earlier: Earlier) -> Iterator[StandingTimeBlock]:
    gone = set(plan.unblock)
    yield from (each for each in earlier.blocks if each.id not in gone)
    yield from (StandingTimeBlock(0, block, "") for block, _ in plan.block)


def _of_visit(each: PlannedVisit, held: HeldTimes, blocks: BlocksByDay, clinic: Clinic) -> Iterator[Note]:
    """Add a planned appointment to the held times, in the column it will get; yield a remark on each clash."""
    entry, hours = each.entry, clinic.line(each.line).hours
    starts, ends = _in_steps(entry.starts, entry.ends)
    met = {column.key: held.meeting(column.key, starts, ends) for column in each.columns}
    column = next((it for it in each.columns if not met[it.key]), each.columns[0])
    label = f"reference {each.visit.reference}" if each.visit else entry.where
    held.add(column.key, starts, ends, label)
    at = _at(hours, entry.starts)
    if met[column.key]:
        yield Note(entry.where, f"{at} meets {_named(met[column.key])}; it stands beside it, in an extra place")
    yield from (Note(entry.where, f"{at} {words}") for words in _not_open(entry, column, hours, blocks))


def _not_open(entry: ImportedEntry, column: Schedule, hours: Hours, blocks: BlocksByDay) -> Iterator[str]:
    days = days_between(hours.local(entry.starts).date(), hours.local(entry.ends).date())
    if not is_open(column, hours, entry.starts, entry.ends):
        yield CLOSED
    elif not is_free(list(blocked_on(blocks.on(days), column.key, days, hours.zone)), entry.starts, entry.ends):
        yield BLOCKED


def _of_blocks(planned: Sequence[tuple[TimeBlock, str]], held: HeldTimes, clinic: Clinic) -> Iterator[Note]:
    hours = clinic.line("").hours
    for block, _ in planned:
        found = list(_in_block(block, held, clinic))
        if found:
            where = f"busy {_at(hours, block.shift.on(block.first_day, hours.zone)[0])}"
            yield Note(where, f"meets {_named(found)}; the desk is given the task to tell the patient")


def _in_block(block: TimeBlock, held: HeldTimes, clinic: Clinic) -> Iterator[HeldTime]:
    zone = clinic.line("").hours.zone
    keys = [block.schedule] if block.schedule else [each.key for each in clinic.diary.schedules]
    for day in days_between(block.first_day, block.last_day or block.first_day):
        starts, ends = (each.astimezone(UTC) for each in block.shift.on(day, zone))
        yield from (each for key in keys for each in held.meeting(key, starts, ends))


def _in_steps(starts: datetime, ends: datetime) -> tuple[datetime, datetime]:
    """Return the span from `starts` to `ends`, widened to the whole steps of the diary that it will take."""
    seconds = GRAIN.total_seconds()
    first = starts.timestamp() // seconds * seconds
    last = -(-ends.timestamp() // seconds) * seconds
    return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)


def _at(hours: Hours, moment: datetime) -> str:
    return f"{hours.local(moment):%a %d %b %Y %H:%M}"


def _named(found: Iterable[HeldTime]) -> str:
    labels = list(dict.fromkeys(each.label for each in found))
    more = f" and {len(labels) - MOST_NAMED} more" if len(labels) > MOST_NAMED else ""
    return f"{', '.join(labels[:MOST_NAMED])}{more}"
