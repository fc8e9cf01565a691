"""Starts the whole service: settings, port, Redis, tables, processes.

Builds the parts, and turns an error into one line and an exit code.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import PIPE

from config.carrier_settings import CarrierSetting
from config.settings import BadSettings, Settings, read
from ivr.supervisor import port, process_group, procfile
from ivr.supervisor.embedded_redis import EmbeddedRedis, find_binary
from ivr.supervisor.errors import CannotStart
from ivr.supervisor.first_run import write_env
from ivr.supervisor.folders import private
from ivr.supervisor.migration import Migration
from ivr.supervisor.output import Say
from ivr.supervisor.process_group import Begin
from ivr.supervisor.readiness import Readiness
from ivr.supervisor.signals import Signals
from ivr.supervisor.supervise import Patience, SupervisedParts, supervise

AS_SHIPPED = Patience()

BROWSER_PHONE = "  call it     {url}/phone?key={key}    (in the browser, no telephone needed)\n"
"""The line of the guide about the telephone in the browser, which production does not have."""

GUIDE = """\
The line can be rung.
{browser_phone}\
  the desk    {url}/desk    (your login: .venv/bin/flask --app wsgi staff add NAME)
  the phone   {prefix}make phone    calls the line from a terminal
  Ctrl-C      stops everything"""


@dataclass(frozen=True)
class Program:
    """The values that an entry point passes to the supervisor: a command, settings, a function and time limits."""

    upgrade: Sequence[str]
    """The command that brings the database up to date."""
    carriers: Sequence[CarrierSetting]
    begin: Begin = process_group.begin
    """The function that starts a process from its command. The command is one of the Procfile, or `upgrade`."""
    patience: Patience = AS_SHIPPED


def run(root: Path, environ: Mapping[str, str], say: Say, program: Program) -> int:
    """Run the Procfile of the project's folder `root` until a stop is asked for; return the exit code.

    The code is 0 after a stop, and 2 if the settings or the machine forbid a start.
    """
    try:
        write_env(root / ".env", environ, say, program.carriers)
        settings = _with_phone_key(read(environ, root / ".env", carriers=program.carriers))
        parts = _parts(root, environ, settings, say, program)
        with Signals() as signals:
            supervise(parts, signals, say)
    except (BadSettings, CannotStart) as refused:
        say(str(refused))
        return 2
    return 0


def _parts(root: Path, environ: Mapping[str, str], settings: Settings, say: Say, program: Program) -> SupervisedParts:
    given = {**environ, "PHONE_KEY": settings.phone_key}
    surroundings = procfile.environment(given, root / ".env", settings.bind, settings.port)
    port.check(settings.bind, settings.port)
    private(settings.state_dir)
    return SupervisedParts(
        redis=_redis(settings, say, program.patience),
        tables=Migration("tables", partial(program.begin, program.upgrade, root, surroundings, output=PIPE), say),
        children=procfile.children(root, surroundings, say, program.begin),
        readiness=Readiness(settings.local_url, guide(settings), say),
        patience=program.patience,
    )


def _with_phone_key(settings: Settings) -> Settings:
    """Return the settings with the secret key of the browser's telephone, made new if unset, empty in production."""
    key = "" if settings.production else settings.phone_key or secrets.token_urlsafe(9)
    return settings.model_copy(update={"phone_key": key})


def _redis(settings: Settings, say: Say, patience: Patience) -> EmbeddedRedis | None:
    if not settings.embedded_redis:
        return None
    return EmbeddedRedis(find_binary(), settings.state_dir, settings.redis_socket, say, patience)


def guide(settings: Settings) -> str:
    """Return the words on the terminal once the service is ready: how to ring it, where the desk is, how to stop."""
    prefix = "" if settings.port == 8000 else f"PORT={settings.port} "
    url = settings.public_base_url
    browser_phone = "" if settings.production else BROWSER_PHONE.format(url=settings.local_url, key=settings.phone_key)
    return GUIDE.format(url=url, prefix=prefix, browser_phone=browser_phone)
