"""Answers the webhooks of a call: an incoming call, its steps, its end, and the fallback where we cannot be reached.

Each function takes an event, asks the engine for the call's next turn, does what the turn needs of the stores, and
answers with the carrier's document. No Flask: webhooks.py has the routes.
"""

import logging
import traceback
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ivr.carrier.addresses import INCOMING, Addresses
from ivr.carrier.leg import Leg
from ivr.carrier.port import Answer
from ivr.desk.call_limits import IncomingCall
from ivr.desk.missed.how_far import OVER_LIMIT
from ivr.line.engine.call import begin, press, resume
from ivr.line.menu import MENU, SCREENING, START
from ivr.line.places import Ringing
from ivr.line.turn import Call, Turn
from ivr.metrics.table import CALLS
from ivr.reports.call_records import Trace
from ivr.web.services import Services
from ivr.web.telephone.actions import STORED, NeedsStore, done_for, facts_of, sender
from ivr.web.telephone.call_log import leave_end, leave_fault, trace_of
from ivr.web.telephone.call_urls import CallUrls
from ivr.web.telephone.missed import note_missed
from ivr.web.telephone.retry import AGAIN, once_more
from ivr.web.telephone.webhook import VerifiedWebhook, Webhook

log = logging.getLogger(__name__)

LEG = "screen"
"""The last part of the URLs of the reception's leg. No place of the menu has this name."""


class WebhookAnswer(NamedTuple):
    """The answer to a webhook, and the trace that the webhook leaves."""

    body: str
    content_type: str
    status: int = 200
    trace: Trace | None = None
    """The trace to write when the answer has gone out, so that the record tells what was heard."""


def ring(here: Services, asked: VerifiedWebhook) -> WebhookAnswer:
    """Answer the webhook of an incoming call with the first turn."""
    called = asked.event
    line = here.clinic.line_rung(called.called, called.forwarded_from)
    log.info("call %s: comes in on line %s", called.call_id, line.key)
    forwarded = here.clinic.dialling.is_ours(called.sender)
    incoming = IncomingCall(called.call_id, line.key, sender(here, called), forwarded)
    known = here.telephone.callers.of(incoming.caller, line, here.clock())
    over = here.telephone.limits.over(incoming, here.clock()) or known.is_blocked
    if known.is_blocked:
        log.warning("call %s: comes from a blocked number", called.call_id)
    language = _spoken(here, known.language) or line.language
    call = Call(line.key, language, START, over_limit=over)
    facts = facts_of(here, call, called)
    call = call.but(own=known.own) if facts.caller else call  # who cannot be called back, changes nothing
    if not asked.webhook.path.startswith(AGAIN):  # a call that begins again after a fault was counted
        here.operations.counters.count(CALLS, line=line.key, language=call.language)
    return _heard(here, asked, begin(call, facts), *((OVER_LIMIT,) if over else ()))


def step(here: Services, asked: VerifiedWebhook, place: str, *, at_once: bool = False) -> WebhookAnswer:
    """Answer a step of a call: a pressed key, silence, or the report that a call to the reception is over.

    With `at_once`, raises NeedsStore before anything is done if a store is needed.
    """
    call = _call(here, asked, place)
    facts = facts_of(here, call, asked.event, at_once=at_once)
    if isinstance(MENU.get(call.place), Ringing):
        outcome = "talked" if asked.event.talked else "unanswered"
        return _heard(here, asked, resume(call, outcome, facts), outcome)
    turn = press(call, asked.keys, facts)
    if at_once and isinstance(turn.wait, STORED):
        raise NeedsStore
    done = done_for(here, turn, facts, asked)
    return _heard(here, asked, done, *(turn.through if done is not turn else ()))


def answered(here: Services, asked: VerifiedWebhook) -> WebhookAnswer:
    """Answer the webhook of a reception telephone that was picked up, with the question to take the call."""
    return _told(_answer(here, asked.webhook, Leg(_call(here, asked, LEG).at(LEG), SCREENING, begins=True)))


def screened(here: Services, asked: VerifiedWebhook) -> WebhookAnswer:
    """Answer the webhook of a key or of silence on the reception's leg."""
    return _told(_answer(here, asked.webhook, Leg(_call(here, asked, LEG), SCREENING, pressed=asked.keys)))


def status(here: Services, asked: VerifiedWebhook) -> WebhookAnswer:
    """Answer a report of a call's status. If the call has ended, record that, and tell the desk if it was missed."""
    told = asked.event
    log.info("call %s: is %s", told.call_id, _word(told.status))
    if told.ended:
        leave_end(here, told)
        note_missed(here, told)
    return WebhookAnswer("", "text/html; charset=utf-8", 204)


ANSWERS: Mapping[str, Callable[[Services, VerifiedWebhook], WebhookAnswer]] = {
    INCOMING: ring,
    AGAIN: ring,
    "/voice/answered": answered,
    f"/voice/{LEG}": screened,
    f"{AGAIN}/{LEG}": screened,
    "/voice/status": status,
}
"""The functions that answer the webhooks whose path names no place of the menu, by that path."""

ASK_NO_STORE = (answered, screened)


def answer(here: Services, asked: VerifiedWebhook, *, at_once: bool = False) -> WebhookAnswer:
    """Answer any signed webhook of a call, by its path. With `at_once`, raises NeedsStore if a store is needed."""
    path = asked.webhook.path.rstrip("/")
    answers = ANSWERS.get(path)
    if answers is None:
        return step(here, asked, path.rpartition("/")[2], at_once=at_once)
    if at_once and answers not in ASK_NO_STORE:
        raise NeedsStore
    return answers(here, asked)


def fallback(here: Services, webhook: Webhook, failed: str) -> WebhookAnswer:
    """Answer a carrier that had no good answer from us: an apology, then the failed step once more.

    `failed` is the address that the carrier says has failed, or empty.
    """
    again = once_more(failed)
    return _told(webhook.carrier(here).fault(here.settings.public_base_url + again if again else None))


def at_fault(here: Services, webhook: Webhook, asked: VerifiedWebhook | None, error: Exception) -> WebhookAnswer:
    """Answer a webhook that failed by an error of ours: an apology, after which the carrier posts the step once more.

    The log gets only the type of the error and its place in the code, since the error's message may be personal.
    """
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("a webhook of place %s failed: %s\n%s", _word(webhook.path), type(error).__name__, where)
    leave_fault(here, asked.event if asked else None, webhook.address)
    return fallback(here, webhook, webhook.address)


def _call(here: Services, asked: VerifiedWebhook, place: str) -> Call:
    """Return the call that this webhook's URL describes. A default replaces an unknown line or language."""
    call = _urls(here).call(place, asked.webhook.args)
    line = here.clinic.line(call.line)
    return call.but(line=line.key, language=_spoken(here, call.language) or line.language)


def _spoken(here: Services, language: str) -> str:
    """Return this language if the service speaks it, else an empty string."""
    return language if language in here.script.languages else ""


def _heard(here: Services, asked: VerifiedWebhook, turn: Turn, *before: str) -> WebhookAnswer:
    """Return the answer that speaks a turn, with its trace; `before` are the places and outcomes before the turn."""
    found = _answer(here, asked.webhook, turn)
    return WebhookAnswer(found.body, found.content_type, trace=trace_of(here, asked, turn, before))


def _answer(here: Services, webhook: Webhook, heard: Turn | Leg) -> Answer:
    urls = _urls(here)
    return webhook.carrier(here).document(heard, Addresses(urls.step, urls.silence, urls.answered))


def _urls(here: Services) -> CallUrls:
    return CallUrls(here.telephone.cipher, here.settings.public_base_url)


def _told(found: Answer) -> WebhookAnswer:
    return WebhookAnswer(found.body, found.content_type)


def _word(written: str) -> str:
    """Return a text that came with a webhook as one word for the log, without letters that could forge a log line."""
    return "".join(letter for letter in written if letter.isalnum() or letter in "-/_")[:40]
