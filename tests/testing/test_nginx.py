"""nginx with the shipped file: a failed webhook is sent to a second host, a form of the desk is not sent twice."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from testing.servers import reserved_port
from testing.servers.nginx import Nginx, NginxUnavailable, nginx
from testing.threads import in_a_thread
from tests.conftest import NO_NGINX, skipped_without


class Host(ThreadingHTTPServer):
    """A host behind nginx that answers each form with its own port, or cuts the connection off after reading it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Form)
        self.cuts_off = False
        self.asked = 0


class _Form(BaseHTTPRequestHandler):
    server: Host

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        if self.server.cuts_off:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(self.server.server_port).encode())

    def log_message(self, *_words: object) -> None:
        """Log no line for a request."""


@contextmanager
def host() -> Iterator[Host]:
    found = Host()
    with in_a_thread(found):
        yield found


@contextmanager
def before(*ports: int) -> Iterator[Nginx]:
    with skipped_without(NginxUnavailable, NO_NGINX), nginx(ports) as proxy:
        yield proxy


def sends(proxy: Nginx, path: str) -> tuple[int, str]:
    """Send a form through nginx to a host; return the status and the words of the answer."""
    connection = HTTPConnection("127.0.0.1", proxy.port, timeout=10)
    try:
        connection.request("POST", path, b"x=1", {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/voice", "/voice/main?t=x", "/voice/status", "/voice/fallback"])
def test_a_webhook_that_one_host_cuts_off_is_answered_by_the_other(path: str) -> None:
    with host() as well, host() as ill, before(ill.server_port, well.server_port) as proxy:
        ill.cuts_off = True
        assert {sends(proxy, path) for _ in range(4)} == {(200, str(well.server_port))}
        assert ill.asked, "it was tried"


def test_a_form_of_the_desk_is_sent_once_but_goes_on_where_nobody_took_it() -> None:
    with host() as well, host() as ill, before(ill.server_port, well.server_port) as proxy:
        ill.cuts_off = True
        found = [sends(proxy, "/desk/new")[0] for _ in range(2)]
        assert sorted(found) == [200, 502]
        assert ill.asked + well.asked == 2, "none came twice"
    with reserved_port() as nobody, host() as well, before(nobody, well.server_port) as proxy:
        assert {sends(proxy, "/desk/new")[0] for _ in range(4)} == {200}


def test_hosts_that_have_all_failed_are_asked_again_at_once() -> None:
    with host() as one, host() as other, before(one.server_port, other.server_port) as proxy:
        one.cuts_off = other.cuts_off = True
        assert {sends(proxy, "/voice")[0] for _ in range(6)} == {502}
        one.cuts_off = other.cuts_off = False
        assert sends(proxy, "/voice")[0] == 200


def test_a_host_that_is_left_out_is_not_asked_until_it_is_put_back() -> None:
    with host() as one, host() as other, before(one.server_port, other.server_port) as proxy:
        proxy.leave_out(one.server_port)
        assert {sends(proxy, "/voice")[1] for _ in range(4)} == {str(other.server_port)}
        proxy.leave_out()
        assert len({sends(proxy, "/voice")[1] for _ in range(4)}) == 2
