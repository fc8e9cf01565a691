"""Adds a second factor to logins: app secrets, recovery codes, and the rules on who must have a second factor."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column `second_factor_required`, and create the tables of second factors, recovery codes and rules."""
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("second_factor_required", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "second_factors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False, unique=True),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False, index=True),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("used", sa.DateTime),
    )
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
    )
