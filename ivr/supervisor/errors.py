"""What keeps the service from running.

A name for it, and no cure.
"""


class CannotStart(Exception):
    """Nothing runs. The message is one line for the person at the terminal; `code` is for the shell."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code
