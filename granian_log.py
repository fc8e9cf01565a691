"""Makes granian's own process log as the service does, and builds the application before granian forks its workers.

granian.json names this module, and the Procfile names granian.json. Workers share everything loaded before the fork, so
that each needs half the memory, and a new worker answers at once. Settings that forbid a start end the server here.
"""

import logging
import os
import sys

from config import logs
from config.settings import BadSettings, read

if "asgi:create_app" in sys.argv:  # else it serves another application, as in a benchmark
    import asgi

    asgi.create_app()


def form() -> logging.Formatter:
    """Return the format of granian's log lines: the service's own, or production's if the settings cannot be read.

    The settings can be missing when granian serves another application.
    """
    try:
        return logs.form(production=read(os.environ, carriers=()).production)
    except BadSettings:
        return logs.form(production=True)
