"""A caller who asks for an appointment, and sweeps of the clock, for the tests of the workers."""

from collections.abc import Callable
from threading import Event

from tests.people import Phone
from workers import clock as clock_process
from workers.services import WorkerServices


def books(phone: Phone) -> str:
    """Call and ask for an appointment; return the reference."""
    return phone.rings().press("1", "1", "1", "1", "1").reference


def record_calls(worker: WorkerServices) -> None:
    """Send this host's traces, and make the records of calls that are over, as the clock does."""
    clock_process.send_traces(worker)
    clock_process.record_calls(worker)


class Rounds(Event):
    """A signal that stops the clock once each of these functions has been called, one before each further round."""

    def __init__(self, between: tuple[Callable[[], object], ...]) -> None:
        super().__init__()
        self._between = list(between)

    def wait(self, timeout: float | None = None) -> bool:
        if self._between:
            self._between.pop(0)()
            return False
        return True


def the_clock_runs(worker: WorkerServices, *between: Callable[[], object]) -> None:
    """Run one round of the clock, and another one after each of these functions."""
    clock_process.run(worker, Rounds(between))
