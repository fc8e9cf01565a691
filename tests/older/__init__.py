"""The state that commit 837caff left in its stores, and the made-up secrets, address and moment that open it.

Everything here is made up: numbers are +91 99999 001xx, and the secret signs and seals nothing else.
"""

from pathlib import Path

WRITTEN = Path(__file__).with_name("837caff")
"""The files that 837caff wrote."""

DATABASE, REDIS, SPOOL, MIRROR = "database.sql", "redis.json", "calls", "closures.json"
"""The files' names: the database as text, Redis' keys, the folder of the calls, and the closures."""

CALLS, PEOPLE, PAGES, NAMES = "under_way.json", "people.json", "pages.json", "names.json"
"""The calls under way; who is at the desk; what they saw on its pages; and names that reach other programs."""

SECRET_KEY = "made-up-0123456789-abcdef-0123456789-made-up"
BASE = "https://line.example"
SCRAPER = "a-token-that-reads-numbers"

FIXED = {"SECRET_KEY": SECRET_KEY, "PUBLIC_BASE_URL": BASE, "METRICS_TOKEN": SCRAPER}
"""The settings under which 837caff wrote, as far as they matter."""


def number(index: int) -> str:
    """Return one of the made-up telephone numbers."""
    return f"+9199999001{index:02}"
