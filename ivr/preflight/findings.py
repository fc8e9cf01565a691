"""The result of a preflight check: how it ended, what it saw, and what to do. Contains no check."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """The end of a preflight check. A warning is worth knowing; after a failure the line does not answer rightly."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """The finding of one preflight check. Holds no secret."""

    result: Result
    saw: str
    do: str = ""
    """The remedy for an operator to apply; empty where all is well."""


def well(saw: str) -> Finding:
    """Return the finding of a check that has passed."""
    return Finding(Result.PASS, saw)


def doubtful(saw: str, do: str) -> Finding:
    """Return the finding of a check that warns: the line works, but somebody should know."""
    return Finding(Result.WARN, saw, do)


def bad(saw: str, do: str) -> Finding:
    """Return the finding of a check that has failed: the line does not work as it should."""
    return Finding(Result.FAIL, saw, do)
