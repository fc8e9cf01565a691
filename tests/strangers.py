"""Requests as strangers send them: any method to any route, with odd paths, queries, forms, headers and cookies.

Also the contents of the stores at a moment, to compare with later contents and to put back.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import create_engine, delete, insert, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from ivr.app import create_app
from ivr.carrier.twilio import webhook
from ivr.line.menu import MENU
from ivr.storage import schema
from ivr.web.guards import guard_of
from ivr.web.services import build
from tests.conftest import settings_for


@dataclass(frozen=True)
class Route:
    """A route of the web application: a rule of Flask's URL map, with the guard that says who may call it."""

    rule: str
    endpoint: str
    guard: Callable[[], Any] | None
    methods: frozenset[str]
    fields: tuple[str, ...]
    """The names of the fields that the route's form or query may hold."""

    @property
    def webhook(self) -> bool:
        """True for a webhook's route, which only the carrier calls."""
        return self.rule.startswith("/voice")


@cache
def routes() -> tuple[Route, ...]:
    """Return every route of the web application, with its guard and fields."""
    services = build(settings_for(Path("/nowhere"), "sqlite:////nowhere/clinic.db", "redis://127.0.0.1:1/0"))
    app = create_app(services)
    services.close()
    return tuple(_route(app, rule) for rule in app.url_map.iter_rules())


def _route(app: Flask, rule: Rule) -> Route:
    view = app.view_functions[rule.endpoint]
    guard, methods = guard_of(app, rule.endpoint), frozenset(rule.methods or ())
    return Route(rule.rule, rule.endpoint, guard, methods, () if rule.endpoint == "static" else _fields(view))


READ = re.compile(
    r"""(?:(?:form|args|query|given|typed|values)(?:\.get(?:list)?\(|\[)|\(form, )"(\w+)"|(\w+) = \w+Field\("""
)
"""The pattern that finds the names of form fields in the source of a view."""


def _fields(view: Any) -> tuple[str, ...]:
    """Return the form fields that a view may read: those named in its module and in our modules that it uses."""
    module = sys.modules[view.__module__]
    called = {getattr(each, "__module__", "") or "" for each in vars(module).values()}
    ours = {module.__name__, *(name for name in called if name.startswith(("ivr.web.", "ivr.carrier.")))}
    if any(each.startswith("ivr.carrier.") for each in ours):
        ours.add(webhook.__name__)  # behind the port
    found = {name for each in ours for pair in READ.findall(inspect.getsource(sys.modules[each])) for name in pair}
    return tuple(sorted(found - {""}))


ODD = (
    *(
        "",
        " ",
        "0",
        "-1",
        "9" * 30,
        "1e9",
        "٣",
        "²",
        "NaN",
        "\0",
        "a\0b",
        "\x7f",
        "\r\nSet-Cookie: x=1",
        "%00",
        "%",
        "%s",
    ),
    *("../../etc/passwd", "..%2f..", "//evil.example", "https://evil.example", "javascript:alert(1)", "\\\\evil\\x"),
    *("'; DROP TABLE requests; --", '"><script>alert(1)</script>', "{{ 7*7 }}", "${x}", "<!ENTITY x SYSTEM 'file:'>"),
    *("कखग", "\u202e", "\ufeff", "\ufffe", "😀" * 30, "e\u0301", "x" * 3000, "0001-01-01", "9999-12-31", "2026-02-30"),
    *("24:00", "23:59:59.999999", "2026-11-24T10:00", "12:00+05:30", "gAAAAABn0000", "+919999900001", "anonymous"),
)
"""Texts that have broken other programs, as values of fields."""

DAYS = ("2026-11-23", "2026-11-24", "2026-11-29", "0001-01-01", "9999-12-31", "2026-02-30", "20261124", "2026-W48-2")
HOURS = ("10:00", "17:30", "20:30", "00:00", "24:00", "23:59:59.999999", "12:00+05:30", "23:59-23:59")
NUMBERS = ("0", "1", "2", "3", str(2**31 - 1), str(2**31), str(2**63), "9" * 40, "-1", "٣")
PEOPLE = ("asha", "meena", "ravi", "nobody", "x" * 81)
SECRETS = ("correct horse battery", "wrong horse battery", "x" * 2000)
LIKELY: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("day",), DAYS),
    **dict.fromkeys(("hour", "time", "from", "until"), HOURS),
    **dict.fromkeys(("id", "first", "before", "other", "s", "w"), NUMBERS),
    **dict.fromkeys(("name", "to", "person"), PEOPLE),
    **dict.fromkeys(("password", "again"), SECRETS),
    **dict.fromkeys(("language", "lang"), ("en", "hi")),
    **dict.fromkeys(("what", "deed"), ("closed", "day", "early", "late")),
    "outcome": ("booked", "later", "no_answer", "busy", "declined", "wrong_number", "not_reached"),
    "kind": ("booking", "callback"),
    "line": ("main", "second", "*"),
    "part": ("morning", "afternoon", "evening", "soonest"),
    "phone": ("9999900002", "+91 99999 00003", "1234", "+12025550123"),
    "reason": ("diwali", "holi"),
    "role": ("staff", "manager"),
    "next": ("/desk", "/desk/people", "//evil.example/desk", "/desk\\evil", "/desk/../login"),
    "required": ("yes", "no"),
    "code": ("123456", "१२३ ४५६", "1234 5678 9012", "9" * 999),
    "Digits": ("1", "2", "9", "0", "*", "9999900002", "7" * 999, "W"),
}
"""Likely and extreme values of each field, by the field's name.

Likely values reach deeper into the program than random values.
"""

TEXT = st.one_of(st.sampled_from(ODD), st.text(max_size=20))
PLACE = st.one_of(st.sampled_from(sorted(MENU)), TEXT)
DEED = st.sampled_from(
    (
        *("make_manager", "make_staff", "disable", "enable", "end_sessions", "unknown"),
        *("require_second_factor", "no_longer_require_second_factor"),
    )
)
NUMBER = st.one_of(st.sampled_from(("1", "2", "3")), st.sampled_from(NUMBERS))
NAMES = st.sampled_from(sorted({*LIKELY, "csrf_token", "unknown"}))


def word(name: str) -> st.SearchStrategy[str]:
    """Draw a random value for the form field of this name: a likely one, or any text."""
    return st.one_of(st.sampled_from(list(LIKELY[name])), TEXT) if name in LIKELY else TEXT


def fields(likely: Iterable[str]) -> st.SearchStrategy[dict[str, str]]:
    """Draw a random form or query that has all of these fields, only some of them, or all of them and some others."""
    known = {name: word(name) for name in likely}
    others = st.dictionaries(NAMES, TEXT, max_size=3)
    return st.one_of(
        st.fixed_dictionaries(known),
        st.fixed_dictionaries({}, optional=known),
        st.builds(lambda one, two: {**one, **two}, st.fixed_dictionaries(known), others),
    )


HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
HEADERS = st.dictionaries(
    st.sampled_from(
        (
            *("Host", "Cookie", "HX-Request", "HX-Current-URL", "Referer", "User-Agent", "X-Forwarded-For", "Range"),
            *("Accept-Language", "If-None-Match", "If-Modified-Since", "X-HTTP-Method-Override", "Authorization"),
        )
    ),
    st.one_of(
        HEADER,
        st.sampled_from(["true", "session=.eJw.x.y", "remember_token=1|0", "bytes=0-,5-", "a" * 300, "evil.example"]),
    ),
    max_size=2,
)
BODIES = st.one_of(
    st.tuples(st.just("application/json"), st.sampled_from([b"{}", b"[", b'{"csrf_token": 1}', b"null"])),
    st.tuples(st.just("multipart/form-data; boundary=x"), st.binary(max_size=60)),
    st.tuples(st.just("multipart/form-data"), st.just(b"--x\r\n")),
    st.tuples(st.just("application/x-www-form-urlencoded"), st.binary(max_size=60)),
    st.tuples(st.sampled_from(["text/plain; charset=no-such", "a", ""]), st.binary(max_size=10)),
)


@dataclass(frozen=True)
class Ask:
    """A request to a route of the application, as a stranger sends it."""

    path: str
    method: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: tuple[str, bytes] | None = None
    """The content type and the bytes of a body that the request has in place of its form; None for the form."""

    @property
    def url(self) -> str:
        """The path of the request, with its query."""
        return self.path + (f"?{urlencode(self.query)}" if self.query else "")

    def of(self, browser: FlaskClient, token: str = "", **headers: str) -> TestResponse:
        """Send the request by this browser, with a form's CSRF token if one is given; return the answer."""
        form = {**self.form, **({"csrf_token": token} if token else {})}
        sent: dict[str, Any] = {"data": form} if self.method not in {"GET", "HEAD"} else {}
        if self.body is not None:
            sent = {"data": self.body[1], "content_type": self.body[0]}
        return browser.open(self.url, method=self.method, headers={**self.headers, **headers}, **sent)


@st.composite
def paths(draw: st.DrawFn, route: Route) -> str:
    """Draw a random path of this route, with random values for its variable parts."""

    def part(found: re.Match[str]) -> str:
        kind, _, name = found[1].rpartition(":")
        value = NUMBER if kind.startswith("int") else {"place": PLACE, "deed": DEED}.get(name, st.one_of(TEXT, NUMBER))
        return quote(draw(value), safe="")

    return re.sub(r"<([^>]*)>", part, route.rule)


@st.composite
def asks(draw: st.DrawFn, among: Callable[[Route], bool] = lambda _: True, *, writes: bool = False) -> Ask:
    """Draw a random request to a route that `among` accepts; with `writes`, only a plain POST of a form."""
    own = [route for route in routes() if among(route) and (not writes or "POST" in route.methods)]
    route = draw(st.sampled_from(own))
    usual = "POST" if "POST" in route.methods else "GET"
    methods = st.sampled_from([usual] * 6 + ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "PATCH"])
    return Ask(
        path=draw(paths(route)),
        method="POST" if writes else draw(methods),
        query=draw(st.one_of(st.just({}), fields(route.fields))),
        form=draw(fields(route.fields)),
        headers={} if writes else draw(HEADERS),
        body=None if writes else draw(st.one_of(st.none(), st.none(), st.none(), BODIES)),
    )


Rows = dict[str, list[dict[str, Any]]]


class StoreContents:
    """The contents of the database and of Redis at one moment. Tests compare these with later ones or restore them."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        self._engine = create_engine(database_url)
        self._redis = Redis.from_url(redis_url)
        self._kept = self.rows()

    def rows(self) -> Rows:
        """Return every row of every table as it is now, and the names of the keys in Redis."""
        with self._engine.connect() as connection:
            found = {
                table.name: [dict(row) for row in connection.execute(select(table).order_by("id")).mappings()]
                for table in schema.metadata.sorted_tables
            }
        return {**found, "redis": [{"key": key} for key in sorted(self._redis.keys("*"))]}

    def put_back(self) -> Rows:
        """Restore the database's rows of the moment when this object was made, empty Redis, and return all rows."""
        with self._engine.begin() as connection:
            for table in reversed(schema.metadata.sorted_tables):
                connection.execute(delete(table))
            for table in schema.metadata.sorted_tables:
                if self._kept[table.name]:
                    connection.execute(insert(table), self._kept[table.name])
        self._redis.flushdb()
        return self.rows()

    def close(self) -> None:
        """Close the connections to the database and to Redis."""
        self._engine.dispose()
        self._redis.close()
