"""A request that was sealed before a deploy is read after it, whatever its fields are called in the code."""

import json
from datetime import UTC, datetime

from redis import Redis

from ivr.desk.pending import Waiting, WaitingRoom, to_json
from ivr.desk.requests import NewRequest
from ivr.line.booking import Kind
from ivr.line.phones import Phone
from ivr.storage.encryption import Seal
from tests.people import CALLER

MOMENT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)

NEW = NewRequest(
    kind=Kind.CALLBACK,
    line="main",
    phone=Phone(CALLER),
    language="en",
    day=None,
    part=None,
    due=MOMENT,
    call_id="CA1",
    created=MOMENT,
    asked=MOMENT,
    own_number=True,
)

AS_WRITTEN = {
    "mark": "m",
    "reference": "000000",
    "kind": "callback",
    "line": "main",
    "phone": CALLER,
    "language": "en",
    "day": None,
    "part": None,
    "due": MOMENT.isoformat(),
    "call_sid": "CA1",
    "created": MOMENT.isoformat(),
    "asked": MOMENT.isoformat(),
    "own_number": True,
}
"""The words of a request that commit 837caff has sealed."""


def test_the_words_that_lie_there_are_written_and_read_as_they_always_were() -> None:
    assert json.loads(to_json(Waiting("m", "000000", NEW))) == AS_WRITTEN
    seal = Seal("0123456789abcdef" * 4, "waiting request")
    room = WaitingRoom(Redis(), seal)  # nothing is asked of it
    assert room.open(seal.close(json.dumps(AS_WRITTEN))) == Waiting("m", "000000", NEW)
