"""The values of an import: what a file of another diary holds, and what of it is left out and why. Values only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ivr.line.phones import Phone


class UnreadableFile(ValueError):
    """The imported file cannot be read at all; the message says why, and what to do."""


class LeftOutWhy(StrEnum):
    """A reason for which an import leaves an entry of the file out, in words."""

    PAST = "over already"
    CANCELLED = "cancelled there"
    FREE = "shown as free there"
    FAR = "more than two years ahead"
    NO_TIME = "without a length"
    TWICE = "twice in the file"
    KNOWN = "in this diary already"
    UNREADABLE = "cannot be read"


@dataclass(frozen=True)
class ImportedEntry:
    """An entry of the other diary: a patient's appointment, or a busy time."""

    where: str
    """The entry's place in the file, for people: "line 7", or "event" and its UID."""
    uid: str
    """The id of the entry in the other diary, or what tells it from other entries there."""
    starts: datetime
    ends: datetime
    recurrence: str = ""
    """The name of the occurrence, where a repeated entry has several; empty for any other entry."""
    schedule: str = ""
    """The key of the diary's column that the file names for the entry; empty where it names none."""
    phone: Phone | None = None
    name: str = ""
    words: str = ""
    """The reason of the busy time, or the note on the appointment."""

    @property
    def is_visit(self) -> bool:
        """True for a patient's appointment: the entry has a name or a number. Else it is a busy time."""
        return bool(self.phone or self.name)


@dataclass(frozen=True)
class LeftOut:
    """An entry of the file that an import leaves out, and why; `detail` says more where it cannot be read."""

    where: str
    why: LeftOutWhy
    detail: str = ""


@dataclass(frozen=True)
class FileContent:
    """The content of an imported file: the entries that lie ahead, and what is left out."""

    entries: tuple[ImportedEntry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    uids: frozenset[str] = frozenset()
    """All ids that could be read in the file; what else was imported under one of them is gone in the other diary."""
    repeats: bool = False
    """True if an entry repeats without an end; only the occurrences of the next year are here."""
    unused: tuple[str, ...] = ()
    """The headings of the table's columns that the import does not read."""


@dataclass
class FoundEntries:
    """Collects the content of an imported file while it is read."""

    entries: dict[tuple[str, str], ImportedEntry] = field(default_factory=dict)
    """The entries by their id and occurrence."""
    left_out: list[LeftOut] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    repeats: bool = False

    def take(self, found: Iterable[ImportedEntry | LeftOut]) -> None:
        """Add entries of the file, each once, and those that are left out."""
        for each in found:
            if isinstance(each, LeftOut):
                self.left_out.append(each)
            elif self.entries.setdefault((each.uid, each.recurrence), each) is not each:
                self.leave_out(each.where, LeftOutWhy.TWICE)

    def leave_out(self, where: str, why: LeftOutWhy, detail: str = "") -> None:
        """Note an entry of the file that is left out, and the reason."""
        self.left_out.append(LeftOut(where, why, detail))

    def content(self, unused: tuple[str, ...] = ()) -> FileContent:
        """Return the content of the imported file, once all of it is read."""
        return FileContent(
            tuple(self.entries.values()), tuple(self.left_out), frozenset(self.uids), self.repeats, unused
        )
