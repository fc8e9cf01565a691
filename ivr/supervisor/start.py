"""Starts the whole service: settings, port, Redis, schema, processes.

Builds the parts, and turns an error into one line and an exit code.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from config.settings import BadSettings, CarrierSetting, Settings, read
from ivr.supervisor import port, procfile, schema
from ivr.supervisor.embedded_redis import EmbeddedRedis, find_binary
from ivr.supervisor.errors import CannotStart
from ivr.supervisor.first_run import write_env
from ivr.supervisor.folders import private
from ivr.supervisor.output import Say
from ivr.supervisor.readiness import Readiness
from ivr.supervisor.signals import Signals
from ivr.supervisor.supervise import SupervisedParts, supervise

Upgrade = Callable[[Settings, Say], None]
"""Brings the database up to date, and says where it keeps the older state. Raises MigrationRefused."""

BROWSER_PHONE = "  ring it     {url}/phone?key={key}    (in the browser, no telephone needed)\n"
"""Line of the guide in development; production has no telephone in the browser."""

GUIDE = """\
The line can be rung.
{browser_phone}\
  the desk    {url}/desk    (your login: .venv/bin/flask --app wsgi staff add NAME)
  the phone   {prefix}make phone    rings the line from a terminal
  Ctrl-C      stops everything"""


def run(root: Path, environ: Mapping[str, str], say: Say, upgrade: Upgrade, carriers: Sequence[CarrierSetting]) -> int:
    """Run the Procfile of `root` until a stop is asked for.

    Returns 0 after that, 1 if the database cannot be used, 2 if the settings or the machine forbid a start.
    """
    try:
        write_env(root / ".env", environ, say, carriers)
        settings = _with_phone_key(read(environ, root / ".env", carriers=carriers))
        parts = _parts(root, environ, settings, say)
        prepare = partial(schema.bring_up_to_date, settings.database_url, partial(upgrade, settings, say))
        with Signals() as signals:
            supervise(parts, prepare, signals, say)
    except BadSettings as bad:
        say(str(bad))
        return 2
    except CannotStart as refused:
        say(str(refused))
        return refused.code
    return 0


def _parts(root: Path, environ: Mapping[str, str], settings: Settings, say: Say) -> SupervisedParts:
    given = {**environ, "PHONE_KEY": settings.phone_key}
    surroundings = procfile.environment(given, root / ".env", settings.bind, settings.port)
    schema.where(settings.database_url)
    port.check(settings.bind, settings.port)
    private(settings.state_dir)
    return SupervisedParts(
        redis=_redis(settings, say),
        children=procfile.children(root, surroundings, say),
        readiness=Readiness(settings.local_url, guide(settings), say),
    )


def _with_phone_key(settings: Settings) -> Settings:
    """Return the settings with a key for the telephone in the browser, where none is set."""
    key = "" if settings.production else settings.phone_key or secrets.token_urlsafe(9)
    return settings.model_copy(update={"phone_key": key})


def _redis(settings: Settings, say: Say) -> EmbeddedRedis | None:
    if not settings.embedded_redis:
        return None
    return EmbeddedRedis(find_binary(), settings.state_dir, settings.redis_socket, say)


def guide(settings: Settings) -> str:
    """Return the text for a line that is ready: what to do next, the easiest first."""
    prefix = "" if settings.port == 8000 else f"PORT={settings.port} "
    url = settings.public_base_url
    browser_phone = "" if settings.production else BROWSER_PHONE.format(url=settings.local_url, key=settings.phone_key)
    return GUIDE.format(url=url, prefix=prefix, browser_phone=browser_phone)
