"""The names of columns, Redis keys, jobs, metrics and log fields, on which older versions and other programs rely."""

import hmac
import json
import re
import sqlite3
import tempfile
import zlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.fernet import Fernet
from prometheus_client.parser import text_string_to_metric_families

from tests.older import CALLS, DATABASE, MIRROR, PEOPLE, REDIS, SCRAPER, SECRET_KEY, SPOOL, number
from tests.older.day import Day, where
from tests.older.looks import opened_session
from tests.older.running import log_of_the_web, works
from tests.older.stores import BASE64, read_json
from tests.people import Phone
from tests.web import service

MARKS = re.compile(r"[0-9a-f]{64}|[0-9]+")
"""The parts that differ from one Redis key to the next: the keyed hash of a number, or an id."""

WORDS = (
    *("requests.kind", "requests.part", "requests.status", "requests.outcome", "requests.source", "requests.language"),
    *("history.what", "history.who", "audit.what", "audit.who", "errands.task", "errands.error"),
    *("staff.role", "rules.name", "closures.reason", "closures.shifts", "calls.ended", "calls.path"),
)
"""The database columns whose values another version of the program reads as words of its own."""


def names_of(day: Day, folder: Path) -> dict[str, Any]:
    """Return all names that leave the program: from the saved files of a day, and from new logs and metrics."""
    held, calls = read_json(folder / REDIS), read_json(folder / CALLS)
    settings = day.phone.services.settings
    return {
        "columns": columns(folder / DATABASE),
        "words": words(folder / DATABASE),
        "keys": shapes(held),
        "jobs": jobs(held),
        "waiting": waiting_fields(held),
        "addresses": address_fields(each["at"] for each in calls),
        "calls": spool(folder / SPOOL),
        "closures": _all(read_json(folder / MIRROR)),
        "session": sorted(opened_session(day.phone.app, read_json(folder / PEOPLE)["session"])),
        "worker": log_fields(works(settings, ENV="production")),
        "web": log_fields(log_of_the_web(day.phone)),
        "metrics": _metrics(day),
    }


def columns(written: Path) -> dict[str, list[str]]:
    """Return the names of the columns of each table in a saved database."""
    with closing(_read(written)) as opened:
        tables = [name for (name,) in opened.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")]
        return {each: [row[1] for row in opened.execute(f"PRAGMA table_info({each})")] for each in tables}


def words(written: Path) -> dict[str, list[str]]:
    """Return the stored words in a saved database, by table and column; for history.before, its fields' names."""
    with closing(_read(written)) as opened:
        found = {each: _standing(opened, *each.split(".")) for each in WORDS}
        before = [json.loads(each) for each in _standing(opened, "history", "before")]
    paths = {word for path in found["calls.path"] for word in path.split()}
    return {**found, "calls.path": sorted(paths), "history.before": _all(before)}


def _standing(opened: sqlite3.Connection, table: str, column: str) -> list[str]:
    query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1"  # noqa: S608 - names of ours
    return [word for (word,) in opened.execute(query)]


def untold(written: Path) -> set[str]:
    """Return the references of requests in a saved database whose notice to the staff is neither sent nor failed."""
    to_do = "task = 'tell_staff' AND done_at IS NULL AND failed_at IS NULL"
    query = f"SELECT reference FROM requests JOIN errands ON request_id = requests.id WHERE {to_do}"  # noqa: S608 - ours
    with closing(_read(written)) as opened:
        return {reference for (reference,) in opened.execute(query)}


def _read(written: Path) -> sqlite3.Connection:
    """Return a saved database, opened in memory."""
    read = sqlite3.connect(":memory:")
    read.executescript(written.read_text())
    return read


def shapes(keys: Iterable[str]) -> list[str]:
    """Return the forms of these Redis keys, sorted and each once. In a form, # replaces a keyed hash or an id."""
    return sorted({MARKS.sub("#", key) for key in keys})


def jobs(held: Mapping[str, Any]) -> list[str]:
    """Return a text for each job of RQ: its function, its queue, and its Redis key with # in the place of the id."""
    found = {key: each["value"] for key, each in held.items() if re.fullmatch(r"rq:job:[a-z]+-[0-9-]+", key)}
    names = {(_function(job["data"]), job["origin"], MARKS.sub("#", key)) for key, job in found.items()}
    return sorted(map(" ".join, names))


def _function(data: str) -> str:
    packed = b64decode(data.removeprefix(BASE64)) if data.startswith(BASE64) else data.encode()
    name: str = json.loads(zlib.decompress(packed))[0]
    return name


def opened(sealed: str, purpose: str) -> Any:
    """Return the fields of a text that was sealed for this purpose with the made-up secret."""
    key = hmac.digest(SECRET_KEY.encode(), purpose.encode(), sha256)
    return json.loads(Fernet(urlsafe_b64encode(key)).decrypt(sealed.encode()))


def waiting_fields(held: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields in pending requests. `held` has all entries of Redis, by key."""
    return sorted(
        {name for each in held["clinic:waiting"]["value"].values() for name in opened(each, "waiting request")}
    )


def address_fields(addresses: Iterable[str]) -> dict[str, list[str]]:
    """Return the names of the fields in the addresses of webhooks: the query's fields, and those of its sealed part."""
    queries = [parse_qs(urlsplit(each).query) for each in addresses]
    sealed = [opened(each["c"][0], "call") for each in queries if "c" in each]
    return {"query": _all(queries), "sealed": _all(sealed)}


def spool(folder: Path) -> dict[str, list[str]]:
    """Return the forms of a spool's file names, with 0 for each digit, and the names of fields in the files' lines."""
    files = sorted(folder.iterdir())
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines() if line]
    return {"files": sorted({re.sub(r"\d", "0", file.name) for file in files}), "fields": _all(lines)}


def _metrics(day: Day) -> list[str]:
    """Return the series of the metrics after one call to a service that has counted nothing before."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with service(folder, f"sqlite:///{day.database}", day.redis_url, day.clock, **where(folder)) as phone:
            phone.rings(caller=number(97))
            return metrics(phone)


def metrics(phone: Phone) -> list[str]:
    """Return the name of every series of the metrics, with its labels."""
    answer = phone.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {SCRAPER}"})
    assert answer.status_code == 200
    samples = [each for family in text_string_to_metric_families(answer.text) for each in family.samples]
    return sorted(
        " ".join([each.name, *(f"{label}={of}" for label, of in sorted(each.labels.items()))]) for each in samples
    )


def log_fields(log: str) -> list[str]:
    """Return the names of the fields in log lines, which are written in JSON."""
    return _all([json.loads(line) for line in log.splitlines() if line.startswith("{")])


def _all(found: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({name for each in found for name in each})
