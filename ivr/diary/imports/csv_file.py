"""Reads a table (CSV) of another diary, as Excel and clinics' programs write it: a header, then a row for each entry.

Values in, values out: no store, no clock. A complaint about a line repeats none of its cells.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ivr.diary.free_times import LONGEST_VISIT
from ivr.diary.imports.cells import CellTrouble, MonthFirst, at, day_in, hour_in, length_in, moment_in
from ivr.diary.imports.csv_lines import Row, letters, rows_of
from ivr.diary.imports.entries import FileContent, FoundEntries, ImportedEntry, LeftOutWhy, Reach, UnreadableFile
from ivr.diary.patients import LONGEST_NAME
from ivr.line.clinic import Clinic
from ivr.line.diary import Schedule
from ivr.line.phones import NumberRefused, Phone, Refusal

CANCELLED = frozenset({"cancelled", "canceled", "noshow", "deleted"})
BUSY, VISIT = "busy", "appointment"

LONGEST_WORDS = 80
"""The most characters of a note that an import stores. The desk's notes on blocked times have the same limit."""

SHORTENED = re.compile(r"\d(?:[.,]\d+)?e\+\d+", re.IGNORECASE)
"""The pattern of a telephone number as Excel shortens it: 9.2E+11."""


@dataclass(frozen=True)
class TableReader:
    """Reads a table (CSV) for one clinic, by the clinic's time zone, diary columns and telephone numbers."""

    clinic: Clinic
    reach: Reach
    schedule: str = ""
    """The key of the diary's column for entries without a practitioner; empty if they belong to no single column."""

    def read(self, text: str) -> FileContent:
        """Return the entries of the table, and the rows left out with their reasons. Raises UnreadableFile."""
        table, found = rows_of(text), FoundEntries()
        for line, row in table.rows:
            self._take(found, f"line {line}", row)
        return found.content(table.unused)

    def _take(self, found: FoundEntries, where: str, row: Row | None) -> None:
        """Add a row's entry to `found`, or the reason to leave it out. `row` is None if the row has too many cells."""
        try:
            entry = self._entry(where, row)
            why = self._why_left_out(entry, row or {})
        except MonthFirst as first:
            raise UnreadableFile(f"{where}: {first}. Others may be read wrongly, so none is taken") from None
        except CellTrouble as trouble:
            return found.leave_out(where, LeftOutWhy.UNREADABLE, str(trouble))
        found.uids |= {entry.uid, *(_known_by(entry) if entry.is_visit else ())}
        return found.leave_out(where, why) if why else found.take([entry])

    def _why_left_out(self, entry: ImportedEntry, row: Row) -> LeftOutWhy | None:
        if letters(row.get("status", "")) in CANCELLED:
            return LeftOutWhy.CANCELLED
        return self.reach.misses(entry.starts, entry.ends)

    def _entry(self, where: str, row: Row | None) -> ImportedEntry:
        """Return the entry of the other diary in a row of the table. Raises CellTrouble."""
        if row is None:
            raise CellTrouble("it has more cells than the header: put quotes around a cell with a comma in it")
        column = self._column(row.get("practitioner", ""))
        is_busy = _is_busy(row)
        name = "" if is_busy else " ".join(row.get("name", "").split())[:LONGEST_NAME].rstrip()
        phone = None if is_busy else self._phone(row.get("phone", ""))
        if (phone or name) and not column and self.clinic.diary.practitioners:
            raise CellTrouble(f"it names no practitioner; {self._keys()}")
        starts, ends = self._span(row, column, is_visit=bool(phone or name))
        words = " ".join((row.get("note", "") or (row.get("name", "") if is_busy else "")).split())[:LONGEST_WORDS]
        entry = ImportedEntry(where, row.get("id", ""), starts, ends, "", column, phone, name, words)
        return entry if entry.uid else replace(entry, uid=_known_by(entry)[0])

    def _column(self, cell: str) -> str:
        """Return the key of the diary's column whose practitioner a cell names. Raises CellTrouble."""
        wanted = cell.casefold()
        if not wanted:
            return self.schedule
        for each in self.clinic.diary.schedules:
            if wanted in {each.key.casefold(), *(name.casefold() for name in (each.name or {}).values())}:
                return each.key
        raise CellTrouble(f"clinic.toml has no such practitioner; {self._keys()}")

    def _keys(self) -> str:
        return f"there is: {', '.join(each.key for each in self.clinic.diary.schedules)}"

    def _phone(self, cell: str) -> Phone | None:
        """Return the telephone number in a cell; None for an empty cell. Raises CellTrouble."""
        if not cell:
            return None
        if SHORTENED.fullmatch(cell):
            raise CellTrouble("Excel has shortened its number: format that column as text, and export again")
        try:
            return self.clinic.dialling.to_ring(cell)
        except NumberRefused as refused:
            raise CellTrouble(REFUSED[refused.why]) from None

    def _span(self, row: Row, column: str, *, is_visit: bool) -> tuple[datetime, datetime]:
        """Return the beginning and the end, in UTC, of the entry in a row of the table. Raises CellTrouble."""
        if not row.get("starts"):
            return self._whole_day(row, is_visit=is_visit)
        starts = self._moment(row["starts"], row)
        if row.get("ends"):
            ends = self._moment(row["ends"], row, after=starts)
        else:
            ends = starts + (length_in(row["minutes"]) if row.get("minutes") else self._length(column))
        if ends <= starts:
            raise CellTrouble("it ends before it begins")
        if is_visit and ends - starts > LONGEST_VISIT:
            raise CellTrouble("an appointment is longer than twelve hours")
        return starts, self.reach.end(starts, ends)

    def _whole_day(self, row: Row, *, is_visit: bool) -> tuple[datetime, datetime]:
        if is_visit:
            raise CellTrouble("an appointment has no hour")
        day = day_in(row.get("day", ""))
        return self._in_utc(at(day, (0, 0))), self._in_utc(at(day, (24, 0)))

    def _moment(self, cell: str, row: Row, after: datetime | None = None) -> datetime:
        """Return a cell's UTC moment. An end without a date has the day of its start, `after`; 00:00 ends that day."""
        whole = moment_in(cell)
        if whole:
            return whole.astimezone(UTC) if whole.tzinfo else self._in_utc(whole)
        begun = after and after.astimezone(self.reach.zone).date()
        found = at(begun or day_in(row.get("day", "")), hour_in(cell))
        if after and found.time() == datetime.min.time() and self._in_utc(found) <= after:
            found += timedelta(days=1)
        return self._in_utc(found)

    def _in_utc(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.reach.zone).astimezone(UTC)

    def _length(self, column: str) -> timedelta:
        found: Schedule | None = self.clinic.diary.schedule(column)
        return found.length if found else self.clinic.diary.length


REFUSED: Mapping[Refusal, str] = {
    Refusal.NO_SUCH_NUMBER: "its number is no complete telephone number",
    Refusal.COUNTRY: "its number is of a country that the clinic does not call",
    Refusal.PREMIUM: "its number is of a kind that the clinic does not call",
    Refusal.OUR_OWN: "its number is the clinic's own",
}


def _known_by(entry: ImportedEntry) -> list[str]:
    """Return the ids of an entry's line without an id: as it is, then as it was before it had a number, or a name."""
    number, name = entry.phone.e164 if entry.phone else "", entry.name.lower()
    told = [(number, name), *([(number, ""), ("", name)] if number and name else [])]
    return ["\n".join((entry.starts.isoformat(), entry.schedule, *each)) for each in told]


def _is_busy(row: Row) -> bool:
    """Return whether the row is a busy time. Raises CellTrouble for an unknown kind, or a visit without a patient."""
    kind = letters(row.get("kind", ""))
    if kind not in {"", BUSY, VISIT}:
        raise CellTrouble(f"its kind is neither {BUSY} nor {VISIT}")
    if kind == VISIT and not (row.get("phone") or row.get("name")):
        raise CellTrouble("an appointment has neither number nor name")
    return kind == BUSY
