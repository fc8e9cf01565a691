"""A service that is rung by real telephones, and what came of the calls of a module."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest

from ivr.web.services import Services
from testing.servers.valkey import Valkey
from testing.sip.voice import NO_VOICE, PROGRAM
from tests.conftest import NO_ESPEAK, NO_TELEPHONE
from tests.sip.side_by_side import Outcomes


@pytest.fixture(scope="module")
def rung(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, valkey_server: Valkey) -> Iterator[Services]:
    """The service behind a real port; skipped where there is no voice or no telephone."""
    if which(PROGRAM) is None:
        pytest.skip(f"{NO_ESPEAK}{NO_VOICE}")
    if find_spec("baresip") is None:
        pytest.skip(f"{NO_TELEPHONE}baresip-python has no package for this machine")
    from tests.sip.line import the_service  # noqa: PLC0415 - its telephones are not on every machine

    valkey_server.start()
    valkey_server.flush()
    with the_service(tmp_path_factory.mktemp("rung"), migrated_sqlite, valkey_server.url) as services:
        yield services


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, rung: Services) -> Outcomes:
    """What came of the calls of the module, which are made at the same time."""
    found: Outcomes = request.module.calls.made(rung)
    return found
