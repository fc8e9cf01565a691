"""Checks that the database can store a promise: it answers, has the right schema and room, and takes a write.

The trial write is rolled back; nothing is changed. No HTTP, no clock.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ivr.storage.audit import try_writing
from ivr.storage.database import Database, StoreAway
from ivr.storage.fit import unfit
from ivr.storage.revisions import revision_at

LEAST_ROOM = 50 * 2**20
"""Free bytes that the state folder's disk must have: enough for some weeks of a clinic's requests."""


@dataclass(frozen=True)
class DatabaseReadiness:
    """The check whether the desk's database, and its disk, can store a promise."""

    database: Database
    revisions: tuple[str, ...]
    """The revisions of the schema that this program knows, oldest first; it needs the last."""
    folder: Path
    """The state folder. Its disk must have LEAST_ROOM free bytes."""

    def check(self) -> str:
        """Check the database and its disk; return a remark if the schema is another version's but usable, else "".

        Raises StoreAway, whose message says what is wrong and what to do.
        """
        self._check_room()
        with self.database.trying() as trial:
            remark = self._remark(trial)
            try_writing(trial)
        return remark

    def _check_room(self) -> None:
        try:
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise StoreAway(f"its folder cannot be read: {error.strerror}") from None
        if free < LEAST_ROOM:
            raise StoreAway(f"its disk is nearly full: {free // 2**20} MB left, make room")

    def _remark(self, trial: Connection) -> str:
        """Return a remark if the schema is another version's but usable, else "". Raises StoreAway if unusable."""
        found = revision_at(trial)
        if found == self.revisions[-1]:
            return ""
        if found in self.revisions:
            raise StoreAway(f"its schema is too old ({found}): flask --app wsgi database upgrade")
        whose, do = (f"newer than this program ({found})", NEWER) if found else ("of no known revision", UNKNOWN)
        if wrong := unfit(trial):
            raise StoreAway(f"its schema is {whose} and does not serve it: {wrong}; {do}")
        return f"its schema is {whose}, but serves it: requests are taken; {do}"


NEWER = "run the newer one"
UNKNOWN = "see docs/runbook.md, The schema is of another version"
