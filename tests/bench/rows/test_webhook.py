"""The benchmark of a webhook, run with few requests: it works, and its table has every row. No time is judged."""

import pytest

from bench.figures import Size
from bench.rows.webhook import PEERS, measure

ONE = "a bare Flask view"


@pytest.mark.slow
def test_a_key_press_and_a_call_stand_beside_a_peer() -> None:
    rows = list(measure(Size(0.01), {ONE: PEERS[ONE]}))
    assert [row.name for row in rows] == [
        "a key press",
        f"· beside {ONE}",
        "a call that comes in",
        f"· beside {ONE}",
        "the generator's part of one processor, at most",
    ]
    assert float(rows[1].ratio) > 0
