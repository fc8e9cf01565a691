"""A service for tests on a busy machine: its breakers go by the test's clock, so that slowness opens none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.app import create_app
from ivr.web.services import build
from tests.conftest import QUICK, settings_for
from tests.people import Clock, Phone


@contextmanager
def steady_service(tmp_path: Path, database_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """Serve a service on these stores, whose breakers go by the test's clock; yield a telephone at it."""
    services = build(settings_for(tmp_path, database_url, redis_url), clock, QUICK, clock.seconds)
    try:
        yield Phone(create_app(services), services)
    finally:
        services.close()
