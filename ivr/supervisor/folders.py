"""Makes folders that only our user may open.

Never changes an existing folder, which others may use.
"""

import errno
import os
from pathlib import Path

from ivr.supervisor.errors import CannotStart

FULL = (errno.ENOSPC, errno.EDQUOT)


def private(folder: Path) -> Path:
    """Make this folder, which only our user may open, unless it exists; return it. Raises CannotStart if that fails.

    A full disk raises no error, because calls can be answered without the folder.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as refused:
        if refused.errno in FULL:
            return folder
        raise CannotStart(f"{folder} cannot be made: {refused.strerror}; set STATE_DIR to another folder") from refused
    return folder


def ours(folder: Path) -> Path:
    """Make this private folder if missing, and return it. Raises CannotStart if another user owns it, as in /tmp."""
    if private(folder).exists() and folder.stat().st_uid != os.getuid():
        raise CannotStart(f"{folder} belongs to another user; set STATE_DIR to a shorter path")
    return folder
