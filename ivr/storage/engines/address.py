"""Reads the database's address from DATABASE_URL, checks it once, and splits it into parts for whoever needs them.

libpq, PostgreSQL's own library, reads PostgreSQL's addresses, so that each part means the same everywhere. An error
message never quotes the unreadable part of an address, because that part may belong to the password. Opens nothing.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlencode

POSTGRES = ("postgres", "postgresql", "postgresql+psycopg")

EXPECTED = "expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
NO_FILE = "expected sqlite:///FILE, a file on this machine, and nothing after its name"
NO_ADDRESS = (
    "is no address: expected postgresql://USER:PASSWORD@HOST/NAME, an @ in a password as %40, a % as %25; "
    "after the name only what PostgreSQL's library knows"
)
NO_OPTIONS = "has options that cannot be read: expected options=-c%20NAME=VALUE, a space in a value as %5C%20"

SECRETS = ("password", "sslpassword")

OPTION = re.compile(r"(?:-c\s*|--)(?P<name>[A-Za-z_][\w.-]*)=(?P<value>(?:\\.|[^\s\\])*)(?:\s+|$)", re.DOTALL)
"""The pattern of one PostgreSQL server setting, as in the server's command line and in libpq's `options`."""

HOST_AND_PORT = re.compile(r"(?:\[(.*)\]|([^:]*))(?::([0-9]*))?")
"""The pattern of a host, HOST or [IPV6], with or without :PORT, as people and SQLAlchemy write it in an address."""


def database_address(written: str) -> str:
    """Return DATABASE_URL in the form that the rest of the program takes. Raises ValueError with what is wrong."""
    scheme, joint, rest = written.strip().partition("://")
    if joint and scheme == "sqlite":
        return f"sqlite://{_file(rest)}"
    if not joint or scheme not in POSTGRES:
        raise ValueError(EXPECTED)
    address = f"postgresql+psycopg://{_as_libpq_has_it(rest)}"
    words = libpq_words(address)
    if "@" in f"{words.get('host', '')}{words.get('dbname', '')}" or not _ports_fit(words):
        raise ValueError(NO_ADDRESS)  # after a bare @ in a password, the rest of it would be taken for the host
    server_settings(words)
    return address


def libpq_words(address: str) -> dict[str, str]:
    """Return the parts of PostgreSQL's address by their libpq keywords, such as host. Raises ValueError."""
    from psycopg import ProgrammingError  # noqa: PLC0415 - slow to load, and not for SQLite
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - as above

    try:
        found = conninfo_to_dict(f"postgresql://{_as_libpq_has_it(address.partition('://')[2])}")
    except ProgrammingError:
        raise ValueError(NO_ADDRESS) from None
    return {name: str(value) for name, value in found.items() if value is not None}


def database_name(address: str) -> str:
    """Return the name of the PostgreSQL database at an address; if none is given, the user's name, by libpq's rule."""
    words = libpq_words(address)
    return words.get("dbname") or words.get("user", "")


def server_settings(words: Mapping[str, str]) -> dict[str, str]:
    """Return the server's settings that `options` in the address ask for, by name. Raises ValueError."""
    options = words.get("options", "").strip()
    found = list(OPTION.finditer(options))
    ends = [0, *(each.end() for each in found)]
    if ends[-1] != len(options) or any(each.start() != end for each, end in zip(found, ends, strict=False)):
        raise ValueError(NO_OPTIONS)
    return {each["name"].replace("-", "_"): re.sub(r"\\(.)", r"\1", each["value"]) for each in found}


def without_password(address: str, name: str | None = None) -> str:
    """Return the address for PostgreSQL's tools, without a password; with the database `name` in it, if given."""
    before, _, query = address.partition("://")[2].partition("?")
    place, slash, path = before.partition("/")
    user, at, hosts = place.rpartition("@")
    kept = [each for each in _pairs(query) if each[0] not in {*SECRETS, name and "dbname"}]
    path = quote(name) if name else path
    return f"postgresql://{user.partition(':')[0]}{at}{hosts}{slash or '/'}{path}{_query(kept)}"


def place(address: str) -> str:
    """Return the database's kind, hosts and name in words, for a message."""
    if address.startswith("sqlite"):
        return f"sqlite, {address.partition(':///')[2]}"
    words = libpq_words(address)
    hosts, ports = words.get("host", "this machine").split(","), words.get("port", "5432").split(",")
    at = ", ".join(f"{host}:{port or 5432}" for host, port in zip(hosts, _as_many(ports, hosts), strict=True))
    return f"postgresql at {at}, {database_name(address)}"


def _file(rest: str) -> str:
    if not rest.startswith("/") or rest == "/" or "?" in rest or rest == "/:memory:":
        raise ValueError(NO_FILE)
    return rest


def _ports_fit(words: Mapping[str, str]) -> bool:
    ports = words.get("port", "5432").split(",")
    hosts = words.get("hostaddr", words.get("host", "")).split(",")
    known = all(not each or (each.isascii() and each.isdigit() and 0 < int(each) < 65536) for each in ports)
    return known and len(ports) in {1, len(hosts)}


def _as_many(ports: list[str], hosts: list[str]) -> list[str]:
    return ports if len(ports) == len(hosts) else ports * len(hosts)


def _as_libpq_has_it(rest: str) -> str:
    """Return the part of an address after :// in the form of libpq, from the form that people or SQLAlchemy write.

    An = in a value is escaped. Several hosts become one list, as do their ports, since libpq would keep only the last.
    """
    before, _, query = rest.partition("?")
    pairs = _pairs(query)
    written = [value for name, value in pairs if name == "host"]
    hosts = [_host_and_port(each) for value in written for each in value.split(",")]
    names = ",".join(host for host, _ in hosts)
    if written and written != [names]:
        port = ",".join(value for name, value in pairs if name == "port") or "5432"
        rest_of_it = [each for each in pairs if each[0] not in {"host", "port"}]
        pairs = [*rest_of_it, ("host", names), ("port", ",".join(own or port for _, own in hosts))]
    return f"{before}{_query(pairs)}"


def _host_and_port(written: str) -> tuple[str, str]:
    """Return a host of the address and the host's own port or "". An IPv6 address with a port must be in brackets."""
    found = HOST_AND_PORT.fullmatch(written)
    return (found[1] or found[2], found[3] or "") if found else (written, "")


def _pairs(query: str) -> list[tuple[str, str]]:
    apart = (each.partition("=") for each in query.split("&") if each)
    return [(unquote(name), unquote(value)) for name, _, value in apart]


def _query(pairs: list[tuple[str, str]]) -> str:
    return f"?{urlencode(pairs, quote_via=quote, safe='/,:')}" if pairs else ""
