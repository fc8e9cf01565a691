"""Adds the counts of each day for the reports, and the ids of the last rows that the counts include."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables `day_counts` and `counting`, which keep the counts of the reports."""
    op.create_table(
        "day_counts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("starts", sa.DateTime, nullable=False),
        sa.Column("ends", sa.DateTime, nullable=False),
        sa.Column("line", sa.String(20), nullable=False),
        sa.Column("counted_by", sa.String(64), nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("stale", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("by_slot", sa.Text, nullable=False),
        sa.Column("later", sa.Text, nullable=False),
        sa.Column("quarters", sa.Text, nullable=False),
    )
    op.create_index("one_row_of_a_day_and_line", "day_counts", ["starts", "line"], unique=True)
    op.create_table(
        "counting",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("calls_seen", sa.Integer, nullable=False),
        sa.Column("history_seen", sa.Integer, nullable=False),
    )
