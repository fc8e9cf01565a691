"""The error that keeps the service from starting.

Defines it only; start.py handles it.
"""


class CannotStart(Exception):
    """The service cannot start. The message is one line for the terminal; `code` is the exit code."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code
