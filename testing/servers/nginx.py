"""A real nginx with the shipped configuration on a port of its own, for tests; the hosts behind it can be changed.

nginx must be installed already; this module does not install it. If the tests run as root, nginx runs as "nobody".
"""

import re
import shutil
import signal
import socket
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from config.settings import ROOT
from testing.servers import Server, ServerFailed, family, own_folder, reserved_port, until
from testing.servers.postgres import unprivileged

SHIPPED = ROOT / "ops" / "nginx" / "clinic-line.conf"
FALLBACK = ROOT / "ops" / "fallback"

AROUND = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/clinic-line.conf;
}}
"""

ONE = "server 127.0.0.1:8000 max_fails=0;"
SEVERAL = ("server 127.0.0.1:{} max_fails=3 fail_timeout=3s{};", "server 127.0.0.1:{} max_fails=0 backup{};")
"""The two lines of nginx's configuration for each of several hosts, instead of the shipped line for one host.

docs/deploy.md has the same lines.
"""


class NginxUnavailable(Exception):
    """The error when no nginx can run here; its message says what to install."""


@dataclass(kw_only=True)
class Nginx(Server):
    """An nginx for tests, in front of hosts of the service; it listens without TLS."""

    port: int
    hosts: Sequence[int] = ()
    """The ports of the hosts to which nginx passes requests, one for each host."""

    orphans_end: ClassVar[signal.Signals] = signal.SIGTERM

    def answers(self) -> bool:
        """Return whether nginx takes a connection at its port."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
        except OSError:
            return False
        return True

    def leave_out(self, *out: int) -> None:
        """Have nginx pass requests to all hosts but these; return once it does so. Raises ServerFailed."""
        self.write(out)
        if self._process is None:
            return
        master, *before = family(self._process.pid)
        self._process.send_signal(signal.SIGHUP)
        if not until(lambda: len(now := family(master)) > 1 and not set(before) & set(now)):
            raise ServerFailed("nginx did not take its new configuration")

    def write(self, out: Collection[int] = ()) -> None:
        """Write nginx's configuration: the shipped file, but with addresses and paths of this machine and without TLS.

        Hosts whose ports are in `out` get no requests. Raises LookupError if the shipped file lacks a text to replace.
        """
        hosts = "\n".join(line.format(port, " down" if port in out else "") for line in SEVERAL for port in self.hosts)
        words = SHIPPED.read_text()
        for shipped, here in {
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} default_server;",
            "listen 80;": f"listen unix:{self.folder}/http.sock;",
            ONE: hosts,
            "/var/log/nginx": str(self.folder),
            "/opt/clinic-line/ops/fallback": str(self.folder),
        }.items():
            if shipped not in words:
                raise LookupError(f"{SHIPPED.name} has no {shipped}")
            words = words.replace(shipped, here)
        words = re.sub(r"^ *(ssl_.*|listen \[::\].*);$", "", words, flags=re.MULTILINE)
        (self.folder / "clinic-line.conf").write_text(words)
        (self.folder / "nginx.conf").write_text(AROUND.format(folder=self.folder))
        shutil.copytree(FALLBACK, self.folder, dirs_exist_ok=True)
        self.account.take(self.folder)


@contextmanager
def nginx(hosts: Sequence[int]) -> Iterator[Nginx]:
    """Run an nginx that passes requests to these hosts until the block ends. Raises NginxUnavailable, ServerFailed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
    if program is None:
        raise NginxUnavailable("nginx is not installed: apt-get install nginx-light")
    account = unprivileged()
    with own_folder(account) as folder, reserved_port() as port:
        proxy = Nginx(
            url=f"http://127.0.0.1:{port}",
            command=_command(program, folder),
            folder=folder,
            account=account,
            port=port,
            hosts=hosts,
        )
        proxy.write()
        try:
            proxy.start()
            yield proxy
        finally:
            proxy.stop()


def _command(program: str, folder: Path) -> list[str]:
    return [program, "-e", f"{folder}/early.log", "-c", f"{folder}/nginx.conf", "-p", str(folder)]
