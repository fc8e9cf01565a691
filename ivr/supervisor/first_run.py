"""Writes the settings of a developer's machine, once, so that the first start needs no questions.

Touches one file, and never an existing one. Production is told its settings by people.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from ivr.supervisor.errors import CannotStart
from ivr.supervisor.output import Say

TEXT = """\
# Written by the first start, for this machine only. Every variable is explained in .env.example.
ENV=development
# Signs logins and seals what a call has gathered. Changing it ends both.
SECRET_KEY={secret_key}
# Stands in for the carrier's token until there is one. The test phone signs with it.
TWILIO_AUTH_TOKEN={twilio_auth_token}
"""


def write_env(env_file: Path, environ: Mapping[str, str], say: Say) -> None:
    """Makes `env_file` with fresh secrets, unless it exists or this is production. Raises CannotStart."""
    if environ.get("ENV") == "production" or env_file.exists():
        return
    text = TEXT.format(secret_key=secrets.token_hex(32), twilio_auth_token=secrets.token_hex(16))
    try:
        file = os.open(env_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another start was first
        return
    except OSError as refused:
        raise CannotStart(f"{env_file} cannot be written: {refused.strerror}") from refused
    with os.fdopen(file, "w") as stream:
        stream.write(text)
    say(f"Wrote {env_file.name} with fresh secrets, for development on this machine.")
