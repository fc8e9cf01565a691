"""Adds the diary: patients, appointments and the times that they take, blocked times, and booking by telephone.

A number may now have several live requests, one for each person of a family. A task may be about an appointment.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TO_HEAR = sa.text("to_hear IS NOT NULL")
OF_APPOINTMENTS = sa.text("appointment_id IS NOT NULL")
LIVE_ONLY = sa.text("status IN ('open', 'taken')")
TAKES_TIME = sa.text("status IN ('booked', 'arrived')")


def upgrade() -> None:
    """Create the diary's tables, and change those of requests and tasks."""
    op.create_table(
        "patients",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("phone", sa.String(16), index=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("language", sa.String(8)),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(12), nullable=False),
        sa.Column("mark", sa.String(64), unique=True),
        sa.Column("phone", sa.String(16)),
        sa.Column("patient_id", sa.Integer, sa.ForeignKey("patients.id"), index=True),
        sa.Column("line", sa.String(20), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("schedule", sa.String(20), nullable=False),
        sa.Column("extra", sa.Integer, nullable=False, server_default="0"),
        sa.Column("starts", sa.DateTime, nullable=False),
        sa.Column("ends", sa.DateTime, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("whose", sa.String(8), nullable=False, server_default="own"),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("touched", sa.DateTime, nullable=False),
        sa.Column("request_id", sa.Integer, sa.ForeignKey("requests.id"), index=True),
        sa.Column("to_hear", sa.String(64)),
    )
    op.create_index("appointments_to_hear", "appointments", ["to_hear"], sqlite_where=TO_HEAR, postgresql_where=TO_HEAR)
    op.create_index("appointments_by_start", "appointments", ["starts"])
    op.create_index("appointments_by_phone", "appointments", ["phone"])
    op.create_index("appointments_by_reference", "appointments", ["reference"])
    op.create_index(
        "one_patient_at_a_time",
        "appointments",
        ["schedule", "extra", "starts"],
        unique=True,
        sqlite_where=TAKES_TIME,
        postgresql_where=TAKES_TIME,
    )
    op.create_table(
        "appointment_times",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("appointment_id", sa.Integer, sa.ForeignKey("appointments.id"), nullable=False, index=True),
        sa.Column("schedule", sa.String(20), nullable=False),
        sa.Column("extra", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_index("one_patient_in_each_step", "appointment_times", ["schedule", "extra", "at"], unique=True)
    op.create_table(
        "appointment_history",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("appointment_id", sa.Integer, sa.ForeignKey("appointments.id"), nullable=False, index=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
    )
    op.create_table(
        "blocked_times",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("schedule", sa.String(20), nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, index=True),
        sa.Column("weekday", sa.Integer),
        sa.Column("shift", sa.String(11), nullable=False),
        sa.Column("words", sa.String(80), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("undone_by", sa.String(80)),
        sa.Column("undone_at", sa.DateTime),
    )
    op.create_table(
        "phone_booking",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("rules", sa.String(80), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.drop_index("one_live_request", "requests")
    op.create_index(
        "live_requests_of_a_number",
        "requests",
        ["phone", "kind"],
        sqlite_where=LIVE_ONLY,
        postgresql_where=LIVE_ONLY,
    )
    # No foreign keys: SQLite would have to write the table anew for them.
    op.add_column("requests", sa.Column("patient_id", sa.Integer))
    op.add_column("requests", sa.Column("about", sa.Integer))
    op.add_column("requests", sa.Column("why", sa.String(16)))
    op.create_index("ix_requests_patient_id", "requests", ["patient_id"])
    op.create_index("ix_requests_about", "requests", ["about"])
    with op.batch_alter_table("errands") as errands:
        errands.alter_column("request_id", existing_type=sa.Integer, nullable=True)
        errands.add_column(sa.Column("appointment_id", sa.Integer))
    op.create_index(
        "errands_of_appointments",
        "errands",
        ["appointment_id"],
        sqlite_where=OF_APPOINTMENTS,
        postgresql_where=OF_APPOINTMENTS,
    )
