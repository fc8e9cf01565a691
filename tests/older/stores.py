"""Saves a database, a Redis and a spool as files, and fills empty ones from them. Knows nothing of the product."""

import base64
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from redis import Redis

from tests.older import DATABASE, MIRROR, REDIS, SPOOL

BASE64 = "base64:"
"""The prefix of a saved value of Redis that is no text, and is therefore saved in base64."""


def take_down(folder: Path, database: Path, redis_url: str, state: Path) -> None:
    """Save the state of the database, of Redis and of the spool into this folder."""
    with closing(sqlite3.connect(database)) as opened:
        (folder / DATABASE).write_text("\n".join(opened.iterdump()) + "\n")
    with closing(Redis.from_url(redis_url)) as redis:
        write_json(folder / REDIS, keys_of(redis))
    shutil.rmtree(folder / SPOOL, ignore_errors=True)
    shutil.copytree(state / SPOOL, folder / SPOOL)
    shutil.copy(state / MIRROR, folder / MIRROR)


def put_back(folder: Path, database: Path, redis_url: str, state: Path) -> None:
    """Fill an empty database, Redis and spool from the files that `take_down` has saved."""
    with closing(sqlite3.connect(database)) as opened:
        opened.executescript((folder / DATABASE).read_text())
    with closing(Redis.from_url(redis_url)) as redis:
        for key, held in read_json(folder / REDIS).items():
            _put(redis, key, held["type"], held["value"])
    shutil.copytree(folder / SPOOL, state / SPOOL)
    shutil.copy(folder / MIRROR, state / MIRROR)


def keys_of(redis: Redis) -> dict[str, Any]:
    """Return every key in Redis, with its type and its value."""
    return {_words(key): _held(redis, key) for key in sorted(redis.scan_iter())}


def _held(redis: Any, key: bytes) -> dict[str, Any]:
    """Return a Redis key's type and value. `redis` is Any, because redis-py's types do not separate async calls."""
    kind = _words(redis.type(key))
    match kind:
        case "hash":
            value: Any = {_words(name): _words(each) for name, each in sorted(redis.hgetall(key).items())}
        case "list":
            value = [_words(each) for each in redis.lrange(key, 0, -1)]
        case "set":
            value = sorted(_words(each) for each in redis.smembers(key))
        case "zset":
            value = [[_words(each), score] for each, score in redis.zrange(key, 0, -1, withscores=True)]
        case _:
            value = _words(redis.get(key))
    return {"type": kind, "value": value}


def _put(redis: Redis, key: str, kind: str, value: Any) -> None:
    match kind:
        case "hash":
            redis.hset(key, mapping={name: _bytes(each) for name, each in value.items()})
        case "list":
            redis.rpush(key, *map(_bytes, value))
        case "set":
            redis.sadd(key, *map(_bytes, value))
        case "zset":
            redis.zadd(key, dict(value))
        case _:
            redis.set(key, _bytes(value))


def _words(held: bytes) -> str:
    try:
        return held.decode()
    except UnicodeDecodeError:
        return BASE64 + base64.b64encode(held).decode()


def _bytes(written: str) -> bytes:
    if written.startswith(BASE64):
        return base64.b64decode(written.removeprefix(BASE64))
    return written.encode()


def write_json(path: Path, value: object) -> None:
    """Write a value to a file as JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text())
