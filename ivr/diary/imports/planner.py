"""Plans an import: compares a file's entries with the diary, so that a repeated import brings only the changes.

An appointment or block that the desk or a caller has changed is left alone, and a remark names it. Pure: the diary and
the moment are arguments.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from ivr.diary.imports.blocks import blocks_of
from ivr.diary.imports.earlier import Earlier, EarlierBusy, EarlierVisit, is_over
from ivr.diary.imports.entries import OF_ITS_ID, FileContent, ImportedEntry, Marks
from ivr.diary.imports.likeness import has_lost_its_number, has_name, is_as, is_likely, is_of_patient
from ivr.diary.imports.plan import Note, Plan, PlannedVisit, line_of, note_on
from ivr.diary.times import columns_of
from ivr.line.clinic import Clinic

CHANGED_HERE = "the appointment {reference} was changed here since it was imported: left as it is"
CANCELLED_HERE = "the appointment {reference} was cancelled or marked here since it was imported: left so"
NAMELESS = "it names no patient any more: the appointment {reference} stays"
FREED_HERE = "this busy time was freed here since it was imported: left free"


@dataclass
class Planner:
    """Plans the import of one file into the diary."""

    file: FileContent
    earlier: Earlier
    marks: Marks
    clinic: Clinic
    now: datetime
    take_away: bool = False
    """True if entries that a whole file no longer has are removed, within the time that the file covers."""
    plan: Plan = field(default_factory=Plan)
    _matched: set[int] = field(default_factory=set)
    """The ids of the appointments in the diary that were found to be an entry's without bearing its mark."""

    def planned(self) -> Plan:
        """Return the plan of the import, without the remarks on clashes, which clashes.py adds."""
        for mark, entry in self._live.items():
            self._entry(entry, mark)
        self._gone_visits()
        self._gone_busy()
        self.plan.book.sort(key=lambda each: each.entry.starts)
        return self.plan

    def _entry(self, entry: ImportedEntry, mark: str) -> None:
        there = self.earlier.imported.get(mark)
        if entry.is_visit:
            self._visit(entry, mark)
        elif there and has_lost_its_number(there, entry):
            self.plan.nameless.append(note_on(entry.where, there, NAMELESS))
            self._visit_there(entry, mark, there)
        else:
            if there and not is_over(there):
                self._cancel(entry.where, there)
            self._busy(entry, mark)

    # -- appointments

    def _visit(self, entry: ImportedEntry, mark: str) -> None:
        self._unblock(self.earlier.busy.get(mark))
        there = self.earlier.imported.get(mark) or self._likely(entry)
        if there is None:
            self.plan.book.append(self._planned(entry, mark))
        elif there.mark == mark:
            self._visit_there(entry, mark, there)
        elif there.mark and there.mark not in self._live:
            # Another file may have its former entry still, as where the desk gave the appointment another column.
            if self._is_taken_away(there.mark, if_asked=not there.changed_here):
                self.plan.remark.append((there, mark))
            self._visit_there(entry, mark, there)
        else:
            self.plan.known += 1

    def _likely(self, entry: ImportedEntry) -> EarlierVisit | None:
        """Return the appointment that is probably the entry's, though it does not bear the entry's mark."""
        at_its_time = self.earlier.by_start.get(entry.starts, ())
        found = [each for each in at_its_time if self._is_unclaimed(each) and is_likely(each, entry)]
        best = max(found, key=lambda each: has_name(each, entry), default=None)
        if best:
            self._matched.add(best.id)
        return best

    def _is_unclaimed(self, visit: EarlierVisit) -> bool:
        """Return whether no entry of the file has the appointment for its own: each stands for one entry at most."""
        own = self._live.get(visit.mark)
        is_own = own is not None and (not visit.changed_here or is_as(visit, own))
        return not is_own and visit.id not in self._matched

    def _visit_there(self, entry: ImportedEntry, mark: str, there: EarlierVisit) -> None:
        if is_as(there, entry) and (is_of_patient(there, entry) or there.changed_here):
            self.plan.same += 1
        elif there.changed_here:
            self.plan.notes.append(note_on(entry.where, there, CANCELLED_HERE if is_over(there) else CHANGED_HERE))
        else:
            self._change(there, self._planned(entry, mark, there))

    def _change(self, there: EarlierVisit, planned: PlannedVisit) -> None:
        if not is_of_patient(there, planned.entry):
            self.plan.name.append(planned)
        if not is_as(there, planned.entry):
            (self.plan.reopen if is_over(there) else self.plan.move).append(planned)

    def _planned(self, entry: ImportedEntry, mark: str, there: EarlierVisit | None = None) -> PlannedVisit:
        line = line_of(self.clinic, entry.schedule)
        return PlannedVisit(entry, mark, tuple(columns_of(self.clinic, line, entry.schedule)), line, there)

    # -- busy times

    def _busy(self, entry: ImportedEntry, mark: str) -> None:
        there = self.earlier.busy.get(mark, EarlierBusy())
        wanted = set(blocks_of(entry, self._zone, self.now.astimezone(self._zone).date()))
        freed = there.freed_of(wanted)
        missing, over = wanted - there.standing.keys() - freed, there.standing.keys() - wanted
        self.plan.unblock += [there.standing[each] for each in over]
        self.plan.block += [(block, mark) for block in sorted(missing, key=lambda each: each.first_day)]
        if freed:
            self.plan.notes.append(Note(entry.where, FREED_HERE))
        if missing or over:
            self.plan.busy_moved += bool(there.standing)
            self.plan.busy += not there.standing
        elif not freed:
            self.plan.same += 1

    def _unblock(self, there: EarlierBusy | None) -> None:
        if there and there.standing:
            self.plan.unblock += there.standing.values()
            self.plan.busy_gone += 1

    # -- what the file has no longer

    def _gone_visits(self) -> None:
        for mark, visit in self.earlier.imported.items():
            if self._is_missing(mark, visit) and self._is_ours(visit.schedule):
                if self._is_taken_away(mark, if_asked=visit.starts <= self._until):
                    self._cancel("no longer in the file", visit)
                else:
                    self.plan.gone += 1

    def _gone_busy(self) -> None:
        last_day = self._until.astimezone(self._zone).date()
        for mark, busy in self.earlier.busy.items():
            if mark not in self._live and busy.is_ahead(self.now, self._zone) and self._is_ours(busy.schedule):
                if self._is_taken_away(mark, if_asked=min(each.first_day for each in busy.standing) <= last_day):
                    self._unblock(busy)
                else:
                    self.plan.gone += 1

    def _is_taken_away(self, mark: str, *, if_asked: bool) -> bool:
        """Return whether an entry that the file lacks is taken away: lost in the file, or `if_asked` for that."""
        return mark[:OF_ITS_ID] in self._spoken_of or (self.take_away and self.file.is_whole and if_asked)

    def _is_missing(self, mark: str, visit: EarlierVisit) -> bool:
        """Return whether an appointment is still to come that no entry of the file stands for."""
        is_found = mark in self._live or visit.id in self._matched
        return not is_found and not is_over(visit) and visit.starts > self.now

    def _cancel(self, where: str, visit: EarlierVisit) -> None:
        if visit.changed_here:
            self.plan.notes.append(note_on(where, visit, CHANGED_HERE))
        else:
            self.plan.cancel.append(visit)

    def _is_ours(self, schedule: str) -> bool:
        return self.marks.schedule in {"", schedule}

    @cached_property
    def _live(self) -> dict[str, ImportedEntry]:
        """The entries of the file, each by its mark."""
        return {self.marks.of(each): each for each in self.file.entries}

    @cached_property
    def _spoken_of(self) -> set[str]:
        """The first digits of the marks of all entries that the file speaks of, also of those that it cancels."""
        return {self.marks.of_id(uid) for uid in self.file.uids}

    @cached_property
    def _until(self) -> datetime:
        """The end of the time that the file covers."""
        return max((each.ends for each in self.file.entries), default=self.now)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return self.clinic.line("").hours.zone
