"""Stores which channels to the staff do not work at present, so that the desk can show it. Sends nothing. No clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    _noted: dict[str, TroubleKind | None] = field(default_factory=dict, compare=False)
    """The last state of each channel that this process stored, by key. An unchanged state is not written again."""

    def note(self, key: str, kind: TroubleKind | None, at: datetime) -> None:
        """Store the state of the channel with this key; `kind` is None where it works. Raises StoreAway."""
        if key in self._noted and self._noted[key] == kind:
            return
        try:
            with self.database.writing() as write:
                same = write.execute(select(table.c.kind).where(table.c.channel == key)).scalar()
                if same != kind:
                    write.execute(delete(table).where(table.c.channel == key))
                if kind and same != kind:
                    insert_new(write, table, channel=key, kind=kind, since=at)
        except UniqueViolation:
            return  # another worker has noted it in this moment; the next notice looks again
        self._noted[key] = kind

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
