"""Times callers' waits with and without a load on the desk: reloads of "Callers hear", the largest page."""

from collections.abc import Iterator, Sequence
from operator import itemgetter

from bench.figures import Goal, Ratios, Row, Size, number, percentile, spread
from bench.load.webhooks import COMES_IN
from bench.load.wires import Wanted, at_times, evenly
from bench.rows.webhook import KEYS
from bench.served.desk import logged_in, page
from bench.served.service import Service, service

ROUNDS, SECONDS = 5, 4
CALLERS, RELOADS = 60, 3
"""The number of callers' webhooks in a second, and of the page's reloads in a second."""

NO_WORSE = Goal(1.1)
"""The goal for callers' waits while the page is reloaded, as a multiple of the usual waits. A tenth more is noise."""


def measure(size: Size) -> Iterator[Row]:
    """Yield callers' waits with and without reloads of /desk/hear, and their ratio. Raises BenchFailed."""
    with service() as line:
        heard = page("/desk/hear", logged_in(line), b"</html>")
        without, with_it, loaded = list[float](), list[float](), list[float]()
        _callers(line, [heard] * 2, 2)  # a warm-up
        for _ in range(size.of(ROUNDS, 2)):
            seconds = size.of(SECONDS, 2)
            without.append(_callers(line, [], seconds)[0])
            waited, page_took = _callers(line, [heard] * (RELOADS * seconds), seconds)
            with_it.append(waited)
            loaded.append(page_took)
        ratios = Ratios.of(with_it, without)
        yield Row(
            "99 of 100 callers, nobody at the desk", f"{number(percentile(without, 50))} ms", spread=spread(without)
        )
        figure = f"{number(percentile(with_it, 50))} ms"
        yield ratios.row(f"99 of 100 callers, {RELOADS} reloads a second", figure, NO_WORSE)
        yield Row("· the page itself", f"{number(percentile(loaded, 50))} ms", spread=spread(loaded))


def _callers(line: Service, pages: Sequence[Wanted], seconds: int) -> tuple[float, float]:
    """Return two waits in milliseconds: the 99th percentile of the webhooks, and the median of the page's reloads.

    The second value is 0 without reloads.
    """
    webhooks = line.signer.webhooks((COMES_IN, *KEYS), CALLERS * seconds)
    due = [
        *((at, each, True) for at, each in zip(evenly(len(webhooks), CALLERS), webhooks, strict=True)),
        *((at, each, False) for at, each in zip(evenly(len(pages), RELOADS), pages, strict=True)),
    ]
    due.sort(key=itemgetter(0))
    moments, requests, callers = zip(*due, strict=True)
    waited = at_times(line.port, requests, moments).waited
    both = list(zip(waited, callers, strict=True))
    calling, reading = ([1000 * took for took, calls in both if calls is who] for who in (True, False))
    return percentile(calling, 99), percentile(reading, 50) if reading else 0.0
