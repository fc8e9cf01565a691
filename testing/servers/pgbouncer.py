"""A real PgBouncer in front of a PostgreSQL of the tests, with default settings except for the pooling mode.

PgBouncer must be installed already. It refuses to run as root: if the tests do, it runs as "nobody".
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from testing.servers import Server, own_folder, reserved_port
from testing.servers.postgres import Postgres, unprivileged

SETTINGS = """\
[databases]
* = host=127.0.0.1 port={behind}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = md5
auth_file = {folder}/users
pool_mode = {mode}
default_pool_size = {sessions}
server_login_retry = 1
"""


class PgBouncerUnavailable(Exception):
    """The error when no PgBouncer can run here; its message says what to install."""


@dataclass(kw_only=True)
class PgBouncer(Server):
    """A PgBouncer (a connection pooler) for tests. Its `url` leads to a PostgreSQL database through the pooler."""

    def answers(self) -> bool:
        """Return whether PgBouncer lets a client into its administration console."""
        try:
            with psycopg.connect(self.to(self.url, "pgbouncer"), connect_timeout=2, autocommit=True) as console:
                return bool(console.execute("SHOW VERSION").fetchone())
        except psycopg.OperationalError:
            return False

    def to(self, url: str, name: str = "") -> str:
        """Return the URL through PgBouncer of the database in `url`, or of the database `name` on the same server."""
        ours, theirs = urlsplit(self.url), urlsplit(url)
        return theirs._replace(netloc=ours.netloc, path=f"/{name}" if name else theirs.path).geturl()


@contextmanager
def pgbouncer(server: Postgres, mode: str = "transaction", sessions: int = 2) -> Iterator[PgBouncer]:
    """Run a PgBouncer in front of a PostgreSQL until the block ends. Raises PgBouncerUnavailable, ServerFailed."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise PgBouncerUnavailable("it is not installed: apt-get install pgbouncer")
    behind, account = urlsplit(server.url), unprivileged()
    with own_folder(account) as folder, reserved_port() as port:
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            SETTINGS.format(behind=behind.port, port=port, folder=folder, mode=mode, sessions=sessions)
            + f"admin_users = {behind.username}\n"
        )
        (folder / "users").write_text(f'"{behind.username}" "{behind.password}"\n')
        account.take(folder)
        url = behind._replace(netloc=f"{behind.username}:{behind.password}@127.0.0.1:{port}").geturl()
        pooler = PgBouncer(url=url, command=[program, str(settings)], folder=folder, account=account)
        try:
            pooler.start()
            yield pooler
        finally:
            pooler.stop()
