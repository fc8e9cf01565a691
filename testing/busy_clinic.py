"""A clinic with the limits of a city, because campaigns and benchmarks make very many calls in an hour."""

import re
from collections.abc import Mapping
from pathlib import Path

from config.settings import ROOT

AS_BUSY_AS_A_CITY: Mapping[str, int] = {
    r"(?:calls|requests)_of_a_\w+": 1_000_000,
    "patients_at_once": 2,
    "days_ahead": 28,
}
"""The new values of the settings in clinic.toml that the busy clinic raises, by a regular expression of the names."""


def busy_clinic(folder: Path) -> Path:
    """Write the shipped clinic.toml into a folder, with limits for the calls of a city, and return the file's path.

    Raises LookupError if clinic.toml lacks a setting that is to be raised.
    """
    clinic = (ROOT / "config" / "clinic.toml").read_text()
    for setting, value in AS_BUSY_AS_A_CITY.items():
        clinic, found = re.subn(rf"^({setting}) = \d+$", rf"\1 = {value}", clinic, flags=re.M)
        if not found:
            raise LookupError(f"clinic.toml has no setting {setting}")
    file = folder / "clinic.toml"
    file.write_text(clinic)
    return file
