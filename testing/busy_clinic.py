"""A clinic whose limits are those of a city: a campaign makes more calls in an hour than patients make in a week."""

import re
from collections.abc import Mapping
from pathlib import Path

from config.settings import ROOT

AS_BUSY_AS_A_CITY: Mapping[str, int] = {
    r"(?:calls|requests)_of_a_\w+": 1_000_000,
    "patients_at_once": 2,
    "days_ahead": 28,
}
"""The settings of clinic.toml that are raised, each name as a regular expression, with the value it gets."""


def busy_clinic(folder: Path) -> Path:
    """Write clinic.toml as it is shipped, but with a city's limits, to a folder; return its path.

    Raises LookupError.
    """
    clinic = (ROOT / "config" / "clinic.toml").read_text()
    for setting, value in AS_BUSY_AS_A_CITY.items():
        clinic, found = re.subn(rf"^({setting}) = \d+$", rf"\1 = {value}", clinic, flags=re.M)
        if not found:
            raise LookupError(f"clinic.toml has no setting {setting}")
    file = folder / "clinic.toml"
    file.write_text(clinic)
    return file
