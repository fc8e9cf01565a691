"""Brings together the counts of a report's days: those that the database keeps, and those made again from rows.

Reads and writes the counts only. kept_days.py stores them, counting.py makes them. No clock.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from ivr.line.clinic import Clinic
from ivr.reports.counts.counted_by import CountedBy
from ivr.reports.counts.counting import Counted, Rows, count
from ivr.reports.counts.days import ClinicDay, Stretch, stretches, whole
from ivr.reports.counts.kept_days import Changes, KeptDay, NewDay, changes, kept_days, kept_quarters
from ivr.reports.counts.stale_counts import ALL
from ivr.reports.counts.tally import BY_SLOT, LATER, Tally, added, of_text, only, stored, without
from ivr.reports.reported_calls import read_calls
from ivr.reports.reported_requests import read_requests

Quarters = dict[int, Mapping[str, Tally]]
"""The counts of a day, by the number of each quarter of an hour, and within a quarter by line."""


@dataclass(frozen=True)
class DayCount:
    """The counts of one day's calls and requests, for the line that a report is about."""

    day: ClinicDay
    counts: Tally
    by_slot: Tally
    """The counts of each five minutes of the day. Stored counts have these only for the day `WantedDays.cut`."""
    later: Tally
    """Counts of the day's patients reached on a later day. Stored counts have these only before `WantedDays.cut`."""


@dataclass(frozen=True)
class ToCount:
    """A day whose calls and requests are to be counted again, in part or whole."""

    day: ClinicDay
    last_day: date
    quarters: str
    """The stored counts of the day by quarter of an hour, as text; empty if the whole day is counted again."""
    parts: Sequence[Rows]


@dataclass(frozen=True)
class FoundCounts:
    """The kept counts of the days that need no new count, and the rows to count for the other days."""

    changes: Changes
    kept: Mapping[ClinicDay, KeptDay]
    to_count: Sequence[ToCount]


@dataclass(frozen=True)
class WantedDays:
    """The days for which a report needs counts, in order, and the telephone line of the report."""

    days: Sequence[ClinicDay]
    line: str
    """The key of the telephone line; ALL for all lines."""
    cut: ClinicDay
    """The last day before the report's period. Reports may need a part of this day, so it has five-minute counts."""


def gather(read: Connection, wanted: WantedDays, clinic: Clinic, most: int | None = None) -> FoundCounts:
    """Return the stored counts of the wanted days that are up to date, and the rows to count for the other days.

    With `most`, only the latest `most` of the other days get rows. With None, all of the other days get rows.
    """
    found, by = changes(read), CountedBy(clinic)
    there = kept_days(read, wanted.days, wanted.line, wanted.cut) if found.since else {}
    kept: dict[ClinicDay, KeptDay] = {}
    to_count: list[ToCount] = []
    for day in reversed(wanted.days):
        known = there.get(day.starts)
        holds = known if known and _holds(known, day, by) else None
        stale = holds.stale | _touched(day, found) if holds else frozenset()
        if holds and not stale:
            kept[day] = holds
        elif most is None or len(to_count) < most:
            to_count.append(_to_count(read, day, holds, stale))
    return FoundCounts(found, kept, to_count)


def _holds(known: KeptDay, day: ClinicDay, by: CountedBy) -> bool:
    return isinstance(known.last_day, date) and known.counted_by == by.of(day.of, known.last_day)


def _touched(day: ClinicDay, found: Changes) -> frozenset[int]:
    return frozenset(day.quarter(each) for each in found.moments if day.starts <= each < day.ends)


def _to_count(read: Connection, day: ClinicDay, known: KeptDay | None, stale: frozenset[int]) -> ToCount:
    quarters = _readable(kept_quarters(read, day)) if known else ""
    if known and quarters:
        return ToCount(day, known.last_day, quarters, [_rows(read, each) for each in stretches(day, [*stale])])
    return ToCount(day, day.of, "", [_rows(read, whole(day))])


def _readable(quarters: str) -> str:
    """Return `quarters`, the stored counts of a day by quarter of an hour, if they can be read; else an empty text."""
    try:
        for tallies in json.loads(quarters).values():
            added(tallies.values())
    except (ValueError, TypeError, AttributeError):
        return ""
    return quarters


def _rows(read: Connection, of: Stretch) -> Rows:
    return Rows(of, read_calls(read, of.starts, of.ends), read_requests(read, of.starts, of.ends))


# -- without the database


def counted(
    found: FoundCounts, wanted: WantedDays, clinic: Clinic, now: datetime
) -> tuple[list[DayCount], list[NewDay]]:
    """Return the counts of the wanted days, in order, and separately the newly counted days as rows to be stored."""
    by = CountedBy(clinic)
    new = [_counted_again(each, clinic, by, now) for each in found.to_count]
    days = [_of_kept(day, each) for day, each in found.kept.items()]
    for day in new:
        row = next((each for each in day.rows if each["line"] == wanted.line), {})
        texts = (row.get(name, "") for name in ("counts", "by_slot", "later"))
        days.append(DayCount(day.day, *map(of_text, texts)))
    return sorted(days, key=lambda each: each.day.starts), new


def _of_kept(day: ClinicDay, kept: KeptDay) -> DayCount:
    return DayCount(day, kept.counts, kept.by_slot, kept.later)


def _counted_again(of: ToCount, clinic: Clinic, by: CountedBy, now: datetime) -> NewDay:
    """Count the parts of a day that need a new count, and return the counts of the whole day."""
    parts = [count(rows, clinic, now) for rows in of.parts]
    quarters = _together(of.quarters, parts)
    lines = {line for tallies in quarters.values() for line in tallies}
    of_lines = {line: added(tallies.get(line, {}) for tallies in quarters.values()) for line in lines}
    last_day = max([of.last_day, *(each.last_day for each in parts)])
    kept = json.dumps(quarters, separators=(",", ":")) if all(each.timed for each in parts) else ""
    common = {
        "starts": of.day.starts,
        "ends": of.day.ends,
        "counted_by": by.of(of.day.of, last_day),
        "last_day": last_day,
        "stale": "",
    }
    rows = [{**common, **_row(line, tally), "quarters": ""} for line, tally in sorted(of_lines.items())]
    return NewDay(of.day, [*rows, {**common, **_row(ALL, added(of_lines.values())), "quarters": kept}])


def _together(quarters: str, parts: Sequence[Counted]) -> Quarters:
    """Return a day's counts by quarter of an hour: those in `parts`, and for other quarters those in `quarters`."""
    found: Quarters = {int(number): tallies for number, tallies in json.loads(quarters or "{}").items()}
    for each in parts:
        for number in range(each.of.first, each.of.last + 1):
            found.pop(number, None)
        found |= each.tallies
    return found


def _row(line: str, tally: Tally) -> dict[str, str]:
    counts, by_slot, later = without(tally, *BY_SLOT, LATER), only(tally, *BY_SLOT), only(tally, LATER)
    return {"line": line, "counts": stored(counts), "by_slot": stored(by_slot), "later": stored(later)}
