"""Writes the folder 837caff/ anew: `python -m tests.older.write`, run in a checkout of commit 837caff.

That checkout needs tests/older as first committed. The module runs a day of the clinic, then saves the stores, and
the pages and sentences that 837caff itself shows and says.
"""

import tempfile
from pathlib import Path
from typing import Any

from testing.servers.valkey import valkey
from tests.older import CALLS, NAMES, PAGES, PEOPLE, WRITTEN, looks
from tests.older.day import Day, at_the_beginning, live, where
from tests.older.names import names_of
from tests.older.product import clock_collects_calls
from tests.older.stores import read_json, write_json
from tests.people import Clock
from tests.web import service


def write_pages(day: Day) -> None:
    """Write into a file the pages that people at the desk see, and the words that callers hear."""
    meera = day.comes("meera")
    audit = looks.audit(meera)
    cards = [
        (str(reference), int(id_)) for reference, id_ in day.rows("SELECT reference, id FROM requests ORDER BY id")
    ]
    found: dict[str, Any] = {"worklist": looks.references(meera), "audit": audit, "cards": {}}
    for language in ("en", "hi"):
        looks.speaks(meera, language)
        found["cards"][language] = looks.histories(meera, cards)
    found["calendar"] = looks.calendar(day.phone, read_json(WRITTEN / PEOPLE)["calendar"])
    found["hours"] = looks.hours(day.phone)
    found["calls"] = {each["name"]: looks.goes_on(day.phone, each)[1] for each in read_json(WRITTEN / CALLS)}
    found["listed"] = looks.listed(day.phone)
    day.clock.goes_on(minutes=70)
    clock_collects_calls(day.phone)
    found["reports"] = looks.page(day.comes("meera"), "/desk/reports.csv?period=week").splitlines()
    write_json(WRITTEN / PAGES, found)


def main() -> None:
    """Write all files of the folder 837caff anew."""
    WRITTEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, valkey() as server:
        clock = Clock(at_the_beginning())
        url = f"sqlite:///{folder}/clinic.db"
        with service(Path(folder), url, server.url, clock, **where(Path(folder))) as phone:
            day = Day(Path(folder), server.url, phone, clock)
            live(day, WRITTEN)
            write_pages(day)
            write_json(WRITTEN / NAMES, names_of(day, WRITTEN))
    print(*sorted(path.name for path in WRITTEN.iterdir()))  # noqa: T201 - it is a command


if __name__ == "__main__":
    main()
