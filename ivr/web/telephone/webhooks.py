"""The routes of the carrier's webhooks in Flask, and their guard. door.py answers signed ones without Flask."""

from functools import partial

from flask import Blueprint, Response, abort, g, request
from werkzeug.exceptions import HTTPException

from config import logs
from ivr.carrier.port import CallEvent, Malformed, NotSigned
from ivr.metrics.table import SIGNATURES
from ivr.web.guards import guarded_by, open_to_all
from ivr.web.services import services
from ivr.web.telephone import answers
from ivr.web.telephone.answers import WebhookAnswer
from ivr.web.telephone.call_log import leave_fault
from ivr.web.telephone.retry import AGAIN
from ivr.web.telephone.webhook import MOST_FIELDS, VerifiedWebhook, Webhook

voice = Blueprint("voice", __name__)


def signed_by_carrier() -> None:
    """Let only the carrier call: 403 for a wrong signature, 400 for a form that lacks a required field."""
    try:
        webhook = _webhook()
        g.signed = VerifiedWebhook(webhook, webhook.read(services()))
    except NotSigned:
        services().operations.counters.count(SIGNATURES)
        abort(403)
    except Malformed as malformed:
        abort(400, f"the form's {malformed} is missing or malformed")
    logs.add(call=g.signed.event.call_id)


@voice.post("/voice")
@voice.post(AGAIN)
@voice.post("/voice/<place>")
@voice.post(f"{AGAIN}/<place>")
@guarded_by(signed_by_carrier)
def signed(**_place: str) -> Response:
    """Answer any webhook that the carrier has signed."""
    return _response(answers.answer(services(), g.signed))


@voice.post("/voice/fallback")
@guarded_by(open_to_all)
def fallback() -> Response:
    """Apologise to a caller whose carrier got no good answer from us, and have it ask for the failed step once more.

    Needs nothing but this process. Anybody may send this request, and gets only the apology.
    """
    here, webhook = services(), _webhook(form=False)
    failed = _failed_at(webhook)
    leave_fault(here, _event_if_signed(), failed)
    return _response(answers.fallback(here, webhook, failed))


@voice.errorhandler(Exception)
def fault(error: Exception) -> Response | HTTPException:
    """Apologise to the caller after an error of ours in a webhook, and have the carrier ask for the step once more."""
    if isinstance(error, HTTPException):
        return error
    g.at_fault = True
    return _response(answers.at_fault(services(), _webhook(form=False), g.get("signed"), error))


def _failed_at(webhook: Webhook) -> str:
    """Return the URL that the carrier reports as failed; an empty text if the request's body cannot be read."""
    try:
        return webhook.carrier(services()).failed_step(request.form)
    except HTTPException:
        return ""


def _event_if_signed() -> CallEvent | None:
    """Return the event of a webhook on a route that is open to all; None if no carrier has signed it."""
    try:
        return _webhook().read(services())
    except (NotSigned, Malformed, HTTPException):
        return None


def _webhook(*, form: bool = True) -> Webhook:
    """Return the webhook of the current request; without `form`, its fields are not read. Raises HTTPException."""
    query = request.query_string.decode("latin-1")
    fields = request.form if form else {}
    if len(fields) > MOST_FIELDS:
        abort(413)
    return Webhook(request.method, request.path, query, dict(request.headers), fields, request.args)


def _response(told: WebhookAnswer) -> Response:
    answer = Response(told.body, told.status, content_type=told.content_type)
    if told.trace:
        answer.call_on_close(partial(services().reports.spool_writer.write, told.trace))
    return answer
