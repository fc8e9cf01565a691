"""`python -m ivr.supervisor`: the one command that runs the whole service.

Passes on the project's folder, the environment and the terminal.
"""
# ruff: noqa: E402 - importing takes half a second, during which Ctrl-C should end us without a traceback

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

import os
import sys

from config.settings import ROOT
from ivr.storage.migrate import migrate
from ivr.supervisor.output import printer
from ivr.supervisor.start import run
from ivr.wiring.carriers import SETTINGS

sys.exit(run(ROOT, os.environ, printer(sys.stdout), migrate, SETTINGS))
