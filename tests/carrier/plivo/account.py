"""A stand-in for Plivo's REST API: numbers, applications and messages, in the form that Plivo's library expects.

The stand-in knows the fields that may be set and refuses any other. A list comes in pages of twenty, each with the
address of the next page; one of messages has those of the last day, if it is not asked for another time.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.answering import answering
from tests.people import DELHI, TOKEN

AUTH_ID = "MA0000000000000000EX"
"""The id of an account in Plivo's form, obviously made up."""

PAGE = 20

MAY_BE_SET = {
    "Application": {
        *("app_name", "answer_url", "answer_method", "fallback_answer_url", "fallback_method"),
        *("hangup_url", "hangup_method", "message_url", "message_method", "subaccount"),
    },
    "Number": {"app_id", "subaccount", "alias"},
    "Message": {"src", "dst", "text", "type", "url", "method", "log"},
}


@dataclass
class PlivoStandInAccount:
    """A stand-in account at Plivo: its numbers, applications and messages, and the changes made to them."""

    url: str = ""
    numbers: list[dict[str, Any]] = field(default_factory=list)
    applications: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    changes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """The changes made to the account, in order: the path below the account, and the fields."""
    now: datetime = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    """The moment that the account's clock shows."""
    fails_with: int = 0
    """The HTTP status that answers every change, although the change is made; 0 for the correct status."""

    def rents(self, e164: str, application: str = "") -> None:
        """Add a number to the account, which leads to the application with this id, or to none."""
        leads_to = f"/v1/Account/{AUTH_ID}/Application/{application}/" if application else None
        self.numbers.append({"number": e164.removeprefix("+"), "application": leads_to, "number_type": "local"})

    def has_application(self, name: str, **fields: str) -> str:
        """Add an application to the account and return its id."""
        found = {"app_id": str(1_000 + len(self.applications)), "app_name": name, "enabled": True, **fields}
        self.applications.append(found)
        return str(found["app_id"])

    def leads(self, e164: str) -> dict[str, Any]:
        """Return the application to which this number leads; empty if it leads to none."""
        (number,) = [each for each in self.numbers if each["number"] == e164.removeprefix("+")]
        found = [each for each in self.applications if str(number["application"]).endswith(f"/{each['app_id']}/")]
        return found[0] if found else {}

    def answers(self, request: Request) -> Response:
        """Return the answer of Plivo's API to a request: its status and its body."""
        signed_in = base64.b64encode(f"{AUTH_ID}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {signed_in}":
            return _json({"error": "authentication failed"}, 401)
        before, _, rest = request.path.partition(f"/v1/Account/{AUTH_ID}/")
        kind, _, name = rest.strip("/").partition("/")
        if before or kind not in MAY_BE_SET or not request.path.endswith("/"):
            return _json({"error": "not found"}, 404)
        if request.method == "GET":
            return self._listed(kind, request)
        fields = json.loads(request.data)
        if fields.keys() - MAY_BE_SET[kind] or (kind == "Application" and name and "app_name" in fields):
            return _json({"error": "unknown parameter"}, 400)
        self.changes.append((rest.strip("/"), fields))
        done = getattr(self, f"_{kind.lower()}")(name, fields)
        return _json({"error": "internal"}, self.fails_with) if self.fails_with else done

    def _listed(self, kind: str, request: Request) -> Response:
        kept = {"Number": self.numbers, "Application": self.applications, "Message": self.messages[::-1]}[kind]
        to = request.args.get("to_number")
        all_of_them = [each for each in kept if to in {None, each.get("to_number")}]
        if kind == "Message":
            since = request.args.get("message_time__gte")
            first = datetime.fromisoformat(f"{since}Z") if since else self.now - timedelta(days=1)
            all_of_them = [each for each in all_of_them if datetime.fromisoformat(each["message_time"]) >= first]
        offset = int(request.args.get("offset", 0))
        more = offset + PAGE < len(all_of_them)
        onward = f"{request.path}?limit={PAGE}&offset={offset + PAGE}" if more else None
        meta = {"limit": PAGE, "offset": offset, "next": onward, "total_count": len(all_of_them)}
        return _json({"api_id": "x", "meta": meta, "objects": all_of_them[offset : offset + PAGE]})

    def _application(self, name: str, fields: dict[str, Any]) -> Response:
        if not name:
            made = self.has_application(**{"name": fields.pop("app_name"), **fields})
            return _json({"message": "created", "app_id": made, "api_id": "x"}, 201)
        (found,) = [each for each in self.applications if each["app_id"] == name]
        found.update(fields)
        return _json({"message": "changed", "api_id": "x"}, 202)

    def _number(self, name: str, fields: dict[str, Any]) -> Response:
        (found,) = [each for each in self.numbers if each["number"] == name]
        found["application"] = f"/v1/Account/{AUTH_ID}/Application/{fields['app_id']}/"
        return _json({"message": "changed", "api_id": "x"}, 202)

    def _message(self, _name: str, fields: dict[str, Any]) -> Response:
        order = {"to_number": fields["dst"], "from_number": fields["src"], "message_state": "queued"}
        when = self.now.astimezone(DELHI).isoformat(" ", "seconds")
        more = {"message_direction": "outbound", "message_uuid": str(len(self.messages)), "message_time": when}
        self.messages.append({**order, **more})
        return _json({"message": "message(s) queued", "message_uuid": ["x"], "api_id": "x"}, 202)


def _json(what: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(what), status, content_type="application/json")


@contextmanager
def plivo_account() -> Iterator[PlivoStandInAccount]:
    """Serve Plivo's API with an empty account, until the end of the block."""
    account = PlivoStandInAccount()

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return account.answers(Request(environ))(environ, start)

    with answering(app) as url:
        account.url = url
        yield account
