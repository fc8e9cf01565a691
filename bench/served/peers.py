"""Peers of our web application: Flask applications that do nothing, only check the signature, or follow a tutorial.

Each peer runs on the Procfile's server behind our bridge to ASGI, or on a server that speaks WSGI. The tutorial repeats
in our words what the carrier's tutorials show. Sentences and keys are made up.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, request
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from bench.load.webhooks import TOKEN
from ivr.web.asgi import AsgiServer

XML = {"Content-Type": "text/xml; charset=utf-8"}

SAID = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="/voice/main" numDigits="1"><Say>For a call back, '
    "press 2. For advice, press 3. For our timings, press 4.</Say></Gather></Response>"
)

View = Callable[..., Any]


def _signed(view: View) -> View:
    """Return this view with a check before it: 403 for a request whose signature the carrier's validator refuses."""

    @wraps(view)
    def checked(**values: str) -> Any:
        validator = RequestValidator(TOKEN)
        if not validator.validate(request.url, request.form, request.headers.get("X-Twilio-Signature", "")):
            abort(403)
        return view(**values)

    return checked


def _fixed(**_: str) -> Any:
    """Return the same document for every request, whatever was pressed."""
    return SAID, 200, XML


def _tutorial(place: str = "") -> Any:
    """Return the answer that a carrier's tutorial gives to the pressed key, as TwiML that is built anew each time."""
    answer = VoiceResponse()
    pressed = request.form.get("Digits", "") if place else ""
    if pressed == "4":
        answer.say("We are open from nine in the morning until half past eight in the evening, Monday to Saturday.")
    elif pressed == "3":
        answer.say("Move a little every hour. Call the clinic if the pain does not go away within three days.")
    elif pressed == "2":
        answer.say("Thank you. We will call you back on the number that you are calling from.")
    with answer.gather(num_digits=1, action="/voice/main", method="POST") as gather:
        gather.say("For a call back, press 2. For advice, press 3. For our timings, press 4.")
    answer.redirect("/voice")
    return str(answer), 200, XML


def _app(view: View) -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/voice", "ring", view, methods=["POST"])
    app.add_url_rule("/voice/<place>", "step", view, methods=["POST"])
    app.add_url_rule("/healthz", "health", lambda: "")
    return app


def _through_our_bridge(app: Flask) -> AsgiServer:
    return AsgiServer(app, lambda: None)


def bare() -> AsgiServer:
    """Return the peer whose view does nothing and checks nothing."""
    return _through_our_bridge(_app(_fixed))


def checks_only() -> AsgiServer:
    """Return the peer that checks the request's signature and does nothing else."""
    return _through_our_bridge(_app(_signed(_fixed)))


def tutorial_unchecked() -> AsgiServer:
    """Return the peer that answers as the carrier's tutorial does, and checks no signature."""
    return _through_our_bridge(_app(_tutorial))


def tutorial() -> AsgiServer:
    """Return the peer that follows the carrier's tutorial and checks signatures with the carrier's own validator."""
    return _through_our_bridge(_app(_signed(_tutorial)))


def tutorial_wsgi() -> Flask:
    """Return, for web servers that speak WSGI, the peer that follows the carrier's tutorial and checks signatures."""
    return _app(_signed(_tutorial))
