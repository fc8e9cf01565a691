"""A setting that a carrier declares as data: its variable, and what must be so of its value. Reads no environment.

The entry points hand every carrier's to config.settings, which reads, checks and complains.
"""

from collections.abc import Callable
from dataclasses import dataclass


def as_it_is(value: str) -> str:
    """Any value will do, or none."""
    return value


@dataclass(frozen=True)
class Setting:
    """A variable of the environment that only a carrier knows. Its value is shown nowhere."""

    name: str
    check: Callable[[str], str] = as_it_is
    """The value as it is used, from the one that was written; empty is none. Raises ValueError with what is wrong."""
    for_texts: bool = False
    """Whether no text can be sent without it."""
    made_up: str = ""
    """Where the first start on a developer's machine makes a value up: what is written above it."""
    successor_of: str = ""
    """The variable whose value this one is to follow, where a secret is changed."""
    only_in_trials: bool = False
    """Whether real callers are to be served without it."""
