"""How a closed day reaches a call: the clinic of clinic.toml, with the closures that the desk has set.

Reads this machine's file and asks no store, so that a call hears of them with the database away. No clock.
"""

from dataclasses import dataclass

from ivr.hours.closures_file import ClosuresFile
from ivr.line.clinic import Clinic


@dataclass(frozen=True)
class ClinicNow:
    """The clinic as callers hear of it."""

    clinic: Clinic
    file: ClosuresFile

    def read(self) -> Clinic:
        """Return the clinic with the desk's closures in its lines' hours."""
        return self.clinic.with_closures(self.file.read())
