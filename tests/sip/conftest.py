"""Fixtures of the real calls: a service that telephones call over SIP, and the results of these calls' tests."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest

from ivr.web.services import Services
from testing.servers.valkey import Valkey
from testing.sip.voice import NO_VOICE, PROGRAM
from tests.conftest import NO_ESPEAK, NO_TELEPHONE
from tests.sip import CARRIERS
from tests.sip.side_by_side import OverEach


@pytest.fixture(scope="session")
def telephones() -> None:
    """Skip the tests of real calls on a machine without espeak-ng or without the SIP library baresip."""
    if which(PROGRAM) is None:
        pytest.skip(f"{NO_ESPEAK}{NO_VOICE}")
    if find_spec("baresip") is None:
        pytest.skip(f"{NO_TELEPHONE}baresip-python has no package for this machine")


URGENT = -15
"""The niceness of the real calls: sound that comes late is lost, while other tests can wait."""


@contextmanager
def before_others() -> Iterator[None]:
    """Run this thread, and those it starts, before other programs until the block ends, if the system allows it."""
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, URGENT)
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, usual)


@pytest.fixture
def rung(tmp_path: Path, migrated_sqlite: Path, redis_url: str) -> Iterator[Services]:
    """The services of a clinic's line on a port of its own, for the calls of one test."""
    from tests.sip.line import the_service  # noqa: PLC0415 - its telephones are not on every machine

    with the_service(tmp_path, migrated_sqlite, redis_url) as services:
        yield services


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, telephones: None) -> OverEach:
    """The results of all real calls, which are made at the same time, once in each process that runs tests."""
    from tests.sip.line import the_service  # noqa: PLC0415 - as above
    from tests.sip.test_calls import calls  # noqa: PLC0415 - it is this that asks

    desk: Path = request.getfixturevalue("migrated_sqlite")
    redis: Valkey = request.getfixturevalue("valkey_server")
    redis.resume()
    redis.start()
    redis.flush()
    with before_others(), ExitStack() as services:
        folders = {carrier: tmp_path_factory.mktemp("rung") for carrier in CARRIERS}
        each = {name: services.enter_context(the_service(at, desk, redis.url)) for name, at in folders.items()}
        return calls.made(each)
