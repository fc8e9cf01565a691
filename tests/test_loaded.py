"""Finds the modules that each kind of process loads, since heavy modules cost start-up time and memory.

Each process begins with real settings and an SQLite database, and reports the modules that it has loaded.
"""

import os
import subprocess
import sys

import pytest

from config.settings import ROOT
from ivr.commands.register import COMMANDS

SELDOM = ("twilio.rest", "requests", "urllib3", "apprise", "yaml", "alembic", "mako", "psycopg", "sqlalchemy.orm")
"""Libraries that no process loads at its start: of the carriers, the channels, PostgreSQL and migrations."""

DESK = ("icalendar", "holidays", "segno", "zxcvbn", "tomlkit", "recurring_ical_events")
"""Libraries that a process loads only when a desk page needs one of them, which is seldom."""

WEB = ("flask", "jinja2", "babel", "wtforms")
STORES = ("sqlalchemy", "redis", "rq", "structlog", "prometheus_client", "ivr.desk", "ivr.storage.database")
PAGES = ("ivr.web", "ivr.commands", "ivr.app", "wsgi")
ONE_COMMAND = tuple(each.partition(":")[0] for each in COMMANDS.values())

WORKERS = """\
import os
from config.settings import read
from ivr.wiring.carriers import SETTINGS
from workers import __main__, clock
clock.build(read(os.environ, carriers=SETTINGS))
"""

PROCESSES = {
    "web": ("import asgi; asgi.create_app()", (*SELDOM, *DESK, *ONE_COMMAND, "workers", "ivr.preflight", "granian")),
    "worker and clock": (WORKERS, (*SELDOM, *DESK, *WEB, *PAGES)),
    "supervisor": ("import ivr.supervisor.start, ivr.supervisor.forked", (*SELDOM, *DESK, *WEB, *STORES, *PAGES)),
}
"""The code that each kind of process runs at its start, and the libraries that this code must not load.

The supervisor may load such libraries afterwards.
"""


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_loads_nothing_that_it_does_not_need(process: str) -> None:
    begins, heavy = PROCESSES[process]
    given = {"SECRET_KEY": "0123456789abcdef" * 4, "TWILIO_AUTH_TOKEN": "0123456789abcdef" * 2, "ENV": "development"}
    done = subprocess.run(
        [sys.executable, "-c", f"{begins}\nimport sys; print(*sys.modules)"],
        cwd=ROOT,
        env={"PATH": os.defpath, "STATE_DIR": "/nowhere", **given},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = done.stdout.split()
    assert "config.settings" in loaded
    assert {name for name in loaded if any(name == part or name.startswith(f"{part}.") for part in heavy)} == set()
