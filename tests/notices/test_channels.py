"""Channels to the staff. Neither the key nor the name of a channel reveals anything of the channel's address."""

from ivr.notices.channels import channels_of
from ivr.storage.encryption import KeyedIds

IDS = KeyedIds("0123456789abcdef" * 4)


def test_each_address_is_a_channel_once_in_its_order_and_without_its_secrets() -> None:
    written = "mailto://asha:hunter2@clinic.example  TGRAM://hunter2/1 hunter2@clinic.example mailto://asha:hunter2@clinic.example"
    found = channels_of(written, IDS)
    assert [each.name for each in found.values()] == ["1 (mailto)", "2 (tgram)", "3"]
    assert [each.address for each in found.values()] == written.split()[:3]
    assert list(found) == [each.key for each in found.values()]
    assert "hunter2" not in repr(found)


def test_a_key_is_the_address_under_the_secret() -> None:
    (key,) = channels_of("json://clinic.example", IDS)
    assert list(channels_of("json://other.example json://clinic.example", IDS))[1] == key
    assert list(channels_of("json://clinic.example", KeyedIds("f" * 64))) != [key]


def test_no_address_is_no_channel() -> None:
    assert channels_of("  ", IDS) == {}
