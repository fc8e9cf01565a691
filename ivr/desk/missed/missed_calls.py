"""Stores the missed calls, with the number of each, until somebody calls that number or the call is too old.

These callers were promised nothing. SQL conditions alone decide which calls are on the list, so that the list never
shows a call that the purge deletes. No HTTP, no clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, exists, func, or_, select, update

from ivr.desk.blocked import is_blocked
from ivr.desk.missed.how_far import HowFar
from ivr.desk.missed.until import gone_before
from ivr.desk.move_parts import UNDO_WITHIN
from ivr.desk.requests import PROGRAMS, HistoryEvent, Outcome
from ivr.diary.appointments import DiaryEvent
from ivr.line.clinic import Clinic, MissedKind
from ivr.line.hours import DeskClosure
from ivr.line.phones import NumberRefused, Phone
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By, line
from ivr.storage.database import Database
from ivr.storage.fit import require_fit
from ivr.storage.odd import name_once, text_of
from ivr.storage.upsert import in_turn, insert_new

table = schema.missed_calls

MOST = 300
"""The most missed calls that are read at once, which are the newest ones. Nobody calls back so many in a day."""

READ: tuple[Any, ...] = tuple(
    table.c[name] for name in ("id", "call_sid", "phone", "line", "language", "at", "kind", "reached")
)

REACHED_BY_DESK = (HistoryEvent.MADE, HistoryEvent.RANG_AGAIN, HistoryEvent.ASKED_FOR, HistoryEvent.TAKEN, *Outcome)
"""The events of a request that take its number's missed calls off the list: a new wish, or a call by the desk."""

IN_THE_DIARY = (DiaryEvent.BOOKED, DiaryEvent.MOVED, DiaryEvent.CANCELLED, DiaryEvent.REOPENED, DiaryEvent.ARRIVED)
"""The events of a number's appointment after which the desk lists the number's missed calls no longer."""


@dataclass(frozen=True)
class NewMissedCall:
    """A missed call that has just ended, before it is stored."""

    call_id: str
    phone: Phone
    line: str
    language: str
    at: datetime
    """The moment when the call began."""
    how_far: HowFar | None
    """The point that the call reached; None while that is not known, until the call's record tells."""


@dataclass(frozen=True)
class MissedCall:
    """The missed calls of one number, joined to one entry of the desk's list."""

    id: int
    """The id of the latest missed call from this number."""
    call_id: str
    phone: Phone
    line: str
    language: str
    at: datetime
    """The moment at which the latest missed call from this number began."""
    how_far: HowFar
    """The furthest point of the menu that any missed call from this number reached."""
    times: int = 1

    @property
    def talked(self) -> bool:
        """True if the reception has talked to the number's caller, so that nothing was missed."""
        return self.how_far.kind is MissedKind.TALKED


@dataclass(frozen=True)
class MissedCalls:
    """The store of missed calls."""

    database: Database
    clinic: Clinic
    """The clinic's settings without the desk's closures. The field `closures` reads all closures from the database."""
    closures: Callable[[Connection, date], Sequence[DeskClosure]]

    def keep(self, new: NewMissedCall) -> bool:
        """Store a missed call, unless its number is blocked, and return whether it was stored. Raises StoreAway.

        Safe to repeat: a call is known by its id, and stored once.
        """

        def kept(write: Connection) -> bool:
            require_fit(write)
            known = select(table.c.id).where(table.c.call_sid == new.call_id)
            if is_blocked(write, new.phone) or write.execute(known).first() is not None:
                return False
            insert_new(write, table, **_row(new))
            return True

        return in_turn(self.database, kept)

    def standing(self, now: datetime) -> list[MissedCall]:
        """Return the missed calls that still wait for a call back, those of one number as one entry, the latest first.

        Numbers to which the reception has talked come last. Raises StoreAway.
        """
        shown = (table.c.kind.in_(self.clinic.missed_calls), table.c.called_at.is_(None))
        # The newest first: whoever floods the line with other people's numbers must not slow the desk down.
        newest = select(table.c.id).where(*shown).order_by(table.c.id.desc()).limit(MOST)
        with self.database.reading() as read:
            standing = (table.c.id.in_(newest), ~dealt_with(), ~_of_blocked(), ~self.gone(read, now))
            rows = read.execute(select(*READ).where(*standing).order_by(table.c.at.desc(), table.c.id.desc())).all()
        return joined([found for row in rows if (found := _missed(row)) is not None])

    def version(self) -> str:
        """Return the version of the missed calls: text that changes when one comes, goes, is called or is corrected.

        Raises StoreAway.
        """
        known, checked = func.count(table.c.kind), func.count(case((table.c.checked, 1)))
        counts = select(func.count(), func.max(table.c.id), known, checked, func.count(table.c.called_at))
        with self.database.reading() as read:
            return "-".join(str(each or 0) for each in read.execute(counts).one())

    def find(self, missed_id: int) -> MissedCall | None:
        """Return the missed call with this id, even if it has left the list; None if it is deleted or cannot be read.

        Raises StoreAway.
        """
        with self.database.reading() as read:
            row = read.execute(select(*READ).where(table.c.id == missed_id)).one_or_none()
        return _missed(row) if row else None

    def call(self, missed_id: int, by: By) -> bool:
        """Mark a missed call and all others from its number as called. Return False if a colleague has marked the call.

        The audit has the id of the missed call, and no number. Safe to repeat. Raises StoreAway.
        """

        def called(write: Connection) -> bool:
            number = select(table.c.phone).where(table.c.id == missed_id, table.c.called_at.is_(None))
            waiting = (table.c.phone == number.scalar_subquery(), table.c.called_at.is_(None))
            done = write.execute(update(table).where(*waiting).values(called_by=by.who, called_at=by.at)).rowcount
            if done:
                write.execute(line(by, AuditAction.CALLED_MISSED_CALL, f"#{missed_id}"))
            theirs = select(table.c.id).where(table.c.id == missed_id, table.c.called_by == by.who)
            return write.execute(theirs).first() is not None

        return in_turn(self.database, called)

    def undo(self, missed_id: int, by: By) -> bool:
        """Undo that `by` just marked a missed call as called; return False if nothing is undone. Raises StoreAway."""

        def undone(write: Connection) -> bool:
            just = (table.c.called_by == by.who, table.c.called_at >= by.at - UNDO_WITHIN)
            number = select(table.c.phone).where(table.c.id == missed_id, *just).scalar_subquery()
            back = update(table).where(table.c.phone == number, *just).values(called_by=None, called_at=None)
            done = write.execute(back).rowcount
            if done:
                write.execute(line(by, AuditAction.UNDID_MISSED_CALL, f"#{missed_id}"))
            return bool(done)

        return in_turn(self.database, undone)

    def gone(self, read: Connection, now: datetime) -> ColumnElement[bool]:
        """Return the SQL condition of missed calls that are over, because the next open day of their line has ended.

        Every missed call is over after the time for which closed requests are kept.
        """
        long_ago = now - self.clinic.retention.closed_requests
        clinic = self.clinic.with_closures(self.closures(read, long_ago.date()))
        before = {key: gone_before(each.hours, now) or long_ago for key, each in clinic.lines.items()}
        of_lines = [and_(table.c.line == key, table.c.at < moment) for key, moment in before.items()]
        # A line of an older configuration counts as the default one, as everywhere.
        of_others = and_(table.c.line.not_in(list(before)), table.c.at < before[clinic.default_line])
        return or_(table.c.at < long_ago, *of_lines, of_others)


def dealt_with() -> ColumnElement[bool]:
    """Return the SQL condition of missed calls whose number has a later event of REACHED_BY_DESK or IN_THE_DIARY."""
    lines, requests = schema.history, schema.requests
    visits, diary = schema.appointments, schema.appointment_history
    at_the_desk = exists(
        select(lines.c.id)
        .join(requests, requests.c.id == lines.c.request_id)
        .where(requests.c.phone == table.c.phone, lines.c.at >= table.c.at, lines.c.what.in_(REACHED_BY_DESK))
    )
    in_the_diary = exists(
        select(diary.c.id)
        .join(visits, visits.c.id == diary.c.appointment_id)
        .where(visits.c.phone == table.c.phone, diary.c.at >= table.c.at, diary.c.what.in_(IN_THE_DIARY))
        .where(diary.c.who.not_in(PROGRAMS))  # an import is no call to the patient
    )
    return or_(at_the_desk, in_the_diary)


def _of_blocked() -> ColumnElement[bool]:
    """Return the SQL condition of missed calls whose number the desk has blocked."""
    blocked = schema.blocked
    return exists(select(blocked.c.id).where(blocked.c.phone == table.c.phone, blocked.c.lifted_at.is_(None)))


def joined(found: Sequence[MissedCall]) -> list[MissedCall]:
    """Return the missed calls `found`, given latest first, with the calls of each number joined to one.

    A call does not count as missed if the reception talked to its number after that call.
    """
    of_number: dict[Phone, list[MissedCall]] = {}
    for each in found:
        of_number.setdefault(each.phone, []).append(each)
    lines = [_line(each) for each in of_number.values()]
    return sorted(lines, key=lambda each: each.talked)  # a stable sort keeps the latest first


def _line(calls: Sequence[MissedCall]) -> MissedCall:
    missed = calls[: next((at for at, each in enumerate(calls) if each.talked), len(calls))]
    if not missed:
        return calls[0]
    furthest = max(missed, key=lambda each: each.how_far.rank)
    latest = missed[0]
    return MissedCall(
        latest.id, latest.call_id, latest.phone, latest.line, latest.language, latest.at, furthest.how_far, len(missed)
    )


def _row(new: NewMissedCall) -> Mapping[str, Any]:
    how_far = new.how_far
    return {
        "call_sid": new.call_id,
        "phone": new.phone.e164,
        "line": new.line,
        "language": new.language,
        "at": new.at,
        "kind": how_far.kind if how_far else None,
        "reached": how_far.reached if how_far else "",
        "checked": False,
    }


def _missed(row: Row[Any]) -> MissedCall | None:
    """Return a row of the table as a MissedCall; None if the row cannot be read, which is logged once.

    An unreadable row may be left out, because nothing was promised to its caller.
    """
    try:
        call_id, line_key, language, reached = map(text_of, (row.call_sid, row.line, row.language, row.reached))
        how_far = HowFar(MissedKind(row.kind), reached)
        call = MissedCall(row.id, call_id, Phone(row.phone), line_key, language, row.at, how_far)
    except (ValueError, TypeError, NumberRefused):
        call = None
    if call is None or not isinstance(call.at, datetime):
        name_once(table.name, row.id, ["kind, phone or at"])
        return None
    return call
