"""Helpers for the tests of the preflight: run a single check, and make the settings of a service without stores."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from ivr.preflight.context import Finding, context
from ivr.preflight.run import CHECKS, run_checks
from tests.conftest import settings_for

Clock = Callable[[], datetime]

SECRET = "5f0c1b7e92d84a36c7e1f09b3d528a640eb97c4d21f8635a7b0d9e4c18f2a365"


def real_clock() -> datetime:
    return datetime.now(UTC)


def looks(settings: Settings, check: str, clock: Clock = real_clock, env_file: Path = Path("/nowhere/.env")) -> Finding:
    """Run this check of the preflight on a service with these settings; return its finding."""
    with context(settings, clock, env_file) as on:
        ((found),) = run_checks(on, {check: CHECKS[check]})
    return found.finding


def without_stores(tmp_path: Path, **more: str) -> Settings:
    """Return settings of a service whose database and Redis are away."""
    given = {"SECRET_KEY": SECRET, **more}
    return settings_for(tmp_path, f"sqlite:///{tmp_path}/none.db", f"unix://{tmp_path}/none.sock", **given)


def said(found: Finding) -> tuple[str, str]:
    return str(found.result), found.saw
