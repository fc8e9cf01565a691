"""The list of the product's safeguards: the text of each, its replacement, and the tests that should notice.

Runs nothing.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.settings import ROOT

LIST = Path(__file__).with_name("safeguards.toml")


class Stale(Exception):
    """The error of a safeguard whose text is not exactly once in its file, or whose replacement is no Python."""


@dataclass(frozen=True)
class Safeguard:
    """A safeguard of the product: the text to take out, its replacement, and the tests that should notice."""

    what: str
    """The safeguard as a statement that is true while the product has the safeguard."""
    file: str
    text: str
    """The text to take out, which stands in the safeguard's file exactly once."""
    instead: str
    tests: tuple[str, ...]
    """The tests that should fail without the safeguard: whole files, or single tests as `FILE::test_name`."""

    def removed(self, source: str) -> str:
        """Return this source of the safeguard's file with the safeguard's text replaced. Raises Stale."""
        found = source.count(self.text)
        if found != 1:
            raise Stale(f"{self.file} has this {found} times instead of once: {self.text.strip()}")
        broken = source.replace(self.text, self.instead)
        if self.file.endswith(".py"):
            _compiles(broken, self.file)
        return broken


def read(path: Path = LIST) -> tuple[Safeguard, ...]:
    """Return the rows of the list of safeguards, in testing/mutants/safeguards.toml.

    Raises TypeError for an unknown field.
    """
    rows = tomllib.loads(path.read_text())["safeguard"]
    return tuple(Safeguard(**{**row, "tests": tuple(row["tests"])}) for row in rows)


def stale(rows: Sequence[Safeguard], root: Path = ROOT) -> list[str]:
    """Return a complaint for each text or test that a safeguard's row names and the source files no longer have."""
    return [f"{row.what}: {each}" for row in rows for each in _stale(row, root)]


def _stale(row: Safeguard, root: Path) -> Iterator[str]:
    try:
        row.removed(_text(root / row.file))
    except Stale as gone:
        yield str(gone)
    for test in row.tests:
        file, _, name = test.partition("::")
        if not re.search(rf"^def {name or 'test_.*'}[(]", _text(root / file), re.MULTILINE):
            yield f"there is no {test}"


def _text(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def _compiles(source: str, file: str) -> None:
    try:
        compile(source, file, "exec")
    except SyntaxError as wrong:
        raise Stale(f"what is put instead is no Python: line {wrong.lineno} of {file}") from None
