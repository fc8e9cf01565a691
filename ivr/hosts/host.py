"""Names this host, so that others can tell which host has left a trace. No SQL, no clock.

A host is known by its state folder: a folder moved to another machine stays the same host, and an emptied folder
becomes a new host.
"""

import logging
import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "host"
"""The name of the file in the state folder that holds the host's name."""

NAME = re.compile(r"[A-Za-z0-9.-]{1,40}")


def _node() -> str:
    return os.uname().nodename


def _random() -> str:
    return secrets.token_hex(4)


@dataclass(frozen=True)
class Host:
    """This host, with the name that its state folder stores."""

    state_dir: Path
    node: Callable[[], str] = _node
    random: Callable[[], str] = _random

    @cached_property
    def name(self) -> str:
        """The host's name: the machine's name with random letters; without the letters if the name cannot be stored."""
        path, node = self.state_dir / FILE, re.sub(r"[^A-Za-z0-9.-]", "-", self.node())[:30] or "host"
        try:
            return self._kept(path) or self._made(path, f"{node}-{self.random()}")
        except OSError as refused:
            log.warning("the name of this host cannot be kept (%s): it is %s", refused.strerror, node)
            return node

    def _kept(self, path: Path) -> str:
        with suppress(FileNotFoundError):
            found = path.read_text(encoding="utf-8", errors="replace").strip()
            return found if NAME.fullmatch(found) else ""
        return ""

    def _made(self, path: Path, name: str) -> str:
        """Store a name for this host, unless another process has just stored one; return the one that is stored."""
        self.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f"{FILE}.{name}")
        try:
            part.write_text(f"{name}\n", encoding="utf-8")
            if path.exists() and not self._kept(path):  # it was cut off, or is none of ours
                part.replace(path)
            else:
                with suppress(FileExistsError):
                    os.link(part, path)
        finally:
            part.unlink(missing_ok=True)
        return self._kept(path) or name
