"""The shape of the house, read from its imports: they point one way, and each outside thing has one place."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import ROOT

OURS = ("ivr", "workers", "config", "wsgi")

MAY_IMPORT: dict[str, set[str]] = {
    "ivr.line": set(),
    "ivr.desk": {"ivr.line"},
    "ivr.carrier": {"ivr.line", "config"},
    "ivr.phone": {"ivr.line", "ivr.web"},
    "ivr.preflight": {"ivr.line", "ivr.desk", "ivr.carrier", "config"},
    "ivr.web": {"ivr.line", "ivr.desk", "ivr.carrier", "ivr.phone", "ivr.preflight", "config"},
    "ivr.supervisor": {"ivr.desk", "config"},
    "config": {"ivr.line"},
    "workers": {"ivr.line", "ivr.desk", "ivr.carrier", "config"},
    "wsgi": {"ivr.web", "config"},
}
"""What each part may know of the others, besides itself. The desk, the carrier and the line know nobody above them."""

LONGEST_MODULE = 260
"""Lines: a reader should see a module whole."""


def modules() -> dict[str, Path]:
    """Every module of the product, by its name."""
    found = [path for part in ("ivr", "workers", "config") for path in (ROOT / part).rglob("*.py")]
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in [*found, ROOT / "wsgi.py"]}
    return {name.removesuffix(".__init__"): path for path, name in names.items()}


MODULES = modules()


def imports(path: Path) -> Iterator[str]:
    """What a module imports, wherever in it, by full name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def part_of(name: str) -> str:
    return next((part for part in MAY_IMPORT if within(name, part)), "")


def importers(wanted: str) -> set[str]:
    """The modules that import this."""
    return {name for name, path in MODULES.items() if any(within(each, wanted) for each in imports(path))}


def test_the_modules_of_the_product_are_found() -> None:
    assert {"ivr.line.menu", "ivr.web.app", "ivr.supervisor", "workers.jobs", "config.clinic", "wsgi"} <= set(MODULES)
    assert set(imports(MODULES["ivr.web.house"])) >= {"redis.Redis", "ivr.desk.store.Desk"}


@pytest.mark.parametrize("name", [name for name in MODULES if name != "ivr"])
def test_imports_point_one_way(name: str) -> None:
    part = part_of(name)
    ours = {each for each in imports(MODULES[name]) if each.split(".")[0] in OURS}
    wrong = {each for each in ours if part_of(each) not in MAY_IMPORT[part] | {part}}
    assert wrong == set(), f"{part} may import {sorted(MAY_IMPORT[part]) or 'nothing of ours'}"


def test_the_package_itself_imports_nothing() -> None:
    assert list(imports(MODULES["ivr"])) == []


@pytest.mark.parametrize("name", [name for name in MODULES if within(name, "ivr.line")])
def test_the_line_needs_nothing_but_python_and_phonenumbers(name: str) -> None:
    outside = {each.split(".")[0] for each in imports(MODULES[name])} - sys.stdlib_module_names - {"ivr"}
    assert outside <= {"phonenumbers"}
    reach = {"os", "socket", "urllib", "http", "sqlite3", "random", "secrets", "time", "subprocess", "logging"}
    assert not {each.split(".")[0] for each in imports(MODULES[name])} & reach, "the line is pure"


@pytest.mark.parametrize(
    ("outside", "places"),
    [
        ("phonenumbers", {"ivr.line.phones", "config.fields"}),
        ("twilio.rest", {"ivr.carrier.rest"}),
        ("twilio.twiml", {"ivr.carrier.twiml"}),
        ("twilio.request_validator", {"ivr.carrier.event", "ivr.phone.handset"}),
        ("apprise", {"workers.errands"}),
        ("argon2", {"ivr.desk.passwords"}),
        ("pyotp", {"ivr.desk.codes"}),
        ("segno", {"ivr.web.second_factor"}),
        ("cryptography", {"ivr.desk.seal"}),
        ("icalendar", {"ivr.web.ics"}),
        ("structlog", {"config.logs"}),
        ("prometheus_client", {f"ivr.web.metrics.{name}" for name in ("files", "page", "readings", "tally")}),
    ],
)
def test_each_outside_thing_has_its_place(outside: str, places: set[str]) -> None:
    assert importers(outside) == places


def test_only_what_makes_the_tables_knows_alembic() -> None:
    assert {name for name in importers("alembic") if not within(name, "ivr.desk.migrations")} == {"ivr.desk.migrate"}


def test_only_entry_points_read_the_environment() -> None:
    """config.settings is handed a mapping; those who start a process hand it theirs."""
    readers = {name for name, path in MODULES.items() if reads_environment(path)}
    services = {"wsgi", "workers.__main__", "workers.clock", "workers.tools", "ivr.supervisor.__main__"}
    assert readers == services | {"ivr.web.preflight"}


def reads_environment(path: Path) -> bool:
    tree = ast.parse(path.read_text())
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | {
        name.rpartition(".")[2] for name in imports(path)
    }
    return bool(names & {"environ", "environb", "getenv"})


def test_only_those_who_are_handed_no_clock_read_one() -> None:
    """`now` is an argument; the real clock is the default of those that build a process's parts."""
    readers = {name for name, path in MODULES.items() if reads_clock(path)}
    builders = {"ivr.web.house", "workers.tools", "ivr.web.preflight"}
    assert {name for name in readers if not within(name, "ivr.supervisor")} == builders


def reads_clock(path: Path) -> bool:
    called = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = {f"{ast.unparse(func)}" for func in called if isinstance(func, ast.Attribute)}
    return bool(names & {"datetime.now", "datetime.utcnow", "date.today", "time.time", "time.monotonic", "time.sleep"})


def test_loading_the_web_application_loads_no_worker_and_no_rest_client() -> None:
    code = "import sys, ivr.web.app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = done.stdout.split()
    assert "ivr.web.voice" in loaded
    heavy = ("twilio.rest", "workers", "apprise", "ivr.preflight")
    assert [name for name in loaded if any(within(name, part) for part in heavy)] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_can_be_read_whole(name: str) -> None:
    lines = MODULES[name].read_text().splitlines()
    assert len(lines) <= LONGEST_MODULE
    if lines and not within(name, "ivr.desk.migrations"):
        assert lines[0].startswith('"""'), "it opens with its purpose"
