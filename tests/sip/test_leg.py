"""The entry of keys at a question, and the telephones that the carrier on this machine may reach."""

import pytest

from ivr.carrier.steps import Gathers
from testing.sip.leg import Entry
from testing.sip.media import OffThisMachine, Ports, on_this_machine
from testing.sip.signalling import LoopbackTransport
from tests.loops import runs


def entered(wanted: Gathers, keys: str) -> tuple[str, bool]:
    """Return the keys of an entry after these keys were pressed, and whether the entry is complete."""
    entry = Entry(wanted)
    for key in keys:
        entry.press(key)
    return entry.keys, entry.whole


@pytest.mark.parametrize("key", "0123456789*#")
def test_where_one_key_is_asked_for_any_key_is_the_entry(key: str) -> None:
    assert entered(Gathers("", digits=1, ends_with=""), key) == (key, True)


def test_a_number_ends_with_its_last_digit_or_with_hash() -> None:
    six = Gathers("", digits=6, ends_with="#")
    assert entered(six, "12345") == ("12345", False)
    assert entered(six, "123456") == ("123456", True)
    assert entered(six, "12#") == ("12", True)
    assert entered(Gathers("", digits=None, ends_with="#"), "9999900001#") == ("9999900001", True)


def test_hash_alone_is_silence() -> None:
    assert entered(Gathers("", digits=None, ends_with="#"), "#") == ("", True)


@pytest.mark.parametrize("host", ["198.51.100.1", "203.0.113.7", "sip.example", "::ffff:198.51.100.1"])
def test_nobody_beyond_this_machine_is_reached(host: str) -> None:
    with pytest.raises(OffThisMachine):
        on_this_machine((host, 5_060))
    with pytest.raises(OffThisMachine):
        runs(LoopbackTransport((host, 0)).start())


def test_sound_is_sent_to_this_machine_alone() -> None:
    ports = Ports.among(range(23_000, 23_002))
    with pytest.raises(OffThisMachine):
        runs(ports.stream(("198.51.100.1", 40_000)))
    assert len(ports.free) == 1, "the port is free again"
