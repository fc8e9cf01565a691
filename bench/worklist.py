"""Times the desk's list with 10,000 open and a million closed requests, and with 50 open; prints the ratio.

Run as `python -m bench.worklist [CLOSED]`. Makes both databases in a temporary folder; needs about 500 MB there.
"""

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert

from bench.reports import compare, logged_in
from config.settings import read
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.migrate import migrate
from ivr.wiring.carriers import SETTINGS

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
    return logged_in(settings, NOW)


def main(closed: int) -> None:
    """Print, for each page of the desk, its median time with few and with many requests, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = desk(Path(folder) / "few", 50, 0), desk(Path(folder) / "many", 10_000, closed)
        compare({"few": few, "many": many}, PATHS, ROUNDS)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
