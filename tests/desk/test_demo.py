"""Made-up requests fill the desk, once, and are removed without a trace; a patient's own request stays."""

from flask import Flask
from sqlalchemy import func, select

from ivr.desk import schema
from ivr.desk.database import Database
from ivr.desk.demo import EXAMPLES
from tests.people import Phone


def runs(app: Flask, *command: str) -> str:
    done = app.test_cli_runner().invoke(args=["demo", *command])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_demo_fills_the_desk_once_and_is_removed_without_a_trace(app: Flask, phone: Phone) -> None:
    mine = phone.rings(caller="+919999912345").press("2", "1", "1", "1").reference
    runs(app, "fill")
    runs(app, "fill")
    everything = phone.house.desk.all()
    assert len(everything) == len(EXAMPLES) + 1
    assert {each.status for each in everything} == {"open", "taken", "closed"}
    assert f"{len(EXAMPLES)} made-up requests are removed." in runs(app, "clear")
    assert [each.reference for each in phone.house.desk.all()] == [mine]
    with Database(phone.house.settings.database_url).reading() as read:
        for table in (schema.promises, schema.history, schema.errands):
            assert read.scalar(select(func.count()).select_from(table)) == 1, table.name
