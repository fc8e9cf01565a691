"""Builds the web application for a web server that speaks ASGI. wsgi.py builds it for `flask --app wsgi`."""
# ruff: noqa: E402 - importing takes half a second, during which a request to stop should end us

import gc
import signal
from functools import cache


def end_when_asked() -> None:
    """Make SIGTERM end this process, because a forked worker has inherited a handler that only notes the signal."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


end_when_asked()
gc.disable()  # what is loaded is no garbage, and to look for some takes a seventh of the time

import wsgi
from ivr.web.asgi import AsgiServer
from ivr.web.services import NAME
from ivr.web.telephone.door import TelephoneDoor


def create_app() -> AsgiServer:
    """Return the web application for an ASGI server, or exit with a message about wrong settings or files."""
    end_when_asked()  # again: this may be a worker that was forked when all of this was loaded
    return _built()


@cache
def _built() -> AsgiServer:
    """Return the application. The process that calls first builds it; a process forked from that one has it already.

    The application has made no connection and started no thread yet: a thread would not survive a fork.
    """
    app = wsgi.made()  # not quiet, although the server itself is a command
    services = app.extensions[NAME]
    server = AsgiServer(app, services.close, door=TelephoneDoor(services), start=services.host_upkeep.start)
    gc.freeze()  # else the collector would write to each object, and a forked worker have a copy of each
    gc.enable()
    return server
