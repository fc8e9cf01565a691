"""Sends a notice over one channel, by Apprise. For workers and preflight only: its plugins take long to load.

A channel either takes a notice or does not. Why it did not is in Apprise's own words, which may hold a password: they
are not passed on.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apprise import Apprise

log = logging.getLogger("apprise")

ANSWER_SECONDS = 12.0
"""The seconds that a channel may take to answer. Given up too soon, it has the notice and would get it again."""


@cache
def sender(address: str) -> "Apprise | None":
    """Return the Apprise sender of a channel's address; None where no kind of channel understands it. Loads plugins."""
    from apprise import Apprise, NotifyBase  # noqa: PLC0415 - large, and a clinic without channels needs none

    with _quiet():
        found = Apprise.instantiate(address, suppress_exceptions=True)
    if found is None:
        return None
    if found.socket_read_timeout == NotifyBase.socket_read_timeout:  # the address says nothing else (rto=)
        found.socket_read_timeout = ANSWER_SECONDS
    alone = Apprise()
    alone.add(found)
    return alone


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Apprise from logging an address that it does not understand, with its password or token."""
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


def is_understood(address: str) -> bool:
    """Return whether some kind of channel has addresses like this one. Nothing is sent."""
    return sender(address) is not None
