"""The error that keeps the service from starting.

Defines it only; start.py handles it.
"""


class CannotStart(Exception):
    """The service cannot start. The message is one line for the terminal."""
