"""Says a line to whoever looks at the terminal or the journal.

Knows a stream; not what is said.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

Say = Callable[[str], None]


def printer(stream: TextIO) -> Say:
    """A Say that writes to `stream`, and to nobody once its reader has gone."""

    def say(line: str) -> None:
        with suppress(OSError):
            stream.write(f"{line}\n")
            stream.flush()

    return say
