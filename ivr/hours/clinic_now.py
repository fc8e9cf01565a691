"""The clinic of clinic.toml with the closures that the desk has set, for use in calls.

Reads the closures from a file of this machine, so that calls have them while the database is away. No clock.
"""

from dataclasses import dataclass

from ivr.hours.closures_file import ClosuresFile
from ivr.line.clinic import Clinic


@dataclass(frozen=True)
class ClinicNow:
    """The configured clinic and the file of closures."""

    clinic: Clinic
    file: ClosuresFile

    def read(self) -> Clinic:
        """Return the clinic with the desk's closures in its lines' hours."""
        return self.clinic.with_closures(self.file.read())
