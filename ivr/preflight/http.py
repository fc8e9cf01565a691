"""Sends requests to the public address over the network, as the carrier does. Follows no redirect. Contains no check.

Uses http.client, because the library requests wraps the reason of a failure, and trusts its own root certificates,
not those of the machine or of an operator (SSL_CERT_FILE).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import gaierror
from ssl import SSLCertVerificationError, SSLError
from urllib.parse import urlencode, urlsplit

SECONDS = 4
"""Seconds to wait for a connection to the public address, and for each read of its answer. Carriers wait a bit less."""


class NotReached(Exception):
    """The public address gave no HTTP answer; the message says why."""


class NoTLS(NotReached):
    """The server's certificate or TLS is not acceptable to the carrier."""


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP answer: its status and date."""

    status: int
    date: datetime | None
    """The time in the Date header, by the clock of the server that answered."""


def ask(
    method: str, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> HttpAnswer:
    """Return the answer of the public address to one request. Raises NotReached, NoTLS."""
    body = urlencode(form) if form else None
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    try:
        return _asked(method, url, body, {**kind, **(headers or {})})
    except SSLCertVerificationError as odd:
        raise NoTLS(f"its certificate is not good: {odd.verify_message}") from None
    except SSLError as odd:
        raise NoTLS(f"it does not speak TLS ({odd.reason})") from None
    except (OSError, HTTPException) as away:
        raise NotReached(_why(away)) from None


def _asked(method: str, url: str, body: str | None, headers: dict[str, str]) -> HttpAnswer:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request(method, parts.path or "/", body, headers)
        response = connection.getresponse()
        return HttpAnswer(response.status, _date(response.headers["Date"]))
    finally:
        connection.close()


def _why(away: OSError | HTTPException) -> str:
    if isinstance(away, gaierror):
        return "no such host is known"
    if isinstance(away, TimeoutError):
        return f"nobody answers within {SECONDS} seconds"
    if isinstance(away, HTTPException):
        return "what answers is no HTTP"
    return str(away.strerror or type(away).__name__)


def _date(written: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(written or "")
    except ValueError:
        return None
    return found if found.tzinfo else None
