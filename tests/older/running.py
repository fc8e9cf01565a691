"""The service's processes, started as in production, so that their log lines can be read."""

import subprocess
import sys

from config.settings import ROOT, Settings
from tests.older import SCRAPER, number
from tests.people import Phone
from tests.served import web
from tests.web import environment

BOOK = ("1", "1", "1", "1", "1")


def log_of_the_web(phone: Phone) -> str:
    """Run the web, make a call to it, and return the log of its processes."""
    with web(phone.services, phone.services.settings, ENV="production") as running:
        running.phone.rings(caller=number(98)).press(*BOOK)
    return running.log.read_text()


def works(settings: Settings, **more: str) -> str:
    """Run a worker until its queues are empty; return its log."""
    given = {**environment(settings), "METRICS_TOKEN": SCRAPER, **more}
    command = [sys.executable, "-m", "workers", "--burst"]
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=True)
    return done.stderr
