"""Decides which tests are slow. The inner loop, `make test ARGS="-m 'not slow'"`, leaves out the slow tests.

A test's folder, fixtures, parameters and imports decide, not its name; a module may also mark itself as slow.
"""

from functools import cache
from types import ModuleType
from typing import Any

import pytest

from config.settings import ROOT

PROGRAMS = frozenset({"bench", "browser", "chaos", "hosts", "older", "sip", "supervisor", "testing"})
"""The folders whose tests start whole programs, browsers and telephones."""

SERVERS = frozenset({"postgres_server", "emulate_server", "chromium"})
"""The fixtures that start a slow server of their own; Valkey, which every service needs, starts quickly."""

SECOND_ONES = frozenset({"postgres", "plivo", "Plivo"})
"""Test parameters for the second database or carrier; the same tests also run with the first."""

PROCESSES = ("subprocess", "multiprocessing", "ivr.supervisor", "tests.two_hosts", "testing.slow_strangers")
WALKS = ("ivr.line.checks", "ivr.line.paths", "ivr.web.preview", "ivr.phone")
"""This and PROCESSES: modules that make tests slow. Tests that import them start processes or play all call paths."""


def is_slow(item: pytest.Function) -> bool:
    """Return whether this test is slow, so that the inner loop leaves the test out."""
    chosen: tuple[Any, ...] = tuple(item.callspec.params.values()) if hasattr(item, "callspec") else ()
    return (
        not PROGRAMS.isdisjoint(item.path.relative_to(ROOT / "tests").parts)
        or not SERVERS.isdisjoint(item.fixturenames)
        or any(isinstance(each, str) and each in SECOND_ONES for each in chosen)
        or getattr(item.obj, "is_hypothesis_test", False)  # a hundred examples each
        or _imports(item.module, PROCESSES + WALKS)
    )


@cache
def _imports(module: ModuleType, places: tuple[str, ...]) -> bool:
    """Return whether the module uses a name that comes from one of these modules or rooms."""
    names = {_home(each) for each in vars(module).values()}
    return any(name == place or name.startswith(f"{place}.") for name in names for place in places)


def _home(thing: object) -> str:
    name = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", None)
    return name if isinstance(name, str) else ""
