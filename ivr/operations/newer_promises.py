"""Finds the requests that were promised or booked since a backup was made, and keeps them through its restore.

Works on a SQLite connection that has the desk as `main` and the prepared backup as `restored`; pg_dump.py puts the
same queries to PostgreSQL. No HTTP, no clock.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ivr.desk.requests import LIVE
from ivr.desk.upkeep.tell import mark_to_tell
from ivr.operations.backup import opened, refusing
from ivr.operations.newer_rows import Row, insert, insert_beside, rows_of
from ivr.operations.personal_rows import CHILDREN_OF_AN_APPOINTMENT
from ivr.operations.retention import CHILDREN_OF_A_REQUEST

IS_LIVE = "status IN ('open', 'taken')"

PROMISED_SINCE = """
SELECT request_id FROM main.promises WHERE (mark, created) NOT IN (SELECT mark, created FROM restored.promises)
"""

BOOKED_SINCE = """
SELECT now.id FROM main.requests AS now WHERE now.appointment IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM restored.requests AS then_ WHERE then_.id = now.id AND then_.call_sid = now.call_sid
    AND then_.created = now.created AND then_.appointment = now.appointment)
"""

IN_THEIR_WAY = f"""
SELECT then_.id FROM restored.requests AS then_ JOIN main.requests AS now USING (id, call_sid, created)
WHERE then_.{IS_LIVE} AND NOT now.{IS_LIVE} AND (now.phone, now.kind) IN (
    SELECT phone, kind FROM main.requests WHERE {IS_LIVE} AND id IN ({PROMISED_SINCE}))
"""  # noqa: S608 - words of this module
"""The query for the closed requests that are live in the backup and share number and kind with a newer live request."""

LISTED = f"SELECT * FROM main.requests WHERE id IN ({PROMISED_SINCE} UNION {BOOKED_SINCE}) ORDER BY due, id"  # noqa: S608

WANTED = f"""
SELECT * FROM main.requests WHERE id IN ({PROMISED_SINCE} UNION {BOOKED_SINCE} UNION {IN_THEIR_WAY})
ORDER BY {IS_LIVE}, id
"""  # noqa: S608 - words of this module
"""The query for the requests that a restore keeps. Closed ones come first, to replace their versions still open."""


WORKED_ON_SINCE = f"""
SELECT DISTINCT reference FROM main.requests AS now JOIN main.history AS line ON line.request_id = now.id
WHERE now.id NOT IN (SELECT id FROM ({WANTED})) AND NOT EXISTS (
    SELECT 1 FROM restored.history AS then_ WHERE then_.request_id = now.id
    AND then_.at IS line.at AND then_.who = line.who AND then_.what = line.what) ORDER BY reference
"""  # noqa: S608 - words of this module
"""The query for the requests with newer history that a restore does not keep: they stand as they did in the backup."""

CHANGED_SINCE = """
SELECT now.* FROM main.appointments AS now WHERE NOT EXISTS (
    SELECT 1 FROM restored.appointments AS then_ WHERE then_.id = now.id AND then_.reference = now.reference
    AND then_.created = now.created AND then_.touched = now.touched) ORDER BY now.id
"""
"""The query for the appointments that were booked, moved or cancelled, or got another status, since the backup."""

SAME_PERSON = "then_.created IS now.created AND then_.phone IS now.phone AND then_.name IS now.name"

NAMED_SINCE = f"""
SELECT now.*, (SELECT min(then_.id) FROM restored.patients AS then_ WHERE {SAME_PERSON}) AS known
FROM main.patients AS now
WHERE NOT EXISTS (SELECT 1 FROM restored.patients AS then_ WHERE then_.id = now.id AND {SAME_PERSON}) ORDER BY id
"""  # noqa: S608 - words of this module
"""The query for the patients that the backup lacks under their ids, since SQLite gives an erased patient's id again."""

OF_THE_DIARY = [each.name for each in CHILDREN_OF_AN_APPOINTMENT]

MOST_BESIDE = 50
"""The most places that a restore tries for an appointment made since the backup, the usual place and extra ones."""


@dataclass(frozen=True)
class NewerPromise:
    """A request or an appointment that was promised or booked since the backup was made."""

    reference: str
    number: str
    """The telephone number in E.164; "no number" for an appointment without a number."""
    kind: str
    due: str
    """The due time of the request, or the time of the appointment, in UTC as stored."""
    live: bool
    """True if the request is live, or the appointment booked."""

    @classmethod
    def of(cls, row: Row) -> "NewerPromise":
        """Return this row of `requests` as a newer promise."""
        return cls(row["reference"], row["phone"], row["kind"], str(row["due"]), row["status"] in LIVE)

    @classmethod
    def of_appointment(cls, row: Row) -> "NewerPromise":
        """Return this row of `appointments` as a newer promise."""
        number = row["phone"] or "no number"
        return cls(row["reference"], number, "appointment", str(row["starts"]), row["status"] == "booked")


@dataclass(frozen=True)
class Newer:
    """Requests and appointments changed after a backup, with child rows, read before the restore replaces the rows."""

    requests: Sequence[Row]
    children: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    appointments: Sequence[Row] = ()
    diary: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """The rows of the appointments' child tables, by table."""
    patients: Sequence[Row] = ()


def newer_promises(part: Path, database: Path) -> list[NewerPromise]:
    """Return the desk's requests and appointments that were promised or changed after the backup `part` was made.

    Raises BackupRefused where the desk's `database` cannot be read.
    """
    with refusing("the database cannot be read"), closing(opened(database)) as live:
        live.execute("ATTACH ? AS restored", (str(part),))
        visits = [NewerPromise.of_appointment(row) for row in rows_of(live, CHANGED_SINCE)]
        return [*(NewerPromise.of(row) for row in rows_of(live, LISTED)), *visits]


def take_newer(live: sqlite3.Connection) -> Newer:
    """Return the requests and appointments that are newer than the backup, before the restore replaces all rows.

    Raises sqlite3.Error.
    """
    requests = list(rows_of(live, WANTED))
    ids = ", ".join(str(int(each["id"])) for each in requests)
    children = {
        table.name: list(rows_of(live, f"SELECT * FROM main.{table.name} WHERE request_id IN ({ids}) ORDER BY id"))  # noqa: S608 - numbers
        for table in CHILDREN_OF_A_REQUEST
    }
    visits = list(rows_of(live, CHANGED_SINCE))
    ids = ", ".join(str(int(each["id"])) for each in visits)
    diary = {
        name: list(rows_of(live, f"SELECT * FROM main.{name} WHERE appointment_id IN ({ids}) ORDER BY id"))  # noqa: S608 - numbers
        for name in OF_THE_DIARY
    }
    return Newer(requests, children, visits, diary, list(rows_of(live, NAMED_SINCE)))


def keep_newer(live: sqlite3.Connection, newer: Newer) -> list[NewerPromise]:
    """Add the promises made since the backup to the restored rows; return the promises that clash with restored rows.

    Raises sqlite3.Error.
    """
    named, moved = _keep_patients(live, newer.patients), dict[int, int]()
    without_room = []
    for each in newer.requests:
        live.execute("SAVEPOINT one")
        try:
            moved[each["id"]] = _put_back(live, _of_patient(each, named), newer.children)
        except sqlite3.IntegrityError:
            live.execute("ROLLBACK TO one")
            without_room.append(NewerPromise.of(each))
        live.execute("RELEASE one")
    _follow_merges(live, moved)
    visits = [_of_patient(each, named) for each in newer.appointments]
    places = _keep_diary(live, visits, newer.diary, moved)
    _follow_visits(live, moved, places)
    return [*without_room, *(NewerPromise.of_appointment(each) for each in visits if places[each["id"]] is None)]


def _keep_patients(live: sqlite3.Connection, patients: Sequence[Row]) -> Mapping[int, int]:
    """Add the patients of whom the backup does not know; return, by their ids until now, the ids they have from now."""
    named = {}
    for each in patients:
        row = {name: value for name, value in each.items() if name != "known"}
        named[each["id"]] = each["known"] or insert_beside(live, "patients", row)
    return named


def _of_patient(row: Row, named: Mapping[int, int]) -> Row:
    return {**row, "patient_id": named.get(row["patient_id"], row["patient_id"])}


def _keep_diary(
    live: sqlite3.Connection, visits: Sequence[Row], children: Mapping[str, Sequence[Row]], moved: Mapping[int, int]
) -> Mapping[int, int | None]:
    """Replace restored appointments by their newer versions; return by id the new id, None where no place is free."""
    places = {}
    for each in visits:
        _make_room(live, each)
    for each in visits:
        row = {**each, "request_id": moved.get(each["request_id"], each["request_id"])}
        hangs = [(name, child) for name in OF_THE_DIARY for child in children[name]]
        own = [(name, child) for name, child in hangs if child["appointment_id"] == each["id"]]
        places[each["id"]] = _put_beside(live, row, own)
    return places


def _make_room(live: sqlite3.Connection, visit: Row) -> None:
    """Delete the restored version of the newer appointment `visit`, if there is one."""
    query = "SELECT reference, created FROM main.appointments WHERE id = ?"
    there = live.execute(query, (visit["id"],)).fetchone()
    if there == (visit["reference"], visit["created"]):
        for name in OF_THE_DIARY:
            live.execute(f"DELETE FROM main.{name} WHERE appointment_id = ?", (visit["id"],))  # noqa: S608 - our tables
        live.execute("DELETE FROM main.appointments WHERE id = ?", (visit["id"],))


def _put_beside(live: sqlite3.Connection, visit: Row, hangs: Sequence[tuple[str, Row]]) -> int | None:
    """Insert an appointment and its child rows `hangs`, in an extra place if need be; return its id, if one is free."""
    for extra in (visit["extra"], *range(1, MOST_BESIDE)):
        live.execute("SAVEPOINT visit")
        try:
            new = insert_beside(live, "appointments", {**visit, "extra": extra})
            for name, child in hangs:
                place = {"extra": extra} if "extra" in child else {}
                insert(live, name, {**child, **place, "id": None, "appointment_id": new})
        except sqlite3.IntegrityError:
            live.execute("ROLLBACK TO visit")
        else:
            live.execute("RELEASE visit")
            return new
        live.execute("RELEASE visit")
    return None


def _follow_merges(live: sqlite3.Connection, moved: Mapping[int, int]) -> None:
    """Correct the links of merged requests that lead to a request with a new id."""
    for new in moved.values():
        (into,) = live.execute("SELECT merged_into FROM main.requests WHERE id = ?", (new,)).fetchone()
        if moved.get(into, into) != into:
            live.execute("UPDATE main.requests SET merged_into = ? WHERE id = ?", (moved[into], new))


def _follow_visits(live: sqlite3.Connection, moved: Mapping[int, int], places: Mapping[int, int | None]) -> None:
    """Correct the links of kept requests that are about an appointment with a new id."""
    for new in moved.values():
        (about,) = live.execute("SELECT about FROM main.requests WHERE id = ?", (new,)).fetchone()
        if places.get(about, about) != about:
            live.execute("UPDATE main.requests SET about = ? WHERE id = ?", (places[about], new))


def _put_back(live: sqlite3.Connection, request: Row, children: Mapping[str, Sequence[Row]]) -> int:
    """Put a newer request and its child rows in place of the backup's version; return its id, which may be new."""
    there = live.execute("SELECT call_sid, created FROM main.requests WHERE id = ?", (request["id"],)).fetchone()
    if there == (request["call_sid"], request["created"]):
        for table in children:
            live.execute(f"DELETE FROM main.{table} WHERE request_id = ?", (request["id"],))  # noqa: S608 - our tables
        live.execute("DELETE FROM main.requests WHERE id = ?", (request["id"],))
    new = insert_beside(live, "requests", request)
    for table, rows in children.items():
        for row in rows:
            if row["request_id"] == request["id"]:
                mark = {"mark": mark_to_tell(new)} if row.get("mark") == mark_to_tell(request["id"]) else {}
                insert(live, table, {**row, **mark, "id": None, "request_id": new})
    return new
