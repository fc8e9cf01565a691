"""Drafts: forms that people at the desk have typed into and not sent; each person has at most one for each place.

A place is a page such as a card. A draft is encrypted, is shown to its person alone, and is forgotten after a week. No
forms, no HTTP, no clock.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select

from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.encryption import Cipher, Unreadable
from ivr.storage.upsert import delete_any, insert_new, lock_key

KEPT_FOR = timedelta(days=7)
"""The time after which a draft that nobody came back for is deleted, by retention.py."""

OF_A_REQUEST, OF_AN_APPOINTMENT = ("card", "blocked", "booking"), ("appointment",)
"""The places that are named with the id of a request, such as "card 7", and with that of an appointment.

No other place has an id: an erasure finds by these what was typed about a request or an appointment.
"""

table = schema.drafts


@dataclass(frozen=True)
class Draft:
    """A draft: a form that somebody has typed into and not sent."""

    id: int
    place: str
    """The page of the desk that has the form, such as "new" or "card 7"."""
    fields: Mapping[str, str]
    at: datetime


class Drafts:
    """Stores the drafts, which are forms that people at the desk have typed into and not sent."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def over(self, database: Database) -> "Drafts":
        """Return the store of drafts over another client of the database, such as one that may wait longer."""
        return Drafts(database, self._cipher)

    def keep(self, person_id: int, place: str, fields: Mapping[str, str], now: datetime) -> None:
        """Store `fields` as a person's draft for the page `place`, in place of an earlier draft. Raises StoreAway."""
        sealed = self._cipher.encrypt(json.dumps({"place": place, "fields": dict(fields)}))
        mark = self._cipher.keyed_hash(place)
        with self._database.writing() as write:
            lock_key(write, "draft", str(person_id), mark)  # of two at once the second waits for the first
            write.execute(delete(table).where(table.c.staff_id == person_id, table.c.mark == mark))
            insert_new(write, table, staff_id=person_id, mark=mark, sealed=sealed, at=now)

    def of(self, person_id: int) -> Sequence[Draft]:
        """Return the drafts of this person, the newest first. Raises StoreAway."""
        return list(self._opened(table.c.staff_id == person_id))

    def drop(self, person_id: int, place: str) -> None:
        """Delete a person's draft for the page `place`, such as "card 7". Raises StoreAway."""
        delete_any(
            self._database, table, (table.c.staff_id == person_id) & (table.c.mark == self._cipher.keyed_hash(place))
        )

    def discard(self, person_id: int, draft_id: int) -> None:
        """Forget the draft of this id, if it is this person's. Raises StoreAway."""
        delete_any(self._database, table, (table.c.staff_id == person_id) & (table.c.id == draft_id))

    def mentioning(self, digits: str, places: Sequence[str]) -> Sequence[int]:
        """Return the ids of all people's drafts in these places, and of all drafts that hold these digits.

        Raises StoreAway.
        """
        return [each.id for each in self._opened() if each.place in places or digits in _digits(each)]

    def erase(self, ids: Sequence[int]) -> None:
        """Delete the drafts of these ids. Raises StoreAway."""
        delete_any(self._database, table, table.c.id.in_(ids))

    def _opened(self, *which: ColumnElement[bool]) -> Iterator[Draft]:
        with self._database.reading() as read:
            rows = read.execute(select(table).where(*which).order_by(table.c.id.desc())).all()
        for row in rows:
            try:
                yield _draft(row, self._cipher.decrypt(row.sealed))
            except Unreadable:
                continue  # it was encrypted under another SECRET_KEY, and is deleted in its time


def _draft(row: Row[Any], words: str) -> Draft:
    held = json.loads(words)
    return Draft(row.id, held["place"], held["fields"], row.at)


def _digits(draft: Draft) -> str:
    return "".join(str(int(each)) for each in " ".join(draft.fields.values()) if each.isdecimal())
