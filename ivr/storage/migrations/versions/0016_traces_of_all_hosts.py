"""Adds the traces that calls have left on each host, and the hosts that answer calls."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UNRECORDED = sa.text("NOT recorded")


def upgrade() -> None:
    """Create the tables of the calls' traces and of the hosts."""
    op.create_table(
        "call_traces",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(32), nullable=False, unique=True),
        sa.Column("mark", sa.String(32), nullable=False, index=True),
        sa.Column("host", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("line", sa.String(20), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("lasted", sa.Integer),
        sa.Column("caller", sa.String(64), nullable=False),
        sa.Column("arrived", sa.DateTime, nullable=False, index=True),
        sa.Column("recorded", sa.Boolean, nullable=False),
    )
    op.create_index("traces_unrecorded", "call_traces", ["mark"], sqlite_where=UNRECORDED, postgresql_where=UNRECORDED)
    op.create_table(
        "hosts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("seen", sa.DateTime, nullable=False),
    )
