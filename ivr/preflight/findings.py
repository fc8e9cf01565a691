"""What a check has found: a result, what it saw, and what to do. No check stands here."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How a check ended. A warning is for somebody to know; a failure keeps the line from answering as it should."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """What one check has found. Holds no secret."""

    result: Result
    saw: str
    do: str = ""
    """What to do about it; empty where all is well."""


def well(saw: str) -> Finding:
    """All is as it should be."""
    return Finding(Result.PASS, saw)


def doubtful(saw: str, do: str) -> Finding:
    """The line works, but somebody should know."""
    return Finding(Result.WARN, saw, do)


def bad(saw: str, do: str) -> Finding:
    """The line does not work as it should."""
    return Finding(Result.FAIL, saw, do)
