"""`flask diary`: the appointments as lines of JSON for other programs, and on paper for when the desk is away."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from ivr.diary.appointments import AppointmentStatus
from ivr.diary.desk_diary import DeskBooking
from ivr.diary.diary import book
from ivr.diary.listing import FILE
from ivr.line.phones import Phone as Number
from ivr.storage.audit import By
from ivr.web.services import Services
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW, asked, wished
from tests.people import Clock
from tests.workers import the_clock_runs
from workers.services import WorkerServices


@pytest.fixture
def desk_url(database_url: str) -> str:
    return database_url


@pytest.fixture
def visits(services: Services) -> None:
    """Two appointments: today's, which the desk booked with a name, and tomorrow's, which a call booked."""
    phone = Number("+919999900001")
    services.diary.desk.book(DeskBooking(AT_FOUR, phone, "Made Up", "main", "en", "000007"), By("asha", NOW))
    tomorrow = AT_FOUR + timedelta(days=1)
    with services.database.writing() as write:
        book(write, wished(tomorrow, 2, phone=None), asked(tomorrow))


def lists(app: Flask, *more: str) -> list[dict[str, Any]]:
    done = app.test_cli_runner().invoke(args=["diary", "list", "--json", *more])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.output.splitlines()]


@pytest.mark.usefixtures("visits")
def test_each_appointment_is_a_line_of_json(app: Flask) -> None:
    first, second = lists(app)
    assert first == {
        "reference": "000007",
        "starts": "2026-11-23T16:00:00+05:30",
        "minutes": 30,
        "place": "1",
        "phone": "+919999900001",
        "name": "Made Up",
        "status": "booked",
        "source": "desk",
        "call_id": None,
    }
    assert (second["phone"], second["name"], second["source"], second["call_id"]) == (None, None, "phone", "CA2")


@pytest.mark.usefixtures("visits")
def test_the_days_can_be_said(app: Flask) -> None:
    assert [each["reference"] for each in lists(app, "--from", "2026-11-24")] == ["000002"]
    assert [each["reference"] for each in lists(app, "--from", "2026-11-01", "--to", "2026-11-23")] == ["000007"]
    assert lists(app, "--from", "2026-11-25") == []
    refused = app.test_cli_runner().invoke(args=["diary", "list", "--from", "2026-11-25", "--to", "2026-11-24"])
    assert (refused.exit_code, "--to is before --from" in refused.output) == (2, True)
    assert app.test_cli_runner().invoke(args=["diary", "list", "--from", "tomorrow"]).exit_code == 2


@pytest.mark.usefixtures("visits")
def test_people_read_it_as_words(app: Flask) -> None:
    said = app.test_cli_runner().invoke(args=["diary", "list"]).output
    assert "Mon 23 Nov 2026  16:00  the first line, Made Up, 99999 00001, reference 000007, booked" in said


@pytest.mark.usefixtures("visits")
def test_one_that_cannot_be_read_is_named(app: Flask, services: Services) -> None:
    with services.database.writing() as write:
        write.execute(text("UPDATE appointments SET status = 'dreamt' WHERE id = 1"))
    assert lists(app)[0] == {"reference": "000007", "cannot_be_read": ["status"]}
    assert "reference 000007: it cannot be read" in app.test_cli_runner().invoke(args=["diary", "list"]).output


@pytest.mark.usefixtures("visits")
def test_the_sheet_of_today_and_tomorrow_is_there_for_nobody_else_to_read(
    worker: WorkerServices, tmp_path: Path, clock: Clock
) -> None:
    the_clock_runs(worker)
    sheet = tmp_path / FILE
    assert sheet.stat().st_mode & 0o777 == 0o600
    today, tomorrow = sheet.read_text().split("\n\n")
    assert "16:00  the first line, Made Up, 99999 00001, reference 000007" in today
    assert "Tue 24 Nov 2026  16:00  the first line, no name, no number, reference 000002" in tomorrow
    before = sheet.stat().st_mtime_ns
    worker.diary.desk.move(1, AT_FOUR + HALF_AN_HOUR, By("asha", NOW))
    the_clock_runs(worker, lambda: None)
    assert "16:30  the first line, Made Up" in sheet.read_text()
    clock.goes_on(hours=3)
    worker.diary.desk.mark(1, AppointmentStatus.NOSHOW, By("asha", clock()))
    the_clock_runs(worker)
    assert "reference 000007, did not come" in sheet.read_text()
    assert sheet.stat().st_mtime_ns != before
    clock.goes_on(days=1, hours=21)
    the_clock_runs(worker)
    assert sheet.read_text() == "Wed 25 Nov 2026  nobody\n\nThu 26 Nov 2026  nobody\n"


def test_a_sheet_that_cannot_be_written_is_said_and_stops_nothing(
    worker: WorkerServices, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).mkdir()
    the_clock_runs(worker)
    assert "SheetAway" in caplog.text
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(FILE)] == [FILE], "nothing half done"
