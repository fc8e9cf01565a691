"""The telephone's own door: a webhook that a carrier has signed is answered without a framework.

Only a plain POST to an address of a call, as carriers send it, is answered here. Any other request goes through Flask.
So does an unsigned request: only Flask decides what is refused, and how. Through the door or through Flask, the answer
is the same (answers.py); tests/web/telephone/test_door.py sends the same webhooks through both.

A step that needs no store is answered at once. A step that needs a store begins anew in a thread, and waits there.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from config import logs
from ivr.metrics.table import FAULT, OK, label_of
from ivr.web.asgi import Body, Headers, Scope, WholeAnswer, Work
from ivr.web.request_ids import HEADER, id_of
from ivr.web.security import NO_STORE, headers_of_answers
from ivr.web.services import Services
from ivr.web.telephone.actions import NeedsStore
from ivr.web.telephone.answers import WebhookAnswer, answer, at_fault
from ivr.web.telephone.webhook import MOST_FIELDS, VerifiedWebhook, Webhook

ADDRESS = re.compile(rb"/voice(?!/fallback)(/again)?(/[a-z_]{1,40})?")
"""The pattern of the path of a webhook that a carrier signs."""

FORM = "application/x-www-form-urlencoded"

LONGEST = 8 * 1024
"""The most bytes of query and body that the door reads, four times what carriers send. Reading delays every caller."""


class TelephoneDoor:
    """Answers signed webhooks without Flask, by means of the program's services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        always = headers_of_answers(production=services.settings.production)
        self._headers = (*always.items(), ("Cache-Control", NO_STORE))

    def __call__(self, scope: Scope, body: Body) -> WholeAnswer | Work | None:
        """Return a webhook's answer, or the work that makes it if a store is needed; None where Flask must answer."""
        try:
            webhook = _webhook(scope, body)
            if webhook is None or not webhook.carrier(self._services).bears(webhook.headers):
                return None
            began = self._services.clock()
            asked = VerifiedWebhook(webhook, webhook.read(self._services))
        except Exception:  # not signed, malformed, or a mistake of ours: Flask refuses it, or apologizes
            return None
        try:
            return self._answer(asked, began, at_once=True)
        except NeedsStore:
            return partial(self._answer, asked, began)

    def _answer(self, asked: VerifiedWebhook, began: datetime, *, at_once: bool = False) -> WholeAnswer:
        """Return the answer to a signed webhook. With `at_once`, raises NeedsStore if a store is needed."""
        here, request_id = self._services, id_of(asked.webhook.headers.get(HEADER.title(), ""))
        logs.begin(request=request_id, call=asked.event.call_id)
        try:
            told, outcome = _told(here, asked, at_once=at_once)
            here.operations.counters.webhook(here.clock() - began, label_of(asked.webhook.path), outcome)
        finally:
            logs.begin()
        return self._whole(told, request_id)

    def _whole(self, told: WebhookAnswer, request_id: str) -> WholeAnswer:
        content = told.body.encode()
        length: Headers = (("Content-Length", str(len(content))),) if content else ()
        headers = (("Content-Type", told.content_type), *length, *self._headers, (HEADER, request_id))
        written = partial(self._services.reports.spool_writer.write, told.trace) if told.trace else lambda: None
        return WholeAnswer(told.status, headers, content, written)


def _told(here: Services, asked: VerifiedWebhook, *, at_once: bool) -> tuple[WebhookAnswer, str]:
    try:
        return answer(here, asked, at_once=at_once), OK
    except NeedsStore:
        raise
    except Exception as error:  # whatever it is, the caller hears an apology
        return at_fault(here, asked.webhook, asked, error), FAULT


def _webhook(scope: Scope, body: Body) -> Webhook | None:
    """Return the request as a webhook, if it is a usual form posted to a webhook's path; None for any other request."""
    path, query, content = scope.get("raw_path", b""), scope["query_string"], body.content
    if scope["method"] != "POST" or not ADDRESS.fullmatch(path) or body.length != len(content):
        return None
    if len(query) + len(content) > LONGEST:
        return None
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        headers[name.decode("latin-1").title()] = value.decode("latin-1")
    is_form = headers.get("Content-Type", "").partition(";")[0].strip() == FORM
    if not is_form or len(headers) != len(scope["headers"]) or not (content.isascii() and query.isascii()):
        return None
    form, args = _fields(content), _fields(query)
    if len(form) > MOST_FIELDS:
        return None
    return Webhook("POST", path.decode(), query.decode(), headers, form, args)


def _fields(written: bytes) -> Mapping[str, str]:
    """Return the fields of a webhook's form or query, as Flask reads them."""
    pairs = parse_qsl(written.decode(), keep_blank_values=True, errors="werkzeug.url_quote")
    once = dict(pairs)
    return once if len(once) == len(pairs) else MultiDict(pairs)
