"""Counts what happens in this process, for whichever process of the service is asked for the numbers.

A count that cannot be written stops the counting, never a call.
"""

import logging
import os
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

from prometheus_client import Metric as Family
from prometheus_client.mmap_dict import mmap_key
from prometheus_client.utils import floatToGoString

from ivr.metrics.files import CounterFiles, merged
from ivr.metrics.table import COUNTED, Metric

log = logging.getLogger(__name__)

FOLDER = "metrics"
"""In the state folder."""


class Counters:
    """The counts of the service."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._files: CounterFiles | None = None
        self._broken = False

    def count(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        """Add `amount` to a counter."""
        self._add("counter", {_key(metric, metric.name, labels): amount})

    def observe(self, metric: Metric, seconds: float, **labels: str) -> None:
        """Add one that took so many seconds to a histogram."""
        bounds = [*metric.bounds, float("inf")]
        fits = bounds[bisect_left(bounds, seconds)]
        # Every bucket, so that those with nothing in them are there as well.
        buckets = {_bucket(metric, bound, labels): float(bound == fits) for bound in bounds}
        self._add("histogram", {_key(metric, f"{metric.name}_sum", labels): seconds, **buckets})

    def collect(self) -> Iterator[Family]:
        """What all processes have counted; of an earlier version's counts only those that still have a meaning."""
        known = {metric.family for metric in COUNTED}
        yield from (family for family in merged(self._folder) if family.name in known)

    def close(self) -> None:
        """Leaves the files to the next process."""
        with self._lock:
            if self._files:
                self._files.close()
            self._files = None

    def _add(self, kind: str, amounts: Mapping[str, float]) -> None:
        if self._broken:
            return
        with self._lock:
            try:
                for key, amount in amounts.items():
                    self._ours().add(kind, key, amount)
            except OSError as refused:
                self._broken = True
                log.warning("nothing is counted any more: %s", refused.strerror)

    def _ours(self) -> CounterFiles:
        """The files of this process: opened when something is counted, and a fork takes its own."""
        if self._files is None or self._files.pid != os.getpid():
            self._files = CounterFiles(self._folder)
        return self._files


def _bucket(metric: Metric, bound: float, labels: Mapping[str, str]) -> str:
    return _key(metric, f"{metric.name}_bucket", {**labels, "le": floatToGoString(bound)})


def _key(metric: Metric, name: str, labels: Mapping[str, str]) -> str:
    """What a sample is called in the file."""
    if labels.keys() - {"le"} != set(metric.labels):
        raise ValueError(f"{metric.name} has the labels {metric.labels}")
    return _written(metric.family, name, tuple(labels), tuple(labels.values()), metric.help)


@lru_cache(maxsize=4096)  # the labels' values come from lists of ours, so that there is an end to them
def _written(family: str, name: str, labels: Sequence[str], values: Sequence[str], words: str) -> str:
    return mmap_key(family, name, list(labels), list(values), words)
