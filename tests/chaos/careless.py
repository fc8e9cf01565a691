"""The service with one safeguard taken out, so that tests see a campaign notice it; loaded by a web server."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from config.settings import read
from ivr.app import create_app
from ivr.web.asgi import AsgiServer
from ivr.web.services import Services, build
from ivr.wiring.carriers import SETTINGS


class ForgetfulPending:
    """Promises what it does not keep."""

    def keep(self, waiting: object) -> None:
        """Nothing is written down."""


@dataclass(frozen=True)
class ForgetfulIds:
    """Does not know a promise again when its webhook comes twice."""

    keyed_ids: Any

    def mark(self, _promise: object) -> str:
        return secrets.token_hex(32)

    def reference(self, promise: Any) -> str:
        return str(self.keyed_ids.reference(promise))


def promises_too_early() -> AsgiServer:
    """What is promised while the database is away is not written down first."""
    return _with(lambda intake: replace(intake, pending=ForgetfulPending()))


def knows_no_repetition() -> AsgiServer:
    """A webhook that comes twice is taken for two."""
    return _with(lambda intake: replace(intake, keyed_ids=ForgetfulIds(intake.keyed_ids)))


def _with(less: Callable[[Any], Any]) -> AsgiServer:
    services: Services = build(read(os.environ, env_file=None, carriers=SETTINGS))
    telephone = replace(services.telephone, intake=less(services.telephone.intake))
    return AsgiServer(create_app(replace(services, telephone=telephone)), services.close)
