"""`flask phone` walks each way of a call and its failures, in both languages, and prints what a caller hears."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.people import Clock, Phone
from tests.phone.ways import WAYS, Way, line_for, words_of


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    """A way through a call: its keys, and the sentences to be heard. Each test runs once for each way."""
    return WAYS[request.param]


@pytest.fixture
def phone(way: Way, tmp_path: Path, sqlite_url: str, redis_url: str, clock: Clock) -> Iterator[Phone]:
    """A telephone at a service; the service's database and Redis are away if `way.stores` is False."""
    with line_for(way.stores, tmp_path, sqlite_url, redis_url, clock) as phone:
        yield phone


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_terminal_walks_it(phone: Phone, way: Way, language: str) -> None:
    caller = ("--from", way.caller) if way.caller else ()
    told = phone.runs("phone", "--lang", language, *caller, "--keys", way.keys)
    at = 0
    for name in way.hears:
        words = words_of(phone, name, language)
        assert words in told[at:], f"{words}\n\n{told}"
        at = told.index(words, at)
