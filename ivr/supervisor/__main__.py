"""`python -m ivr.supervisor`: the one command that runs the whole service.

Hands the project's folder, the environment and the terminal to the supervisor. The supervisor runs this module again,
as `python -m ivr.supervisor upgrade`, to bring the database up to date.
"""
# ruff: noqa: E402 - importing takes half a second, during which Ctrl-C should end us without a traceback

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

import gc
import os
import sys
from datetime import UTC, datetime

from config.settings import ROOT, read
from ivr.supervisor import process_group
from ivr.supervisor.forked import Forks
from ivr.supervisor.output import printer
from ivr.supervisor.start import Program, run
from ivr.wiring.carriers import SETTINGS

UPGRADE = "upgrade"


def upgrade() -> int:
    """Bring the database up to date, as `flask database upgrade` does; return the exit code, 0 if all went well."""
    from ivr.operations import upgrade as operations  # noqa: PLC0415 - the supervisor itself needs no database
    from ivr.storage.migrate import MigrationRefused  # noqa: PLC0415 - as above

    settings, say = read(os.environ, carriers=SETTINGS), printer(sys.stdout)
    try:
        operations.upgrade(settings.database_url, settings.state_dir, datetime.now(UTC), say)
    except MigrationRefused as refused:
        say(str(refused))
        return 1
    return 0


def load() -> None:
    """Load before the first fork what the database's upgrade and the Procfile's processes need, to share the memory."""
    gc.disable()  # what is loaded is no garbage
    import wsgi  # noqa: F401, PLC0415 - half a second, and for nothing where nothing may start
    from ivr.operations import upgrade  # noqa: F401, PLC0415 - as above
    from ivr.web import asgi  # noqa: F401, PLC0415 - as above
    from workers import queue_worker  # noqa: F401, PLC0415 - as above

    gc.freeze()  # else the collector would write to each object, and each process have a copy of each
    gc.enable()


if sys.argv[1:] == [UPGRADE]:
    sys.exit(upgrade())
begin = (
    Forks(load, os.environ).begin if sys.platform == "linux" else process_group.begin
)  # macOS forbids much after a fork
program = Program([sys.executable, "-m", "ivr.supervisor", UPGRADE], SETTINGS, begin)
sys.exit(run(ROOT, os.environ, printer(sys.stdout), program))
