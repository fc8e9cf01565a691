"""Times the desk's list with 10,000 open and a million closed requests, beside the list with 50: a ratio.

Run as `python -m bench.worklist [CLOSED]`. Makes both databases in a temporary folder; needs about 500 MB there.
"""

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
from sqlalchemy import insert

from config.settings import read
from ivr.app import create_app
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.migrate import migrate
from ivr.web.services import build
from ivr.wiring.carriers import SETTINGS

PASSWORD = "only for this benchmark"  # noqa: S105 - of a database that is thrown away
ROUNDS = 30
PATHS = ("/desk", "/desk/list", "/desk/requests/000001")
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def rows(count: int, status: str, first: int) -> Iterator[dict[str, Any]]:
    """Yield made-up rows of requests, all with this status."""
    for number in range(first, first + count):
        yield {
            "id": number,
            "reference": f"{number % 10**6:06}",
            "kind": "callback",
            "line": "main",
            "phone": f"+9199{number % 10**8:08}",
            "language": "en",
            "due": NOW + timedelta(minutes=number % 5000),
            "status": status,
            "created": NOW,
            "call_sid": f"bench-{number}",
            "rang_again": 0,
        }


def desk(folder: Path, opened: int, closed: int) -> FlaskClient:
    """Return the browser of somebody logged in at a desk with so many open and so many closed requests."""
    folder.mkdir()
    environ = {"ENV": "development", "SECRET_KEY": "0123456789abcdef" * 4, "TWILIO_AUTH_TOKEN": "0123456789abcdef" * 2}
    settings = read({**environ, "STATE_DIR": str(folder)}, env_file=None, carriers=SETTINGS)
    migrate(settings.database_url)
    database = Database(settings.database_url)
    for status, count, first in (("open", opened, 1), ("closed", closed, opened + 1)):
        made = rows(count, status, first)
        while some := list(islice(made, 10_000)):
            with database.writing() as write:
                write.execute(insert(schema.requests), some)
                line = {"at": NOW, "who": "bench", "what": "made", "detail": ""}
                lines = [{"request_id": each["id"], **line} for each in some]
                write.execute(insert(schema.history), lines)
                named = [
                    {"mark": str(each["id"]), "request_id": each["id"], "reference": each["reference"]}
                    | {"spoken": each["reference"], "joined": False, "created": NOW}
                    for each in some
                ]
                write.execute(insert(schema.promises), named)
    services = build(settings, lambda: NOW)
    services.staff.people.add("bench", PASSWORD, NOW)
    browser = create_app(services).test_client()
    page = browser.get("/login").text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    browser.post("/login", data={"name": "bench", "password": PASSWORD, "csrf_token": token})
    return browser


def took(browser: FlaskClient, path: str) -> float:
    """Return the milliseconds that this page of the desk takes."""
    began = time.perf_counter()
    answer = browser.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return (time.perf_counter() - began) * 1000


def main(closed: int) -> None:
    """Print, for each page of the desk, its median time with few and with many requests, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = desk(Path(folder) / "few", 50, 0), desk(Path(folder) / "many", 10_000, closed)
        print(f"{'page':24} {'few ms':>8} {'many ms':>8} {'ratio':>6}")  # noqa: T201 - a benchmark prints
        for path in PATHS:
            pairs = [(took(few, path), took(many, path)) for _ in range(ROUNDS)]
            one, other = (statistics.median(times) for times in zip(*pairs, strict=True))
            print(f"{path:24} {one:8.1f} {other:8.1f} {other / one:6.2f}")  # noqa: T201 - as above


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
