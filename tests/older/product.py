"""The only place of these tests that names the product's own symbols: what worker and clock do, by a clock of ours.

All else goes through pages, webhooks, commands, processes and the stores themselves.
"""

from collections.abc import Callable
from contextlib import suppress

from tests.people import Phone
from workers.clock import record_calls, send_traces, sweep
from workers.jobs import TaskFailed, run
from workers.services import WorkerServices, build


def clock_collects_calls(phone: Phone) -> None:
    """The clock writes down the calls that are over."""
    _with_tools(phone, send_traces)
    _with_tools(phone, record_calls)


def clock_sweeps(phone: Phone) -> None:
    """The clock gives back what was left alone, and rings for what waits and for what is due."""
    _with_tools(phone, sweep)


def runs_errands(phone: Phone, *errands: int) -> None:
    """A worker tries these errands, whether or not they succeed."""

    def try_all(worker: WorkerServices) -> None:
        for each in errands:
            with suppress(TaskFailed):
                run(worker, each)

    _with_tools(phone, try_all)


def _with_tools(phone: Phone, work: Callable[[WorkerServices], None]) -> None:
    worker = build(phone.services.settings, phone.services.clock)
    try:
        work(worker)
    finally:
        worker.database.close()
