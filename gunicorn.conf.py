"""Has gunicorn's own process log as the service does. gunicorn finds this by itself; the Procfile has its flags."""

import os
from typing import Any

from config import logs
from config.settings import BadSettings, read


def on_starting(_server: Any) -> None:
    """Before its first line. Settings that forbid a start are named by the workers, which cannot start either."""
    try:
        # Whatever is imported here is not loaded anew by a reload: so no more than it takes.
        logs.configure(production=read(os.environ, carriers=()).production)
    except BadSettings:
        logs.configure(production=True)


on_reload = on_starting
