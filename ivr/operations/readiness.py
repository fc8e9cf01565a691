"""Whether the desk's database can do what a promise needs: it is there, has our tables, and takes a write.

Looks and takes back what it tried; changes nothing. No HTTP, no clock.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, text

from ivr.storage import schema
from ivr.storage.database import Database, StoreAway

LEAST_ROOM = 50 * 2**20
"""Bytes that the folder of our own stores must have left: some weeks of a clinic's requests."""


@dataclass(frozen=True)
class DatabaseReadiness:
    """What is looked at, and what it should be."""

    database: Database
    revisions: tuple[str, ...]
    """The versions of the schema that this program knows, oldest first; it works on the last."""
    folder: Path
    """Where the stores that are ours lie."""

    def check(self) -> None:
        """Raises StoreAway, whose words say what is wrong and what to do."""
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
