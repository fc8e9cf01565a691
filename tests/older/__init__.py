"""The state that commit 837caff of this program left in its stores, and the secrets, address and time to read it.

Everything here is made up: numbers are +91 99999 001xx, and the secret signs and seals nothing else.
"""

from pathlib import Path

WRITTEN = Path(__file__).with_name("837caff")
"""The folder with the files that the program wrote when it was at commit 837caff."""

DATABASE, REDIS, SPOOL, MIRROR = "database.sql", "redis.json", "calls", "closures.json"
"""The names of the files of stored state: the database as SQL, Redis's keys, the spool's folder, the closures' file."""

CALLS, PEOPLE, PAGES, NAMES = "under_way.json", "people.json", "pages.json", "names.json"
"""The names of files on commit 837caff's state: open calls, people at the desk, texts of pages, names in use."""

SECRET_KEY = "made-up-0123456789-abcdef-0123456789-made-up"
BASE = "https://line.example"
SCRAPER = "a-token-that-reads-numbers"

FIXED = {"SECRET_KEY": SECRET_KEY, "PUBLIC_BASE_URL": BASE, "METRICS_TOKEN": SCRAPER}
"""The settings with which the program at commit 837caff wrote its files. Reading the files needs these settings too."""


def number(index: int) -> str:
    """Return the made-up telephone number with these last digits."""
    return f"+9199999001{index:02}"
