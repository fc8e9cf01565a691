"""Stores whether callers can book times: a manager must have confirmed the diary's rules, and not paused booking.

Calls read this state from a file of this host, so that it holds while the database is away. In production, callers
get no time before a manager has confirmed the length of a visit and the number of visits at once.
No HTTP, no clock.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from sqlalchemy import insert, select

from ivr.hours.mirror_file import MirrorFile
from ivr.line.diary import DiaryRules
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By, line
from ivr.storage.database import Database
from ivr.storage.odd import text_of

FILE = "phone_booking.json"
"""The name, in the state folder, of the file with the state of booking by telephone."""

table = schema.phone_booking

ROOM = 80
"""The most characters of the diary's rules, in words, that the database stores."""


class BookingSwitch(StrEnum):
    """The changes that staff can make to booking by telephone. The values are stored in the database."""

    CONFIRMED = "confirmed"
    PAUSED = "paused"
    RESUMED = "resumed"


@dataclass(frozen=True)
class PhoneBookingState:
    """The state of booking by telephone: the rules that a manager confirmed last, and whether booking is paused."""

    confirmed: str = ""
    """The confirmed rules as they are stored; empty where nobody has confirmed any."""
    paused: bool = False

    def books(self, rules: DiaryRules, *, unconfirmed: bool) -> bool:
        """Return whether callers can book under these rules; `unconfirmed` is true if no manager need confirm them."""
        return rules.phone_books and not self.paused and (unconfirmed or self.confirms(rules))

    def confirms(self, rules: DiaryRules) -> bool:
        """Return whether a manager has confirmed these rules, and no others since."""
        return self.confirmed == _stored(rules)


class PhoneBooking:
    """Stores whether booking by telephone is confirmed or paused, and copies this state to a file that calls read."""

    def __init__(self, database: Database, state_dir: Path) -> None:
        self._database = database
        self._file = MirrorFile(state_dir / FILE, _read, PhoneBookingState(), "what was known last holds")

    def read(self) -> PhoneBookingState:
        """Return the state of booking by telephone, read from this host's file. Asks no store."""
        return self._file.read()

    def version(self) -> str:
        """Return the version of the file: text that changes with every change of the state in it."""
        return self._file.version()

    def change(self, what: BookingSwitch, rules: DiaryRules, by: By) -> None:
        """Store that a manager has confirmed `rules`, or paused or resumed booking by telephone. Raises StoreAway."""
        with self._database.writing() as write:
            write.execute(insert(table).values(what=what, rules=_stored(rules), who=by.who, at=by.at))
            write.execute(line(by, AuditAction.SWITCHED_PHONE_BOOKING, what, in_words(rules)))

    def stored(self) -> PhoneBookingState:
        """Return the state of booking by telephone as the database has it. Raises StoreAway."""
        with self._database.reading() as read:
            rows = read.execute(select(table.c.what, table.c.rules).order_by(table.c.id.desc())).all()
        confirmed = next((text_of(row.rules) for row in rows if row.what == BookingSwitch.CONFIRMED), "")
        stopped = next((row.what for row in rows if row.what != BookingSwitch.CONFIRMED), "")
        return PhoneBookingState(confirmed, stopped == BookingSwitch.PAUSED)

    def follow(self) -> PhoneBookingState:
        """Copy the booking state from the database to the file; return the state. Raises StoreAway, MirrorFileAway."""
        return self._file.follow(self.stored, _text)


def in_words(rules: DiaryRules) -> str:
    """Return in words the diary's rules that a manager confirms: how many visits at once, and the length of each."""
    minutes = "/".join(str(each.length // timedelta(minutes=1)) for each in rules.schedules)
    return f"{len(rules.schedules)} at once: {minutes} minutes"


def _stored(rules: DiaryRules) -> str:
    """Return the rules in words, for the table. Words longer than ROOM are cut, and end in a checksum of them all."""
    words = in_words(rules)
    return words if len(words) <= ROOM else f"{words[: ROOM - 9]} {sha256(words.encode()).hexdigest()[:8]}"


def _text(state: PhoneBookingState) -> bytes:
    return json.dumps({"confirmed": state.confirmed, "paused": state.paused}).encode()


def _read(text: bytes) -> PhoneBookingState:
    """Return the state in the text of the file. Raises ValueError, TypeError or KeyError where it is malformed."""
    found = json.loads(text)
    return PhoneBookingState(str(found["confirmed"]), found["paused"] is True)
