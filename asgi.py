"""Builds the web application for a web server that speaks ASGI. wsgi.py builds it for `flask --app wsgi`."""
# ruff: noqa: E402 - importing takes a second, during which a request to stop should end us

import signal

# A server that forks its workers leaves them its own handler, which would only note the request.
signal.signal(signal.SIGTERM, signal.SIG_DFL)

import wsgi
from ivr.web.asgi import AsgiServer
from ivr.web.services import NAME
from ivr.web.telephone.door import TelephoneDoor


def create_app() -> AsgiServer:
    """Return the application, or exit with one message about the settings or files that are wrong."""
    app = wsgi.made()  # not quiet, although the server itself is a command
    services = app.extensions[NAME]
    return AsgiServer(app, services.close, door=TelephoneDoor(services), start=services.host_upkeep.start)
