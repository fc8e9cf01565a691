"""Runs the processes that do jobs, several for each queue, and starts a process again when it ends.

If a process crashes or hangs in a job, it is replaced, and the others go on. All are forked from the watching process,
which has loaded everything that a job needs. This module connects to nothing, and reads no queue.
"""

import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import wait
from types import FrameType
from typing import Any

from ivr.desk.job_queue import JOB_SECONDS

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""The most seconds until a signal, or a process that hangs, is noticed. A process that ends is noticed at once."""

HANGS_SECONDS = JOB_SECONDS + 3
"""Seconds after which a job's process is killed, because the job has outlived JOB_SECONDS. Less than a task's lease."""

LONGEST_PAUSE, STEADY = 5.0, 60.0
"""Seconds. An ended process restarts after `LONGEST_PAUSE` at most, or at once if it has run for `STEADY`."""

fork = get_context("fork")


@dataclass
class JobProcess:
    """A process that takes the jobs of one queue."""

    queue: str
    monotonic: Callable[[], float]
    busy_since: Any = field(default_factory=lambda: fork.Value("d", 0.0, lock=False))
    """The start of the present job in monotonic seconds, 0 between jobs, in memory shared with the parent process."""
    running: Any = None
    started: float = 0.0
    due: float = 0.0
    pause: float = 0.0

    def tell(self, *, busy: bool) -> None:
        """Tell the parent process, by shared memory, that a job begins or has ended. The parent kills a hanging job."""
        self.busy_since.value = self.monotonic() if busy else 0.0

    def is_hanging(self, now: float) -> bool:
        """Return whether the process has been in one job for longer than HANGS_SECONDS."""
        since = self.busy_since.value
        return bool(since) and now - since > HANGS_SECONDS

    def rest(self, now: float) -> None:
        """Plan when the process starts again: after a pause, longer each time if it ends again and again."""
        steady = now - self.started >= STEADY
        self.pause = 0.0 if steady else min(max(self.pause * 2, 0.5), LONGEST_PAUSE)
        self.due = now + self.pause
        self.running = None


Work = Callable[[JobProcess, int], None]
"""The work of a worker process: run the jobs of its queue, until the pipe with this file descriptor is closed."""


class JobProcesses:
    """The processes in which a host's workers run jobs; one that ends is started again, one that hangs is killed."""

    def __init__(self, queues: Sequence[str], work: Work, monotonic: Callable[[], float]) -> None:
        self._processes = [JobProcess(each, monotonic) for each in queues]
        self._work = work
        self._monotonic = monotonic
        self._stopping = False
        self._theirs, self._ours = os.pipe()
        """A pipe that nobody writes to: when the owner's end closes, even by the owner's death, the processes end."""

    def keep(self, *, until_empty: bool = False) -> None:
        """Keep these processes running until SIGTERM or SIGINT; with `until_empty`, until each has ended by itself."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)
        try:
            while not self._stopping:
                self._look(self._monotonic(), again=not until_empty)
                if until_empty and not self._running():
                    return
                wait([each.sentinel for each in self._running()], LOOK_SECONDS)
        finally:
            self._finish()

    def _look(self, now: float, *, again: bool) -> None:
        """Note ended processes, kill hanging ones, start due ones. Without `again`, start no process a second time."""
        for each in self._processes:
            if each.running and each.running.exitcode is not None:
                self._note_end(each, now)
            elif each.running and each.is_hanging(now):
                log.error("a job on the queue %s hangs: its process is killed; others go on", each.queue)
                each.running.kill()
            if not each.running and now >= each.due and (again or not each.started):
                self._start(each, now)

    def _start(self, each: JobProcess, now: float) -> None:
        each.busy_since.value, each.started = 0.0, now
        each.running = fork.Process(target=self._begin, args=(each,), name=each.queue)
        each.running.start()

    def _begin(self, each: JobProcess) -> None:
        """Close our copy of the parent's pipe end, so that this process sees if the parent dies; then do the work."""
        os.close(self._ours)
        self._work(each, self._theirs)

    def _note_end(self, each: JobProcess, now: float) -> None:
        code = each.running.exitcode
        if code:
            log.error("a process of the queue %s has ended (%s) and is started again", each.queue, _words(code))
        each.rest(now)

    def _running(self) -> list[Any]:
        return [each.running for each in self._processes if each.running]

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _finish(self) -> None:
        """Let each process complete its present job and end; kill one that hangs. Return once all have ended."""
        os.close(self._ours)
        while alive := [each for each in self._processes if each.running and each.running.exitcode is None]:
            for each in alive:
                if each.is_hanging(self._monotonic()):
                    each.running.kill()
            wait([each.running.sentinel for each in alive], LOOK_SECONDS)
        os.close(self._theirs)


def _words(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
