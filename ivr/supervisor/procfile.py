"""Reads a Procfile and makes a managed process of each line.

Knows the file's form and the environment of its commands. Starts nothing.
"""

import os
import re
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from config.settings import variables_of
from ivr.supervisor.output import Say
from ivr.supervisor.process import ManagedProcess
from ivr.supervisor.process_group import Begin

LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(\S.*)$", re.MULTILINE)


def children(root: Path, environ: Mapping[str, str], say: Say, begin: Begin) -> list[ManagedProcess]:
    """Return a managed process for each line of this folder's Procfile, in the order of the lines."""
    return [
        ManagedProcess(name, partial(begin, ["/bin/sh", "-c", f"exec {command}"], root, environ), say)
        for name, command in LINE.findall((root / "Procfile").read_text(encoding="utf-8"))
    ]


def environment(environ: Mapping[str, str], env_file: Path, bind: str, port: int) -> dict[str, str]:
    """Return the environment of the Procfile's commands: `env_file`, overridden by `environ`; then BIND, PORT, PATH."""
    given = {name: value for name, value in environ.items() if value}
    beside_us = f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', os.defpath)}"
    return {
        **variables_of(env_file),
        **given,
        "PATH": beside_us,
        "BIND": bind,
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
