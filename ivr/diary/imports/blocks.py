"""Turns a busy time of another diary into blocked times of this one, which are parts of days. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.diary.blocked_times import TimeBlock
from ivr.diary.imports.entries import ImportedEntry
from ivr.line.hours import Shift

A_DAY, A_MINUTE, AN_HOUR = timedelta(days=1), timedelta(minutes=1), timedelta(hours=1)
MIDNIGHT = time.min


def blocks_of(entry: ImportedEntry, zone: ZoneInfo, today: date) -> list[TimeBlock]:
    """Return the blocks that cover a busy time, in whole local minutes, without those that ended before `today`."""
    starts, ends = _wall(entry.starts, zone), _end(entry.ends, zone)
    found = [
        TimeBlock(shift, first, last, entry.schedule, words=entry.words) for shift, first, last in _parts(starts, ends)
    ]
    return [each for each in found if each.last_day and each.last_day >= today]


def _parts(starts: datetime, ends: datetime) -> Iterator[tuple[Shift, date, date]]:
    """Yield the parts of a busy time by day: the rest of its first day, whole days, and its part of the last day."""
    first, last = starts.date(), ends.date()
    if ends.time() == MIDNIGHT:
        last -= A_DAY
    if first == last:
        yield Shift(starts.time(), ends.time()), first, last
        return
    if starts.time() != MIDNIGHT:
        yield Shift(starts.time(), MIDNIGHT), first, first
        first += A_DAY
    if ends.time() != MIDNIGHT:
        yield Shift(MIDNIGHT, ends.time()), last, last
        last -= A_DAY
    if first <= last:
        yield Shift(MIDNIGHT, MIDNIGHT), first, last


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None, fold=0)  # as a shift is stored


def _end(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a busy time's end by the wall clock, rounded up to a minute. Autumn's repeated hour counts as the next."""
    up = moment + A_MINUTE if moment.second or moment.microsecond else moment
    return _wall(up + AN_HOUR if up.astimezone(zone).fold else up, zone)
