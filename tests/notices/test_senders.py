"""Senders to channels: an address of an unknown kind is refused and never quoted; HTTPS uses the machine's roots."""

import logging
from pathlib import Path
from ssl import get_default_verify_paths

import pytest

from ivr.notices.senders import (
    ANSWER_SECONDS,
    OPERATORS,
    REQUESTS,
    WHOLE,
    is_understood,
    sender,
    use_roots_of_the_machine,
)


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
    """A sender waits long for an answer, so that no notice comes twice, unless the channel's address sets the time."""
    for address, seconds in (("json://localhost", ANSWER_SECONDS), ("json://localhost?rto=2", 2.0)):
        found = sender(address)
        assert found is not None
        assert [each.socket_read_timeout for each in found] == [seconds]


def with_roots(folder: Path, count: int, **environ: str) -> dict[str, str]:
    """Return the workers' environment on a machine that has this many TLS roots in its folder."""
    for number in range(count):
        (folder / f"{number:08x}.0").touch()
    use_roots_of_the_machine(environ, get_default_verify_paths()._replace(capath=str(folder)))
    return environ


def test_a_whole_list_of_roots_in_a_folder_is_used(tmp_path: Path) -> None:
    assert with_roots(tmp_path, WHOLE) == {REQUESTS: str(tmp_path)}


def test_a_folder_with_few_roots_is_not_the_machines_list(tmp_path: Path) -> None:
    (tmp_path / "ca-certificates.crt").touch()
    assert with_roots(tmp_path, WHOLE - 1) == {}


@pytest.mark.parametrize("name", OPERATORS)
def test_roots_that_the_operator_has_named_stay(name: str, tmp_path: Path) -> None:
    assert with_roots(tmp_path, WHOLE, **{name: "ours.pem"}) == {name: "ours.pem"}


def test_a_machine_without_such_a_folder_keeps_the_list_of_requests() -> None:
    environ: dict[str, str] = {}
    use_roots_of_the_machine(environ, get_default_verify_paths()._replace(capath=""))
    assert environ == {}
