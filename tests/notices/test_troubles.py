"""Channels to the staff that fail: the desk shows each, until it works again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from ivr.notices.channels import channels_of
from ivr.notices.troubles import ChannelTroubles, TroubleKind
from ivr.storage import schema
from ivr.storage.database import Database
from ivr.storage.encryption import KeyedIds
from tests.people import Clock

ONE, TWO = CHANNELS = channels_of("json://one.example json://two.example", KeyedIds("0123456789abcdef" * 4))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def found(database: Database) -> list[tuple[str, TroubleKind]]:
    return [(each.channel.key, each.kind) for each in ChannelTroubles(database, CHANNELS).now()]


def test_a_trouble_stands_from_its_first_moment_until_the_channel_works(database: Database, clock: Clock) -> None:
    troubles, began = ChannelTroubles(database, CHANNELS), clock()
    troubles.note(TWO, TroubleKind.NOT_TAKEN, clock())
    clock.goes_on(minutes=5)
    troubles.note(TWO, TroubleKind.NOT_TAKEN, clock())
    ChannelTroubles(database, CHANNELS).note(TWO, TroubleKind.NOT_TAKEN, clock())  # another worker
    assert [(each.channel.key, each.since) for each in troubles.now()] == [(TWO, began)]
    troubles.note(TWO, None, clock())
    assert found(database) == []


def test_a_channel_that_is_not_configured_any_more_is_not_shown_and_is_forgotten(
    database: Database, clock: Clock
) -> None:
    for key in CHANNELS:
        ChannelTroubles(database, CHANNELS).note(key, TroubleKind.NOT_UNDERSTOOD, clock())
    left = ChannelTroubles(database, {ONE: CHANNELS[ONE]})
    assert [each.channel.key for each in left.now()] == [ONE]
    left.forget_others()
    assert found(database) == [(ONE, TroubleKind.NOT_UNDERSTOOD)]


def test_a_word_of_another_version_still_means_that_it_does_not_work(database: Database, clock: Clock) -> None:
    with database.writing() as write:
        write.execute(insert(schema.channel_troubles).values(channel=ONE, kind="asleep", since=clock()))
    assert found(database) == [(ONE, TroubleKind.NOT_TAKEN)]
