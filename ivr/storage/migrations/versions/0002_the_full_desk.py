"""Adds tries, outcomes and appointments; roles and invitations; closures by the desk; failed logins; the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns to the tables of requests, history and staff, and create the new tables and indexes."""
    with op.batch_alter_table("requests") as requests:
        requests.add_column(sa.Column("touched", sa.DateTime))
        requests.add_column(sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
        requests.add_column(sa.Column("outcome", sa.String(20)))
        requests.add_column(sa.Column("appointment", sa.DateTime))
        requests.add_column(sa.Column("source", sa.String(8), nullable=False, server_default="call"))
    op.create_index("requests_by_reference", "requests", ["reference"])
    op.create_index("requests_by_appointment", "requests", ["appointment"])
    with op.batch_alter_table("history") as history:
        history.alter_column("detail", type_=sa.Text, existing_type=sa.String(200), existing_nullable=False)
        history.add_column(sa.Column("before", sa.Text))
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("role", sa.String(8), nullable=False, server_default="staff"))
        staff.add_column(sa.Column("epoch", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE staff SET role = 'manager'")  # whoever was there could do everything there was
    _new_tables()


def _new_tables() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False, index=True),
        sa.Column("expires", sa.DateTime, nullable=False),
        sa.Column("used", sa.DateTime),
    )
    op.create_table(
        "failed_logins",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
    )
    op.create_index("failed_logins_by_name", "failed_logins", ["name", "at"])
    op.create_index("failed_logins_by_address", "failed_logins", ["address", "at"])
    op.create_table(
        "closures",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False, index=True),
        sa.Column("line", sa.String(20), nullable=False),
        sa.Column("shifts", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("undone_by", sa.String(80)),
        sa.Column("undone_at", sa.DateTime),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("what", sa.String(30), nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop the columns and tables that `upgrade` added. What they hold is lost."""
    for table in ("audit", "closures", "failed_logins", "invitations"):
        op.drop_table(table)
    for index in ("requests_by_reference", "requests_by_appointment"):
        op.drop_index(index, "requests")
    for table, columns in (
        ("staff", ("role", "epoch")),
        ("history", ("before",)),
        ("requests", ("touched", "tries", "outcome", "appointment", "source")),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
