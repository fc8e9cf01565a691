"""A setting that a carrier declares as data: its environment variable and the check of its value.

Reads no environment: the entry points pass the settings of all carriers to config.settings, which reads and checks
them.
"""

from collections.abc import Callable
from dataclasses import dataclass


def as_it_is(value: str) -> str:
    """Return the value unchanged: the check of a setting that accepts anything."""
    return value


@dataclass(frozen=True)
class Setting:
    """An environment variable of a carrier. Its value is never shown."""

    name: str
    check: Callable[[str], str] = as_it_is
    """The function that checks a value, empty if unset, and returns the value to use. Raises ValueError."""
    for_texts: bool = False
    """True if text messages cannot be sent without it."""
    made_up: str = ""
    """The comment above a value that is generated on a developer's machine; empty if none is generated."""
    successor_of: str = ""
    """The name of the variable whose value this one will replace, while a secret is changed."""
    only_in_trials: bool = False
    """True if it must not be set when real callers are served."""
