"""The plan of an import: what is to be entered, moved and taken away, and what somebody should look at. Values only."""

from dataclasses import dataclass, field
from datetime import timedelta

from ivr.diary.blocked_times import TimeBlock
from ivr.diary.imports.earlier import EarlierVisit
from ivr.diary.imports.entries import ImportedEntry
from ivr.line.clinic import Clinic
from ivr.line.diary import Schedule


@dataclass(frozen=True)
class Note:
    """A remark for the person who imports: the place in the file, and the words."""

    where: str
    words: str


def note_on(where: str, visit: EarlierVisit, words: str) -> Note:
    """Return a remark on an appointment; the words have a blank for its reference."""
    return Note(where, words.format(reference=visit.reference))


@dataclass(frozen=True)
class PlannedVisit:
    """An appointment that an import is to enter or to change; `visit` is the one in the diary, None for a new one."""

    entry: ImportedEntry
    mark: str
    columns: tuple[Schedule, ...]
    line: str
    visit: EarlierVisit | None = None

    @property
    def length(self) -> timedelta:
        """The length of the appointment in the imported file."""
        return self.entry.ends - self.entry.starts


def line_of(clinic: Clinic, schedule: str) -> str:
    """Return the key of the line for appointments in this column of the diary: the clinic's main line if it may be."""
    found = clinic.diary.schedule(schedule)
    return min(found.lines) if found and not found.serves(clinic.default_line) else clinic.default_line


@dataclass
class Plan:
    """The steps that an import takes, in their order, and counts of what they do."""

    unblock: list[int] = field(default_factory=list)
    cancel: list[EarlierVisit] = field(default_factory=list)
    remark: list[tuple[EarlierVisit, str]] = field(default_factory=list)
    """The appointments that the file has as another entry than before, each with the mark of that entry."""
    name: list[PlannedVisit] = field(default_factory=list)
    move: list[PlannedVisit] = field(default_factory=list)
    reopen: list[PlannedVisit] = field(default_factory=list)
    book: list[PlannedVisit] = field(default_factory=list)
    block: list[tuple[TimeBlock, str]] = field(default_factory=list)
    """The times that are to be blocked, each with the mark of its entry."""
    busy: int = 0
    """The number of busy times that are new in this diary."""
    busy_moved: int = 0
    busy_gone: int = 0
    same: int = 0
    """The number of the file's entries that are in the diary already, unchanged."""
    known: int = 0
    """The number of the file's appointments that somebody has entered in this diary by hand."""
    gone: int = 0
    """The number of entries of an earlier import that the file no longer has, and that stay in the diary."""
    notes: list[Note] = field(default_factory=list)
    nameless: list[Note] = field(default_factory=list)
    """Remarks on appointments whose entries name no patient any more: on all of them where `--names` is forgotten."""
