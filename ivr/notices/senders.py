"""Sends a notice over one channel with Apprise. Only for workers and preflight, because Apprise's plugins load slowly.

A refusal is passed on without its reason, because Apprise's words for it may contain a password. HTTPS certificates
are checked against this machine's roots.
"""

import logging
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from ssl import DefaultVerifyPaths, get_default_verify_paths
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apprise import Apprise

log = logging.getLogger("apprise")

ANSWER_SECONDS = 12.0
"""Seconds that a channel may take to answer. With a shorter wait, a slow channel would get the same notice again."""


@cache
def sender(address: str) -> "Apprise | None":
    """Return the Apprise sender of a channel's address; None if Apprise cannot read the address. Loads plugins."""
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
    """Switch Apprise's log off for a block, because it would quote a wrong address, with its password or token."""
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


def is_understood(address: str) -> bool:
    """Return whether Apprise has a kind of channel for this address. Sends nothing."""
    return sender(address) is not None


REQUESTS = "REQUESTS_CA_BUNDLE"
"""The environment variable with the path of the root certificates for requests, the HTTP library of Apprise."""

OPERATORS = (REQUESTS, "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""The environment variables by which an operator names root certificates. If any is set, the service sets none."""

WHOLE = 50
"""The fewest root certificates for a folder to count as this host's full list; full lists have more than a hundred."""


def use_roots_of_the_machine(environ: MutableMapping[str, str], paths: DefaultVerifyPaths | None = None) -> None:
    """Set the host's folder of root certificates in `environ`, unless it is incomplete or an operator has named others.

    From a folder with one root in each file, a connection reads only the root that it needs. Without the folder, each
    notice reads the whole file of the library requests, which takes nine tenths of the notice's CPU time.
    """
    folder = (paths or get_default_verify_paths()).capath
    named = len(list(Path(folder).glob("????????.0"))) if folder else 0
    if named >= WHOLE and not any(environ.get(each) for each in OPERATORS):
        environ[REQUESTS] = folder
