"""Changes a booked appointment: to another time, or to cancelled.

These are moves like those of moves.py, and are undone there. Anybody at the desk may make them, because a patient
tells whoever answers the telephone. No HTTP, no clock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from ivr.desk.moves import make, noted
from ivr.desk.requests import HistoryEntry, HistoryEvent, Outcome, Status
from ivr.storage.audit import By
from ivr.storage.database import Database


@dataclass(frozen=True)
class Bookings:
    """The moves of a request that ended in an appointment. With a move goes the note that was typed beside it."""

    database: Database

    def rebook(self, request_id: int, at: datetime, by: By, words: str = "") -> None:
        """Give the appointment another time.

        Raises MoveRefused where the request is no longer booked, NoSuchRequest, StoreAway.
        """
        entry = HistoryEntry.of(by, HistoryEvent.REBOOKED, at.isoformat())
        make(self.database, request_id, noted(words, entry), _is_booked, {"appointment": at, "touched": by.at})

    def call_off(self, request_id: int, by: By, words: str = "") -> None:
        """Cancel the appointment. Raises as `rebook`."""
        change = {"appointment": None, "outcome": Outcome.CANCELLED, "touched": by.at}
        entries = noted(words, HistoryEntry.of(by, HistoryEvent.CALLED_OFF))
        make(self.database, request_id, entries, _is_booked, change)


def _is_booked(row: Row[Any]) -> bool:
    return bool(row.status == Status.CLOSED and row.outcome == Outcome.BOOKED)
