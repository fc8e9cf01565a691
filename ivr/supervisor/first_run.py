"""Writes the settings of a developer's machine once, so that a first start needs no settings by hand.

Writes one file, and never over an existing one. The settings of production are written by people.
"""

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.carrier_settings import CarrierSetting, begun
from config.settings import in_lower_case
from ivr.supervisor.errors import CannotStart
from ivr.supervisor.output import Say

TEXT = """\
# Written by the first start, for this machine only. Every variable is explained in .env.example.
ENV=development
# Signs logins and seals what a call has gathered. Changing it ends both.
SECRET_KEY={secret_key}
"""

OF_A_CARRIER = """\
# {made_up}
{name}={value}
"""


def write_env(env_file: Path, environ: Mapping[str, str], say: Say, carriers: Sequence[CarrierSetting]) -> None:
    """Write new secrets to `env_file`, but not in production or over an existing file. Raises CannotStart."""
    given = in_lower_case(environ)
    if given.get("env") == "production" or env_file.exists():
        return
    set_already = begun(given, carriers).keys()
    text = TEXT.format(secret_key=secrets.token_hex(32)) + "".join(
        OF_A_CARRIER.format(made_up=each.made_up, name=each.name, value=secrets.token_hex(16))
        for each in carriers
        if each.made_up and not set_already - {each.carrier}  # a developer who has another carrier needs no stand-in
    )
    try:
        file = os.open(env_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process has just written it
        return
    except OSError as refused:
        raise CannotStart(f"{env_file} cannot be written: {refused.strerror}") from refused
    try:
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as refused:  # a full disk: an empty file would keep the next start from making secrets
        env_file.unlink()
        raise CannotStart(f"{env_file} cannot be written: {refused.strerror}") from refused
    say(f"Wrote {env_file.name} with fresh secrets, for development on this machine.")
