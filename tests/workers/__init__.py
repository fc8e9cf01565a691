"""A caller who asks for an appointment, and sweeps of the clock process, for the tests of the workers."""

from collections.abc import Callable
from threading import Event

from tests.people import Phone
from workers import clock as clock_process
from workers.services import WorkerServices


def books(phone: Phone) -> str:
    """Call the line and ask for an appointment; return the request's reference."""
    return phone.rings().press("1", "1", "1", "1", "1").reference


def record_calls(worker: WorkerServices) -> None:
    """Send this host's traces to the database, and make the records of calls that are over, as the clock does."""
    clock_process.send_traces(worker)
    clock_process.record_calls(worker)


class Rounds(Event):
    """A stop signal that lets the clock process run one more round after each function in `between`, then stops it."""

    def __init__(self, between: tuple[Callable[[], object], ...]) -> None:
        super().__init__()
        self._between = list(between)

    def wait(self, timeout: float | None = None) -> bool:
        if self._between:
            self._between.pop(0)()
            return False
        return True


def the_clock_runs(worker: WorkerServices, *between: Callable[[], object]) -> None:
    """Run one round of the clock process, then call each function in `between`, with a new round after each."""
    clock_process.run(worker, Rounds(between))
