"""The diary's words for staff: each status, source, event and warning has words; unknown values are shown as stored."""

from datetime import datetime

import pytest
from flask import Flask

from ivr.diary.appointments import AppointmentStatus, DiaryEntry, DiaryEvent, Source
from ivr.diary.concerns import Doubt
from ivr.web.diary import words
from ivr.web.wording import STATUSES
from tests.people import DELHI

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=DELHI)


def test_everything_that_can_be_stored_has_its_words() -> None:
    assert set(words.HISTORY) == set(DiaryEvent)
    assert set(STATUSES) == set(AppointmentStatus)
    assert set(words.SOURCES) == set(Source)
    assert set(words.CONCERNS) == set(Doubt)


@pytest.mark.parametrize(
    ("what", "detail", "said"),
    [
        ("fulfilled", "", "fulfilled"),
        ("moved", "some day", "moved some day"),
        ("moved", "9999-12-31T23:59:00+00:00", "moved 9999-12-31T23:59:00+00:00"),
        ("note", "her knee", "her knee"),
    ],
)
def test_a_line_that_cannot_be_read_is_shown_as_it_is_stored(app: Flask, what: str, detail: str, said: str) -> None:
    with app.test_request_context():
        assert words.entry_words(DiaryEntry(NOW, "asha", what, detail)) == said
