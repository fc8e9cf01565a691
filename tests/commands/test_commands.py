"""The commands of `flask --app wsgi`: they list requests, add people, and say what to do if the database is away."""

import json
import subprocess
import sys
from collections.abc import Iterable

import pytest
from click.testing import Result
from flask import Flask

from config.settings import ROOT
from ivr.desk.requests import Outcome, OutcomeReport
from ivr.storage.audit import By
from ivr.storage.database import sqlite_path
from tests.conftest import PASSWORD
from tests.people import CALLER, Clock, Phone, Staff
from tests.web import environment
from tests.web.test_health import GONE

FIELDS = ["reference", "kind", "line", "phone", "language", "day", "window", "due", "status", "created", "call_sid"]
"""The fields of each request in `flask desk list --json`, in the order of the output."""


def runs(app: Flask, *words: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=list(words), input=typed)


def rows(lines: str) -> list[dict[str, str | None]]:
    return [json.loads(line) for line in lines.splitlines()]


def references(found: Iterable[dict[str, str | None]]) -> list[str | None]:
    return [row["reference"] for row in found]


# -- the desk's list


def test_a_request_is_one_json_object_with_the_fields_that_the_issue_names(app: Flask, phone: Phone) -> None:
    call = phone.rings("second", lang="hi").press("1", "2", "2", "1", "1")
    (row,) = rows(runs(app, "desk", "list", "--json").output)
    assert list(row) == FIELDS
    assert row == {
        "reference": call.reference,
        "kind": "booking",
        "line": "second",
        "phone": CALLER,
        "language": "hi",
        "day": "2026-11-24",
        "window": "afternoon",
        "due": "2026-11-23T14:00:00+05:30",
        "status": "open",
        "created": "2026-11-23T14:00:00+05:30",
        "call_sid": call.sid,
    }


def test_a_callback_as_soon_as_possible_has_neither_day_nor_window(app: Flask, phone: Phone) -> None:
    phone.rings().press("2", "1", "1", "1")
    (row,) = rows(runs(app, "desk", "list", "--json").output)
    assert (row["kind"], row["day"], row["window"]) == ("callback", None, None)


def test_the_list_has_the_open_and_the_taken_the_soonest_due_first_and_with_all_the_closed_too(
    app: Flask, phone: Phone, clock: Clock
) -> None:
    later = phone.rings(caller="+919999900001").press("2", "3", "1", "1").reference
    done = phone.rings(caller="+919999900002").press("1", "1", "1", "1", "1").reference
    clock.goes_on(minutes=1)
    sooner = phone.rings(caller="+919999900003").press("1", "1", "1", "1", "1").reference
    for request in (2, 3):
        phone.services.desk.moves.take(request, By("asha", clock()))
    phone.services.desk.moves.report(2, OutcomeReport(Outcome.SETTLED), By("asha", clock()))
    listed = rows(runs(app, "desk", "list", "--json").output)
    assert references(listed) == [sooner, later]
    assert [row["status"] for row in listed] == ["taken", "open"]
    everything = rows(runs(app, "desk", "list", "--json", "--all").output)
    assert references(everything) == [done, sooner, later]
    assert everything[0]["status"] == "closed"


def test_without_json_the_list_is_for_people(app: Flask, phone: Phone) -> None:
    assert runs(app, "desk", "list").output == ""
    call = phone.rings().press("2", "1", "1", "1")
    words = "waiting  call back  the first line  99999 00001  due Mon 23 Nov 14:00  as soon as possible"
    assert runs(app, "desk", "list").output == f"{call.reference}  {words}\n"
    phone.rings(caller="+919999900002").press("1", "1", "1", "1", "1")
    assert "appointment  the first line  99999 00002  due Mon 23 Nov 14:00  Mon 23 Nov, afternoon" in (
        runs(app, "desk", "list").output
    )


def test_a_request_rung_in_is_listed_by_a_process_of_its_own(phone: Phone) -> None:
    call = phone.rings().press("1", "1", "1", "1", "1")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "desk", "list", "--json"]
    listed = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(phone.services.settings),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    (row,) = rows(listed.stdout)
    assert (row["reference"], row["phone"], row["call_sid"]) == (call.reference, CALLER, call.sid)
    assert list(row) == FIELDS


# -- a new person


def test_a_person_who_was_added_can_log_in(app: Flask) -> None:
    added = runs(app, "staff", "add", "आशा Rao", typed=f"{PASSWORD}\n")
    assert (added.exit_code, added.output) == (0, "आशा Rao can log in at https://line.example/desk\n")
    assert Staff(app, "आशा Rao", PASSWORD).logs_in().status_code == 302


@pytest.mark.parametrize("password", ["", "nine char", "x" * 201])
def test_a_password_that_is_too_short_or_too_long_is_refused(app: Flask, password: str) -> None:
    refused = runs(app, "staff", "add", "asha", typed=f"{password}\n")
    assert (refused.exit_code, refused.output) == (1, "Error: a password has 10 to 200 characters\n")
    assert Staff(app, "asha", password).logs_in().status_code in {400, 401}


def test_a_password_that_is_guessed_soon_is_refused(app: Flask) -> None:
    refused = runs(app, "staff", "add", "asha", typed="aaaaaaaaaa\n")
    said = "Error: this password is guessed soon; choose several words, or others than these\n"
    assert (refused.exit_code, refused.output) == (1, said)


@pytest.mark.parametrize("command", ["add", "invite"])
def test_a_name_of_the_desks_own_is_refused(app: Flask, command: str) -> None:
    refused = runs(app, "staff", command, "(command line)", typed=f"{PASSWORD}\n")
    assert (refused.exit_code, refused.output) == (1, "Error: the desk uses this name itself; please choose another\n")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "as\nha", "a\x1b[31msha"])
def test_a_name_that_is_none_is_refused(app: Flask, name: str) -> None:
    refused = runs(app, "staff", "add", name, typed=f"{PASSWORD}\n")
    assert (refused.exit_code, refused.output) == (1, "Error: a name has 1 to 80 letters\n")


def test_a_name_is_given_once_and_its_password_stays(app: Flask) -> None:
    runs(app, "staff", "add", "asha", typed=f"{PASSWORD}\n")
    again = runs(app, "staff", "add", " asha ", typed="another long password\n")
    assert (again.exit_code, again.output) == (1, "Error: asha is at the desk already\n")
    assert Staff(app, "asha", PASSWORD).logs_in().status_code == 302


# -- the database


@pytest.mark.parametrize("words", [("desk", "list"), ("desk", "list", "--json", "--all"), ("staff", "add", "asha")])
def test_without_a_database_one_line_says_what_to_do(app: Flask, sqlite_url: str, words: tuple[str, ...]) -> None:
    path = sqlite_path(sqlite_url)
    path.unlink()
    told = runs(app, *words, typed=f"{PASSWORD}\n")
    message = f"Error: the database is away: {GONE}\n"
    assert (told.exit_code, told.output) == (1, message)
    assert not path.exists(), "and no empty one is made in its place"


def test_the_database_is_brought_up_to_date_by_a_command_as_often_as_one_likes(app: Flask, sqlite_url: str) -> None:
    sqlite_path(sqlite_url).unlink()
    for _ in range(2):
        upgraded = runs(app, "database", "upgrade")
        assert (upgraded.exit_code, upgraded.output) == (0, "The database is up to date.\n")
    assert runs(app, "desk", "list").exit_code == 0
