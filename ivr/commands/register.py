"""Registers the commands of `flask --app wsgi`, each imported only when it is run or its help is shown.

The web process imports no command, and no module that only commands need.
"""

from pkgutil import resolve_name

import click
from flask import Flask
from flask.cli import AppGroup

COMMANDS = {
    "backup": "ivr.commands.backup:backup",
    "clock": "ivr.commands.clock:clock",
    "database": "ivr.commands.database:database",
    "demo": "ivr.commands.demo:demo",
    "desk": "ivr.commands.desk:desk",
    "diary": "ivr.commands.diary:diary",
    "fallback-twiml": "ivr.commands.fallback:fallback_document",
    "hear": "ivr.commands.hear:hear",
    "line": "ivr.commands.line_check:line",
    "numbers": "ivr.commands.numbers:numbers",
    "phone": "ivr.commands.phone:phone",
    "preflight": "ivr.commands.preflight:preflight",
    "privacy": "ivr.commands.privacy:privacy",
    "prompts": "ivr.commands.prompts:prompts",
    "redis-repair": "ivr.commands.redis_repair:redis_repair",
    "restore": "ivr.commands.backup:restore",
    "staff": "ivr.commands.staff:staff",
}
"""The module and the variable of each command, by the command's name."""


class LazyGroup(AppGroup):
    """A group of the commands in COMMANDS, each imported only when it is run, as click's documentation shows."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, without importing any."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command of this name, or return None where there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        found: click.Command = resolve_name(COMMANDS[cmd_name])
        return found


def register_commands(app: Flask) -> None:
    """Give this Flask application the commands in COMMANDS."""
    app.cli = LazyGroup(app.name)
