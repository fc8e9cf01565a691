"""Counts what happens in this process, and sums up the counts of all processes of the service.

Where a count cannot be written, counting stops; a call never does.
"""

import logging
import os
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from prometheus_client import Metric as Family
from prometheus_client.mmap_dict import mmap_key
from prometheus_client.utils import floatToGoString

from ivr.metrics.files import CounterFiles, merged
from ivr.metrics.table import APOLOGIES, COUNTED, FALLBACK, FAULT, WEBHOOKS, Metric

log = logging.getLogger(__name__)

FOLDER = "metrics"
"""The folder of the counters' files, within the state folder."""


class Series(NamedTuple):
    """The keys of one histogram in a counters' file: of its sum, and of its buckets in the order of their bounds."""

    sum: str
    buckets: tuple[str, ...]


class Counters:
    """The counters and histograms of the service, as this process counts them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._files: CounterFiles | None = None
        self._broken = False
        self._begun: set[Series] = set()
        """The histograms of which this process has written every bucket."""

    def count(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        """Add `amount` to the counter of this metric with these labels."""
        self._add("counter", {_key(metric, metric.name, labels): amount})

    def observe(self, metric: Metric, seconds: float, **labels: str) -> None:
        """Add a duration in seconds to the histogram of this metric with these labels."""
        series = _series(metric, tuple(labels.items()))
        amounts = {series.sum: seconds, series.buckets[bisect_left(metric.bounds, seconds)]: 1.0}
        self._add("histogram", amounts, series)

    def webhook(self, lasted: timedelta, place: str, outcome: str) -> None:
        """Count a webhook by its labels: the time that its answer took, and an apology if that was the answer."""
        self.observe(WEBHOOKS, max(0.0, lasted.total_seconds()), place=place, outcome=outcome)
        if outcome == FAULT or place == FALLBACK:
            self.count(APOLOGIES, reason=FALLBACK if place == FALLBACK else FAULT)

    def collect(self) -> Iterator[Family]:
        """Yield the metrics with the counts of all processes, without metrics that only earlier versions counted."""
        known = {metric.family for metric in COUNTED}
        yield from (family for family in merged(self._folder) if family.name in known)

    def close(self) -> None:
        """Close the counters' files of this process, so that another process can go on with them."""
        with self._lock:
            if self._files:
                self._files.close()
            self._files = None

    def _add(self, kind: str, amounts: Mapping[str, float], series: Series | None = None) -> None:
        if self._broken:
            return
        with self._lock:
            try:
                files = self._ours()
                if series and series not in self._begun:  # every bucket is written once, so that the empty ones exist
                    amounts = {**dict.fromkeys(series.buckets, 0.0), **amounts}
                    self._begun.add(series)
                for key, amount in amounts.items():
                    files.add(kind, key, amount)
            except OSError as refused:
                self._broken = True
                log.warning("nothing is counted any more: %s", refused.strerror)

    def _ours(self) -> CounterFiles:
        """Return the counters' files of this process, opened at its first count; a forked process opens its own."""
        if self._files is None or self._files.pid != os.getpid():
            self._files = CounterFiles(self._folder)
            self._begun.clear()
        return self._files


@lru_cache(maxsize=1024)  # bounded, since the labels' values come from lists of ours
def _series(metric: Metric, labels: tuple[tuple[str, str], ...]) -> Series:
    bounds = map(floatToGoString, (*metric.bounds, float("inf")))
    buckets = (_key(metric, f"{metric.name}_bucket", {**dict(labels), "le": bound}) for bound in bounds)
    return Series(_key(metric, f"{metric.name}_sum", dict(labels)), tuple(buckets))


def _key(metric: Metric, name: str, labels: Mapping[str, str]) -> str:
    """Return the key of a metric's value in a counters' file. Raises ValueError if the labels are not the metric's."""
    if labels.keys() - {"le"} != set(metric.labels):
        raise ValueError(f"{metric.name} has the labels {metric.labels}")
    return _written(metric.family, name, tuple(labels), tuple(labels.values()), metric.help)


@lru_cache(maxsize=4096)  # bounded, since the labels' values come from lists of ours
def _written(family: str, name: str, labels: Sequence[str], values: Sequence[str], words: str) -> str:
    return mmap_key(family, name, list(labels), list(values), words)
