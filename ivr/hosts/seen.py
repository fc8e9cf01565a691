"""Stores when each host that answers calls was last seen, so that a lost host is named. No HTTP, no clock."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.odd import text_of
from ivr.storage.upsert import INSERTS, delete_any

log = logging.getLogger(__name__)

table = schema.hosts

EVERY = timedelta(minutes=1)
"""The shortest time between two writes of the moment at which a host was last seen."""

SILENT = timedelta(minutes=5)
"""Time after which a host that was not seen counts as silent, and is named."""

GONE = timedelta(days=7)
"""Time after which a host that was not seen is forgotten."""


@dataclass(frozen=True)
class SilentHost:
    """A host that answered calls and has not been seen for a while."""

    name: str
    seen: datetime


class SilentHosts:
    """The hosts whose silence this process has logged; each silence is logged once."""

    def __init__(self) -> None:
        self._named: set[str] = set()

    def tell(self, silent: Sequence[SilentHost]) -> None:
        """Log the hosts that have become silent, and those that are back or forgotten."""
        for each in silent:
            if each.name not in self._named:
                log.warning("host %s was last seen at %s: calls that it answered may lack in the reports", *_said(each))
        for name in sorted(self._named - {each.name for each in silent}):
            log.warning("host %s is back, or forgotten", name)
        self._named = {each.name for each in silent}


def _said(host: SilentHost) -> tuple[str, str]:
    return host.name, f"{host.seen:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True)
class Hosts:
    """The table of the hosts that answer calls, and when each was last seen."""

    database: Database

    def saw(self, name: str, now: datetime) -> None:
        """Store that the host of this name was seen now, at most once a minute. Raises StoreAway."""
        lately = select(table.c.id).where(table.c.name == name, table.c.seen.between(now - EVERY, now))
        with self.database.reading() as read:
            if read.execute(lately).first() is not None:
                return
        with self.database.writing() as write:
            insert = INSERTS[write.dialect.name](table).values(name=name, seen=now)
            write.execute(insert.on_conflict_do_update(index_elements=[table.c.name], set_={"seen": now}))

    def silent(self, now: datetime) -> Sequence[SilentHost]:
        """Return the hosts that were not seen for `SILENT`, in the order of their names. Raises StoreAway."""
        query = select(table.c.name, table.c.seen).where(table.c.seen <= now - SILENT).order_by(table.c.name)
        with self.database.reading() as read:
            rows = read.execute(query).all()
        return [SilentHost(text_of(row.name), row.seen) for row in rows if isinstance(row.seen, datetime)]

    def forget(self, lived: datetime) -> None:
        """Delete the hosts that were last seen `GONE` or longer before the lived time. Raises StoreAway."""
        delete_any(self.database, table, table.c.seen <= lived - GONE)
