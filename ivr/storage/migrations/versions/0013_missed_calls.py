"""Adds the calls that came to nothing, and those that the reception took, for the desk to call back."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
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
