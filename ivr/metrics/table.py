"""The table of metrics: those counted as things happen, and those read from the stores at a scrape.

Names, help texts and labels only. All values of labels come from our own lists. So no label is personal, and no
outsider can add a value.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ivr.line.booking import Kind
from ivr.line.menu import MENU


@dataclass(frozen=True)
class Metric:
    """A metric: its name, help text, labels and, for a histogram, its buckets."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    """The upper ends of a histogram's buckets, in seconds."""

    @property
    def family(self) -> str:
        """Return the metric's name as prometheus_client keeps it: without a counter's suffix."""
        return self.name.removesuffix("_total")


# -- counted as it happens, by the process in which it happens

CALLS = Metric("clinic_calls_total", "Calls that came in, by the language in which they begin.", ("line", "language"))
WEBHOOKS = Metric(
    "clinic_webhook_seconds",
    "What the carrier waited for an answer.",
    ("place", "outcome"),
    # Callers notice a delay from about two seconds on.
    bounds=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0),
)
PROMISES = Metric("clinic_promises_total", "Promises made, by the store that keeps them.", ("kind", "store"))
NOTHING_PROMISED = Metric("clinic_nothing_promised_total", "Callers told that nothing is kept.", ("kind",))
APOLOGIES = Metric("clinic_apologies_total", "Callers told that the line has a fault.", ("reason",))
SIGNATURES = Metric("clinic_signature_failures_total", "Webhooks that the carrier did not sign.")
LOGINS = Metric("clinic_failed_logins_total", "Logins that were not let in.", ("reason",))

COUNTED = (CALLS, WEBHOOKS, PROMISES, NOTHING_PROMISED, APOLOGIES, SIGNATURES, LOGINS)

# -- read at a scrape: the same in every process

DATABASE = Metric("clinic_database_up", "Whether the database answers.")
REDIS = Metric("clinic_redis_up", "Whether Redis answers.")
WORKER = Metric("clinic_worker_up", "Whether a worker was heard of within a minute; Redis knows.")
OPEN = Metric("clinic_line_open", "Whether a line's callers hear that the clinic is open.", ("line",))
REQUESTS = Metric("clinic_requests", "Requests at the desk.", ("status",))
OVERDUE = Metric(
    "clinic_oldest_overdue_seconds",
    "How late the most overdue request is that nobody has taken, in the opening hours of its line.",
)
UNSENT = Metric("clinic_oldest_unsent_seconds", "Age of the oldest errand that is neither done nor failed.", ("task",))
FAILED = Metric("clinic_errands_failed", "Errands that have failed for good.", ("task",))
WAITING = Metric("clinic_requests_in_redis", "Promised requests that wait in Redis for the database.")

READ = (DATABASE, REDIS, WORKER, OPEN, REQUESTS, OVERDUE, UNSENT, FAILED, WAITING)

# -- the values of labels

OTHER = "other"
"""The label `place` of a webhook at a place that the menu does not have."""

FALLBACK = "fallback"
LABELS = {
    "/voice": "incoming",
    "/voice/again": "incoming",
    "/voice/answered": "answered",
    "/voice/status": "status",
    "/voice/fallback": FALLBACK,
}
"""The values of the label `place` for webhooks at no place of the menu, by the path of the webhook."""

OK, FAULT = "ok", "fault"
"""The values of the label `outcome` for a webhook: answered, or answered with an apology for a fault of ours."""

IN_DATABASE, IN_REDIS = "database", "redis"
WRONG, WRONG_CODE, LOCKED_OUT = "wrong", "wrong_code", "locked_out"


def label_of(path: str) -> str:
    """Return the label of a webhook's path: the one in LABELS, else the path's place in the menu, else OTHER."""
    path = path.rstrip("/")
    place = path.rpartition("/")[2]
    return LABELS.get(path) or (place if place in MENU else OTHER)


def from_zero(lines: Iterable[str], languages: Iterable[str]) -> Iterator[tuple[Metric, Mapping[str, str]]]:
    """Yield the counters and labels to set to zero at first, because monitoring sees no rise in a new series."""
    spoken = list(languages)
    yield from ((CALLS, {"line": line, "language": language}) for line in lines for language in spoken)
    yield from ((PROMISES, {"kind": kind, "store": store}) for kind in Kind for store in (IN_DATABASE, IN_REDIS))
    yield from ((NOTHING_PROMISED, {"kind": kind}) for kind in Kind)
    yield from ((APOLOGIES, {"reason": reason}) for reason in (FAULT, FALLBACK))
    yield SIGNATURES, {}
    yield from ((LOGINS, {"reason": reason}) for reason in (WRONG, WRONG_CODE, LOCKED_OUT))
