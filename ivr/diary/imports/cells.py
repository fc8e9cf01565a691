"""Reads the cells of an exported table: days, hours and lengths as people and Excel write them. Pure."""

import re
from datetime import date, datetime, time, timedelta

from ivr.line.phones import plain

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
WITH_MONTH = re.compile(r"(\d{1,2})[-/. ]+([a-z]{3})[a-z]*[-/., ]+(\d{4}|\d{2})")
"""This and the two patterns above match a day in a cell, written as 2026-11-30, 30/11/2026 or 30-Nov-26."""

HOUR = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s*(?:([ap])\.?\s?m\.?)?")
MINUTES = re.compile(r"(\d{1,4})\s*(?:m|min|mins|minutes?)?\.?")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")

MIDNIGHT = (24, 0)


class CellTrouble(ValueError):
    """A cell cannot be read; the message says what is wrong and how to write it, and does not repeat the cell."""


class MonthFirst(CellTrouble):
    """A cell has a day with the month first, so that other days of the file may be read wrongly."""


def day_in(cell: str) -> date:
    """Return the day that a cell holds: year first, or day first as in India. Raises CellTrouble, MonthFirst."""
    text = plain(cell).strip().lower()
    try:
        if found := YEAR_FIRST.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := WITH_MONTH.fullmatch(text):
            return date(_year(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
        if found := DAY_FIRST.fullmatch(text):
            return _day_first(int(found[1]), int(found[2]), _year(found[3]))
    except MonthFirst:
        raise
    except ValueError:
        pass
    raise CellTrouble("its day cannot be read: write 2026-11-30, or 30/11/2026")


def _day_first(day: int, month: int, year: int) -> date:
    if day <= 12 < month:
        raise MonthFirst("its day is written month first: write 2026-11-30")
    return date(year, month, day)


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def hour_in(cell: str) -> tuple[int, int]:
    """Return the hour and minute of the day that a cell holds, (24, 0) for the day's end. Raises CellTrouble."""
    found = HOUR.fullmatch(plain(cell).strip().lower())
    if not found or not (found[2] or found[3]):
        raise CellTrouble("its hour cannot be read: write 09:30, or 9:30 am")
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        hour = hour % 12 + (12 if found[3] == "p" else 0) if 1 <= hour <= 12 else 99
    if (hour, minute) != MIDNIGHT and not (hour < 24 and minute < 60):
        raise CellTrouble("its hour cannot be read: there is no such hour")
    return hour, minute


def at(day: date, hour: tuple[int, int]) -> datetime:
    """Return the moment at this (hour, minute) of the day, without a time zone. (24, 0) is the day's end."""
    return datetime.combine(day, time.min) + timedelta(hours=hour[0], minutes=hour[1])


def moment_in(cell: str) -> datetime | None:
    """Return the moment of a cell with both day and hour, in ISO 8601; None for an hour alone. Raises CellTrouble."""
    text = plain(cell).strip()
    if not YEAR_FIRST.match(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise CellTrouble("its beginning or end cannot be read: write 2026-11-30T09:30") from None


def length_in(cell: str) -> timedelta:
    """Return the length of a visit in a cell: minutes (90), or hours and minutes (1:30). Raises CellTrouble."""
    text = plain(cell).strip().lower()
    found, clock = MINUTES.fullmatch(text), CLOCK.fullmatch(text)
    minutes = int(found[1]) if found else int(clock[1]) * 60 + int(clock[2]) if clock else 0
    if not minutes:
        raise CellTrouble("its minutes cannot be read: write 30")
    return timedelta(minutes=minutes)
