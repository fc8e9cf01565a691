"""Adds sessions that can be ended on the server, drafts of what people type, and the devices of failed logins."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables `sessions` and `drafts`, and add the columns `device` and `code` to `failed_logins`."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mark", sa.String(64), nullable=False, unique=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("began", sa.DateTime, nullable=False, index=True),
        sa.Column("typed", sa.DateTime),
        sa.Column("ended", sa.DateTime),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
    )
    op.create_index("one_draft_of_a_place", "drafts", ["staff_id", "mark"], unique=True)
    op.add_column("failed_logins", sa.Column("device", sa.String(64)))
    op.add_column("failed_logins", sa.Column("code", sa.Boolean, nullable=False, server_default=sa.false()))
