"""Tests of the list of safeguards: each row still fits the code, and a missing safeguard is noticed or reported."""

from collections import Counter
from pathlib import Path

import pytest

from testing.mutants.safeguards import LIST, Safeguard, Stale, read, stale
from testing.mutants.trial import Verdict, verdicts

ROW = Safeguard("two is two", "two.py", "return 2", "return 3", ("test_two.py::test_two",))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree with a product of one function, and with one test of it."""
    (tmp_path / "two.py").write_text("def two() -> int:\n    return 2\n")
    (tmp_path / "test_two.py").write_text("from two import two\n\n\ndef test_two():\n    assert two() > 1\n")
    return tmp_path


def row(**other: object) -> Safeguard:
    return Safeguard(**{**vars(ROW), **other})


def test_every_row_applies() -> None:
    assert stale(read()) == []


def test_every_row_says_something_of_its_own() -> None:
    assert [what for what, times in Counter(each.what for each in read(LIST)).items() if times > 1] == []


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"text": "return 4"}, "has this 0 times"),
        ({"text": "t"}, "times instead of once"),
        ({"file": "three.py"}, "has this 0 times"),
        ({"instead": "return ("}, "no Python"),
        ({"tests": ("test_two.py::test_three",)}, "there is no test_two.py::test_three"),
        ({"tests": ("test_two.py::test_tw",)}, "there is no test_two.py::test_tw"),
        ({"tests": ("test_three.py",)}, "there is no test_three.py"),
    ],
)
def test_a_row_that_names_what_is_gone_is_stale(tree: Path, other: dict[str, object], says: str) -> None:
    assert stale([ROW], tree) == []
    (told,) = stale([row(**other)], tree)
    assert told.startswith("two is two: ")
    assert says in told


def test_a_stale_row_is_not_tried() -> None:
    with pytest.raises(Stale):
        ROW.removed("def two() -> int:\n    return 1 + 1\n")


@pytest.mark.slow
def test_each_row_is_judged_by_its_tests_in_a_copy(tree: Path) -> None:
    rows = [row(instead="return 1"), ROW, row(instead="raise SystemExit(7)", tests=("nowhere.py",))]
    found = [verdict for _, verdict, _ in verdicts(rows, 2, tree)]
    assert found == [Verdict.NOTICED, Verdict.UNNOTICED, Verdict.NOT_TRIED]
    assert (tree / "two.py").read_text().endswith("return 2\n")
