"""Senders of notices: a channel's address of an unknown kind is reported before anything is sent, and never quoted."""

import logging

import pytest

from ivr.notices.senders import ANSWER_SECONDS, is_understood, sender


@pytest.mark.parametrize(
    "address",
    [
        "mialto://asha:hunter2@clinic.example",
        "asha:hunter2@clinic.example",
        "tgram://hunter2/1",
        "json://",
        "mailto://",
    ],
)
def test_an_address_that_is_not_understood_is_not_quoted(address: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert not is_understood(address)
    assert "hunter2" not in caplog.text


def test_a_channel_has_time_to_answer_unless_its_address_says_how_long() -> None:
    """A sender waits long for a channel's answer; given up too early, the notice would be sent again and come twice."""
    for address, seconds in (("json://localhost", ANSWER_SECONDS), ("json://localhost?rto=2", 2.0)):
        found = sender(address)
        assert found is not None
        assert [each.socket_read_timeout for each in found] == [seconds]
