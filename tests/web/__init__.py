"""A service for one test of the web, and the environment variables for a process that a test starts."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

from config.settings import ROOT as ROOT
from config.settings import Settings
from ivr.web.services import Services, build
from tests.applications import lent
from tests.clinic import WISHES_ONLY
from tests.conftest import QUICK, UNHURRIED, settings_for
from tests.people import TOKEN, Phone

Serves = Callable[..., AbstractContextManager[Phone]]
"""A function that runs a service with the settings it is given, and yields a telephone that calls the service."""

CALLER_ID = "+12025550123"
RECEPTION = ("+919999900008", "+919999900009")
"""The numbers of the reception's two telephones, made up as every number here."""


def clinic_with_reception(folder: Path) -> str:
    """Write a clinic's file whose first line has a reception with two telephones; the other lines have none."""
    words = WISHES_ONLY
    words = words.replace('# caller_id = "+1 ..."', f'caller_id = "{CALLER_ID}"')
    words = words.replace("reception = []", f'reception = ["{RECEPTION[0]}", "{RECEPTION[1]}"]', 1)
    path = folder / "clinic.toml"
    path.write_text(words)
    return str(path)


@contextmanager
def served(services: Services) -> Iterator[Phone]:
    """Serve a web application of these services, yield a telephone at it, and close the services in the end."""
    try:
        with lent(services) as app:
            yield Phone(app, services)
    finally:
        services.close()


def service(
    tmp_path: Path, database_url: str, redis_url: str, clock: Callable[[], datetime], **more: str
) -> AbstractContextManager[Phone]:
    """Run a service on these stores, with the settings `more`, until the block ends; yield a telephone to call it."""
    return served(build(settings_for(tmp_path, database_url, redis_url, **more), clock, QUICK, limits=UNHURRIED))


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment variables of a service's process that has these settings."""
    return {
        **os.environ,
        "ENV": "development",
        "PUBLIC_BASE_URL": settings.public_base_url,
        "SECRET_KEY": settings.secret_key,
        "CLINIC_FILE": str(settings.clinic_file),
        "TWILIO_AUTH_TOKEN": TOKEN,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "STATE_DIR": str(settings.state_dir),
    }
