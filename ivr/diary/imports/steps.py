"""Takes the steps of an import, each within a transaction. What the desk has changed meanwhile stays as it is.

No HTTP, no clock.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from sqlalchemy import Connection, select, update

from ivr.diary.appointments import DiaryEntry, DiaryEvent, NewAppointment, Source, TimeTaken
from ivr.diary.blocked_times import TimeBlock, set_blocks
from ivr.diary.diary import book, cancel, move, note, reopen
from ivr.diary.imports.earlier import EarlierVisit, changed_here
from ivr.diary.imports.entries import Marks
from ivr.diary.imports.likeness import patient_of
from ivr.diary.imports.plan import PlannedVisit
from ivr.diary.patients import known_as, set_patient
from ivr.diary.times import Asked, agreed
from ivr.line.clinic import Clinic
from ivr.storage import schema
from ivr.storage.audit import AuditAction, By, write_lines
from ivr.storage.upsert import lock_key

WHY_CANCELLED = "cancelled in the other diary"

table = schema.appointments


def booked(write: Connection, clinic: Clinic, marks: Marks, visits: Sequence[PlannedVisit], by: By) -> None:
    """Book new appointments of the other diary, except those that were entered meanwhile. Raises UniqueViolation."""
    lock_key(write, "import")
    known = _marks_in_use(write, [each.mark for each in visits], by)
    new = [each for each in visits if each.mark not in known]
    # All patients are locked before the first day, as at the desk: else the two could wait for each other.
    appointments = [_appointment(write, clinic, marks, each, by) for each in new]
    for each, appointment in zip(new, appointments, strict=True):
        appointment_id = book(write, appointment, _asked(each))
        if each.entry.words:
            note(write, appointment_id, DiaryEntry(by.at, by.who, DiaryEvent.NOTE, each.entry.words))
    told = [(each.reference, each.starts.isoformat()) for each in appointments]
    write_lines(write, by, AuditAction.BOOKED_APPOINTMENT, told)


def _marks_in_use(write: Connection, marks: Sequence[str], by: By) -> set[str]:
    """Return which of these marks appointments bear, after taking them from appointments whose time has passed.

    Such an appointment stays in its day. An entry that is given a later time only then is an appointment of its own.
    """
    bears = table.c.mark.in_(marks)
    write.execute(update(table).where(bears, table.c.ends <= by.at).values(mark=None))
    return set(write.scalars(select(table.c.mark).where(bears)))


def remarked(write: Connection, visit: EarlierVisit, mark: str, by: By) -> None:
    """Give an imported appointment the mark of the entry that the file has in place of its former entry."""
    lock_key(write, "import")
    if not _marks_in_use(write, [mark], by):
        write.execute(update(table).where(table.c.id == visit.id, table.c.mark == visit.mark).values(mark=mark))


def _appointment(write: Connection, clinic: Clinic, marks: Marks, each: PlannedVisit, by: By) -> NewAppointment:
    entry = each.entry
    return NewAppointment(
        starts=entry.starts,
        phone=entry.phone,
        line=each.line,
        language=clinic.line(each.line).language,
        source=Source.IMPORT,
        reference=marks.reference(each.mark, by.at),
        made_by=by.who,
        created=by.at,
        mark=each.mark,
        patient_id=known_as(write, entry.phone, entry.name, by.at),
    )


def _asked(each: PlannedVisit, *, beside: bool = True) -> Asked:
    return agreed(each.entry.starts, each.columns, each.length, beside=beside)


def moved(write: Connection, each: PlannedVisit, by: By, *, beside: bool) -> bool:
    """Move an appointment as planned, with `beside` also to an extra place. Return False only if the time is taken."""
    if each.visit is None or not _is_as_planned(write, each.visit):
        return True
    try:
        move(write, each.visit.id, _asked(each, beside=beside), by)
    except TimeTaken:
        return False
    write_lines(write, by, AuditAction.CHANGED_APPOINTMENT, [(each.visit.reference, each.entry.starts.isoformat())])
    return True


def settled(write: Connection, each: PlannedVisit, by: By) -> None:
    """Move an appointment from its extra place to an ordinary place at the same time, if one is free by now."""
    if each.visit is None:
        return
    query = select(table.c.extra).where(table.c.id == each.visit.id).with_for_update()
    if write.scalar(query) and not changed_here(write, [each.visit.id]):
        with suppress(TimeTaken):
            move(write, each.visit.id, _asked(each, beside=False), by)


def reopened(write: Connection, each: PlannedVisit, by: By) -> None:
    """Reopen an appointment that an import cancelled and the new file has. Skip an appointment changed by people."""
    if each.visit and _is_as_planned(write, each.visit):
        reopen(write, each.visit.id, lambda _found: _asked(each), by)
        write_lines(write, by, AuditAction.CHANGED_APPOINTMENT, [(each.visit.reference, each.entry.starts.isoformat())])


def cancelled(write: Connection, visit: EarlierVisit, by: By) -> None:
    """Cancel an imported appointment that the new file no longer has. Skip an appointment changed by people."""
    if _is_as_planned(write, visit):
        cancel(write, visit.id, by, WHY_CANCELLED)
        write_lines(write, by, AuditAction.CANCELLED_APPOINTMENT, [(visit.reference, "")])


def _is_as_planned(write: Connection, visit: EarlierVisit) -> bool:
    """Lock an appointment, and return whether it is as the plan found it, changed by nobody but imports."""
    query = select(table.c.starts, table.c.status).where(table.c.id == visit.id).with_for_update()
    stands = write.execute(query).one_or_none() == (visit.starts, visit.status)
    return stands and not changed_here(write, [visit.id])


def named(write: Connection, each: PlannedVisit, by: By) -> None:
    """Write down an appointment's patient as the other diary has them now."""
    if each.visit is None or not _is_as_planned(write, each.visit):
        return
    phone, name = patient_of(each.visit, each.entry)
    write.execute(update(table).where(table.c.id == each.visit.id).values(phone=phone.e164 if phone else None))
    set_patient(write, table, each.visit.id, known_as(write, phone, name, by.at))
    note(write, each.visit.id, DiaryEntry(by.at, by.who, DiaryEvent.NAMED))
    write_lines(write, by, AuditAction.CHANGED_APPOINTMENT, [(each.visit.reference, "")])


def blocked(write: Connection, blocks: Sequence[tuple[TimeBlock, str]], by: By) -> None:
    """Block the busy times of another diary, except those that another import has blocked meanwhile."""
    lock_key(write, "import")
    known = _standing(write, [mark for _, mark in blocks])
    new = [(block, mark) for block, mark in blocks if (mark, block.first_day) not in known]
    if new:
        set_blocks(write, new, by)


def _standing(write: Connection, marks: Sequence[str]) -> set[tuple[str, date]]:
    """Return the mark and the first day of each block of time with one of these marks that nobody has undone."""
    times = schema.blocked_times
    query = select(times.c.mark, times.c.first_day).where(times.c.mark.in_(marks), times.c.undone_at.is_(None))
    return {(row.mark, row.first_day) for row in write.execute(query)}
