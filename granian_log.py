"""Has granian's own process log as the service does, and build the application before it forks its workers.

granian.json names this, and the Procfile names granian.json. What is there before the fork the workers share: each
needs half the memory, and a new one answers at once. Settings that forbid a start end the server here.
"""

import logging
import os

import asgi
from config import logs
from config.settings import read

asgi.create_app()


def form() -> logging.Formatter:
    """Return the format of a line."""
    return logs.form(production=read(os.environ, carriers=()).production)
