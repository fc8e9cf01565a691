"""The page of metrics that Prometheus reads, and the timing of the carrier's webhooks.

Every process of a host gives the same numbers, so that it is enough to scrape one.
"""

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from ivr.metrics.table import FAULT, OK, from_zero, label_of
from ivr.web.guards import guarded_by, scraper_only
from ivr.web.metrics.readings import Readings
from ivr.web.services import services

metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
@guarded_by(scraper_only)
def read() -> Response:
    """Return all metrics: those that are counted, and those that are read from the stores."""
    for metric, labels in from_zero(services().clinic.lines, services().script.languages):
        services().operations.counters.count(metric, 0, **labels)
    registry = CollectorRegistry()
    registry.register(services().operations.counters)
    registry.register(Readings(services(), services().clock()))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(registry), content_type=content_type)


def install(app: Flask) -> None:
    """Have every webhook timed, its guard included. Call this function before the guards are installed."""
    app.before_request(_begin)
    app.after_request(_time)


def _begin() -> None:
    g.began = services().clock()


def _time(response: Response) -> Response:
    """Record how long the answer to a webhook took, except for refused requests, which the carrier did not send."""
    refused = 400 <= response.status_code < 500
    if request.blueprint == "voice" and request.endpoint and not refused:
        outcome = FAULT if response.status_code >= 500 or g.get("at_fault") else OK
        services().operations.counters.webhook(services().clock() - g.began, label_of(request.path), outcome)
    return response
