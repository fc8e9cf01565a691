"""The confirmation of the diary's rules: callers are given times under the rules that a manager has confirmed."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config import clinic as clinic_file
from ivr.hours.phone_booking import BookingSwitch, PhoneBooking
from ivr.line.diary import DiaryRules, Schedule
from ivr.storage.audit import By
from ivr.storage.database import Database
from tests.clinic import SHIPPED
from tests.staff.staffed import NOW

MANAGER = By("asha", NOW)


def rules(*minutes: int) -> DiaryRules:
    """Return the diary's rules with columns in which a visit takes so many minutes."""
    columns = (Schedule(str(number), timedelta(minutes=each)) for number, each in enumerate(minutes))
    return replace(clinic_file.read(SHIPPED).diary, schedules=tuple(columns))


@pytest.fixture
def booking(database: Database, tmp_path: Path) -> PhoneBooking:
    return PhoneBooking(database, tmp_path)


@pytest.mark.parametrize("count", [1, 20, 25, 60])
def test_a_length_that_is_changed_in_any_column_is_to_be_confirmed_anew(booking: PhoneBooking, count: int) -> None:
    confirmed = rules(*[30] * count)
    booking.change(BookingSwitch.CONFIRMED, confirmed, MANAGER)
    booking.follow()
    state = booking.read()
    assert state.books(confirmed, unconfirmed=False)
    for changed in (rules(*[30] * (count - 1), 45), rules(45, *[30] * (count - 1)), rules(*[30] * (count + 1))):
        assert not state.books(changed, unconfirmed=False)
