"""A service for tests on a busy machine. Its breakers measure time by the test's clock, so that slowness opens none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.app import create_app
from ivr.web.services import build
from tests.conftest import QUICK, settings_for
from tests.people import Clock, Phone


@contextmanager
def steady_service(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """Run a service whose breakers measure time with the test's clock; yield a telephone that calls the service."""
    services = build(settings_for(tmp_path, database_url, redis_url), clock, QUICK, clock.seconds)
    try:
        yield Phone(create_app(services), services)
    finally:
        services.close()
