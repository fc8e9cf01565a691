"""Slots for logins: only a few logins are checked or wait at a time; a further login is refused at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ivr.staff.slots import WAITING, Busy, Slots
from testing.servers import until


def test_who_finds_no_slot_is_refused_while_others_still_wait() -> None:
    slots = Slots(patience=5)

    def waits() -> bool:
        with slots.one():
            return True

    with ThreadPoolExecutor(WAITING) as threads:
        with slots.one():
            free = slots._places._value
            others = [threads.submit(waits) for _ in range(WAITING)]
            assert until(lambda: slots._places._value == free - WAITING)
            with pytest.raises(Busy), slots.one():
                pass
            assert not any(each.done() for each in others), "it has not waited as they do"
        assert all(each.result() for each in others)


def test_who_waits_too_long_for_a_turn_is_refused_and_leaves_a_slot() -> None:
    slots = Slots(patience=0.01)
    with slots.one():
        for _ in range(3):
            with pytest.raises(Busy), slots.one():
                pass
    with slots.one():
        pass
