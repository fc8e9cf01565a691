"""`flask redis-repair`: repairs the files of the Redis that `make run` runs, when this Redis no longer starts."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from ivr.storage.engines import aof_repair
from ivr.storage.engines.aof_repair import Repaired
from ivr.web.services import services

LOOK = (
    "A request that was promised while the database was away may be among what was cut out. The log names each as\n"
    "'the request goes to Redis', with its call: compare with the desk."
)

UNDELETED = (
    "A deletion right after the damage is cut out too: what it deleted may have been moved by what is damaged. So a\n"
    "request that the desk has may wait again, which changes nothing; or one that was erased: erase it again."
)


@click.command("redis-repair")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="An appendonlydir of another Redis, which must be stopped; as of itself that in STATE_DIR.",
)
@with_appcontext
def redis_repair(folder: Path | None) -> None:
    """Cuts damage out of Redis' append-only files, after copying their folder. Stop the service first."""
    state = services().settings.state_dir
    place = folder or state / "redis" / "appendonlydir"
    if not place.is_dir():
        raise click.ClickException(f"{place} is no folder: this service has kept no Redis of its own")
    with _alone(state / "redis.lock"):
        kept, done = aof_repair.repair(place, services().clock())
    click.echo(f"The files are kept as they were: {kept}")
    for each in done:
        click.echo(_said(each))
    click.echo(LOOK if done else "Nothing was found to be damaged; what Redis' log says may be of another kind.")


def _said(done: Repaired) -> str:
    places = "1 place" if done.places == 1 else f"{done.places} places"
    said = f"{done.file.name}: {done.lost} bytes were damaged in {places} and are cut out; the rest is whole."
    return f"{said}\n{UNDELETED}" if done.deletions else said


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold the supervisor's lock, so that no supervisor starts Redis meanwhile. Fails if a supervisor runs already."""
    with lock.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException("the service runs: stop it first (Ctrl-C, or systemctl stop)") from None
        yield
