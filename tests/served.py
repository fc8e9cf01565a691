"""The web as it really runs: the Procfile's own command, with its several processes, and a telephone that calls it."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil
from werkzeug.datastructures import Headers
from werkzeug.serving import make_server
from werkzeug.test import EnvironBuilder, TestResponse

from config.settings import ROOT, Settings
from ivr.app import create_app
from ivr.supervisor import procfile
from ivr.supervisor.procfile import LINE
from ivr.web.services import Services
from testing.servers import reserved_port, until
from testing.threads import in_a_thread
from tests.people import Phone
from tests.web import environment, service

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class InHand:
    """A WSGI application that counts the requests it has not finished, so that a server can wait for their end."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app
        self._requests: set[object] = set()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        request = object()
        self._requests.add(request)
        try:
            with ExitStack() as after:
                answer = self._app(environ, start)
                after.callback(getattr(answer, "close", bool))
                return list(answer)
        finally:
            self._requests.discard(request)

    def are_done(self) -> bool:
        """Wait until no request runs, not even one whose browser has gone; return False after the time limit."""
        return until(lambda: not self._requests)


@contextmanager
def serving(listening: socket.socket, app: Wsgi) -> Iterator[None]:
    """Serve a WSGI application on this listening socket, in the test's process, until the block ends."""
    in_hand = InHand(app)
    server = make_server("127.0.0.1", 0, in_hand, threaded=True, fd=listening.fileno())
    try:
        with in_a_thread(server):
            yield
    finally:
        assert in_hand.are_done()


@contextmanager
def rung_by_itself(
    tmp_path: Path, database_url: str, redis_url: str, clock: Callable[[], datetime], **more: str
) -> Iterator[Phone]:
    """Yield a telephone at a service whose settings name its own port, so that its pages and commands can call it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with (
            service(tmp_path, database_url, redis_url, clock, PUBLIC_BASE_URL=base, **more) as phone,
            serving(listening, phone.app),
        ):
            yield phone


@dataclass
class Wire(Phone):
    """A telephone whose webhooks reach the service over HTTP, and not within the process."""

    base: str = ""

    def unsigned(self, path: str, form: Mapping[str, str], **headers: str) -> TestResponse:
        return asked(self.base + self.within(path), urlencode(form).encode(), **headers)


def asked(url: str, body: bytes | None = None, **headers: str) -> TestResponse:
    """Send a request to a server over HTTP; return the answer, also if its status is an error."""
    named = {name.replace("_", "-"): words for name, words in headers.items()}
    try:
        with urlopen(Request(url, data=body, headers=named), timeout=20) as answer:  # noqa: S310 - our own server
            return _response(answer.read(), answer.status, answer.headers.items())
    except HTTPError as refused:
        with refused:
            return _response(refused.read(), refused.code, refused.headers.items())


def _response(body: bytes, status: int, headers: Iterable[tuple[str, str]]) -> TestResponse:
    return TestResponse([body], str(status), Headers(list(headers)), EnvironBuilder().get_request())


@dataclass
class Web:
    """The web server as it really runs: its address, its log, its processes, and a telephone at it."""

    url: str
    phone: Wire
    log: Path
    master: psutil.Process

    @property
    def processes(self) -> list[psutil.Process]:
        """The processes of the web server that answer requests."""
        return list(self.master.children())

    def loses_one(self) -> None:
        """Kill one of the processes that answer, as the kernel would; wait until the server has started another."""
        doomed = self.processes[0]
        doomed.send_signal(signal.SIGKILL)
        assert until(lambda: len(self.processes) == 2 and doomed not in self.processes)


@contextmanager
def web(services: Services, settings: Settings, **more: str) -> Iterator[Web]:
    """Run the Procfile's web server with these settings, as `make run` starts it, until the block ends."""
    command = dict(LINE.findall((ROOT / "Procfile").read_text()))["web"]
    log = settings.state_dir / "web.log"
    with reserved_port() as port, log.open("w") as said:
        bind = f"127.0.0.1:{port}"
        given = {**environment(settings), "METRICS_TOKEN": settings.metrics_token, **more}
        child = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"],
            cwd=ROOT,
            env=procfile.environment({**os.environ, **given}, settings.state_dir / "none", "127.0.0.1", port),
            stdout=said,
            stderr=said,
        )
        try:
            assert until(lambda: child.poll() is not None or _answers(f"http://{bind}/healthz"))
            assert child.poll() is None, log.read_text()
            yield Web(
                f"http://{bind}", Wire(create_app(services), services, f"http://{bind}"), log, psutil.Process(child.pid)
            )
        finally:
            child.terminate()
            child.wait(30)


def _answers(url: str) -> bool:
    try:
        return asked(url).status_code == 200
    except OSError:  # nobody listens yet
        return False
