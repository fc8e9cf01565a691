"""The upkeep of a host by its real web processes alone, without a clock process and without a worker."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from psutil import Process
from sqlalchemy import select

from config.settings import Settings
from ivr.hours.closures_file import FILE
from ivr.line.hours import DeskClosure
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.web.services import Services
from testing.servers import until
from tests.served import Web, web

DAY = datetime.now(UTC).date() + timedelta(days=3)

pytestmark = pytest.mark.slow


def sets(services: Services, days: int) -> None:
    closure = DeskClosure(DAY + timedelta(days=days), "")
    services.hours.closures.set([closure], By("asha", services.clock()))


def written(settings: Settings) -> int:
    """Return the number of closures in the file from which the calls of this host read closures."""
    path = settings.state_dir / FILE
    return len(json.loads(path.read_text())) if path.is_file() else 0


def sent(services: Services) -> set[str]:
    with services.database.reading() as read:
        return set(read.scalars(select(schema.call_traces.c.mark)))


def test_closures_reach_it_its_calls_are_sent_and_another_process_takes_over(
    services: Services, settings: Settings
) -> None:
    with web(services, settings) as found:
        goes_on(found, services, settings, 1)
        for count, process in enumerate(found.processes, 2):
            process.kill()
            assert until(partial(is_replaced, found, process))
            goes_on(found, services, settings, count)
    assert "upkeep of this host" not in found.log.read_text()


def is_replaced(found: Web, dead: Process) -> bool:
    return dead not in found.processes and len(found.processes) == 2


def goes_on(found: Web, services: Services, settings: Settings, count: int) -> None:
    """Set this many closures and make a call.

    Wait until the web's upkeep has written the closures and sent the traces.
    """
    sets(services, count)
    found.phone.rings().hangs_up()
    assert until(lambda: (written(settings), len(sent(services))) == (count, count))
