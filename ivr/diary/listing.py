"""Lists appointments as JSON for other programs, and as text for people.

A file in the state folder holds today's and tomorrow's text, to be read while the desk is down. No HTTP, no clock.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from ivr.diary.appointments import AnyAppointment, Appointment, AppointmentStatus
from ivr.diary.diary import Diary
from ivr.diary.patients import Patients
from ivr.line.clinic import Clinic
from ivr.storage.engines.durable_files import replace

FILE = "diary.txt"
"""The name, in the state folder, of the file with today's and tomorrow's appointments."""


STATUSES: Mapping[AppointmentStatus, str] = {
    AppointmentStatus.BOOKED: "booked",
    AppointmentStatus.ARRIVED: "has come",
    AppointmentStatus.NOSHOW: "did not come",
    AppointmentStatus.CANCELLED: "cancelled",
}
"""The words for each status of an appointment in the listings for people."""


class SheetAway(Exception):
    """The file with today's and tomorrow's appointments cannot be written."""


@dataclass(frozen=True)
class Listing:
    """Lists the appointments of some days, with the names of their patients."""

    diary: Diary
    patients: Patients
    clinic: Clinic

    def days(self, first: date, last: date) -> list[tuple[AnyAppointment, str]]:
        """Return the appointments from the first day to the last, each with the patient's name. Raises StoreAway."""
        zone = self.clinic.line("").hours.zone
        start, end = (datetime.combine(day, datetime.min.time(), zone) for day in (first, last + timedelta(days=1)))
        found = self.diary.between(start, end)
        ids = {each.patient_id for each in found if isinstance(each, Appointment) and each.patient_id}
        names = {key: each.name for key, each in self.patients.called(ids).items()}
        return [(each, names.get(each.patient_id or 0, "") if isinstance(each, Appointment) else "") for each in found]

    def json_lines(self, first: date, last: date) -> Iterator[str]:
        """Yield each appointment of these days as a line of JSON. Raises StoreAway."""
        for found, name in self.days(first, last):
            yield json.dumps(self._written(found, name), ensure_ascii=False)

    def _written(self, found: AnyAppointment, name: str) -> dict[str, Any]:
        if not isinstance(found, Appointment):
            return {"reference": found.reference, "cannot_be_read": list(found.odd)}
        local = self.clinic.line(found.line).hours.local
        column = self.clinic.diary.schedule(found.schedule)
        place = {"practitioner": column.name["en"]} if column and column.name else {"place": found.schedule}
        return {
            "reference": found.reference,
            "starts": local(found.starts).isoformat(),
            "minutes": round((found.ends - found.starts).total_seconds() / 60),
            **place,
            "phone": found.phone.e164 if found.phone else None,
            "name": name or None,
            "status": found.status,
            "source": found.source,
            "call_id": found.call_id or None,
        }

    def keep_sheet(self, state_dir: Path, now: datetime) -> None:
        """Write today's and tomorrow's appointments to the file in the state folder. Raises StoreAway, SheetAway."""
        write_sheet(state_dir / FILE, self.sheet(self.clinic.line("").hours.local(now).date()))

    def sheet(self, today: date) -> str:
        """Return today's and tomorrow's appointments as text, for use while the desk is down. Raises StoreAway."""
        days = (today, today + timedelta(days=1))
        return "\n\n".join("\n".join(self.in_words(day, day) or [f"{day:%a %d %b %Y}  nobody"]) for day in days) + "\n"

    def in_words(self, first: date, last: date) -> list[str]:
        """Return each appointment of these days as a line of text. Raises StoreAway."""
        return [self._in_words(each, name) for each, name in self.days(first, last)]

    def _in_words(self, found: AnyAppointment, name: str) -> str:
        if not isinstance(found, Appointment):
            return f"reference {found.reference}: it cannot be read"
        line = self.clinic.line(found.line)
        number = " ".join(found.phone.groups) if found.phone else "no number"
        words = (line.name["en"], name or "no name", number, f"reference {found.reference}", STATUSES[found.status])
        return f"{line.hours.local(found.starts):%a %d %b %Y  %H:%M}  {', '.join(words)}"


def write_sheet(path: Path, text: str) -> None:
    """Replace the file of today's and tomorrow's appointments atomically, for its owner only. Raises SheetAway."""
    try:
        if path.is_file() and path.read_bytes() == text.encode():
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(path, text.encode(), private=True)
    except OSError as refused:
        raise SheetAway(refused.strerror) from refused
