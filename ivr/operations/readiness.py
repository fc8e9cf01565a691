"""Checks that the database can store a promise: it answers, has the right schema and room, and takes a write.

The trial write is rolled back; nothing is changed. No HTTP, no clock.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, text

from ivr.storage import schema
from ivr.storage.database import Database, StoreAway

LEAST_ROOM = 50 * 2**20
"""Free bytes that the state folder's disk must have: enough for some weeks of a clinic's requests."""


@dataclass(frozen=True)
class DatabaseReadiness:
    """The check of a database and its disk."""

    database: Database
    revisions: tuple[str, ...]
    """The revisions of the schema that this program knows, oldest first; it needs the last."""
    folder: Path
    """The folder whose disk must have room."""

    def check(self) -> None:
        """Check the database and the disk. Raises StoreAway, whose message says what is wrong and what to do."""
        self._check_room()
        with self.database.trying() as trial:
            self._check_revision(trial.execute(text("SELECT version_num FROM alembic_version")).scalar())
            trial.execute(insert(schema.audit).values(_TRIAL))

    def _check_room(self) -> None:
        try:
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise StoreAway(f"its folder cannot be read: {error.strerror}") from None
        if free < LEAST_ROOM:
            raise StoreAway(f"its disk is nearly full: {free // 2**20} MB left, make room")

    def _check_revision(self, found: str | None) -> None:
        if found == self.revisions[-1]:
            return
        if found in self.revisions:
            raise StoreAway(f"its schema is too old ({found}): flask --app wsgi database upgrade")
        raise StoreAway(f"its schema is newer than this program ({found}): run the newer program")


_TRIAL = {"at": schema.LONG_AGO, "who": "(trial)", "what": "trial", "about": "", "detail": ""}
