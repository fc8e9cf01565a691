"""Strangers who send slowly: no patient waits for them, at the open port or behind each proxy as shipped."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.settings import ROOT, Settings
from ivr.web.services import Services
from testing.servers import reserved_port, until
from testing.slow_strangers import STRANGERS, strangers
from tests.conftest import NO_CADDY, NO_NGINX
from tests.served import Web, Wire, asked, web

pytestmark = pytest.mark.slow

A_CALLER_WAITS = 6.0
"""The most seconds that a caller may wait in these tests: three times what is promised, for a busy machine."""

FEW, MANY = 8, 40
"""The numbers of strangers in these tests. An ordinary web server's threads are all busy with FEW already."""

Front = Callable[[Path, int], AbstractContextManager[int]]
"""A function that runs a proxy in front of the web server on a given port, and yields the proxy's own port."""

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.error.log;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/clinic-line.conf;
}}
"""


@contextmanager
def nothing(_folder: Path, behind: int) -> Iterator[int]:
    yield behind


@contextmanager
def caddy(folder: Path, behind: int) -> Iterator[int]:
    """Run Caddy in front of the port `behind`, with the shipped file but without TLS; yield Caddy's port."""
    if shutil.which("caddy") is None:
        pytest.skip(f"{NO_CADDY}apt-get install caddy")
    words = (ROOT / "ops" / "caddy" / "Caddyfile").read_text()
    with reserved_port() as port:
        words = _replaced(
            words,
            {
                "line.example.org {": f"http://127.0.0.1:{port}, http://line.example:{port} {{",
                "127.0.0.1:8000": f"127.0.0.1:{behind}",
                "/var/log/caddy": str(folder),
                "log default": "admin off\n\tlog default",
            },
        )
        (folder / "Caddyfile").write_text(words)
        with _running(["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"], folder, port):
            yield port


@contextmanager
def nginx(folder: Path, behind: int) -> Iterator[int]:
    """Run the shipped nginx configuration without TLS, in front of the port `behind`; yield the port of nginx."""
    if shutil.which("nginx") is None:
        pytest.skip(f"{NO_NGINX}apt-get install nginx-light")
    words = (ROOT / "ops" / "nginx" / "clinic-line.conf").read_text()
    with reserved_port() as port:
        words = _replaced(
            words,
            {
                "listen 443 ssl http2;": f"listen 127.0.0.1:{port} default_server;",
                "listen 80;": f"listen unix:{folder}/http.sock;",
                "127.0.0.1:8000": f"127.0.0.1:{behind}",
                "/var/log/nginx": str(folder),
            },
        )
        words = re.sub(r"^ *(ssl_.*|listen \[::\].*);$", "", words, flags=re.MULTILINE)
        (folder / "clinic-line.conf").write_text(words)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
        with _running(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)], folder, port):
            yield port


def _replaced(words: str, here: dict[str, str]) -> str:
    for shipped, ours in here.items():
        assert shipped in words
        words = words.replace(shipped, ours)
    return words


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder))
    with (folder / "proxy.log").open("wb") as said:
        child = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, **homes})
        try:
            assert until(lambda: child.poll() is not None or _listens(port))
            assert child.poll() is None, (folder / "proxy.log").read_text()
            yield
        finally:
            child.terminate()
            child.wait(30)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("front", [nothing, caddy, nginx])
def test_beside_slow_strangers_a_call_is_answered_at_once(
    front: Front, services: Services, settings: Settings, tmp_path: Path
) -> None:
    with (
        web(services, settings, TRUSTED_PROXIES="0" if front is nothing else "1") as running,
        front(tmp_path, int(urlsplit(running.url).port or 0)) as port,
    ):
        took = {kind: _took(running, port, kind, MANY) for kind in STRANGERS}
        took["eight"] = _took(running, port, "a body that drips", FEW)
    assert {kind: seconds for kind, seconds in took.items() if seconds > A_CALLER_WAITS} == {}


def _took(running: Web, port: int, kind: str, number: int) -> float:
    """Return the seconds that a call of three steps takes while this many strangers of this kind hold connections."""
    phone = replace(running.phone, base=f"http://127.0.0.1:{port}")
    with strangers(port, kind, number):
        began = time.monotonic()
        assert isinstance(phone, Wire)
        assert "timings" in phone.rings().press("4").words
        took = time.monotonic() - began
        assert asked(f"{phone.base}/healthz").status_code == 200
    return took
