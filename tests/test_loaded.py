"""A process loads what it needs: how soon it is ready and how much memory it takes hang on little else.

Each is begun with real settings and an SQLite database, and asked which modules it has loaded.
"""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from config.settings import ROOT

SELDOM = ("twilio.rest", "requests", "urllib3", "apprise", "yaml", "alembic", "mako", "psycopg", "sqlalchemy.orm")
"""Libraries that no process needs at its start: of the carriers, the channels, PostgreSQL and migrations."""

DESK = ("icalendar", "holidays", "segno", "zxcvbn", "tomlkit", "recurring_ical_events")
"""Libraries that few requests at the desk need."""

WEB = ("flask", "jinja2", "babel", "wtforms", "asyncio.events", "prometheus_client")

BUILD = "import os; from config.settings import read; from ivr.wiring.carriers import SETTINGS as s; "
PROCESSES = {
    "web": ("import asgi; asgi.create_app()", (*SELDOM, *DESK, "workers", "ivr.preflight", "granian")),
    "clock": (
        f"{BUILD}from workers.clock import build; build(read(os.environ, carriers=s))",
        (*SELDOM, *DESK, *WEB[:4], "ivr.web", "ivr.commands"),
    ),
    "worker": (
        f"{BUILD}from workers.__main__ import build; build(read(os.environ, carriers=s))",
        (*SELDOM, *DESK, *WEB[:4], "ivr.web", "ivr.commands"),
    ),
    "supervisor": (
        "from ivr.supervisor import start, forked; from ivr.wiring import carriers",
        (*SELDOM, *DESK, *WEB, "sqlalchemy", "redis", "rq", "structlog", "ivr.web", "ivr.desk", "workers"),
    ),
}
"""What each process begins with, and what it must not have loaded by then."""


@cache
def loaded(code: str, state: Path) -> frozenset[str]:
    """The modules of a process that has run this code."""
    given = {"SECRET_KEY": "0123456789abcdef" * 4, "TWILIO_AUTH_TOKEN": "0123456789abcdef" * 2, "ENV": "development"}
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        cwd=ROOT,
        env={"PATH": os.defpath, "STATE_DIR": str(state), **given},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return frozenset(done.stdout.split())


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_loads_nothing_that_it_does_not_need(process: str, tmp_path: Path) -> None:
    code, heavy = PROCESSES[process]
    found = loaded(code, tmp_path)
    assert "config.settings" in found
    assert {name for name in found if any(name == part or name.startswith(f"{part}.") for part in heavy)} == set()


def test_the_web_loads_no_command(tmp_path: Path) -> None:
    found = loaded(PROCESSES["web"][0], tmp_path)
    assert "ivr.web.telephone.webhooks" in found
    assert {name for name in found if name.startswith("ivr.commands")} == {"ivr.commands", "ivr.commands.register"}
