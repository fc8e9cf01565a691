"""Adds the languages in which numbers are greeted, each under a keyed hash of its number."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table `caller_languages`, with the language that each caller used."""
    op.create_table(
        "caller_languages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mark", sa.String(64), nullable=False, unique=True),
        sa.Column("language", sa.String(8)),
        sa.Column("latest", sa.String(8)),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
    )
