"""`python -m ivr.supervisor`: the one command that runs the whole service.

Passes on the project's folder, the environment and the terminal.
"""
# ruff: noqa: E402 - importing takes half a second, during which Ctrl-C should end us without a traceback

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

import os
import sys
from datetime import UTC, datetime

from config.settings import ROOT, Settings
from ivr.operations import upgrade as operations
from ivr.supervisor.output import Say, printer
from ivr.supervisor.start import run
from ivr.wiring.carriers import SETTINGS


def upgrade(settings: Settings, say: Say) -> None:
    """Bring the database up to date. Raises MigrationRefused, SQLAlchemyError."""
    operations.upgrade(settings.database_url, settings.state_dir, datetime.now(UTC), say)


sys.exit(run(ROOT, os.environ, printer(sys.stdout), upgrade, SETTINGS))
