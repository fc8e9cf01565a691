"""Made-up requests fill the desk, once, and are removed without a trace; a patient's own request stays."""

from flask import Flask
from sqlalchemy import Table, func, select

from ivr.line.menu import MENU
from ivr.operations.demo import EXAMPLES
from ivr.operations.demo_calls import HABITS
from ivr.storage import schema
from ivr.storage.database import Database
from tests.people import Phone


def runs(app: Flask, *command: str) -> str:
    done = app.test_cli_runner().invoke(args=["demo", *command])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_demo_fills_the_desk_once_and_is_removed_without_a_trace(app: Flask, phone: Phone) -> None:
    mine = phone.rings(caller="+919999912345").press("2", "1", "1", "1").reference
    runs(app, "fill")
    runs(app, "fill")
    everything, calls = phone.house.desk.all(), count(phone, schema.calls)
    assert len([each for each in everything if each.status != "closed" or each.tries == 0]) > len(EXAMPLES)
    assert len({each.call_id for each in everything}) == len(everything), "each of them once"
    assert calls > 500, "and calls for the reports"
    assert {each.status for each in everything} == {"open", "taken", "closed"}
    assert f"{len(everything) - 1} made-up requests are removed." in runs(app, "clear")
    assert count(phone, schema.calls) == 0
    assert [each.reference for each in phone.house.desk.all()] == [mine]
    for table in (schema.promises, schema.history, schema.errands):
        assert count(phone, table) == 1, table.name


def count(phone: Phone, table: Table) -> int:
    with Database(phone.house.settings.database_url).reading() as read:
        return read.scalar(select(func.count()).select_from(table)) or 0


def test_the_habits_of_made_up_callers_are_a_hundred_and_walk_the_menu() -> None:
    assert sum(each.share for each in HABITS) == 100
    words = {word for each in HABITS for word in each.path.split()}
    assert words - {"talked"} <= set(MENU)
