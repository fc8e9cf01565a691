"""Makes up the calls of the past two weeks, so that the reports show something.

A day has the same made-up calls in every run. Values only; demo.py writes and removes them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from ivr.line.clinic import Clinic, MissedKind
from ivr.reports.call_records import CallRecord, ending

DAYS = 14
"""The number of days with made-up calls, today included."""

MARK = "demo-"
"""The prefix of the mark of a made-up call."""


@dataclass(frozen=True)
class Habit:
    """A kind of made-up call: the places and outcomes passed, the length in seconds, the share of a hundred calls."""

    path: str
    seconds: int
    share: int


WHO = "for_whom number own_number summary confirmed"
ASKS = f"{WHO} kept goodbye"
HABITS = (
    Habit(f"welcome main book free times {WHO} booked goodbye", 75, 17),
    Habit(f"welcome main book free no_time wish book_day book_part {ASKS}", 95, 10),
    Habit(f"welcome main callback {ASKS}", 70, 13),
    Habit("welcome main hours", 41, 12),
    Habit("welcome main person ring talked goodbye", 160, 12),
    Habit("welcome main", 12, 9),
    Habit("welcome main advice topics topic", 88, 8),
    Habit("welcome main book free times", 35, 5),
    Habit(f"welcome main person closed_now callback {ASKS}", 85, 4),
    Habit(f"welcome main person ring nobody callback {ASKS}", 90, 3),
    Habit("welcome main offer goodbye", 60, 3),
    Habit("welcome main own appointment change prove change free times for_whom move_sure moved goodbye", 80, 2),
    Habit("welcome main person ring", 25, 2),
)
"""The kinds of made-up calls; their shares add up to a hundred."""

OF_A_DAY = (0, 0, 0, 0, 0, 0, 0, 1, 2, 6, 8, 7, 5, 3, 2, 2, 4, 7, 8, 6, 3, 1, 1, 0)
"""The number of made-up calls in each hour of an open day."""

CLOSED_SHARE = 4
"""The number of made-up calls on an open day for each call on a closed day."""

STRIDE = 37
"""The step by which made-up calls go through the list of 100 habits. Coprime to 100, so each habit gets its share."""


def made_up(clinic: Clinic, now: datetime) -> list[CallRecord]:
    """Return the made-up calls of the last `DAYS` days until now."""
    today = clinic.line("").hours.local(now).date()
    days = (today - timedelta(days=ago) for ago in range(DAYS))
    return [call for day in days for call in _of_a_day(clinic, day) if call.began < now]


def _of_a_day(clinic: Clinic, day: date) -> Iterator[CallRecord]:
    hours = clinic.line("").hours
    rings = [hour for hour, count in enumerate(OF_A_DAY) for _ in range(count)]
    lines, habits = list(clinic.lines), [each for each in HABITS for _ in range(each.share)]
    for number, hour in enumerate(rings[:: 1 if hours.shifts(day) else CLOSED_SHARE]):
        turn = day.toordinal() * len(rings) + number
        habit = habits[turn * STRIDE % len(habits)]
        words = tuple(habit.path.split())
        yield CallRecord(
            mark=f"{MARK}{day:%Y%m%d}-{number:03}",
            began=datetime.combine(day, time(hour, turn * STRIDE % 60), hours.zone),
            line=lines[(number % 5) % len(lines)],
            language="hi" if turn % 5 < 2 else "en",
            path=words,
            seconds=habit.seconds + turn % 30,
            ended=ending(words, over=True),
        )


@dataclass(frozen=True)
class MissedExample:
    """A made-up missed call; `digits` are the last digits of its number."""

    digits: str
    line: str
    language: str
    minutes_ago: int
    kind: MissedKind
    reached: str = ""

    def row(self, number: str, now: datetime) -> Mapping[str, Any]:
        """Return the made-up missed call as a row of its table."""
        called = {"call_sid": f"{MARK}missed-{self.digits}", "phone": number, "at": now - self.ago}
        how_far = {"kind": self.kind, "reached": self.reached, "checked": True}
        return {"line": self.line, "language": self.language, **called, **how_far}

    @property
    def ago(self) -> timedelta:
        """The time that has passed since the missed call."""
        return timedelta(minutes=self.minutes_ago)


MISSED = (
    MissedExample("13", "main", "hi", 34, MissedKind.RECEPTION, "nobody"),
    MissedExample("14", "second", "en", 21, MissedKind.MIDWAY, "book"),
    MissedExample("15", "main", "hi", 8, MissedKind.NOTHING),
    MissedExample("16", "main", "en", 47, MissedKind.TALKED),
)
