"""Adds a notice's channel, the number of the last begun dispatch, and the table of channels that do not work."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns `channel` and `begun` to `errands`, and create the table `channel_troubles`."""
    op.add_column("errands", sa.Column("channel", sa.String(16), nullable=False, server_default=sa.text("''")))
    op.add_column("errands", sa.Column("begun", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "channel_troubles",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False, unique=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
    )
