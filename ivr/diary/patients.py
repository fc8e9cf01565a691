"""Stores the patients: each a name, typed at the desk, for a number. A number may have several patients.

No HTTP, no clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, select, update

from ivr.line.phones import Phone, plain
from ivr.storage import schema
from ivr.storage.audit import By
from ivr.storage.database import Database
from ivr.storage.odd import text_of
from ivr.storage.upsert import in_turn, insert_new, lock_key

table = schema.patients

ARE_NOBODYS = and_(
    *(~exists().where(each.c.patient_id == table.c.id) for each in (schema.requests, schema.appointments))
)
"""The SQL condition of patients without a request and without an appointment."""

LONGEST_NAME = 80
"""The longest name of a patient, in characters."""


@dataclass(frozen=True)
class Patient:
    """A person whom the clinic treats."""

    id: int
    name: str
    phone: str | None
    """The patient's number in E.164; None for somebody who was booked without one."""
    language: str | None = None

    @property
    def initials(self) -> str:
        """The first letter of each of the first three parts of the patient's name, to be shown instead of the name."""
        return initials(self.name)


class NameChanged(Exception):
    """The name of a patient is not the one that somebody has seen: a colleague has changed it since."""


def initials(name: str) -> str:
    """Return the first letter of each of the first three parts of a name, to be shown instead of the name."""
    return "".join(f"{part[0].upper()}." for part in name.split()[:3])


@dataclass(frozen=True)
class Patients:
    """The store of patients."""

    database: Database

    def of_phone(self, phone: Phone | str) -> list[Patient]:
        """Return the patients of a number, the latest first. The desk suggests their names. Raises StoreAway."""
        number = phone.e164 if isinstance(phone, Phone) else phone
        with self.database.reading() as read:
            rows = read.execute(select(table).where(table.c.phone == number).order_by(table.c.id.desc()))
            return [_patient(row) for row in rows]

    def called(self, ids: set[int]) -> dict[int, Patient]:
        """Return the patients of these ids, by id. Raises StoreAway."""
        if not ids:
            return {}
        with self.database.reading() as read:
            return {row.id: _patient(row) for row in read.execute(select(table).where(table.c.id.in_(ids)))}

    def names(self, phones: set[str]) -> dict[str, str]:
        """Return, by number, the name of the latest patient; numbers without a patient are absent. Raises StoreAway."""
        if not phones:
            return {}
        query = select(table.c.phone, table.c.name).where(table.c.phone.in_(phones)).order_by(table.c.id)
        with self.database.reading() as read:
            return {row.phone: text_of(row.name) for row in read.execute(query)}

    def name(self, phone: Phone | None, name: str, by: By) -> int | None:
        """Return the id of the patient with this name and number, added if new; None for an empty name.

        Raises ValueError for a name longer than `LONGEST_NAME`, StoreAway.
        """
        return in_turn(self.database, lambda write: known_as(write, phone, name, by.at))


def known_as(write: Connection, phone: Phone | None, name: str, now: datetime) -> int | None:
    """Return the id of a number's patient `name`, stored first if new; None without a name. Raises ValueError."""
    words = " ".join(name.split())
    if not words:
        return None
    if len(words) > LONGEST_NAME:
        raise ValueError(f"a name of {len(words)} letters")
    number = phone.e164 if phone else None
    lock_key(write, "patient", number or "")
    found = _known(write, number, words) if number else None
    return found or insert_new(write, table, phone=number, name=words, language=None, created=now)


def forget_new(write: Connection, patient_id: int | None, number: str, created: datetime) -> None:
    """Delete a number's patient who was stored at this moment, if there is no request and no appointment of theirs."""
    lock_key(write, "patient", number)  # against who is just finding this patient for a request
    write.execute(delete(table).where(table.c.id == patient_id, table.c.created == created, ARE_NOBODYS))


def _known(read: Connection, number: str, name: str) -> int | None:
    rows = read.execute(select(table.c.id, table.c.name).where(table.c.phone == number).order_by(table.c.id))
    return next((row.id for row in rows if name_key(text_of(row.name)) == name_key(name)), None)


def named(read: Connection, parts: Sequence[str], most: int) -> list[Patient]:
    """Return the latest patients, at most `most`, whose names have all these parts; none without a part."""
    keys = [name_key(each) for each in parts]
    columns = (table.c.id, table.c.name, table.c.phone, table.c.language)
    rows: Iterable[Row[Any]] = read.execute(select(*columns).order_by(table.c.id.desc())) if keys else ()
    return list(islice((_patient(row) for row in rows if _has(name_key(text_of(row.name)), keys)), most))


def _has(name: str, keys: Sequence[str]) -> bool:
    return all(each in name for each in keys)


def name_key(name: str) -> str:
    """Return the form in which patients' names are compared and found.

    Names are equal that differ only in capitals, in blanks, in what is invisible, or in how their letters are encoded:
    a letter with a nukta or an accent may be one character or two. The databases do not agree on such letters and their
    capitals, so names are not compared in SQL.
    """
    return " ".join(plain(name).casefold().split())


def require_name(read: Connection, patient_id: int | None, seen: str | None) -> None:
    """Raise NameChanged if the name that somebody has `seen`, "" for none, is not the patient's; None is any name."""
    found = read.scalar(select(table.c.name).where(table.c.id == patient_id))
    if seen is not None and name_key(seen) != name_key("" if found is None else text_of(found)):
        raise NameChanged


def is_nobody_elses(read: Connection, patient_id: int | None, phone: Phone, name: str) -> bool:
    """Return whether a request with this patient, or without one, may be that of the person `name` of this number.

    It may be unless its patient has another name, or the number of a request without a patient has one of another name.
    """
    theirs = table.c.id == patient_id if patient_id else table.c.phone == phone.e164
    known = read.scalars(select(table.c.name).where(theirs)) if name else ()
    return all(name_key(text_of(each)) == name_key(name) for each in known)


def set_patient(write: Connection, of: Any, row_id: int, patient_id: int | None) -> None:
    """Store the patient of a request or an appointment: `of` is the table, `row_id` the id of its row."""
    write.execute(update(of).where(of.c.id == row_id).values(patient_id=patient_id))


def _patient(row: Row[Any]) -> Patient:
    return Patient(row.id, text_of(row.name), row.phone, row.language)
