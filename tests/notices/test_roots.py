"""The TLS roots with which workers reach channels: the machine's, if one folder has all and nobody named others."""

from pathlib import Path
from ssl import get_default_verify_paths

import pytest

from ivr.notices.roots import OPERATORS, REQUESTS, WHOLE, use_roots_of_the_machine


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
