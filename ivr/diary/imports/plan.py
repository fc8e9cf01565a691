"""The plan of an import: what is to be entered, moved and taken away, and what wants a look. Values only."""

from dataclasses import dataclass, field
from datetime import timedelta

from ivr.diary.blocked_times import TimeBlock
from ivr.diary.imports.earlier import EarlierVisit
from ivr.diary.imports.entries import ImportedEntry
from ivr.line.diary import Schedule


@dataclass(frozen=True)
class Note:
    """A remark for the person who imports: the place in the file, and the words."""

    where: str
    words: str


@dataclass(frozen=True)
class PlannedVisit:
    """An appointment that is to be entered, or to be changed: then `visit` is the one in the diary."""

    entry: ImportedEntry
    mark: str
    columns: tuple[Schedule, ...]
    line: str
    visit: EarlierVisit | None = None

    @property
    def length(self) -> timedelta:
        """The length of the appointment in the imported file."""
        return self.entry.ends - self.entry.starts


@dataclass
class Plan:
    """The steps of an import, in the order in which they are taken."""

    unblock: list[int] = field(default_factory=list)
    cancel: list[EarlierVisit] = field(default_factory=list)
    move: list[PlannedVisit] = field(default_factory=list)
    reopen: list[PlannedVisit] = field(default_factory=list)
    name: list[PlannedVisit] = field(default_factory=list)
    book: list[PlannedVisit] = field(default_factory=list)
    block: list[tuple[TimeBlock, str]] = field(default_factory=list)
    """The times to block, each with the mark of its entry."""
    busy: int = 0
    """The number of busy times that are new."""
    busy_moved: int = 0
    busy_gone: int = 0
    same: int = 0
    """The number of entries that stand in the diary as they are."""
    known: int = 0
    """The number of entries that somebody has entered by hand already."""
    gone: int = 0
    """The number of entries of an earlier import that are not in the file any more and stay."""
    notes: list[Note] = field(default_factory=list)
