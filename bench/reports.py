"""Times the pages of the reports on two databases: one with 60 days of calls and appointments, one with a year.

Run as `python -m bench.reports [CALLS_A_DAY [URL_OF_THE_MONTH URL_OF_THE_YEAR]]`. URL_OF_THE_MONTH is the database of
the 60 days. Both databases must be empty. Without URLs, both are SQLite files in a temporary folder.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, text

from config.settings import Settings, read
from ivr.app import create_app
from ivr.operations.demo_calls import HABITS
from ivr.reports.call_records import ending
from ivr.storage import schema
from ivr.storage.database import WORKER_TIMEOUT, Database
from ivr.storage.migrate import migrate
from ivr.web.services import build
from ivr.wiring.carriers import SETTINGS

PASSWORD = "only for this benchmark"  # noqa: S105 - of a database that is thrown away
ROUNDS = 15
PATHS = ("/desk/reports?period=today", "/desk/reports?period=week", "/desk/reports?period=month")
NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
HABITUAL = [each for each in HABITS for _ in range(each.share)]


def calls(days: int, a_day: int) -> Iterator[dict[str, Any]]:
    """Yield made-up rows of recorded calls, `a_day` on each day, spread over its hours."""
    for number in range(days * a_day):
        habit = HABITUAL[number * 37 % 100]
        yield {
            "mark": f"{number:032x}",
            "began": NOW - timedelta(days=number // a_day, seconds=number % a_day * (86400 // a_day)),
            "line": ("main", "second", "third")[number % 3],
            "language": "en",
            "path": habit.path,
            "seconds": habit.seconds,
            "ended": ending(habit.path.split(), over=True),
        }


def requests(made: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a row of a closed request for each of these calls that left one."""
    asked = (each for each in made if "kept" in each["path"])
    for number, call in enumerate(asked, start=1):
        yield {
            "id": number,
            "reference": f"{number % 10**6:06}",
            "kind": "callback",
            "line": call["line"],
            "phone": f"+9199{number % 10**8:08}",
            "language": "en",
            "due": call["began"],
            "status": "closed",
            "created": call["began"],
            "call_sid": f"bench-{number}",
            "rang_again": 0,
            "touched": call["began"],
            "outcome": "settled",
        }


def lines(made: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows of these requests' histories."""
    for request in made:
        line = {"request_id": request["id"], "at": request["created"] + timedelta(minutes=request["id"] % 50)}
        before = json.dumps({"due": request["due"].isoformat()})
        yield {**line, "who": "caller", "what": "made", "detail": "", "before": None}
        for what in ("no_answer", "settled") if request["id"] % 4 == 0 else ("settled",):
            yield {**line, "who": "bench", "what": "taken", "detail": "", "before": before}
            yield {**line, "who": "bench", "what": what, "detail": "", "before": before}


VISITS = 10
"""The number of calls for each appointment in the made-up data."""


def appointments(days: int, visits: int) -> Iterator[dict[str, Any]]:
    """Yield rows of made-up appointments, `visits` on each day; every ninth patient did not come."""
    for number in range(days * visits):
        day, turn = divmod(number, visits)
        starts = NOW.replace(hour=4) - timedelta(days=day, minutes=-30 * (turn % 20))
        yield {
            "id": number + 1,
            "reference": f"{number % 10**6:06}",
            "line": "main",
            "language": "en",
            "schedule": "1",
            "extra": turn // 20,
            "starts": starts,
            "ends": starts + timedelta(minutes=30),
            "status": "noshow" if number % 9 == 0 else "arrived",
            "source": "phone" if number % 3 else "desk",
            "made_by": "bench",
            "call_sid": "",
            "created": starts - timedelta(days=3),
            "touched": starts,
        }


def events(made: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows of these appointments' histories."""
    for each in made:
        line = {"appointment_id": each["id"], "who": "bench", "detail": ""}
        yield {**line, "at": each["created"], "what": "booked"}
        if each["id"] % 7 == 0:
            yield {**line, "at": each["created"] + timedelta(days=1), "what": "moved"}
        yield {**line, "at": each["starts"], "what": each["status"]}


def fill(database: Database, days: int, a_day: int, visits: int) -> None:
    """Fill a database with this many days of made-up calls and appointments, the same number on each day."""
    for table, rows in (
        (schema.appointments, appointments(days, visits)),
        (schema.appointment_history, events(appointments(days, visits))),
        (schema.calls, calls(days, a_day)),
        (schema.requests, requests(calls(days, a_day))),
        (schema.history, lines(requests(calls(days, a_day)))),
    ):
        while some := list(islice(rows, 10_000)):
            with database.writing() as write:
                write.execute(insert(table), some)
    with database.writing() as write:
        write.execute(text("ANALYZE"))


def desk(folder: Path, url: str, days: int, a_day: int, visits: int | None = None) -> FlaskClient:
    """Return the browser of somebody logged in at a desk whose database is filled with this many days of calls."""
    environ = {"ENV": "development", "SECRET_KEY": "0123456789abcdef" * 4, "TWILIO_AUTH_TOKEN": "0123456789abcdef" * 2}
    folder.mkdir()
    settings = read({**environ, "STATE_DIR": str(folder), "DATABASE_URL": url}, env_file=None, carriers=SETTINGS)
    migrate(settings.database_url)
    fill(Database(settings.database_url, timeout=WORKER_TIMEOUT), days, a_day, visits or max(1, a_day // VISITS))
    return logged_in(settings, NOW)


def logged_in(settings: Settings, now: datetime) -> FlaskClient:
    """Return the browser of somebody logged in at a desk with these settings, whose clock stands still."""
    services = build(settings, lambda: now)
    services.staff.people.add("bench", PASSWORD, now)
    browser = create_app(services).test_client()
    page = browser.get("/login").text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    browser.post("/login", data={"name": "bench", "password": PASSWORD, "csrf_token": token})
    return browser


def took(browser: FlaskClient, path: str) -> float:
    """Return the milliseconds from the request for this page to its answer."""
    began = time.perf_counter()
    answer = browser.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return (time.perf_counter() - began) * 1000


def main(a_day: int, month_url: str = "", year_url: str = "") -> None:
    """Print, for each page of the reports, its median time with a month and with a year stored, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        month = desk(Path(folder) / "month", month_url, 60, a_day)  # and the days that it is compared with
        year = desk(Path(folder) / "year", year_url, 365, a_day)
        compare({"month": month, "year": year}, PATHS, ROUNDS)


def compare(sides: dict[str, FlaskClient], paths: tuple[str, ...], rounds: int) -> None:
    """Print, for each page, its median time at each of two desks, and their ratio."""
    print(f"{'page':30}", *(f"{name + ' ms':>9}" for name in sides), f"{'ratio':>6}")  # noqa: T201 - a benchmark prints
    for path in paths:
        rows = [[took(browser, path) for browser in sides.values()] for _ in range(rounds)]
        one, other = (statistics.median(times) for times in zip(*rows, strict=True))
        print(f"{path:30} {one:9.1f} {other:9.1f} {other / one:6.2f}")  # noqa: T201 - as above


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, *sys.argv[2:4])
