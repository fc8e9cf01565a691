"""Flask applications that are lent to one test after another: making one takes longer than most tests use it."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from ivr.app import create_app
from ivr.web.health import LAST_SEEN
from ivr.web.services import NAME, Services

_idle: dict[tuple[object, ...], list[Flask]] = {}


@contextmanager
def lent(services: Services) -> Iterator[Flask]:
    """Lend a Flask application of ours for one test, connected to these services.

    A test that changes the application calls create_app instead.
    """
    settings = services.settings
    idle = _idle.setdefault((settings.production, settings.secret_key, settings.trusted_proxies), [])
    app = idle.pop() if idle else create_app(services)
    app.extensions[NAME] = services
    app.extensions.pop(LAST_SEEN, None)  # this test has seen nothing of what the one before has
    yield app
    idle.append(app)
