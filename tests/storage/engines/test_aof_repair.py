"""The repair of a damaged Redis file: Redis starts again, with every promise whose own bytes are undamaged."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from config.settings import Settings
from ivr.desk.pending import KEY, PendingRequest, PendingRequests
from ivr.storage.encryption import Cipher
from ivr.storage.engines.aof_repair import repair
from ivr.supervisor.embedded_redis import command, find_binary
from testing.servers import ServerFailed
from testing.servers.valkey import Valkey
from testing.wishes import wish_to_be_rung
from tests.people import CALLER

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
PROMISES = 20


class OwnRedis(Valkey):
    """A Redis that runs with the settings that `make run` gives to the Redis it starts."""


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder with the files of a Redis that has kept some promises and is stopped."""
    server = redis_in(tmp_path)
    server.start()
    with Redis.from_url(server.url) as client:
        for number in range(PROMISES):
            client.hset(KEY, f"mark-{number:02}", f"sealed {number} " + "x" * 300)
            with client.pipeline() as both:
                both.set(f"job-{number}", "a job").incr("jobs").execute()
    server.stop()
    return tmp_path / "redis" / "appendonlydir"


def redis_in(state: Path) -> OwnRedis:
    data = state / "redis"
    data.mkdir(exist_ok=True)
    socket = state / "redis.sock"
    return OwnRedis(url=f"unix://{socket}", command=command(find_binary(), data, socket), folder=data)


def promises(state: Path) -> set[str]:
    """Start the Redis of this state folder, and stop it; return the marks of the pending requests in that Redis."""
    server = redis_in(state)
    server.start()
    try:
        with Redis.from_url(server.url) as client:
            return {mark.decode() for mark in client.hkeys(KEY)}
    finally:
        server.stop()


def starts(state: Path) -> bool:
    server = redis_in(state)
    try:
        server.start()
    except ServerFailed:
        return False
    server.stop()
    return True


def damage(folder: Path, at: bytes, by: bytes) -> Path:
    """Overwrite a Redis file with the bytes `by`, where the bytes `at` first occur; return the file's path."""
    (file,) = [each for each in folder.glob("*.incr.aof") if at in each.read_bytes()]
    written = file.read_bytes()
    place = written.index(at)
    file.write_bytes(written[:place] + by + written[place + len(by) :])
    return file


def test_what_comes_after_the_damage_is_kept(kept: Path, tmp_path: Path) -> None:
    file = damage(kept, b"mark-07", b"\x00" * 40)
    assert not starts(tmp_path), "or there is nothing to repair"
    as_it_was, done = repair(kept, NOW)
    assert [(each.file, each.places) for each in done] == [(file, 1)]
    assert promises(tmp_path) == {f"mark-{number:02}" for number in range(PROMISES)} - {"mark-07"}
    assert b"\x00" * 40 in (as_it_was / file.name).read_bytes(), "the damaged file is kept"


def test_a_transaction_that_lost_its_beginning_or_its_end_does_not_keep_it_from_starting(
    kept: Path, tmp_path: Path
) -> None:
    damage(kept, b"MULTI\r\n", b"M\x00LTI\r\n")
    (file,) = kept.glob("*.incr.aof")
    written = file.read_bytes()
    last = written.rindex(b"EXEC\r\n")
    file.write_bytes(written[:last] + b"\x00\x00" + written[last + 2 :])
    repair(kept, NOW)
    assert promises(tmp_path) == {f"mark-{number:02}" for number in range(PROMISES)}


@pytest.mark.parametrize("from_the", [b"MULTI", b"HSET", b"clinic:waiting-aside"])
def test_a_request_whose_move_to_another_hash_is_damaged_stays_where_it_was(
    tmp_path: Path, from_the: bytes, app: Flask
) -> None:
    """A request that cannot be saved is written to another hash, and then deleted. The first of the two is damaged."""
    server = redis_in(tmp_path)
    server.start()
    with Redis.from_url(server.url) as client:
        client.hset(KEY, "mark-of-another", "sealed")
        client.hset(KEY, "mark", "sealed " + "x" * 300)
        pending = PendingRequests(client, Cipher("0123456789abcdef" * 4, "waiting request"))
        pending.leave(PendingRequest("mark-of-another", "000000", wish_to_be_rung(CALLER, NOW)))
        (moved,) = pending.sealed()
        pending.set_aside(moved)
    server.stop()
    (file,) = (tmp_path / "redis" / "appendonlydir").glob("*.incr.aof")
    written = file.read_bytes()
    begin, end = written.rindex(from_the), written.rindex(b"sealed")
    file.write_bytes(written[:begin] + b"\x00" * (end - begin) + written[end:])
    assert not starts(tmp_path), "or there is nothing to repair"
    said = app.test_cli_runner().invoke(args=["redis-repair"])
    assert promises(tmp_path) == {"mark"}, "and no other deletion is lost"
    assert "in 1 place" in said.output
    assert "A deletion right after the damage is cut out too" in said.output


def test_the_repaired_file_and_the_copy_of_the_damaged_one_are_on_disk(
    kept: Path, tmp_path: Path, synced: list[tuple[str, int]]
) -> None:
    """Even a power cut right after the repair leaves the damaged file or the repaired one, and the copy."""
    file = damage(kept, b"mark-07", b"\x00" * 40)
    as_it_was, _ = repair(kept, NOW)
    paths = [path for path, _ in synced]
    copies = [str(each) for each in (*as_it_was.iterdir(), as_it_was, as_it_was.parent)]
    repaired = next(at for at, (_, inode) in enumerate(synced) if inode == file.stat().st_ino)
    assert set(copies) <= set(paths[:repaired]), "before anything is changed"
    assert paths[repaired] != str(file), "the damaged one is still in place"
    assert paths[repaired + 1] == str(kept)


def test_a_file_that_is_well_is_left_as_it_is(kept: Path, tmp_path: Path) -> None:
    before = {each.name: each.read_bytes() for each in kept.iterdir()}
    _, done = repair(kept, NOW)
    assert done == []
    assert {each.name: each.read_bytes() for each in kept.iterdir()} == before


def test_the_command_says_what_it_did_and_what_to_compare(
    kept: Path, tmp_path: Path, app: Flask, settings: Settings
) -> None:
    assert settings.state_dir == tmp_path
    damage(kept, b"mark-07", b"\x00" * 40)
    said = app.test_cli_runner().invoke(args=["redis-repair"])
    assert said.exit_code == 0, said.output
    assert "bytes were damaged in 1 place and are cut out" in said.output
    assert "compare with the desk" in said.output
    assert f"{kept}-damaged-" in said.output
