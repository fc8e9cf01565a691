"""The steps of an import: an appointment that the desk has moved, renamed or marked since the plan stays unchanged."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ivr.diary.appointments import Appointment, AppointmentStatus
from ivr.diary.desk_diary import DeskDiary, NameAndNote
from ivr.diary.diary import Diary
from ivr.diary.imports import steps
from ivr.diary.imports.diary_import import DiaryImport
from ivr.diary.imports.entries import Marks
from ivr.diary.imports.plan import Plan
from ivr.diary.patients import Patients
from ivr.storage.audit import COMMAND_LINE, By
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds
from tests.diary import AT_FOUR, HALF_AN_HOUR, NOW, TWO, the_clinic
from tests.diary.imports import read_table, table

ASHA, IMPORT = By("asha", NOW), By(COMMAND_LINE, NOW)
CLINIC = the_clinic(*TWO)
HEADER = "id,day,starts,ends,phone,name"
FIRST = "1,2026-11-23,16:00,16:30,99999 00001,Made Up"


@dataclass(frozen=True)
class Diaries:
    """The clinic's diary, with the desk and the imports that change it."""

    importing: DiaryImport
    desk: DeskDiary
    database: Database

    def plan(self, *rows: str) -> Plan:
        return self.importing.plan(read_table(table(*rows, header=HEADER), CLINIC), NOW, take_away=True)

    def stands(self) -> tuple[Appointment, str]:
        """Return the appointment with the id 1, and the name of its patient."""
        found = Diary(self.database).appointment(1)
        assert isinstance(found, Appointment)
        return found, Patients(self.database).called({found.patient_id or 0})[found.patient_id or 0].name


@pytest.fixture
def diaries(database: Database) -> Diaries:
    """The diaries after a first import, which has entered one appointment."""
    importing = DiaryImport(database, CLINIC, Marks(KeyedIds("made up " * 8)))
    found = Diaries(importing, DeskDiary(database, lambda: CLINIC), database)
    importing.enter(found.plan(FIRST), IMPORT)
    return found


BY_THE_DESK: dict[str, Callable[[DeskDiary], object]] = {
    "renames the patient": lambda desk: desk.keep(1, NameAndNote("Somebody Else"), ASHA),
    "gives another column": lambda desk: desk.move(1, AT_FOUR, ASHA, schedule="2"),
    "gives another time": lambda desk: desk.move(1, AT_FOUR + HALF_AN_HOUR, ASHA),
    "marks that the patient came": lambda desk: desk.mark(1, AppointmentStatus.ARRIVED, ASHA),
}

BY_THE_IMPORT = {
    "moved there": "1,2026-11-23,17:00,17:30,99999 00001,Made Up",
    "longer there": "1,2026-11-23,16:00,17:00,99999 00001,Made Up",
    "renamed there": "1,2026-11-23,16:00,16:30,99999 00001,Mad Up",
    "gone there": "2,2026-11-24,16:00,16:30,99999 00002,Another One",
}


@pytest.mark.parametrize("here", BY_THE_DESK)
@pytest.mark.parametrize("there", BY_THE_IMPORT)
def test_what_the_desk_has_changed_since_the_plan_stays(diaries: Diaries, there: str, here: str) -> None:
    plan = diaries.plan(BY_THE_IMPORT[there])
    BY_THE_DESK[here](diaries.desk)
    before = diaries.stands()
    diaries.importing.enter(plan, IMPORT)
    assert diaries.stands() == before


@pytest.mark.parametrize("there", BY_THE_IMPORT)
def test_what_the_desk_has_only_noted_is_changed_as_planned(diaries: Diaries, there: str) -> None:
    plan, before = diaries.plan(BY_THE_IMPORT[there]), diaries.stands()
    diaries.desk.keep(1, NameAndNote(note="comes by car"), ASHA)
    diaries.importing.enter(plan, IMPORT)
    assert diaries.stands() != before


def test_what_the_desk_has_moved_is_not_put_back_beside_nobody(diaries: Diaries, database: Database) -> None:
    (there,) = diaries.plan("1,2026-11-23,17:00,17:30,99999 00001,Made Up").move
    others = [f"{number},2026-11-23,17:00,17:30,99999 0000{number},Another One" for number in (2, 3)]
    diaries.importing.enter(diaries.plan(FIRST, *others), IMPORT)
    with database.writing() as write:
        assert steps.moved(write, there, IMPORT, beside=True)
    assert diaries.stands()[0].extra
    diaries.desk.move(1, AT_FOUR, ASHA, beside=True)
    before = diaries.stands()
    with database.writing() as write:
        steps.settled(write, there, IMPORT)
    assert diaries.stands() == before
