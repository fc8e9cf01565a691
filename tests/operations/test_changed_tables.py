"""The names of the tables that a migration changes, read from its calls of Alembic's `op`."""

import ast
from pathlib import Path

import pytest

from ivr.operations.changed_tables import ANY, changed, changed_by
from ivr.storage.revisions import MIGRATIONS, revisions

CHANGES = {
    "0001": set(),
    "0002": {"requests", "history", "staff", ANY},
    "0003": set(),
    "0004": set(),
    "0005": {"staff"},
    "0006": {"requests"},
    "0007": set(),
    "0008": {"errands"},
    "0009": {"failed_logins"},
    "0010": {"requests", "errands"},
    "0011": set(),
    "0012": {"blocked_times"},
    "0013": set(),
    "0014": set(),
    "0015": set(),
    "0016": set(),
}


@pytest.mark.parametrize("revision", revisions())
def test_a_migration_is_known_by_what_it_changes(revision: str) -> None:
    assert changed_by(revision) == CHANGES[revision], "a new migration takes a line here"


def test_a_statement_counts_as_a_change_of_every_table() -> None:
    assert changed(["0001", "0002"], {"requests", "calls"}) == {"requests", "calls"}
    assert changed(["0005", "0006"], {"requests", "calls"}) == {"requests"}
    assert changed(["0001", "0003", "0004"], {"requests", "calls"}) == set()


@pytest.mark.parametrize("file", sorted(MIGRATIONS.glob("versions/*.py")), ids=lambda each: each.name)
def test_a_migration_works_through_op_alone(file: Path) -> None:
    tree = ast.parse(file.read_text())
    imported = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)}
    assert "from alembic import op" in imported
    assert imported <= {"import sqlalchemy as sa", "from alembic import op"}, "or its changes would not be seen"
