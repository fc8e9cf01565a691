"""Remembers the language that the callers of a number choose; the number itself is stored only as a keyed hash.

No HTTP, no clock. Why these rules: docs/decisions/0026.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, or_, select, update

from ivr.storage import schema
from ivr.storage.encryption import KeyedIds
from ivr.storage.upsert import INSERTS

table = schema.caller_languages

ERASED_FOR = timedelta(days=1)
"""The time for which an erasure is remembered. Older calls store no language, because they may be of erased numbers."""


@dataclass(frozen=True)
class UsedLanguage:
    """The language in which the caller of a finished call has last pressed a key."""

    mark: str
    """The keyed hash of the number that has called."""
    language: str
    chosen: bool
    """True if the call began in another language and the caller chose `language`."""
    began: datetime


def remember(write: Connection, calls: Sequence[UsedLanguage], keyed_ids: KeyedIds) -> None:
    """Remember, for the numbers of these finished calls, the languages that callers used. Give each call only once.

    If two calls in a row choose the same language, their number is greeted in that language from then on. Calls of
    blocked numbers are left out.
    """
    blocked = _blocked(write, keyed_ids) if calls else frozenset()
    # Ordered by mark, so that two processes that write at once do not wait for each other in a circle.
    for each in sorted(calls, key=lambda call: (call.mark, call.began)):
        if each.mark not in blocked:
            write.execute(_chosen(write, each) if each.chosen else _answered(each))


def _blocked(read: Connection, keyed_ids: KeyedIds) -> frozenset[str]:
    numbers = schema.blocked
    standing = read.scalars(select(numbers.c.phone).where(numbers.c.lifted_at.is_(None)).distinct())
    return frozenset(keyed_ids.telephone(str(each)) for each in standing)


def _chosen(write: Connection, call: UsedLanguage) -> Any:
    """Return the SQL statement that remembers, for the number of a call, that its caller chose another language."""
    found = {"mark": call.mark, "latest": call.language, "at": call.began}
    insert = INSERTS[write.dialect.name](table).values(**found)
    latest, told = insert.excluded.latest, insert.excluded.at
    twice = case((table.c.latest == latest, latest), else_=table.c.language)
    changes = {"language": twice, "latest": latest, "at": told}
    since = or_(table.c.latest.is_not(None), table.c.at < told)
    return insert.on_conflict_do_update(index_elements=[table.c.mark], set_=changes, where=since)


def _answered(call: UsedLanguage) -> Any:
    """Return the SQL statement that stores the language of a call in which the caller did not change the language.

    Two calls in a row that change to the same language change the number's language. This call interrupts the series.
    """
    known = (table.c.mark == call.mark, table.c.latest.is_not(None))
    return update(table).where(*known).values(latest=call.language, at=call.began)


LANGUAGE = select(table.c.language).where(table.c.mark == bindparam("mark"))
"""The query for the remembered language of a number, by the number's keyed hash."""


def remembered(read: Connection, number: str, keyed_ids: KeyedIds) -> list[Mapping[str, Any]]:
    """Return the stored row about the language of a number (in E.164), in a list; an empty list if there is no row."""
    columns = (table.c.language, table.c.latest, table.c.at)
    query = select(*columns).where(table.c.mark == keyed_ids.telephone(number), table.c.latest.is_not(None))
    return [dict(row) for row in read.execute(query).mappings()]


def erase(write: Connection, number: str, keyed_ids: KeyedIds, now: datetime) -> None:
    """Erase the remembered language of a number, given in E.164, and keep earlier calls from storing it again.

    A row without a language stays for `ERASED_FOR`. It stops calls that began before `now` from storing a language.
    """
    mark, traces = keyed_ids.telephone(number), schema.call_traces
    # In the order of a collector, which locks the traces by their ids and then writes the language: it may be at work.
    theirs = select(traces.c.id).where(schema.UNRECORDED, traces.c.caller == mark).order_by(traces.c.id)
    ids = write.scalars(theirs.with_for_update()).all()
    write.execute(update(traces).where(traces.c.id.in_(ids)).values(caller=""))
    write.execute(delete(table).where(table.c.mark == mark))
    write.execute(table.insert().values(mark=mark, at=now))
