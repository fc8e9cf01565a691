"""Waits until the line can be called, and says which part is not ready.

Asks over HTTP. Decides nothing. Uses http.client: requests would take 5 MB for as long as the service runs.
"""

import http.client
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from ivr.supervisor.output import Say

TIMEOUT = 30.0
"""Seconds after which the terminal is told, once, which parts are not ready."""


class Readiness:
    """Watches /readyz until it answers 200, then prints `guide`, the words on how to ring the line.

    If that takes long, prints once which parts are not ready.
    """

    def __init__(self, url: str, guide: str, say: Say) -> None:
        self._url = url
        self._guide = guide
        self._say = say
        self._since: float | None = None
        self.reached = self.late = False

    def tick(self, now: float) -> None:
        """Ask the web process at /readyz, until it has answered 200 once. `now` is monotonic, in seconds."""
        if self.reached:
            return
        self._since = now if self._since is None else self._since
        missing = missing_parts(self._url)
        if not missing:
            self.reached = True
            self._say(self._guide)
        elif now - self._since >= TIMEOUT and not self.late:
            self.late = True
            self._say(f"Not ready after {TIMEOUT:.0f} s: {missing}. Still trying.")


def missing_parts(url: str) -> str:
    """Return, in words, the parts of the service that /readyz reports as not ready; empty if all are ready."""
    wire = http.client.HTTPConnection(urlsplit(url).netloc, timeout=2)
    try:
        wire.request("GET", "/readyz")
        answer = wire.getresponse()
        return "" if answer.status == 200 else _complaints(answer.status, answer.read())
    except (OSError, http.client.HTTPException):
        return "web does not answer"
    finally:
        wire.close()


def _complaints(status: int, body: bytes) -> str:
    try:
        parts = json.loads(body)
    except ValueError:
        parts = None
    if not isinstance(parts, Mapping):
        return f"web answers {status}"
    return ", ".join(f"{part}: {state}" for part, state in parts.items() if state != "well") or f"web answers {status}"
