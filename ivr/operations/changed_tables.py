"""Finds the tables whose rows a migration may change, from the calls of `op` in its source. No database.

What the source leaves open counts as a change of every table.
"""

import ast
from collections.abc import Collection, Iterable, Iterator

from ivr.storage.revisions import MIGRATIONS

KEEP_ROWS = frozenset({"create_table", "create_index", "drop_index"})
"""Operations that leave every row as it is."""

NAME_THEIR_TABLE = frozenset(
    {"add_column", "alter_column", "batch_alter_table", "drop_column", "drop_table", "rename_table"}
)
"""Operations whose first argument is the one table that they change."""

ANY = "*"
"""The mark that stands for every table."""


def changed(pending: Iterable[str], tables: Collection[str]) -> set[str]:
    """Return those of `tables` whose rows the migrations to these revisions may change."""
    named = {table for revision in pending for table in changed_by(revision)}
    return set(tables) if ANY in named else named & set(tables)


def changed_by(revision: str) -> set[str]:
    """Return the tables that the migration to this revision may change, with ANY where it does not say which."""
    (file,) = MIGRATIONS.glob(f"versions/{revision}_*.py")
    return {_table(call) for call in _operations(ast.parse(file.read_text())) if _name(call) not in KEEP_ROWS}


def _operations(module: ast.Module) -> Iterator[ast.Call]:
    for part in module.body:
        if isinstance(part, ast.FunctionDef) and part.name == "downgrade":
            continue
        yield from (node for node in ast.walk(part) if isinstance(node, ast.Call) and _name(node))


def _name(call: ast.Call) -> str:
    """Return the name of the operation if a migration calls one of `op`; empty for any other call."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="op"), attr=name):
            return name
    return ""


def _table(call: ast.Call) -> str:
    match call.args:
        case [ast.Constant(value=str(table)), *_] if _name(call) in NAME_THEIR_TABLE:
            return table
    return ANY
