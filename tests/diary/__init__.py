"""A clinic, a new appointment, and threads that begin at the same moment, for the tests of the diary."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import TypeVar
from zoneinfo import ZoneInfo

from config import clinic as clinic_file
from config.settings import ROOT
from ivr.diary.appointments import NewAppointment, Source
from ivr.diary.times import Asked
from ivr.line.clinic import Clinic
from ivr.line.diary import Schedule
from ivr.line.phones import Phone

DELHI = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)
"""The moment of the diary's tests: a Monday at two in the afternoon, when the clinic is open."""

AT_FOUR = NOW.replace(hour=16)
HALF_AN_HOUR = timedelta(minutes=30)
ONE = (Schedule("1", HALF_AN_HOUR),)
TWO = (*ONE, Schedule("2", HALF_AN_HOUR))

Result = TypeVar("Result")


def the_clinic(*schedules: Schedule) -> Clinic:
    """Return the shipped clinic with these columns of the diary, or with its own if none are given."""
    clinic = clinic_file.read(ROOT / "config" / "clinic.toml")
    return replace(clinic, diary=replace(clinic.diary, schedules=schedules or clinic.diary.schedules))


def wished(starts: datetime = AT_FOUR, number: int = 1, **more: object) -> NewAppointment:
    """Return a new appointment as a call books it, at this time and for a made-up number."""
    values = {
        "phone": Phone(f"+9199999{number:05}"),
        "line": "main",
        "language": "en",
        "source": Source.PHONE,
        "reference": f"{number:06}",
        "made_by": "caller",
        "created": NOW,
        "call_id": f"CA{number}",
        "mark": f"mark {number}",
        **more,
    }
    return NewAppointment(starts=starts, **values)  # type: ignore[arg-type]


def asked(starts: datetime = AT_FOUR, schedules: Sequence[Schedule] = ONE, *, beside: bool = False) -> Asked:
    return Asked(starts, schedules, beside=beside)


def at_once(works: Sequence[Callable[[], Result]]) -> list[Result | Exception]:
    """Run these functions in threads that begin at the same moment; return the result or the error of each."""
    together = Barrier(len(works))

    def begin(work: Callable[[], Result]) -> Result | Exception:
        together.wait(30)
        try:
            return work()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(works)) as people:
        return list(people.map(begin, works))
