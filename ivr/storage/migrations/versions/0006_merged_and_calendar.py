"""Adds to a merged request the id of the request it was merged into; adds the link of the appointments' calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexed column `merged_into` to the requests, and create the table `calendar_links`."""
    op.add_column("requests", sa.Column("merged_into", sa.Integer))
    op.create_index("ix_requests_merged_into", "requests", ["merged_into"])
    op.create_table(
        "calendar_links",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("nonce", sa.String(64)),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
