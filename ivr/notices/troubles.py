"""Stores which channels to the staff do not work at present, so that the desk can show it. Sends nothing. No clock."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select

from ivr.notices.channels import Channel
from ivr.storage import schema
from ivr.storage.database import Database, UniqueViolation
from ivr.storage.upsert import insert_new

table = schema.channel_troubles


class TroubleKind(StrEnum):
    """The reason why a channel to the staff does not work, as stored."""

    NOT_UNDERSTOOD = "not_understood"
    """No kind of channel has an address like this: somebody must correct it."""
    NOT_TAKEN = "not_taken"
    """The channel did not take the last notice."""


def _kind(stored: str) -> TroubleKind:
    """Return the kind of trouble from its stored word; NOT_TAKEN for a word of another version."""
    return TroubleKind(stored) if stored in list(TroubleKind) else TroubleKind.NOT_TAKEN


@dataclass(frozen=True)
class ChannelTrouble:
    """A channel that does not work at present, why, and since when."""

    channel: Channel
    kind: TroubleKind
    since: datetime


@dataclass(frozen=True)
class ChannelTroubles:
    """The store of the channels that do not work."""

    database: Database
    channels: Mapping[str, Channel]
    """The configured channels, by key. Troubles of other channels are not shown; `forget_others` deletes them."""

    def note(self, key: str, kind: TroubleKind | None, at: datetime) -> None:
        """Store the state of the channel with this key; `kind` is None where it works. Raises StoreAway."""
        with self.database.reading() as read:
            stored = read.execute(select(table.c.kind).where(table.c.channel == key)).scalar()
        if stored == kind:
            return  # as after nearly every notice: none of them takes the write lock
        # Where another worker notes a trouble in this moment, its row stays, and the next notice looks again.
        with suppress(UniqueViolation), self.database.writing() as write:
            write.execute(delete(table).where(table.c.channel == key))
            if kind:
                insert_new(write, table, channel=key, kind=kind, since=at)

    def now(self) -> list[ChannelTrouble]:
        """Return the configured channels that do not work, in the order of configuration. Raises StoreAway."""
        with self.database.reading() as read:
            rows = {row.channel: row for row in read.execute(select(table))}
        found = ((each, rows[key]) for key, each in self.channels.items() if key in rows)
        return [ChannelTrouble(each, _kind(row.kind), row.since) for each, row in found]

    def forget_others(self) -> None:
        """Delete the troubles of channels that are not configured any more. Raises StoreAway."""
        with self.database.writing() as write:
            write.execute(delete(table).where(table.c.channel.not_in(list(self.channels))))
