"""The running service to which `make ring` connects this machine's softphones, found by the settings."""

import os

import pytest

from ivr.web.services import Services
from testing.sip.running import the_service
from tests.web import environment

pytestmark = pytest.mark.slow


def test_a_service_that_runs_is_used(telephones: None, rung: Services) -> None:
    told: list[str] = []
    with the_service({**os.environ, **environment(rung.settings)}, told.append) as settings:
        assert settings.public_base_url == rung.settings.public_base_url
    assert told == [f"Using the service at {rung.settings.public_base_url}."]
