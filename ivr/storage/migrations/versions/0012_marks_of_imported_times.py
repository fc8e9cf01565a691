"""Adds to a blocked time the mark of its imported entry, so that another import does not block it twice."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column `mark` to the table of blocked times, with an index."""
    op.add_column("blocked_times", sa.Column("mark", sa.String(64)))
    op.create_index("blocked_times_by_mark", "blocked_times", ["mark"])
