"""Starts the jobs of the worker and of the clock by the test's own clock. Only this module calls the product directly.

All else in these tests goes through pages, webhooks, commands, processes and the stores themselves.
"""

from collections.abc import Callable
from contextlib import suppress

from tests.people import Phone
from workers.clock import record_calls, send_traces, sweep
from workers.jobs import TaskFailed, run
from workers.services import WorkerServices, build


def clock_collects_calls(phone: Phone) -> None:
    """Make the records of calls that are over, as the clock process does."""
    _with_tools(phone, send_traces)
    _with_tools(phone, record_calls)


def clock_sweeps(phone: Phone) -> None:
    """Run a sweep of the clock process: put neglected requests back on the list, and queue what is due."""
    _with_tools(phone, sweep)


def runs_errands(phone: Phone, *errands: int) -> None:
    """Run the tasks with these ids as a worker does, whether or not they succeed."""

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
