"""The service to which `make ring` connects softphones: a running one, or else one that `make ring` starts."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.request import urlopen

from config.settings import ROOT, BadSettings, Settings, read
from ivr.wiring.carriers import SETTINGS
from testing.servers import leash, until


@contextmanager
def the_service(environ: Mapping[str, str], tell: Callable[[str], None]) -> Iterator[Settings]:
    """Yield the settings of the running service; where none runs, start one, and end it at the end of the block."""
    settings = _running(environ)
    if settings:
        tell(f"Using the service at {settings.public_base_url}.")
        yield settings
        return
    tell("No service runs; starting one, as `make run` does.")
    child = subprocess.Popen([sys.executable, "-m", "ivr.supervisor"], cwd=ROOT, env=environ, start_new_session=True)
    ends_with_us = leash(child.pid, signal.SIGTERM)
    try:
        until(lambda: child.poll() is not None or _running(environ) is not None)
        settings = _running(environ)
        if settings is None:
            sys.exit("The service did not start.")
        yield settings
    finally:
        ends_with_us.communicate(b"let go\n")
        child.terminate()
        child.wait()


def _running(environ: Mapping[str, str]) -> Settings | None:
    """Return the settings of the service that runs already; None if none answers, as before the first start."""
    with suppress(BadSettings, OSError):
        settings = read(environ, carriers=SETTINGS)
        with urlopen(f"{settings.public_base_url}/healthz", timeout=2) as answer:  # noqa: S310 - the settings' address
            return settings if answer.status == 200 else None
    return None
