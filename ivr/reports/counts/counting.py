"""Counts the calls and requests of a part of a day: a tally for each quarter of an hour and each line.

Pure: the rows, the clinic and the moment are arguments. The reports show these counts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from ivr.line.clinic import Clinic
from ivr.reports.call_records import Ending
from ivr.reports.call_stats import OF_THE_MENU, Calls, call_stats
from ivr.reports.counts.days import SLOT, ClinicDay, Stretch, day_of
from ivr.reports.counts.stale_counts import QUARTER
from ivr.reports.counts.tally import (
    BY_SLOT,
    LATER,
    TOLD,
    Tally,
    added,
    open_or_closed,
    tally_of_calls,
    tally_of_requests,
    without,
)
from ivr.reports.reported_requests import DatedRequest, RequestRows, dated, waits_in
from ivr.reports.request_stats import request_stats
from ivr.reports.timetable import OpeningTime, Timetable
from ivr.storage.odd import text_of

LOOKS_AHEAD = timedelta(days=366)
"""The time ahead for which opening hours are looked up, because moments further ahead come from a wrong clock."""

ENDINGS = frozenset(each.value for each in Ending)
CALLS_AT, SERVED_AT, REACHED_AT = BY_SLOT

Tallies = Mapping[int, Mapping[str, Tally]]
"""The counts of a day by number of the quarter-hour, then by line. Lines that no longer exist may be included."""


@lru_cache(maxsize=1024)
def served(path: str) -> bool:
    """Return whether the caller of a call was served; `path` is the text of the call's places and outcomes."""
    return OF_THE_MENU.served(path.split())


@dataclass(frozen=True)
class Rows:
    """The rows of calls and requests in a part of a day, of all lines, as they are stored."""

    of: Stretch
    calls: Sequence[Row[Any]]
    requests: RequestRows


@dataclass(frozen=True)
class Counted:
    """The counts of the calls and requests in a part of a day."""

    of: Stretch
    tallies: Tallies
    last_day: date
    """The last day whose opening hours these counts depend on."""
    timed: bool
    """True if the moment of every counted row can be read; if not, the quarter of an hour of some rows is unknown."""


def count(rows: Rows, clinic: Clinic, now: datetime) -> Counted:
    """Return the counts of these rows of calls and requests, by the opening hours of this clinic."""
    lasts = [line.at for line in rows.requests.lines if isinstance(line.at, datetime)]
    last = min(max((rows.of.starts, *lasts)), max(now, rows.of.starts) + LOOKS_AHEAD)
    counting = _Counting(rows.of.day, clinic, now, last)
    # A row whose moment cannot be read counts at the beginning.
    odd_at = rows.of.first
    parts: defaultdict[tuple[int, str], list[Tally]] = defaultdict(list)
    for quarter, line, tally in (*counting.calls(rows.calls, odd_at), *counting.requests(rows.requests, odd_at)):
        parts[quarter, line].append(tally)
    found: defaultdict[int, dict[str, Tally]] = defaultdict(dict)
    for (quarter, line), tallies in parts.items():
        found[quarter][line] = without(added(tallies))
    moments = (*(row.began for row in rows.calls), *(row.created for row in rows.requests.made))
    return Counted(rows.of, found, counting.local_day(last), all(isinstance(each, datetime) for each in moments))


Found = Iterable[tuple[int, str, Tally]]
"""The counts found, each for a quarter of an hour and a line. Several may be for the same quarter and line."""


@dataclass(frozen=True)
class Alike:
    """A group of calls in the same five minutes, with the same places and end, all in open or all in closed hours."""

    slot: int
    state: str
    calls: Calls


class _Counting:
    """Counts the calls and requests of one day. The opening hours tell which of them came while the line was open."""

    def __init__(self, day: ClinicDay, clinic: Clinic, now: datetime, last: datetime) -> None:
        self._day, self._now = day, now
        self._default = clinic.default_line
        self._zone = clinic.line("").hours.zone
        lines = clinic.lines.items()
        self._timetables = {key: Timetable.of(each.hours, day.of, day.of) for key, each in lines}
        opening = {key: OpeningTime.of(each.hours, day.starts, last) for key, each in lines}
        self._waits = waits_in(opening, self._default, now)

    def local_day(self, moment: datetime) -> date:
        """Return the clinic's day on which a moment lies."""
        return moment.astimezone(self._zone).date()

    def _state(self, line: str, moment: datetime) -> str:
        timetable = self._timetables.get(line) or self._timetables[self._default]
        return open_or_closed(timetable.when(moment).is_open)

    def calls(self, rows: Sequence[Row[Any]], odd_at: int) -> Found:
        """Yield the counts of these calls. A call with an unreadable moment counts in the quarter-hour `odd_at`."""
        alike: Counter[tuple[str, int, str, str, str]] = Counter()
        for row in rows:
            began, line, path, ended = row.began, text_of(row.line), row.path, row.ended
            if not isinstance(began, datetime):
                yield odd_at, line, {"odd": {"calls": 1}}
            elif not isinstance(path, str) or ended not in ENDINGS:
                yield self._day.quarter(began), line, {"odd": {"calls": 1}}
            else:
                alike[line, self._day.slot(began), self._state(line, began), path, ended] += 1
        groups: defaultdict[tuple[str, int], list[Alike]] = defaultdict(list)
        for (line, slot, state, path, ended), some in alike.items():
            groups[line, slot * SLOT // QUARTER].append(Alike(slot, state, Calls(path, Ending(ended), some)))
        for (line, quarter), group in groups.items():
            yield quarter, line, self._of_calls(group)

    def _of_calls(self, group: Sequence[Alike]) -> Tally:
        """Return the counts of the calls of one quarter of an hour and one line."""
        found = {name: Counter[str]() for name in ("calls", "served", CALLS_AT, SERVED_AT)}
        paths: Counter[tuple[str, Ending]] = Counter()
        for each in group:
            path, some = each.calls.path, each.calls.count
            at = f"{each.slot} {each.state}"
            paths[path, each.calls.ended] += some
            found["calls"][each.state] += some
            found[CALLS_AT][at] += some
            if served(path):
                found["served"][each.state] += some
                found[SERVED_AT][at] += some
        hours = {self._day.hour(group[0].slot, self._zone): found["calls"].total()}
        calls = call_stats([Calls(*way, some) for way, some in paths.items()], hours)
        return {**tally_of_calls(calls), **found}

    def requests(self, found: RequestRows, odd_at: int) -> Found:
        """Yield the counts of these requests. A request without a readable moment counts in the quarter `odd_at`."""
        groups: defaultdict[tuple[int, str], list[DatedRequest]] = defaultdict(list)
        for row, each in zip(found.made, dated(found, self._waits), strict=True):
            if each is None:
                quarter = self._day.quarter(row.created) if isinstance(row.created, datetime) else odd_at
                yield quarter, text_of(row.line), {"odd": {"requests": 1}}
            else:
                groups[self._day.quarter(each.made), each.line].append(each)
        for (quarter, line), group in groups.items():
            patients = [each for each in group if not each.is_of_the_diary]
            told = request_stats([each.request for each in group if each.is_of_the_diary])
            yield quarter, line, tally_of_requests(told, TOLD)
            yield quarter, line, tally_of_requests(request_stats([each.request for each in patients]))
            yield quarter, line, self._reached(patients)

    def _reached(self, patients: Sequence[DatedRequest]) -> Tally:
        """Count the reached patients by the time of reaching them, and by whether the line was open when they asked."""
        found: dict[str, Counter[str]] = {"patients": Counter(), REACHED_AT: Counter(), LATER: Counter()}
        for each in patients:
            if each.reached is None:
                continue
            state = self._state(each.line, each.made)
            on = day_of(self.local_day(each.reached), self._zone)
            later, slot = (on.of - self._day.of).days, on.slot(each.reached)
            found["patients"][state] += 1
            if later:
                found[LATER][f"{later} {slot} {state}"] += 1
            else:
                found[REACHED_AT][f"{slot} {state}"] += 1
        return found
