"""An index of what happened to appointments by its moment, for the reports."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    op.create_index("appointment_history_by_at", "appointment_history", ["at"])
