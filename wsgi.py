"""Builds the web application from the environment. A web server calls `create_app`; so does `flask --app wsgi`."""

import os
import sys

import click
from flask import Flask

from config import logs
from config.settings import BadSettings, read
from config.toml_file import BadFile
from ivr.app import create_app as assemble
from ivr.web.services import build
from ivr.wiring.carriers import SETTINGS


def create_app() -> Flask:
    """Return the web application for a server or a `flask` command; a command logs only warnings and errors."""
    return made(quiet=click.get_current_context(silent=True) is not None)


def made(*, quiet: bool = False) -> Flask:
    """Return the web application, or exit with one message about the settings or files that are wrong."""
    try:
        settings = read(os.environ, carriers=SETTINGS)
        logs.configure(production=settings.production, quiet=quiet)
        return assemble(build(settings))
    except (BadSettings, BadFile) as refused:
        sys.exit(str(refused))
