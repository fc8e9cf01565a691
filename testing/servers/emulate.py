"""vercel-labs/emulate, a stand-in for Twilio's REST API that other people wrote and that runs on Node.

The stand-in keeps numbers, refuses a wrong token, and sends signed webhooks. Install it by `make test`.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

from config.settings import ROOT
from testing.servers import Server, own_folder, reserved_port

PACKAGE = ROOT / "tests" / "carrier" / "twilio" / "emulate"
PROGRAM = PACKAGE / "node_modules" / "emulate" / "dist" / "index.js"
OLDEST_NODE = 20


class EmulateUnavailable(Exception):
    """The error when the stand-in for Twilio cannot run here; its message says what to install."""


@dataclass(kw_only=True)
class Emulate(Server):
    """The running stand-in for Twilio, with an account that has no numbers yet."""

    def answers(self) -> bool:
        """Return whether the stand-in for Twilio answers over HTTP."""
        try:
            with urlopen(f"{self.url}/_emulate/favicon.ico", timeout=2):  # noqa: S310 - our own server
                return True
        except OSError:
            return False


@contextmanager
def emulate(account: str, token: str) -> Iterator[Emulate]:
    """Run the stand-in for Twilio, whose one account has this token, until the end of the block.

    Raises EmulateUnavailable, ServerFailed.
    """
    node = _node()
    with own_folder() as folder, reserved_port() as port:
        seed = folder / "seed.json"
        seed.write_text(json.dumps({"twilio": {"account": {"sid": account, "auth_token": token}}}))
        command = [node, str(PROGRAM), "start", "--service", "twilio", "--port", str(port), "--seed", str(seed)]
        server = Emulate(url=f"http://127.0.0.1:{port}", command=command, folder=folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _node() -> str:
    node = shutil.which("node")
    if node is None or _version(node) < OLDEST_NODE:
        raise EmulateUnavailable(f"Node {OLDEST_NODE} or newer is needed, with npm: apt-get install nodejs npm")
    if not PROGRAM.is_file():
        raise EmulateUnavailable(f"it is not installed: cd {PACKAGE.relative_to(ROOT)} && npm ci")
    return node


def _version(node: str) -> int:
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=60)
    major = asked.stdout.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0
