"""Adds indexes of live requests only, of unfinished tasks only and of failed tasks only; they replace full indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LIVE = sa.text("status IN ('open', 'taken')")
UNDONE = sa.text("done_at IS NULL AND failed_at IS NULL")
FAILED = sa.text("failed_at IS NOT NULL")


def upgrade() -> None:
    """Create indexes of only the live requests, the unfinished tasks and the failed tasks; drop two older indexes."""
    op.create_index("live_requests", "requests", ["due", "id"], sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index("errands_undone", "errands", ["next_at"], sqlite_where=UNDONE, postgresql_where=UNDONE)
    op.create_index("errands_failed", "errands", ["failed_at"], sqlite_where=FAILED, postgresql_where=FAILED)
    op.drop_index("requests_by_status_and_due", "requests")
    op.drop_index("errands_to_do", "errands")
