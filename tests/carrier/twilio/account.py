"""An account at Twilio for tests: a stand-in's account behind a proxy.

The proxy passes every request on, and remembers which settings of the numbers were changed. An answer of the stand-in
lacks a number's fallback address. The proxy adds that address, as Twilio itself shows it.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

from testing.threads import in_a_thread
from tests.people import TOKEN

ACCOUNT = "AC" + "1" * 32
"""The SID of an account, obviously made up, which the stand-in knows."""

NUMBERS = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers"

NOT_KEPT = {
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
    "VoiceApplicationSid": "voice_application_sid",
    "TrunkSid": "trunk_sid",
}
"""The fields of a number that Twilio keeps and the stand-in does not, each with its name in Twilio's answers."""


@dataclass
class Account:
    """An account at Twilio for tests: the stand-in's account, and the changes that went to it through the proxy."""

    behind: str
    """The address of the stand-in, to which this account's proxy passes every request on."""
    url: str = ""
    changes: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """The changes to numbers that were posted to the account, each as the number's SID and the form."""
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    """For each number, by its SID, the fields that the proxy stores because the stand-in does not."""

    def buys(self, e164: str, **fields: str) -> str:
        """Add a number to the account, as if somebody had set it up in Twilio's console; return its SID."""
        found = self._asked(f"{NUMBERS}.json", {"PhoneNumber": e164, **fields})
        self.kept[found["sid"]] = {NOT_KEPT[name]: value for name, value in fields.items() if name in NOT_KEPT}
        return str(found["sid"])

    def number(self, e164: str) -> dict[str, Any]:
        """Return this number as Twilio's API describes it."""
        (found,) = [each for each in self._all() if each["phone_number"] == e164]
        return found | self.kept.get(found["sid"], {})

    def is_rung(self, called: str, caller: str) -> str:
        """Have somebody call a number of the account.

        Return the call's SID once the service has answered the webhook.
        """
        return str(self._asked("/_twilio/simulate/inbound-call", {"To": called, "From": caller})["sid"])

    def ends(self, call_id: str) -> None:
        """End the call with this SID; return once the service has answered the status callback."""
        self._asked("/_twilio/simulate/call-status", {"CallSid": call_id, "Status": "completed"})

    def gives_up(self) -> None:
        """Delete all numbers of the account."""
        for each in self._all():
            self._asked(f"{NUMBERS}/{each['sid']}.json", method="DELETE")

    def _all(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._asked(f"{NUMBERS}.json?PageSize=1000")["incoming_phone_numbers"]
        return found

    def _asked(self, path: str, form: dict[str, str] | None = None, method: str | None = None) -> dict[str, Any]:
        signed_in = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        body = urlencode(form).encode() if form else None
        request = Request(f"{self.behind}{path}", body, {"Authorization": f"Basic {signed_in}"}, method=method)  # noqa: S310
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server
            found: dict[str, Any] = json.loads(answer.read() or b"{}")
        return found

    def passes(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> tuple[int, bytes]:
        """Pass a request on to the stand-in; return the status and the answer, completed by the proxy's fields."""
        try:
            with urlopen(Request(f"{self.behind}{path}", body, headers, method=method), timeout=10) as answer:  # noqa: S310
                status, said = answer.status, json.loads(answer.read())
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read()
        if body is not None:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True))
            self.changes.append((said["sid"], form))
            known = {NOT_KEPT[name]: value for name, value in form.items() if name in NOT_KEPT}
            self.kept.setdefault(said["sid"], {}).update(known)
        for number in said.get("incoming_phone_numbers", [said]):
            number.update(self.kept.get(number["sid"], {}))
        return status, json.dumps(said).encode()


@contextmanager
def account_at(stand_in: str) -> Iterator[Account]:
    """Empty the account of the Twilio stand-in, run a proxy to it until the block ends, and yield the account."""
    account = Account(stand_in)
    account.gives_up()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes | None) -> None:
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type") if self.headers[name]}
            status, said = account.passes(self.command, self.path, headers, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Log no line for a request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    account.url = f"http://127.0.0.1:{server.server_port}"
    with in_a_thread(server):
        yield account
