"""A setting that a carrier declares as data: its environment variable and the check of its value.

Reads no environment: the entry points pass the settings of all carriers to config.settings, which reads and checks
them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

SHORTEST_TOKEN = 16


class CarrierUnfit(Exception):
    """A carrier cannot do what the clinic's file asks for. The message says what, and what to do."""


def as_it_is(value: str) -> str:
    """Return the value of a variable unchanged: the check of a setting that accepts anything."""
    return value


def token(value: str) -> str:
    """Return `value` as a carrier's token. Raises ValueError if the value is short enough to be guessed."""
    if len(value) < SHORTEST_TOKEN:
        raise ValueError("is weak; expected the carrier's token, 32 characters or more")
    return value


def address(value: str) -> str:
    """Return the address of a carrier's API, without a slash at its end. Raises ValueError if `value` is not a URL."""
    if not _is_address(value):
        raise ValueError("expected https://HOST")
    return value.rstrip("/")


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        well = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return well and "@" not in parts.netloc


@dataclass(frozen=True)
class Setting:
    """An environment variable that a carrier declares. Its value is never shown."""

    name: str
    carrier: str
    """The name of the carrier."""
    check: Callable[[str], str] = as_it_is
    """The function that checks a value that is set, and returns the value to use. Raises ValueError."""
    needed: str = ""
    """Words on where to find the value, if the carrier cannot do without it; empty if it may be unset."""
    for_texts: bool = False
    """True if no text message can be sent without this variable."""
    made_up: str = ""
    """The comment above this variable in the settings that a first start writes; empty to leave the variable out."""
    successor_of: str = ""
    """The name of the variable that will get this variable's value at the end of a change of secrets; empty if none."""
    only_in_trials: bool = False
    """True if the variable must not be set while real callers are served."""
