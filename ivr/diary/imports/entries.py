"""The values of an import: the entries of another diary's file, and the entries left out, with the reasons.

Also the time within which entries are imported, and the marks by which entries are recognized. The marks are keyed
hashes, from which nobody can read anything. No store, no clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ivr.diary.desk_diary import FARTHEST
from ivr.diary.free_times import LONGEST_VISIT
from ivr.line.phones import Phone
from ivr.storage.encryption import KeyedIds


class UnreadableFile(ValueError):
    """The imported file cannot be read at all; the message says why, and what to do."""


class LeftOutWhy(StrEnum):
    """A reason, in words, why an import leaves out an entry of the file."""

    PAST = "over already"
    CANCELLED = "cancelled there"
    FREE = "shown as free there"
    FAR = "more than two years ahead"
    NO_TIME = "without a length"
    TWICE = "twice in the file"
    UNREADABLE = "cannot be read"


@dataclass(frozen=True)
class ImportedEntry:
    """An entry of the other diary: a patient's appointment, or a busy time."""

    where: str
    """The entry's place in the file, for people: "line 7", or "event" and its UID."""
    uid: str
    """The id of the entry in the other diary; without an id, another text that no other entry there has."""
    starts: datetime
    ends: datetime
    recurrence: str = ""
    """The name of this occurrence of a repeated entry; empty for an entry that is not repeated."""
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

    @property
    def may_be_visit(self) -> bool:
        """True if the entry is no longer than a patient's appointment may be. A whole day is longer."""
        return self.ends - self.starts <= LONGEST_VISIT


@dataclass(frozen=True)
class LeftOut:
    """An entry of the file that an import leaves out, and the reason; `detail` says why it cannot be read."""

    where: str
    why: LeftOutWhy
    detail: str = ""


@dataclass(frozen=True)
class FileContent:
    """The content of an imported file: the entries that lie ahead, and what is left out."""

    entries: tuple[ImportedEntry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    uids: frozenset[str] = frozenset()
    """The ids of which the file speaks. An entry with such an id that the file lacks was deleted in the other diary.

    The line of an appointment in a table speaks of itself also as it was before it had an id, a number or a name.
    """
    repeats: bool = False
    """True if an entry repeats without an end; the content then has only its occurrences of the next year."""
    unused: tuple[str, ...] = ()
    """The headings of the table's columns that the import does not read."""

    @property
    def is_whole(self) -> bool:
        """True if all of the file could be read; else what it seems to lack may be what could not be read."""
        return all(each.why is not LeftOutWhy.UNREADABLE for each in self.left_out)


@dataclass
class FoundEntries:
    """Collects the content of an imported file while it is read."""

    entries: dict[tuple[str, str], ImportedEntry] = field(default_factory=dict)
    """The entries, each by its id and the name of its occurrence, which is empty for an entry that is not repeated."""
    left_out: list[LeftOut] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    repeats: bool = False

    def take(self, found: Iterable[ImportedEntry | LeftOut]) -> None:
        """Add entries of the file and entries that are left out; an entry that comes again is left out as well."""
        for each in found:
            if isinstance(each, LeftOut):
                self.left_out.append(each)
            elif self.entries.setdefault((each.uid, each.recurrence), each) is not each:
                self.leave_out(each.where, LeftOutWhy.TWICE)

    def leave_out(self, where: str, why: LeftOutWhy, detail: str = "") -> None:
        """Note an entry of the file that is left out, and the reason."""
        self.left_out.append(LeftOut(where, why, detail))

    def content(self, unused: tuple[str, ...] = ()) -> FileContent:
        """Return the content of the file, once all of it is read. `unused` are columns that nothing is read from."""
        return FileContent(
            tuple(self.entries.values()), tuple(self.left_out), frozenset(self.uids), self.repeats, unused
        )


REPEATED = timedelta(days=366)
"""The time ahead for which an import enters each occurrence of a repeated entry."""


@dataclass(frozen=True)
class Reach:
    """The time within which entries are imported: from now to two years ahead, by the clinic's time zone."""

    now: datetime
    zone: ZoneInfo

    def end(self, starts: datetime, ends: datetime) -> datetime:
        """Return the end of an entry: at most the end of the year after next, unless the entry begins after that."""
        latest = datetime(self.now.year + 3, 1, 1, tzinfo=UTC)
        return min(ends, latest) if starts < latest else ends

    def misses(self, starts: datetime, ends: datetime) -> LeftOutWhy | None:
        """Return why an entry from `starts` to `ends` is not imported; None if its times allow the import."""
        if ends <= starts:
            return LeftOutWhy.NO_TIME
        if ends <= self.now:
            return LeftOutWhy.PAST
        return LeftOutWhy.FAR if starts > self.now + FARTHEST else None


OF_ITS_ID = 32
"""The number of hex digits at the start of a mark that come from the entry's id. The rest comes from the occurrence."""


@dataclass(frozen=True)
class Marks:
    """Makes the marks of imported entries. Each column has marks of its own, because two diaries may use equal ids."""

    keyed_ids: KeyedIds
    schedule: str = ""

    def of(self, entry: ImportedEntry) -> str:
        """Return the mark of an imported entry: 64 hex digits."""
        return self.of_id(entry.uid) + self._hash("occurrence", entry.uid, entry.recurrence)

    def of_id(self, uid: str) -> str:
        """Return the first digits of an imported entry's mark. All repeats of the entry with this id share them."""
        return self._hash("entry", uid)

    def reference(self, mark: str, made: datetime) -> str:
        """Return the reference of the appointment that is made from the imported entry with this mark at `made`.

        An entry that comes again, when its first appointment is another entry's by then, gets a reference of its own.
        """
        return self.keyed_ids.reference(("import", mark, made.isoformat()))

    def _hash(self, *parts: str) -> str:
        return self.keyed_ids.mark(("import", self.schedule, *parts))[:OF_ITS_ID]
