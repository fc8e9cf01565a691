"""Prints lines for the terminal or the journal.

The module writes to a stream, and words no message.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

Say = Callable[[str], None]


def printer(stream: TextIO) -> Say:
    """Return a function that prints lines to `stream`, and drops them once nobody reads the stream any more."""

    def say(line: str) -> None:
        with suppress(OSError):
            stream.write(f"{line}\n")
            stream.flush()

    return say
