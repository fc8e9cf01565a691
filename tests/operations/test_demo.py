"""The demo: made-up requests fill the desk, once, and are removed without a trace; patients' own requests stay."""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import Table, func, select

from ivr.diary.appointments import Appointment, AppointmentStatus
from ivr.diary.working_hours import is_open
from ivr.line.menu import MENU
from ivr.operations.demo import EXAMPLES
from ivr.operations.demo_calls import HABITS
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.web.services import build
from tests.applications import lent
from tests.conftest import QUICK, settings_for
from tests.people import Clock, Phone, Staff


def runs(app: Flask, *command: str) -> str:
    done = app.test_cli_runner().invoke(args=["demo", *command])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_demo_fills_the_desk_once_and_is_removed_without_a_trace(app: Flask, phone: Phone) -> None:
    mine = phone.rings(caller="+919999912345").press("2", "1", "1", "1").reference
    runs(app, "fill")
    runs(app, "fill")
    everything, calls = phone.services.desk.store.all(), count(phone, schema.calls)
    assert len([each for each in everything if each.status != "closed" or each.tries == 0]) > len(EXAMPLES)
    assert len({each.call_id for each in everything}) == len(everything), "each of them once"
    assert calls > 500, "and calls for the reports"
    assert {each.status for each in everything} == {"open", "taken", "closed"}
    missed = phone.services.desk.missed.standing(phone.services.clock())
    assert [each.how_far.kind for each in missed] == ["nothing", "midway", "reception", "talked"]
    assert all(each.phone.is_made_up for each in missed)
    assert f"{len(everything) - 1} made-up requests are removed." in runs(app, "clear")
    assert count(phone, schema.calls) == count(phone, schema.missed_calls) == 0
    assert [each.reference for each in phone.services.desk.store.all()] == [mine]
    for table in (schema.promises, schema.history, schema.errands):
        assert count(phone, table) == 1, table.name
    for table in (schema.appointments, schema.appointment_times, schema.appointment_history, schema.patients):
        assert count(phone, table) == 0, table.name


def test_the_diary_is_believable_and_its_patients_are_plainly_made_up(app: Flask, phone: Phone, staff: Staff) -> None:
    """The demo's appointments lie in open hours, past and ahead, under made-up names and numbers nobody can call."""
    runs(app, "fill")
    services, now = phone.services, phone.services.clock()
    found = services.diary.reads.between(now - timedelta(days=30), now + timedelta(days=30))
    visits = [each for each in found if isinstance(each, Appointment)]
    assert len(visits) > 60
    given = [each for each in visits if each.status is not AppointmentStatus.CANCELLED]
    assert len({(each.starts, each.schedule, each.extra) for each in given}) == len(given)
    hours, column = services.clinic.line("").hours, services.clinic.diary.schedules[0]
    assert all(is_open(column, hours, each.starts, each.ends) for each in visits)
    assert {each.status for each in visits} == {"booked", "arrived", "noshow", "cancelled"}
    assert {each.status for each in given if each.starts > now} == {"booked"}
    assert all(each.phone and each.phone.is_made_up for each in visits)
    assert all(each.phone.is_made_up for each in services.desk.store.all())
    names = services.diary.patients.called({each.patient_id for each in visits if each.patient_id})
    assert all(each.name.startswith("Made-up patient ") for each in names.values())
    (first, *_) = services.desk.store.waiting()
    assert "tel:" not in staff.browser.get(f"/desk/requests/{first.reference}?id={first.id}").text


def test_in_production_nothing_is_made_up_unless_somebody_says_so(
    tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock
) -> None:
    settings = settings_for(tmp_path, sqlite_url, redis_url)
    with lent(build(settings.model_copy(update={"env": "production"}), clock, QUICK)) as app:
        refused = app.test_cli_runner().invoke(args=["demo", "fill"])
        assert (refused.exit_code, "this is a desk in production" in refused.output) == (1, True)
        assert "0 made-up requests are removed." in runs(app, "clear")
        assert "are in the diary" in runs(app, "fill", "--yes")


def count(phone: Phone, table: Table) -> int:
    with Database(phone.services.settings.database_url).reading() as read:
        return read.scalar(select(func.count()).select_from(table)) or 0


def test_the_habits_of_made_up_callers_are_a_hundred_and_walk_the_menu() -> None:
    assert sum(each.share for each in HABITS) == 100
    words = {word for each in HABITS for word in each.path.split()}
    assert words - {"talked"} <= set(MENU)
