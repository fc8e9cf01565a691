"""Adds the records of calls, indexed by their start, and an index of requests by their creation, for the reports."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of recorded calls, its index, and an index of the requests by time."""
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mark", sa.String(32), nullable=False, unique=True),
        sa.Column("began", sa.DateTime, nullable=False),
        sa.Column("line", sa.String(20), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("path", sa.String(1000), nullable=False),
        sa.Column("seconds", sa.Integer, nullable=False),
        sa.Column("ended", sa.String(8), nullable=False),
    )
    op.create_index("calls_by_began", "calls", ["began", "line"])
    op.create_index("requests_by_created", "requests", ["created"])
