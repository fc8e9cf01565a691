"""Makes channels check HTTPS certificates by this host's root certificates. Reads names of files; sends nothing."""

from collections.abc import MutableMapping
from pathlib import Path
from ssl import DefaultVerifyPaths, get_default_verify_paths

REQUESTS = "REQUESTS_CA_BUNDLE"
"""The environment variable that tells the library requests, with which Apprise sends, where root certificates are."""

OPERATORS = (REQUESTS, "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""The environment variables by which an operator names other root certificates, which then stay in use."""

WHOLE = 50
"""The fewest root certificates in a folder that is the host's whole list: whole lists have more than a hundred."""


def use_roots_of_the_machine(environ: MutableMapping[str, str], paths: DefaultVerifyPaths | None = None) -> None:
    """Set in `environ` the folder of this host's root certificates, where each of them is in a file of its own.

    From a folder, a connection reads the one root that it needs. The file that requests brings is read whole for each
    connection, and Apprise makes one for each notice: nine tenths of the CPU of a notice.
    """
    folder = (paths or get_default_verify_paths()).capath
    named = len(list(Path(folder).glob("????????.0"))) if folder else 0
    if named >= WHOLE and not any(environ.get(each) for each in OPERATORS):
        environ[REQUESTS] = folder
