"""Adds up the counts of days for a report's period, and for the days before the period up to the same time of day.

Pure.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ivr.reports.counts.day_counts import DayCount, WantedDays
from ivr.reports.counts.days import ClinicDay, day_of
from ivr.reports.counts.stale_counts import ALL
from ivr.reports.counts.tally import BY_SLOT, CLOSED, LATER, OPEN, Tally, added
from ivr.reports.period import Period
from ivr.reports.timetable import DayStats, When

CALLS_AT, SERVED_AT, REACHED_AT = BY_SLOT


def wanted(period: Period, line: str) -> WantedDays:
    """Return the days that the report of a period needs: the days of the period, and as many days before it."""
    days = [day_of(each, period.zone) for each in (*period.before.days, *period.days)]
    return WantedDays(days, line or ALL, day_of(period.before.last, period.zone))


def of_period(days: Sequence[DayCount], period: Period) -> tuple[Tally, DayStats]:
    """Return the counts of a report's period: of all its days together, and of each day."""
    own = [each for each in days if each.day.of >= period.first]
    names = {"calls": "calls", "served": "served", "reached": "patients"}
    by_day = {name: dict(_by_day(own, stored)) for name, stored in names.items()}
    return added(each.counts for each in own), DayStats(**by_day)


def _by_day(days: Sequence[DayCount], name: str) -> Iterator[tuple[When, int]]:
    for each in days:
        counts = each.counts.get(name, {})
        yield from _when(each.day, counts)


def _when(day: ClinicDay, counts: Mapping[str, int]) -> Iterator[tuple[When, int]]:
    for state, is_open in ((OPEN, True), (CLOSED, False)):
        if some := counts.get(state, 0):
            yield When(day.of, is_open), some


def of_days_before(days: Sequence[DayCount], period: Period, until: datetime) -> DayStats:
    """Return the counts of the days before a period. The last day counts up to `until`, rounded down to 5 minutes."""
    cut = day_of(period.before.last, period.zone)
    # Until midnight, where a day is an hour shorter than the one that it is compared with.
    slot = cut.slot(min(until, cut.ends))
    before = [each for each in days if each.day.of < period.first]
    calls, served, reached = ([*_until(before, cut, slot, *names)] for names in NAMES)
    return DayStats(dict(calls), dict(served), dict(reached))


NAMES = (("calls", CALLS_AT), ("served", SERVED_AT), ("patients", REACHED_AT))
"""The names of three counts in a tally. Each has one name as a count by day, and one as a count by five minutes."""


def _until(days: Sequence[DayCount], cut: ClinicDay, slot: int, name: str, at: str) -> Iterator[tuple[When, int]]:
    for each in days:
        if each.day == cut:
            yield from _when(cut, _before_slot(each.by_slot.get(at, {}), slot))
        else:
            late = _reached_after(each, cut, slot) if at == REACHED_AT else {}
            yield from _when(each.day, Counter(each.counts.get(name, {})) - Counter(late))


def _before_slot(counts: Mapping[str, int], slot: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for key, some in counts.items():
        number, state = key.split()
        found[state] += some if int(number) < slot else 0
    return found


def _reached_after(of: DayCount, cut: ClinicDay, slot: int) -> Counter[str]:
    """Count, by open and closed line, a day's patients who were reached in slot `slot` of the day `cut` or later."""
    ahead = (cut.of - of.day.of).days
    found: Counter[str] = Counter()
    for key, some in of.later.get(LATER, {}).items():
        days, number, state = key.split()
        found[state] += some if (int(days), int(number)) >= (ahead, slot) else 0
    return found
