"""The name of a host: always the same, whichever of the host's processes asks first."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.hosts.host import FILE, NAME, Host


def test_all_processes_of_a_host_have_one_name_and_keep_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        names = set(threads.map(lambda _: Host(tmp_path).name, range(40)))
    assert len(names) == 1
    assert {Host(tmp_path).name} == names
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_two_state_folders_of_one_machine_are_two_hosts(tmp_path: Path) -> None:
    names = {Host(tmp_path / each, node=lambda: "clinic").name for each in "ab"}
    assert len(names) == 2
    assert all(each.startswith("clinic-") for each in names)


@pytest.mark.parametrize("node", ["", "x" * 200, "क्लिनिक", "a b\n[31m"])
def test_whatever_the_machine_is_called_the_name_is_short_and_plain(tmp_path: Path, node: str) -> None:
    assert NAME.fullmatch(Host(tmp_path, node=lambda: node).name)


@pytest.mark.parametrize("left", ["", "two words", "x" * 41])
def test_a_name_that_was_cut_off_or_is_none_is_made_anew(tmp_path: Path, left: str) -> None:
    (tmp_path / FILE).write_text(left)
    name = Host(tmp_path).name
    assert NAME.fullmatch(name)
    assert Host(tmp_path).name == name


def test_where_nothing_can_be_kept_the_machines_name_serves(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    with caplog.at_level(logging.WARNING):
        assert Host(tmp_path / "file", node=lambda: "clinic").name == "clinic"
    assert "cannot be kept (Not a directory)" in caplog.text
