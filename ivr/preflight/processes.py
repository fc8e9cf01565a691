"""Checks of this service's processes, and of the host they run on. Raises QueueAway."""

import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile

from ivr.desk.job_queue import JobQueue
from ivr.preflight.context import Context, Finding, Result, bad, doubtful, well
from ivr.storage.lived_time import FILE

MEGABYTE = 1024 * 1024

ROOM_NEEDED, ROOM_WISHED = 100 * MEGABYTE, 1024 * MEGABYTE
"""Free bytes on STATE_DIR's disk. Below the first, a store may stop within a day; below the second, the check warns."""


def worker(on: Context) -> Finding:
    """Check that every queue of jobs has a worker that has sent a heartbeat within the last minute."""
    queues = JobQueue(on.redis, channels=on.channels())
    missing = queues.unserved(on.clock())
    if len(missing) == len(queues.names):
        return bad("no worker runs: nobody is told of a request", "start one: python -m workers (make run does)")
    if missing:
        return bad(f"no worker takes what lies on the queue {', '.join(missing)}", "restart the workers")
    return well("a worker runs")


def clock_process(on: Context) -> Finding:
    """Check that the clock process has run on this host at some time. Nothing shows whether it runs at present."""
    if not (on.settings.state_dir / FILE).is_file():
        do = "start it, on this machine or another: python -m workers.clock (make run does)"
        return doubtful("the clock has not run on this machine: it would have written down the lived time", do)
    return well("it has run on this machine; whether it runs now is not known here")


def disk_space(on: Context) -> Finding:
    """Check that STATE_DIR, which must outlive a restart, has free space and takes files of this user."""
    folder = on.settings.state_dir
    try:
        found = room(shutil.disk_usage(folder).free)
    except OSError as missing:
        return bad(
            f"STATE_DIR cannot be looked at ({missing.strerror})", "make the folder, or set STATE_DIR to another"
        )
    return found if found.result is Result.FAIL else _written(folder) or found


def _written(folder: Path) -> Finding | None:
    """Write a small file into STATE_DIR and remove it. Return the finding if it is refused."""
    try:
        with NamedTemporaryFile(dir=folder, prefix=".preflight-") as file:
            file.write(b"preflight")
    except OSError as refused:
        saw = f"STATE_DIR takes no file ({refused.strerror}): closures and what calls leave are not kept"
        return bad(saw, "make the user that the service runs as the owner of the folder and of what is in it")
    return None


def room(free: int) -> Finding:
    """Return the finding about this many `free` bytes on the disk of STATE_DIR."""
    saw = f"{free // MEGABYTE} MB are free in STATE_DIR"
    if free < ROOM_NEEDED:
        return bad(saw, "make room before the stores stop")
    return doubtful(saw, "make room") if free < ROOM_WISHED else well(saw)
