"""The bridge from ASGI: a request reaches the application whole or not at all, and answers pass unchanged."""

import asyncio
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from config.settings import Settings
from ivr.web import asgi
from ivr.web.asgi import AsgiServer, Message
from ivr.web.security import LONGEST_BODY
from ivr.web.services import Services
from testing.servers import until
from tests.loops import runs
from tests.served import web

FORM = (b"content-type", b"application/x-www-form-urlencoded")
NEVER = "never"


class Application:
    """A WSGI application that remembers the request's environment, and answers with the request's body."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ)
        start("200 OK", [("Content-Type", "text/plain"), ("X-Two", "one"), ("X-Two", "two")])
        return [b"got ", environ["wsgi.input"].read()]


def body(*chunks: bytes) -> list[Message | str]:
    """Return the ASGI messages of a request whose body comes in these pieces."""
    last = len(chunks) - 1
    return [{"type": "http.request", "body": each, "more_body": at < last} for at, each in enumerate(chunks)]


def served(app: Any, came: Sequence[Message | str], seconds: float = 5, **scope: Any) -> list[Message]:
    """Return our ASGI server's messages in answer to a request to `app`. `came` has the messages of the request."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    serve(AsgiServer(app, lambda: None, seconds), came, send, **scope)
    return sent


def serve(server: AsgiServer, came: Sequence[Message | str], send: asgi.Send, **scope: Any) -> None:
    """Have our ASGI server answer a request. The server receives the messages `came`, and passes its own to `send`."""
    usual: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/desk",
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "headers": [(b"host", b"line.example"), FORM],
        "client": ("192.0.2.7", 4711),
        "server": ("127.0.0.1", 8000),
    }
    waiting = iter(came)

    async def receive() -> Message:
        message = next(waiting)
        if isinstance(message, str):
            await asyncio.Event().wait()
        assert not isinstance(message, str)
        return message

    runs(asyncio.wait_for(server({**usual, **scope}, receive, send), 15))


def test_a_body_that_comes_in_pieces_is_passed_on_as_one() -> None:
    app = Application()
    begun, ended = served(app, body(b"a=1", b"&b", b"=2"))
    assert (begun["status"], ended["body"]) == (200, b"got a=1&b=2")
    assert [value for name, value in begun["headers"] if name == b"x-two"] == [b"one", b"two"]
    assert app.asked[0]["CONTENT_LENGTH"] == "7"
    assert app.asked[0]["CONTENT_TYPE"] == "application/x-www-form-urlencoded"


def test_a_body_that_does_not_come_in_time_costs_no_thread() -> None:
    app = Application()
    begun, _ = served(app, [{"type": "http.request", "body": b"a", "more_body": True}, NEVER], seconds=0.05)
    assert begun["status"] == 408
    assert (b"connection", b"close") in begun["headers"]
    assert app.asked == []


def test_one_who_leaves_in_the_middle_is_not_answered() -> None:
    app = Application()
    gone: Message = {"type": "http.disconnect"}
    assert served(app, [{"type": "http.request", "body": b"a", "more_body": True}, gone]) == []
    assert app.asked == []


@pytest.mark.parametrize("length", [LONGEST_BODY + 1, 40 * LONGEST_BODY])
def test_a_body_that_is_too_long_is_refused_by_the_application_in_its_own_words(app: Flask, length: int) -> None:
    pieces = [b"a" * 1024] * (length // 1024) + [b"a"]
    begun, ended = served(app, body(*pieces), path="/login")
    assert begun["status"] == 413
    assert b"This is too long" in ended["body"]


def test_a_body_that_just_fits_is_read(app: Flask) -> None:
    begun, _ = served(app, body(b"a" * LONGEST_BODY), path="/login")
    assert begun["status"] == 400, "there is no token in it"


def test_no_header_can_pass_for_one_that_a_proxy_sets() -> None:
    app = Application()
    twice = [(b"x-forwarded-for", b"192.0.2.1"), (b"x-forwarded-for", b"192.0.2.2")]
    given = [*twice, (b"x_forwarded_for", b"127.0.0.1"), (b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"host", b"")]
    served(app, body(b""), headers=given)
    headers = {name: value for name, value in app.asked[0].items() if name.startswith("HTTP_")}
    assert headers == {"HTTP_X_FORWARDED_FOR": "192.0.2.1,192.0.2.2", "HTTP_COOKIE": "a=1; b=2"}


def test_an_ipv4_caller_is_known_by_the_same_address_where_the_server_listens_on_both() -> None:
    app = Application()
    served(app, body(b""), client=("::ffff:127.0.0.1", 4711))
    served(app, body(b""), client=("2001:db8::1", 4711))
    assert [each["REMOTE_ADDR"] for each in app.asked] == ["127.0.0.1", "2001:db8::1"]


def test_a_path_is_passed_on_byte_by_byte() -> None:
    app = Application()
    served(app, body(b""), path="/\ufffd", raw_path=b"/%ff%E0%A4%95", query_string=b"x=%ff\xff")
    assert app.asked[0]["PATH_INFO"].encode("latin-1") == b"/\xff\xe0\xa4\x95"
    assert app.asked[0]["QUERY_STRING"].encode("latin-1") == b"x=%ff\xff"


def test_head_is_answered_without_content(app: Flask) -> None:
    begun, ended = served(app, body(b""), method="HEAD", path="/healthz")
    assert (begun["status"], ended["body"]) == (200, b"")
    assert int(dict(begun["headers"])[b"content-length"]) > 0


def test_an_error_that_the_application_lets_out_is_logged_without_its_values(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_environ: object, _start: object) -> Iterable[bytes]:
        raise ValueError("+919999900001")

    begun, ended = served(broken, body(b""))
    assert (begun["status"], ended["body"]) == (500, asgi.BROKEN.content)
    assert "a request has failed" in caplog.messages


class Closing(list[bytes]):
    """A WSGI application's answer that calls a function when the server closes it."""

    def __init__(self, close: Callable[[], object]) -> None:
        super().__init__([b"said"])
        self.close = close


def closing(close: Callable[[], object]) -> Any:
    def app(_environ: object, start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        return Closing(close)

    return app


def test_what_follows_an_answer_is_done_when_it_has_left() -> None:
    events: list[str] = []

    async def send(message: Message) -> None:
        events.append(message["type"])

    server = AsgiServer(closing(lambda: events.append("closed")), lambda: None)
    serve(server, body(b""), send)
    assert events == ["http.response.start", "http.response.body", "closed"]


def test_what_follows_is_done_though_nobody_takes_the_answer() -> None:
    events: list[str] = []

    async def send(_message: Message) -> None:
        raise ConnectionResetError

    server = AsgiServer(closing(lambda: events.append("closed")), lambda: None)
    with pytest.raises(ConnectionResetError):
        serve(server, body(b""), send)
    assert events == ["closed"]


def test_an_answer_that_breaks_off_is_closed_as_well() -> None:
    closed: list[bool] = []

    class Broken(Closing):
        def __iter__(self) -> Iterator[bytes]:
            raise ValueError

    def app(_environ: object, start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        return Broken(lambda: closed.append(True))

    begun, _ = served(app, body(b""))
    assert (begun["status"], closed) == (500, [True])


def test_a_mistake_in_what_follows_is_logged_and_the_answer_stands(caplog: pytest.LogCaptureFixture) -> None:
    begun, ended = served(closing(lambda: int("+919999900001!")), body(b""))
    assert (begun["status"], ended["body"]) == (200, b"said")
    assert "what follows an answer has failed" in caplog.messages


def test_when_the_server_ends_what_is_pending_is_written() -> None:
    closed: list[bool] = []
    said: list[str] = []
    waiting = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Message:
        return next(waiting)

    async def send(message: Message) -> None:
        said.append(message["type"])

    server = AsgiServer(Application(), lambda: closed.append(True))
    runs(server({"type": "lifespan"}, receive, send))
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert closed == [True]


@pytest.mark.slow
def test_a_request_in_hand_is_answered_though_the_web_is_stopped(services: Services, settings: Settings) -> None:
    with web(services, settings) as running:
        address = ("127.0.0.1", int(urlsplit(running.url).port or 0))
        with socket.create_connection(address, 20) as wire:
            head = b"POST /voice HTTP/1.1\r\nHost: line.example\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
            wire.sendall(head + b"a=")
            assert running.phone.rings().words, "so that the server has read that too"
            running.master.terminate()
            assert until(lambda: not _listens(address))
            wire.sendall(b"12")
            assert wire.makefile("rb").readline() == b"HTTP/1.1 403 Forbidden\r\n", "it is not signed"
        assert running.master.wait(20) == 0


def _listens(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, 5).close()
    except ConnectionRefusedError:
        return False
    return True
