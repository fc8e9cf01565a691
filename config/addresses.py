"""Reads network addresses as people write them: where the web process listens, and where the public reaches it.

Opens no connection.
"""

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import parse_qs, urlsplit

HOST_AND_PORT = re.compile(r"[A-Za-z0-9.:\[\]_-]+")
"""The pattern of a URL's host and optional port. A carrier calls the URL, so a non-ASCII host must be in xn-- form."""


def listening_address(written: str) -> str:
    """Return the web process's listening IP address; `written` may also be `localhost` or [::1]. Raises ValueError."""
    bare = written.strip()
    try:
        if bare.startswith("[") and bare.endswith("]"):
            return str(IPv6Address(bare[1:-1]))
        return str(ip_address("127.0.0.1" if bare == "localhost" else bare))
    except ValueError:
        raise ValueError("expected an address: 127.0.0.1 or ::1, or for all of this machine 0.0.0.0 or ::") from None


def local_url(bind: str, port: int | str) -> str:
    """Return the URL at which this machine itself reaches a server that listens on the address `bind`.

    A server on 0.0.0.0 or :: is reached at 127.0.0.1, since :: takes IPv4 too.
    """
    host = "127.0.0.1" if ip_address(bind).is_unspecified else bind
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_bare(url: str, schemes: tuple[str, ...]) -> bool:
    """Return whether the public URL is only scheme, host and port. The desk's links and cookies allow no path."""
    try:
        parts = urlsplit(url)
        well = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return well and url == f"{parts.scheme}://{parts.netloc}" and HOST_AND_PORT.fullmatch(parts.netloc) is not None


def is_address(url: str) -> bool:
    """Return whether the URL of a carrier's fallback document is HTTPS, with a host and without user and password."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False


def is_readable(redis_url: str) -> bool:
    """Return whether the port and the database number in this URL of Redis are numbers, as its client needs them."""
    try:
        parts = urlsplit(redis_url)
        path = "" if parts.scheme == "unix" else parts.path.strip("/")
        numbers = parse_qs(parts.query).get("db", [path])
        return parts.port != 0 and all(re.fullmatch("[0-9]*", number) for number in numbers)
    except ValueError:
        return False
