"""Builds the web application from the environment. A web server calls `create_app`; so does `flask --app wsgi`."""

import logging
import os
import sys

from flask import Flask

from config.checked import BadFile
from config.settings import BadSettings, read
from ivr.web.app import create_app as assemble
from ivr.web.house import build


def create_app() -> Flask:
    """The application, or one message that names all that keeps it from starting."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    try:
        return assemble(build(read(os.environ)))
    except (BadSettings, BadFile) as refused:
        sys.exit(str(refused))
