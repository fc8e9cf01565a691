"""Reads addresses as people write them: the one that the web process listens on, and those of the public side.

Opens no connection.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

HOST_AND_PORT = re.compile(r"[A-Za-z0-9.:\[\]_-]+")
"""A host as a carrier calls it, one in other letters as xn--…; with its port, if there is one."""


def listening_address(written: str) -> str:
    """Return the address to listen on, without the brackets of a URL. Raises ValueError."""
    bare = written.strip().removeprefix("[").removesuffix("]")
    try:
        return str(ip_address("127.0.0.1" if bare == "localhost" else bare))
    except ValueError:
        raise ValueError("expected an address: 127.0.0.1 or ::1, or for all of this machine 0.0.0.0 or ::") from None


def local_url(bind: str, port: int | str) -> str:
    """Return the URL at which this machine reaches what listens on an address; :: takes IPv4 too."""
    host = "127.0.0.1" if ip_address(bind).is_unspecified else bind
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_bare(url: str, schemes: tuple[str, ...]) -> bool:
    """Return whether the URL is only scheme, host and port; the desk's links and cookies are for a whole host."""
    try:
        parts = urlsplit(url)
        well = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return well and url == f"{parts.scheme}://{parts.netloc}" and HOST_AND_PORT.fullmatch(parts.netloc) is not None


def is_address(url: str) -> bool:
    """Return whether the URL is whole, over HTTPS and without a password."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False


def is_readable(redis_url: str) -> bool:
    """Return whether the port and the number of the database are numbers, as the client will want them."""
    try:
        parts = urlsplit(redis_url)
        number = "" if parts.scheme == "unix" else parts.path.strip("/")
        return parts.port != 0 and (not number or number.isdigit())
    except ValueError:
        return False
