"""Migrations of later versions, invented for the tests: additions, removals, a required column and a changed type."""

import textwrap
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from ivr.storage.revisions import MIGRATIONS, revisions

HEAD = """
import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {before!r}


def upgrade() -> None:
{up}


def downgrade() -> None:
{down}
"""

ADDS = """
op.add_column("requests", sa.Column("urgency", sa.String(20)))
op.add_column("history", sa.Column("told", sa.Boolean, nullable=False, server_default=sa.true()))
op.create_table("rooms", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))
---
op.drop_table("rooms")
"""

TAKES_AWAY = """
with op.batch_alter_table("requests") as batch:
    batch.drop_column("rang_again")
---
op.add_column("requests", sa.Column("rang_again", sa.Integer, nullable=False, server_default="0"))
"""

TAKES_AWAY_ELSEWHERE = """
with op.batch_alter_table("staff") as batch:
    batch.drop_column("epoch")
---
op.add_column("staff", sa.Column("epoch", sa.Integer, nullable=False, server_default="0"))
"""

ASKS_FOR_MORE = """
with op.batch_alter_table("promises") as batch:
    batch.add_column(sa.Column("channel", sa.String(20), nullable=False))
---
with op.batch_alter_table("promises") as batch:
    batch.drop_column("channel")
"""

MAKES_ANOTHER_KIND = """
with op.batch_alter_table("requests") as batch:
    batch.alter_column("reference", type_=sa.Integer, postgresql_using="reference::integer")
---
with op.batch_alter_table("requests") as batch:
    batch.alter_column("reference", type_=sa.String(12), postgresql_using="reference::varchar")
"""

REVISIONS = {ADDS: "9001", TAKES_AWAY: "9002"}


def goes_on_to(url: str, invented: str, folder: Path) -> str:
    """Upgrade a database to a made-up later revision, whose migration is the code `invented`; return the revision."""
    revision = REVISIONS.get(invented, "9003")
    up, _, down = invented.partition("---")
    words = {name: textwrap.indent(part.strip(), "    ") for name, part in (("up", up), ("down", down))}
    versions = folder / "newer"
    versions.mkdir(exist_ok=True)
    file = versions / f"{revision}_invented.py"
    file.write_text(HEAD.format(revision=revision, before=revisions()[-1], **words))
    _run(url, versions, command.upgrade, revision)
    return revision


def comes_back(url: str, folder: Path) -> None:
    """Bring a database back from a made-up newer revision to the newest revision of the product."""
    _run(url, folder / "newer", command.downgrade, revisions()[-1])


def _run(url: str, versions: Path, does: object, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}:{versions}")
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            does(config, to)  # type: ignore[operator]  # a command of Alembic's
    finally:
        engine.dispose()
