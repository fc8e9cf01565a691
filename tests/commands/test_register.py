"""The register of commands: each is found under its name, and is imported only when it is run."""

import click
import pytest

from config.settings import ROOT
from ivr.commands.register import COMMANDS, LazyGroup

MAKE_NO_COMMAND = {"__init__", "register", "diary_import"}  # the last is a command of `flask diary`


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_found_under_its_own_name(name: str) -> None:
    group = LazyGroup("ivr")
    found = group.get_command(click.Context(group), name)
    assert found is not None
    assert found.name == name


def test_every_module_of_commands_is_registered() -> None:
    modules = {path.stem for path in (ROOT / "ivr" / "commands").glob("*.py")} - MAKE_NO_COMMAND
    assert {f"ivr.commands.{name}" for name in modules} == {place.partition(":")[0] for place in COMMANDS.values()}


def test_a_name_of_no_command_finds_none() -> None:
    group = LazyGroup("ivr")
    assert group.get_command(click.Context(group), "desks") is None
