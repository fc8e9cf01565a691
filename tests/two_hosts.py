"""Two hosts of one clinic, for tests: they share database and Redis; each has a state folder, a web and a clock."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.web.services import build
from tests.conftest import QUICK, UNHURRIED, settings_for
from tests.people import Clock, Conversation, Phone
from tests.web import served
from tests.workers import the_clock_runs
from workers.services import WorkerServices
from workers.services import build as build_workers


@dataclass
class Host:
    """A host of the clinic: a telephone that calls the host's web, and the host's clock process."""

    phone: Phone
    worker: WorkerServices

    def sends(self) -> None:
        """Run the upkeep that the host's web does every five seconds: it sends the spool's traces to the database."""
        assert self.phone.services.host_upkeep.round()

    def sweeps(self, *between: Callable[[], object]) -> None:
        """Run a sweep of the host's clock, and another one after each of these functions."""
        the_clock_runs(self.worker, *between)


@contextmanager
def two_hosts(
    tmp_path: Path, database_url: str, redis_url: str, clock: Clock, **more: str
) -> Iterator[tuple[Host, Host]]:
    """Yield two hosts, whose webs and clocks end with the block."""
    with ExitStack() as stack:

        def host(name: str) -> Host:
            folder = tmp_path / name
            folder.mkdir()
            more_here = {**more, "STATE_DIR": str(folder)}
            settings = settings_for(tmp_path, database_url, redis_url, **more_here)
            phone = stack.enter_context(served(build(settings, clock, QUICK, clock.seconds, UNHURRIED)))
            worker = build_workers(settings, clock, clock.seconds)
            stack.enter_context(closing(worker))
            return Host(phone, worker)

        yield host("here"), host("there")


def goes_to(call: Conversation, host: Host) -> Conversation:
    """Send the next webhooks of this call to this host, as a proxy would; return the call."""
    call.phone = host.phone
    return call
