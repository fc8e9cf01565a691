"""The structure of the code, read from imports: rooms import lower rooms only, each library has fixed importers."""

import ast
import builtins
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

from config.settings import ROOT

OURS = ("ivr", "workers", "config", "wsgi")

LINE = {"ivr.line", "ivr.line.paths", "ivr.line.checks"}
FILES = "ivr.storage.engines.durable_files"
GROUND = {"ivr.line", "config", "ivr.storage", "ivr.storage.engines", FILES, "ivr.metrics"}
STORES = {"ivr.staff", "ivr.hours", "ivr.hosts", "ivr.diary", "ivr.desk", "ivr.notices"}
ABOVE_STORES = {"ivr.reports", "ivr.phone", "ivr.preflight"}
SHARED = {"ivr.operations", "ivr.wiring"}
CARRIERS = {"ivr.carrier", "ivr.wiring.carriers"}
"""The two packages about carriers that other packages may import. Only ivr.wiring.carriers knows every carrier."""

BELOW_WEB = LINE | GROUND | STORES | CARRIERS | ABOVE_STORES | SHARED
WEB_ROOMS = {
    f"ivr.web.{room}" for room in ("telephone", "staff", "desk", "diary", "hours", "reports", "preview", "metrics")
}
EVERYTHING = BELOW_WEB | WEB_ROOMS | {"ivr.web", "workers"}

MAY_IMPORT: dict[str, set[str]] = {
    # 1: the call, pure
    "ivr.line": set(),
    "ivr.line.paths": {"ivr.line"},
    "ivr.line.checks": {"ivr.line", "ivr.line.paths"},
    # 2: what everything stands on
    FILES: set(),
    "ivr.storage.engines": {FILES},
    "config": {"ivr.line", "ivr.storage.engines", FILES},
    "ivr.metrics": {"ivr.line"},
    "ivr.storage": {"ivr.line", "ivr.storage.engines", FILES},
    "ivr.storage.migrations": {"ivr.storage"},
    # 3: siblings that do not import each other, but that the desk imports the diary
    "ivr.staff": {"ivr.line", "ivr.storage"},
    "ivr.hours": {"ivr.line", "ivr.storage", FILES},
    "ivr.hosts": {"ivr.storage"},
    "ivr.diary": {"ivr.line", "ivr.storage", FILES},
    "ivr.desk": {"ivr.line", "ivr.storage", "ivr.diary"},
    "ivr.notices": {"ivr.line", "ivr.storage"},
    "ivr.carrier": {"ivr.line"},
    "ivr.carrier.twilio": {"ivr.line", "ivr.carrier"},
    "ivr.carrier.plivo": {"ivr.line", "ivr.carrier"},
    "ivr.wiring.carriers": {"ivr.line", "ivr.carrier", "ivr.carrier.twilio", "ivr.carrier.plivo"},
    "ivr.supervisor": {"config"},
    # 4
    "ivr.reports": {"ivr.line", "ivr.storage", "ivr.desk", "ivr.diary"},
    "ivr.phone": {"ivr.line", "config"} | CARRIERS,
    "ivr.preflight": LINE | GROUND | STORES | CARRIERS,
    # 5
    "ivr.operations": LINE | GROUND | STORES | CARRIERS | ABOVE_STORES,
    "ivr.wiring": LINE | GROUND | STORES | CARRIERS | ABOVE_STORES | {"ivr.operations"},
    # 6: a room of the web knows the shell and what is below, never a sibling's pages
    "ivr.web": BELOW_WEB,
    **dict.fromkeys(sorted(WEB_ROOMS), BELOW_WEB | {"ivr.web"}),
    "workers": BELOW_WEB,
    # 7
    "ivr.commands": EVERYTHING,
    "ivr.app": EVERYTHING | {"ivr.commands"},
    "wsgi": EVERYTHING | {"ivr.app"},
    # an entry point hands in what its room may not know
    "ivr.supervisor.__main__": EVERYTHING | {"ivr.supervisor", "wsgi"},
}
"""The rooms (packages) of the product, each with the rooms that it may import."""

PROMETHEUS = ("metrics.counters", "metrics.files", "web.metrics.page", "web.metrics.readings")

LONGEST_MODULE, LONGEST_FUNCTION = 260, 30
"""The most lines of a module and of a function, so that a reader sees a function at once and a module as a whole."""

MOST_MODULES = 18
"""The most modules in one folder, because a reader does not take in a longer list at a glance."""

MOST_ROOMS = 4
"""The most rooms from which one file may import, unless its purpose is to bring rooms together."""

BRING_TOGETHER = (
    "ivr.wiring",
    "ivr.web.services",
    "workers.services",
    "ivr.web.telephone.answers",
    "ivr.web.telephone.actions",
    "ivr.commands",
)
ENTRY_POINTS = ("wsgi", "ivr.app", "workers.__main__", "workers.clock", "ivr.supervisor.__main__")


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def modules() -> dict[str, Path]:
    """Return every module of the product, by its name."""
    found = [path for part in ("ivr", "workers", "config") for path in (ROOT / part).rglob("*.py")]
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in [*found, ROOT / "wsgi.py"]}
    return {name.removesuffix(".__init__"): path for path, name in names.items()}


MODULES = modules()
WRITTEN = {name: path for name, path in MODULES.items() if not within(name, "ivr.storage.migrations")}
"""All modules of the product but the migrations, which are never changed once they are written."""


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the full names that the module in this file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(found)


@cache
def part_of(name: str) -> str:
    """Return the room (package) of a module, or of a name in a module: the longest matching room; empty if none."""
    return max((part for part in MAY_IMPORT if within(name, part)), key=len, default="")


def importers(wanted: str) -> set[str]:
    """Return the names of the product's modules that import this name."""
    return {name for name, path in MODULES.items() if any(within(each, wanted) for each in imports(path))}


def test_the_modules_of_the_product_are_found() -> None:
    assert {"ivr.line.menu", "ivr.app", "ivr.supervisor", "workers.jobs", "config.clinic", "wsgi"} <= set(MODULES)
    assert set(imports(MODULES["ivr.wiring.rooms"])) >= {"ivr.desk.store.RequestStore"}


def test_imports_point_one_way() -> None:
    wrong = {}
    for name in MODULES.keys() - {"ivr"}:
        may = MAY_IMPORT[part_of(name)] | {part_of(name)}
        wrong[name] = {part_of(each) for each in ours(name)} - may
    assert faults(wrong) == {}


def ours(name: str) -> set[str]:
    """Return the names of the product's modules that a module imports."""
    return {each for each in imports(MODULES[name]) if each.split(".")[0] in OURS}


def faults(found: Mapping[str, Collection[str]]) -> dict[str, Collection[str]]:
    """Return only those of the product's modules in which a fault was found, each with its faults."""
    return {name: each for name, each in sorted(found.items()) if each}


def test_the_table_permits_no_circle() -> None:
    TopologicalSorter(MAY_IMPORT).prepare()  # raises CycleError


@cache
def folder_of(name: str) -> str:
    """Return the folder that holds a module of the product, found by the module's name or by a name in the module."""
    module = max((each for each in MODULES if within(name, each)), key=len)
    return ".".join(MODULES[module].relative_to(ROOT).parent.parts)


def folders_of(name: str) -> set[str]:
    """Return the folders of the product from which a module imports, except its own."""
    return {folder_of(each) for each in ours(name)} - {folder_of(name)}


def test_no_folders_import_each_other_in_a_circle() -> None:
    found: dict[str, set[str]] = {}
    for name in MODULES:
        found.setdefault(folder_of(name), set()).update(folders_of(name))
    TopologicalSorter(found).prepare()  # raises CycleError


def test_a_file_imports_from_few_rooms() -> None:
    single = [name for name in MODULES if name not in ENTRY_POINTS and not any(within(name, e) for e in BRING_TOGETHER)]
    assert {name: folders_of(name) for name in single if len(folders_of(name)) > MOST_ROOMS} == {}


def test_no_folder_holds_more_than_can_be_seen() -> None:
    counted = Counter(path.parent for path in MODULES.values() if path.name != "__init__.py")
    assert {str(folder): count for folder, count in counted.items() if count > MOST_MODULES} == {}


def test_the_package_itself_imports_nothing() -> None:
    assert imports(MODULES["ivr"]) == frozenset()


def test_the_line_needs_nothing_but_python_and_phonenumbers_and_is_pure() -> None:
    reach = {"os", "socket", "urllib", "http", "sqlite3", "random", "secrets", "time", "subprocess", "logging"}
    may = (sys.stdlib_module_names - reach) | {"ivr", "phonenumbers"}
    line = [name for name in MODULES if within(name, "ivr.line")]
    assert faults({name: {each.split(".")[0] for each in imports(MODULES[name])} - may for name in line}) == {}


@pytest.mark.parametrize(
    ("outside", "places"),
    [
        ("phonenumbers", {"ivr.line.phones", "config.fields"}),
        ("twilio.rest", {"ivr.carrier.twilio.rest"}),
        ("twilio.twiml", set()),
        ("requests", {"ivr.carrier.plivo.rest"}),
        ("twilio.request_validator", {"ivr.carrier.twilio.signature"}),
        ("apprise", {"ivr.notices.senders"}),
        ("argon2", {"ivr.staff.passwords"}),
        ("zxcvbn", {"ivr.staff.passwords"}),
        ("pyotp", {"ivr.staff.totp"}),
        ("segno", {"ivr.web.staff.second_factor"}),
        ("cryptography", {"ivr.storage.encryption"}),
        ("icalendar", {"ivr.web.diary.ics", "ivr.diary.imports.ics_file", "ivr.diary.imports.ics_events"}),
        ("recurring_ical_events", {"ivr.diary.imports.ics_file"}),
        ("structlog", {"config.logs"}),
        ("tomlkit", {"config.review.files"}),
        ("setproctitle", {"ivr.supervisor.forked"}),
        ("prometheus_client", {f"ivr.{name}" for name in PROMETHEUS}),
    ],
)
def test_each_outside_thing_has_its_place(outside: str, places: set[str]) -> None:
    assert importers(outside) == places


def test_only_what_makes_the_tables_knows_alembic() -> None:
    assert {name for name in importers("alembic") if not within(name, "ivr.storage.migrations")} == {
        "ivr.storage.migrate"
    }


def test_only_entry_points_read_the_environment() -> None:
    """No other module reads the environment: each entry point passes it to config.settings as a mapping."""
    readers = {name for name, path in MODULES.items() if reads_environment(path)}
    services = {"wsgi", "workers.__main__", "workers.clock", "workers.services", "ivr.supervisor.__main__"}
    assert readers == services | {"ivr.commands.preflight"}


def reads_environment(path: Path) -> bool:
    tree = parsed(path)
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | {
        name.rpartition(".")[2] for name in imports(path)
    }
    return bool(names & {"environ", "environb", "getenv"})


def test_only_those_who_are_handed_no_clock_read_one() -> None:
    """Functions take `now` as an argument: only the modules that build a process's parts name the real clock."""
    readers = {name for name, path in MODULES.items() if reads_clock(path)}
    builders = {"ivr.web.services", "workers.services", "ivr.commands.preflight"}
    assert {name for name in readers if not within(name, "ivr.supervisor")} == builders


def reads_clock(path: Path) -> bool:
    called = [node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    names = {f"{ast.unparse(func)}" for func in called if isinstance(func, ast.Attribute)}
    return bool(names & {"datetime.now", "datetime.utcnow", "date.today", "time.time", "time.monotonic", "time.sleep"})


def test_text_is_read_and_written_in_a_named_encoding() -> None:
    """The locale of a machine does not decide whether a Hindi name can be stored."""
    found = {name: [each for each in calls(path) if leaves_encoding_to_locale(each)] for name, path in MODULES.items()}
    assert {name: [each.lineno for each in found[name]] for name in found if found[name]} == {}


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]


def leaves_encoding_to_locale(call: ast.Call) -> bool:
    """Return whether this call reads or writes text, and names no encoding."""
    name = ast.unparse(call.func).rpartition(".")[2]
    given = {each.arg: ast.unparse(each.value) for each in call.keywords}
    modes = [ast.unparse(each) for each in call.args] + [given.get("mode", "")]
    is_text = {
        "read_text": True,
        "write_text": True,
        "fdopen": not any(re.fullmatch("'[rwax+]*b[rwax+]*'", each) for each in modes),
        "open": any(re.fullmatch("'[rwaxt+]+'", each) for each in modes) or modes == [""],
    }
    return "encoding" not in given and (is_text.get(name, False) or given.get("text") == "True")


def test_a_module_and_each_of_its_functions_can_be_read_whole() -> None:
    assert [name for name, path in MODULES.items() if len(path.read_text().splitlines()) > LONGEST_MODULE] == []
    long = {
        name: [each.name for each in functions(path) if length(each) > LONGEST_FUNCTION]
        for name, path in WRITTEN.items()
    }
    assert faults(long) == {}


def test_a_module_opens_with_its_purpose() -> None:
    words = {name: path.read_text() for name, path in WRITTEN.items()}
    assert [name for name, text in words.items() if text and not text.startswith('"""')] == []


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef))


def length(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


RIDDLES = (
    *("What ", "Whether ", "Who ", "Whose ", "Whom ", "Whoever ", "Which ", "Where ", "How "),
    *("It ", "Its ", "They ", "Those ", "One ", "There is ", "There are ", "Is ", "Has ", "Does "),
)
"""First words of a docstring that do not name its thing: the reader would have to know it already."""

BESIDE_THE_PRODUCT = ("tests", "testing", "chaos", "bench", ".ci")


def test_a_docstring_begins_with_what_is_done_or_with_the_thing() -> None:
    paths = [*WRITTEN.values(), *(each for folder in BESIDE_THE_PRODUCT for each in (ROOT / folder).rglob("*.py"))]
    names = {str(path.relative_to(ROOT)): path for path in paths}
    riddles = {
        name: [words.partition("\n")[0] for words in docstrings(path) if words.startswith(RIDDLES)]
        for name, path in names.items()
    }
    assert faults(riddles) == {}


def docstrings(path: Path) -> Iterator[str]:
    """Yield the docstrings of a module: its own, and those of its classes, functions, constants and fields."""
    values = (node.value for node in ast.walk(parsed(path)) if isinstance(node, ast.Expr))
    return (each.value for each in values if isinstance(each, ast.Constant) and isinstance(each.value, str))


RAISES = re.compile(r"Raises ([^\n.:;]+)")
ERROR = re.compile(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b")


def test_a_docstring_names_no_error_that_is_gone() -> None:
    """Each error that a docstring names after "Raises" is a class that the product has or uses, or Python's own."""
    told = {name: RAISES.findall(path.read_text()) for name, path in MODULES.items()}
    known = names_in_use()
    gone = {name: {each for words in found for each in ERROR.findall(words)} - known for name, found in told.items()}
    assert faults(gone) == {}


def names_in_use() -> set[str]:
    """Return the names of classes, attributes and imports of the product, and Python's own."""
    found = set(dir(builtins))
    for path in MODULES.values():
        found |= {each.rpartition(".")[2] for each in imports(path)}
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef | ast.Attribute):
                found.add(node.name if isinstance(node, ast.ClassDef) else node.attr)
    return found


def test_no_two_classes_of_the_product_have_one_name() -> None:
    trees = [(name, parsed(path)) for name, path in MODULES.items()]
    found = [(node.name, name) for name, tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    counted = Counter(each for each, _module in found)
    assert sorted((each, module) for each, module in found if counted[each] > 1) == []


def test_most_of_the_code_is_short() -> None:
    modules = sorted(len(path.read_text().splitlines()) for path in WRITTEN.values() if path.name != "__init__.py")
    lengths = sorted(length(each) for path in WRITTEN.values() for each in functions(path))
    assert (median(modules) <= 100, modules[len(modules) * 9 // 10] <= 190) == (True, True)
    assert (median(lengths) <= 5, lengths[len(lengths) * 9 // 10] <= 12) == (True, True)
