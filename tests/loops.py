"""Runs coroutines to their end in a thread of their own: a browser of another test keeps its loop in this one."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def runs(work: Coroutine[Any, Any, T]) -> T:
    """Return what the coroutine returns, run in a thread and a loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
