"""Adds the table of the calls that the desk may call back: missed calls, and calls that the reception took."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of missed calls."""
    op.create_table(
        "missed_calls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("call_sid", sa.String(64), nullable=False, unique=True),
        sa.Column("phone", sa.String(16), nullable=False, index=True),
        sa.Column("line", sa.String(20), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("kind", sa.String(12)),
        sa.Column("reached", sa.String(20), nullable=False),
        sa.Column("checked", sa.Boolean, nullable=False),
        sa.Column("called_by", sa.String(80)),
        sa.Column("called_at", sa.DateTime),
    )
