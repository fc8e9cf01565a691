"""Wakes the supervisor when a child has ended or a stop is asked for, so that waiting takes no CPU time.

Knows signals and time. No processes.
"""

import select
import signal
import socket
from types import FrameType
from typing import Self


class Signals:
    """The supervisor's signals: SIGINT, SIGTERM and SIGHUP ask for an orderly stop, a later SIGINT for a fast one."""

    def __init__(self) -> None:
        self.stopping = False
        self.at_once = False

    def __enter__(self) -> Self:
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)
        self._fd_before = signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._heard) for number in _heeded()}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._fd_before)
        self._ear.close()
        self._mouth.close()

    def wait(self, seconds: float) -> None:
        """Return at the next signal to the supervisor, or after this many seconds."""
        if select.select([self._ear], [], [], max(seconds, 0))[0]:
            self._ear.recv(4096)

    def _heard(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGCHLD:
            return
        # Only Ctrl-C asks for a stop at once: a second SIGTERM may be the same one, passed on by make.
        self.at_once = self.at_once or (self.stopping and number == signal.SIGINT)
        self.stopping = True


def _heeded() -> list[signal.Signals]:
    heeded = [signal.SIGCHLD, signal.SIGINT, signal.SIGTERM]
    ignores_hangup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # as under nohup
    return heeded if ignores_hangup else [*heeded, signal.SIGHUP]
