"""The process of the embedded Redis, which prints what a person has to do if its file is damaged.

Reads the server's log; changes none of its files.
"""

from contextlib import suppress
from pathlib import Path

from ivr.supervisor.output import Say
from ivr.supervisor.process import Begin, ManagedProcess
from ivr.supervisor.process_group import Started

LOG = "server.log"
"""The name of the Redis server's log, in the folder of its files."""

DAMAGED = "Bad file format reading the append only file"
"""The words in the log of a Redis or Valkey server that ended because it could not read its append-only file."""


class RedisServer(ManagedProcess):
    """The process of the Redis server, which prints what a person has to do if the server's file is damaged."""

    def __init__(self, name: str, begin: Begin, say: Say, folder: Path) -> None:
        super().__init__(name, begin, say)
        self._folder = folder
        self._read = 0
        """The length of the server's log when the server was started, in bytes."""

    def _start(self, now: float) -> None:
        with suppress(OSError):
            self._read = self._log.stat().st_size
        super()._start(now)

    def _ended(self, now: float, process: Started) -> None:
        super()._ended(now, process)
        with suppress(OSError), self._log.open("rb") as log:
            log.seek(self._read)
            if DAMAGED.encode() in log.read():
                self._say(
                    f"redis: what it keeps in {self._folder} is damaged. Stop this, "
                    "run .venv/bin/flask --app wsgi redis-repair, and start again; callers are answered meanwhile"
                )

    @property
    def _log(self) -> Path:
        return self._folder / LOG
