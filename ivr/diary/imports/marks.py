"""The marks by which an import knows entries of another diary again: keyed hashes, which nobody can read back."""

from dataclasses import dataclass

from ivr.diary.imports.entries import ImportedEntry
from ivr.storage.encryption import KeyedIds

OF_ITS_ID = 32
"""The number of hex digits at a mark's beginning that come from the entry's id; the others are the occurrence's."""


@dataclass(frozen=True)
class Marks:
    """Makes the marks of the entries of one column's diary: a meeting may have the same id in two people's diaries."""

    keyed_ids: KeyedIds
    schedule: str = ""

    def of(self, entry: ImportedEntry) -> str:
        """Return the mark of an imported entry: 64 hex digits."""
        return self.of_id(entry.uid) + self._hash("occurrence", entry.uid, entry.recurrence)

    def of_id(self, uid: str) -> str:
        """Return the beginning that the marks of all imported entries with this id have."""
        return self._hash("entry", uid)

    def reference(self, mark: str) -> str:
        """Return the reference of the appointment that is imported under this mark."""
        return self.keyed_ids.reference(("import", mark))

    def _hash(self, *parts: str) -> str:
        return self.keyed_ids.mark(("import", self.schedule, *parts))[:OF_ITS_ID]
