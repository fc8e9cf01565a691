"""Adds an index by time to the history of appointments, for the reports."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index of the appointments' history by moment."""
    op.create_index("appointment_history_by_at", "appointment_history", ["at"])
