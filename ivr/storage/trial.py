"""Tries whether the database takes a write: a line of the audit, in a transaction that is rolled back."""

from sqlalchemy import Connection, insert

from ivr.storage import schema

_TRIAL = {"at": schema.LONG_AGO, "who": "(trial)", "what": "trial", "about": "", "detail": ""}


def try_writing(trial: Connection) -> None:
    """Write a line of the audit as a trial, in a transaction of `Database.trying`, which translates the errors."""
    trial.execute(insert(schema.audit).values(_TRIAL))
