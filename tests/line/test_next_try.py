"""The next try to call a patient: in opening hours, in the part of day that the patient wants, after growing pauses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.clinic import read
from config.settings import ROOT
from ivr.line.booking import Part, Persistence, next_try
from ivr.line.hours import Hours
from tests.people import DELHI

CLINIC = read(ROOT / "config" / "clinic.toml")
OFFER = CLINIC.line("main").offer
PERSISTENCE = Persistence(3, (timedelta(minutes=30), timedelta(hours=2)), (timedelta(minutes=10),))


@pytest.mark.parametrize(
    ("part", "earliest", "due"),
    [
        (None, "2026-11-23 14:30", "2026-11-23 14:30"),
        (None, "2026-11-23 20:29", "2026-11-23 20:29"),
        (None, "2026-11-23 20:30", "2026-11-24 09:00"),
        (None, "2026-11-28 23:00", "2026-11-29 09:30"),
        (Part.MORNING, "2026-11-23 11:30", "2026-11-23 11:30"),
        (Part.MORNING, "2026-11-23 12:00", "2026-11-24 09:00"),
        (Part.EVENING, "2026-11-23 14:30", "2026-11-23 17:00"),
        (Part.EVENING, "2026-11-29 19:30", "2026-11-30 17:00"),
    ],
)
def test_a_patient_is_rung_again_when_the_clinic_is_open_and_it_suits_them(
    part: Part | None, earliest: str, due: str
) -> None:
    found = next_try(OFFER, part, datetime.fromisoformat(earliest).replace(tzinfo=DELHI))
    assert found == datetime.fromisoformat(due).replace(tzinfo=DELHI)


@given(
    earliest=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - the zone is given below
    part=st.sampled_from([None, *Part]),
)
def test_whenever_it_is_the_next_try_is_later_and_in_opening_hours(earliest: datetime, part: Part | None) -> None:
    moment = earliest.replace(tzinfo=DELHI)
    due = next_try(OFFER, part, moment)
    assert due >= moment
    assert OFFER.hours.is_open(due)


@pytest.mark.parametrize("part", [None, Part.MORNING])
def test_a_patient_of_a_clinic_that_never_opens_again_is_not_forgotten(part: Part | None) -> None:
    offer = replace(OFFER, hours=Hours(DELHI, ((),) * 7, {}))
    earliest = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert next_try(offer, part, earliest) == earliest


def test_the_pauses_grow_and_the_last_one_stays() -> None:
    assert [PERSISTENCE.pause(tries, busy=False).total_seconds() / 60 for tries in (1, 2, 3, 9)] == [30, 120, 120, 120]
    assert PERSISTENCE.pause(2, busy=True) == timedelta(minutes=10)
