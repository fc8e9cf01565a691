"""Finds requests and appointments by a patient's name, by a reference, or by a number, whole or its last digits.

A number may be written in any way. Reads only. No HTTP, no clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from ivr.desk.merge_links import WAS_MERGED, merged_into
from ivr.desk.request_rows import AnyRequest, any_request
from ivr.desk.requests import LIVE
from ivr.diary.appointments import AnyAppointment
from ivr.diary.patients import Patient, named
from ivr.diary.rows import any_appointment
from ivr.line.phones import NumberRefused, digits_of, plain, typed
from ivr.storage import schema
from ivr.storage.database import Database

MOST = 50
"""The most requests, and the most appointments, that a search returns."""

LONGEST_WORDS = 80
"""The longest text, in characters, that can be searched for; a longer one finds nothing."""

FEWEST_DIGITS = 4
"""The fewest digits, of the end of a telephone number, that can be searched for; fewer find nothing."""

REFERENCE_DIGITS = 6

requests, appointments = schema.requests, schema.appointments


@dataclass(frozen=True)
class FoundByWords:
    """The requests and appointments that a search has found."""

    appointments: Sequence[AnyAppointment] = ()
    """The found appointments: the coming ones, soonest first; then those that are over, latest first."""
    requests: Sequence[AnyRequest] = ()
    """The found requests: first the live ones, latest first; then the closed ones, latest first."""


@dataclass(frozen=True)
class Search:
    """Searches the desk's requests and appointments."""

    database: Database

    def by(self, words: str, now: datetime) -> FoundByWords:
        """Return the requests and appointments that the typed `words` find. Raises StoreAway."""
        wanted = Wanted(words)
        if wanted.is_nothing:
            return FoundByWords()
        with self.database.reading() as read:
            theirs = named(read, wanted.names, MOST)
            return FoundByWords(_appointments(read, wanted, theirs, now), _requests(read, wanted, theirs))


@dataclass(frozen=True)
class Wanted:
    """The words that somebody searches for at the desk, read as a number, a reference or a name."""

    words: str
    plain: str = field(init=False)

    def __post_init__(self) -> None:
        fits = len(self.words) <= LONGEST_WORDS and "\0" not in self.words
        object.__setattr__(self, "plain", " ".join(plain(self.words).split()) if fits else "")

    @property
    def names(self) -> list[str]:
        """The parts of a patient's name that was typed to search for; none where no letter was typed."""
        return self.plain.split() if any(each.isalpha() for each in self.plain) else []

    @property
    def digits(self) -> str:
        """The digits that were typed to search for; empty where a letter was typed."""
        return "" if self.names else digits_of(self.plain)

    @property
    def number(self) -> str:
        """The telephone number that was typed to search for, in E.164; empty if the words are no complete number."""
        try:
            return typed(self.plain).e164
        except NumberRefused:
            return ""

    @property
    def is_nothing(self) -> bool:
        """True if the typed words can find nothing: no name, no whole number, and too few digits."""
        return not self.names and not self.number and len(self.digits) < FEWEST_DIGITS

    def of_person(self, table: Table, theirs: Sequence[Patient]) -> Iterator[ColumnElement[bool]]:
        """Yield the SQL conditions that find a person's rows in this table; `theirs` is the patients of the names."""
        if self.number:
            yield table.c.phone == self.number
        if len(self.digits) >= FEWEST_DIGITS:
            yield table.c.phone.endswith(self.digits)
        if self.names:
            unnamed = and_(
                table.c.patient_id.is_(None), table.c.phone.in_([each.phone for each in theirs if each.phone])
            )
            yield or_(table.c.patient_id.in_([each.id for each in theirs]), unnamed)


def _appointments(read: Connection, wanted: Wanted, theirs: Sequence[Patient], now: datetime) -> list[AnyAppointment]:
    of_it = list(wanted.of_person(appointments, theirs))
    if len(wanted.digits) == REFERENCE_DIGITS:
        of_it.append(appointments.c.reference == wanted.digits)
    found = select(appointments).where(or_(*of_it)).limit(MOST)
    ahead = found.where(appointments.c.ends >= now).order_by(appointments.c.starts, appointments.c.id)
    over = found.where(appointments.c.ends < now).order_by(appointments.c.starts.desc(), appointments.c.id)
    return [any_appointment(row) for query in (ahead, over) for row in read.execute(query)][:MOST]


def _requests(read: Connection, wanted: Wanted, theirs: Sequence[Patient]) -> list[AnyRequest]:
    of_it: list[ColumnElement[Any]] = list(wanted.of_person(requests, theirs))
    starts = [select(requests.c.id).where(WAS_MERGED, each) for each in of_it]
    if len(wanted.digits) == REFERENCE_DIGITS:
        starts.append(select(schema.promises.c.request_id).where(schema.promises.c.reference == wanted.digits))
    # A merged request leads to the one that stayed.
    query = select(requests).where(or_(*of_it, requests.c.id.in_(merged_into(*starts))))
    order = (requests.c.status.in_(LIVE).desc(), requests.c.id.desc())
    return [any_request(row) for row in read.execute(query.order_by(*order).limit(MOST))]
