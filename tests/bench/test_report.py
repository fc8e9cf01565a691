"""The table of a benchmark, on a terminal and in docs/performance.md."""

from pathlib import Path

import pytest

from bench.__main__ import NAMES
from bench.figures import BenchFailed, Row
from bench.report import PAGE, Circumstances, Measured, closing, write, written
from config.settings import ROOT

BEGAN = Circumstances("2026-11-29 01:00 UTC", "0123abc+", 2, (0.5, 0.4, 0.3))
ENDED = Circumstances("2026-11-29 01:01 UTC", "0123abc+", 2, (1.5, 0.4, 0.3))
ROWS = (
    Row("a web process", "91.5 MB", spread="89.6–93.5", goal="at most 45 MB", verdict="missed, 2.03 times that"),
    Row("a key press", "900 µs", "1.30", "1.20–1.40", "at least 1.20", "met"),
    Row("· the web server's own process", "25.5 MB"),
)
MEASURED = Measured("memory", ROWS, BEGAN, ENDED)

PLACE = "# Before\n<!-- make bench ARGS=memory -->\nold\n\nolder\n<!-- end -->\nafter\n"


def test_columns_stand_below_each_other() -> None:
    head, *lines = MEASURED.columns().splitlines()
    assert head.startswith("memory:")
    assert {line.index("at ") for line in lines if "at " in line} == {head.index("goal")}
    assert lines[2].endswith("25.5 MB")


def test_the_table_begins_with_the_commit_the_machine_and_its_load() -> None:
    first = MEASURED.table().splitlines()[0]
    assert first == "2026-11-29 01:00 UTC, commit 0123abc+, 2 processors, load 0.50, 1.50 at the end."


def test_the_table_of_a_page_is_replaced_and_nothing_else() -> None:
    page = written(PLACE, MEASURED)
    assert page.startswith("# Before\n<!-- make bench ARGS=memory -->\n\n2026-11-29")
    assert "| a key press | 900 µs | 1.30 | 1.20–1.40 | at least 1.20 | met |\n" in page
    assert page.endswith(" |\n\n<!-- end -->\nafter\n")
    assert "old" not in page
    assert written(page, MEASURED) == page


def test_a_page_without_a_place_is_not_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Nothing\n")
    with pytest.raises(BenchFailed, match="no place"):
        write([MEASURED], page)
    assert page.read_text() == "# Nothing\n"


def test_every_benchmark_has_its_module_and_its_place_on_the_page() -> None:
    modules = {path.stem for path in (ROOT / "bench" / "rows").glob("*.py")} - {"__init__"}
    assert modules == set(NAMES)
    text = PAGE.read_text()
    for name in NAMES:
        assert written(text, Measured(name, ROWS, BEGAN, ENDED)) != text


def test_a_run_ends_with_the_goals_that_were_missed() -> None:
    assert list(closing([MEASURED])) == [
        "1 of 2 goals met",
        "  memory, a web process: missed, 2.03 times that (91.5 MB, at most 45 MB)",
    ]
