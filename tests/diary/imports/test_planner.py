"""The plan of an import: whatever two files of another diary hold, the diary then has what the newer one has."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from ivr.diary.appointments import Appointment
from ivr.diary.blocked_times import BlockedTimes
from ivr.diary.diary import Diary
from ivr.diary.imports.blocks import blocks_of
from ivr.diary.imports.diary_import import DiaryImport
from ivr.diary.imports.entries import FileContent, ImportedEntry, Marks
from ivr.diary.patients import Patients
from ivr.line.phones import Phone
from ivr.storage import schema
from ivr.storage.audit import COMMAND_LINE, By
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds
from tests.diary import DELHI, HALF_AN_HOUR, NOW, TWO, the_clinic

LATER = NOW + timedelta(days=1)
TIMES = [LATER + timedelta(hours=hours) for hours in (-20, 2, 2.5, 20)]
"""The times of the files' entries. The first is over when the second file is imported, at LATER."""

ONE, ANOTHER = Phone("+919999900001"), Phone("+919999900002")
PEOPLE = ((ONE, "Made Up"), (ONE, ""), (ONE, "Mad Up"), (ANOTHER, "Made Up"), (None, "Made Up"), (None, ""))

LAST = ImportedEntry("line", "last", LATER + timedelta(days=9), LATER + timedelta(days=9, hours=1), phone=ONE)
"""The last entry of each file, by which the file covers the times of all others."""

TABLES = (schema.appointment_times, schema.appointment_history, schema.appointments, schema.blocked_times)


def entry(uid: str, recurrence: str, starts: datetime, halves: int, who: tuple[Phone | None, str]) -> ImportedEntry:
    words = "" if any(who) else "Lunch"
    return ImportedEntry("line", uid, starts, starts + halves * HALF_AN_HOUR, recurrence, "", *who, words)


ENTRY = st.builds(
    entry,
    st.sampled_from("ab"),
    st.sampled_from(("", "1st", "2nd")),
    st.sampled_from(TIMES),
    st.integers(1, 2),
    st.sampled_from(PEOPLE),
)
FILE = st.lists(ENTRY, max_size=5, unique_by=lambda each: (each.uid, each.recurrence))


def content(entries: Sequence[ImportedEntry], now: datetime) -> FileContent:
    """Return the content of a file with these entries, and with the last, as it is read at `now`."""
    ahead = tuple(each for each in (*entries, LAST) if each.ends > now)
    return FileContent(ahead, uids=frozenset(each.uid for each in (*entries, LAST)))


def stands(database: Database) -> list[tuple[Appointment, str]]:
    """Return the appointments that still take time at LATER, each with the name of its patient."""
    rows = Diary(database).between(NOW, NOW + timedelta(days=30))
    found = [it for it in rows if isinstance(it, Appointment) and it.is_ahead_or_present and it.ends > LATER]
    people = Patients(database).called({each.patient_id or 0 for each in found})
    return [(each, people[each.patient_id].name if each.patient_id else "") for each in found]


def has(found: Sequence[tuple[Appointment, str]], wanted: ImportedEntry) -> bool:
    """Return whether one of these appointments is at an entry's time, for the patient whom the entry names."""
    return any(
        (each.starts, each.ends) == (wanted.starts, wanted.ends)
        and wanted.phone in {None, each.phone}
        and wanted.name in {"", name}
        for each, name in found
    )


@given(first=FILE, second=FILE, take_away=st.booleans())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_diary_has_what_the_newer_file_has(
    database: Database, first: list[ImportedEntry], second: list[ImportedEntry], *, take_away: bool
) -> None:
    with database.writing() as write:
        for table in TABLES:
            write.execute(delete(table))
    importing = DiaryImport(database, the_clinic(*TWO), Marks(KeyedIds("made up " * 8)))
    importing.enter(importing.plan(content(first, NOW), NOW), By(COMMAND_LINE, NOW))
    before, file = len(stands(database)), content(second, LATER)
    plan = importing.plan(file, LATER, take_away=take_away)
    importing.enter(plan, By(COMMAND_LINE, LATER))

    found, visits = stands(database), [each for each in file.entries if each.is_visit]
    assert all(has(found, each) for each in visits)
    assert len(found) == before + len(plan.book) + len(plan.reopen) - len(plan.cancel), "as it is reported"
    spans = Counter((each.starts, each.ends) for each in visits)
    assert spans <= Counter((each.starts, each.ends) for each, _ in found)
    if take_away:
        assert len(found) == len(visits)
        blocks = {block for each in file.entries if not each.is_visit for block in blocks_of(each, DELHI, LATER.date())}
        assert {each.block for each in BlockedTimes(database).standing(LATER.date())} == blocks
    again = importing.plan(file, LATER, take_away=take_away)
    assert again.same + again.known == len(file.entries), "all of it is there already"
    assert not any((again.name, again.cancel, again.unblock))
