"""A caller's number that is greeted in Hindi, for the tests of callers' languages."""

from sqlalchemy import insert

from ivr.storage import schema
from tests.people import CALLER, Phone


def prefers_hindi(phone: Phone) -> None:
    """Have the line greet the tests' caller in Hindi, as it does after two calls in Hindi."""
    mark = phone.services.reports.keyed_ids.telephone(CALLER)
    row = {"mark": mark, "language": "hi", "latest": "hi", "at": phone.services.clock()}
    with phone.services.database.writing() as write:
        write.execute(insert(schema.caller_languages).values(row))
