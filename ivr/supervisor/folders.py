"""Makes the folders that only we may look into.

Never changes one that was there before: it might be everybody's.
"""

import os
from pathlib import Path

from ivr.supervisor.errors import CannotStart


def private(folder: Path) -> Path:
    """Makes it, open to nobody else, unless it exists. Raises CannotStart if that is not allowed."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as refused:
        raise CannotStart(f"{folder} cannot be made: {refused.strerror}; set STATE_DIR to another folder") from refused
    return folder


def ours(folder: Path) -> Path:
    """As private; but one that somebody else has put there, as anybody can in /tmp, is refused."""
    if private(folder).stat().st_uid != os.getuid():
        raise CannotStart(f"{folder} belongs to another user; set STATE_DIR to a shorter path")
    return folder
