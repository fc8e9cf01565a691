"""Runs coroutines to their end in another thread, since a browser's test has an event loop in its own thread."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def runs(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine, after running it in a thread and an event loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
