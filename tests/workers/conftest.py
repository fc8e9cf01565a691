"""Fixtures of the workers' tests: a channel to the staff, and workers that send notices over it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from testing.listener import Listener, listener
from workers.services import WorkerServices


@pytest.fixture
def channel() -> Iterator[Listener]:
    with listener() as heard:
        yield heard


@pytest.fixture
def telling(worker: WorkerServices, channel: Listener) -> WorkerServices:
    """The services of workers that send notices to the staff over a channel of the test's own."""
    url = channel.url.replace("http://", "json://")
    return replace(worker, settings=worker.settings.model_copy(update={"staff_notify_urls": url}))
