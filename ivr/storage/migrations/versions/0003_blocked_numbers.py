"""Adds the numbers that the desk has blocked, and an index of closed requests by the moment of closing."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table `blocked`, and the index of requests by `status` and `touched`."""
    op.create_index("requests_by_touched", "requests", ["status", "touched"])
    op.create_table(
        "blocked",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("phone", sa.String(16), nullable=False, index=True),
        sa.Column("reason", sa.String(80), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("lifted_by", sa.String(80)),
        sa.Column("lifted_at", sa.DateTime),
    )
