"""Has granian's own process log as the service does: granian.json names this, and the Procfile names granian.json."""

import logging
import os

from config import logs
from config.settings import BadSettings, read


def form() -> logging.Formatter:
    """Return the format of a line. Settings that forbid a start are named by the workers, which cannot start either."""
    try:
        return logs.form(production=read(os.environ, carriers=()).production)
    except BadSettings:
        return logs.form(production=True)
