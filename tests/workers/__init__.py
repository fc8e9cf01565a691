"""A caller who books, and rounds of the clock process, for the tests of the workers."""

from collections.abc import Callable
from threading import Event

from tests.people import Phone
from workers import clock as clock_process
from workers.services import WorkerServices


def books(phone: Phone) -> str:
    """Ask for an appointment and return its reference."""
    return phone.rings().press("1", "1", "1", "1", "1").reference


def record_calls(worker: WorkerServices) -> None:
    """Send this host's traces of calls and record the calls that are over, as its clock process does."""
    clock_process.send_traces(worker)
    clock_process.record_calls(worker)


class Rounds(Event):
    """A signal to stop the clock process, which comes once all that was to happen between its rounds has happened."""

    def __init__(self, between: tuple[Callable[[], object], ...]) -> None:
        super().__init__()
        self._between = list(between)

    def wait(self, timeout: float | None = None) -> bool:
        if self._between:
            self._between.pop(0)()
            return False
        return True


def the_clock_runs(worker: WorkerServices, *between: Callable[[], object]) -> None:
    """Run one round of the clock process, and one more after each of these functions."""
    clock_process.run(worker, Rounds(between))
