"""Explains an error of the database to the people who operate the service: its meaning, and what to do.

Reads the error's code and known phrases of its text. The text itself, which may be personal, is never returned.
"""

from collections.abc import Mapping

BY_CODE: Mapping[str, str] = {
    "SQLITE_FULL": "its disk is full: make room",
    "53100": "its disk is full: make room",
    "SQLITE_READONLY": "it is read-only: look at the file's owner and permissions, and at the disk",
    "25006": "it is read-only: is this a standby server?",
    "SQLITE_CANTOPEN": "its file cannot be opened: look at DATABASE_URL, STATE_DIR and permissions",
    "SQLITE_BUSY": "somebody else has locked it for too long",
    "SQLITE_LOCKED": "somebody else has locked it for too long",
    "55P03": "somebody else has locked a row for too long",
    "57014": "it took too long",
    "SQLITE_CORRUPT": "its file is damaged: restore a backup",
    "SQLITE_NOTADB": "its file is damaged: restore a backup",
    "SQLITE_IOERR": "its disk is full, or cannot be read or written",
    "53300": "it has too many connections",
    "42P01": "its tables are missing: flask --app wsgi database upgrade",
    "42703": "its tables are of another version: flask --app wsgi database upgrade",
    "42501": "our user may not write there",
    "57P03": "it is starting or stopping",
}
"""The explanations by the beginning of SQLite's error name, and by PostgreSQL's SQLSTATE."""

BY_PHRASE: Mapping[str, str] = {
    "password authentication failed": "it refuses our name or password: look at DATABASE_URL",
    "no pg_hba.conf entry": "it refuses our address: look at its pg_hba.conf",
    "does not exist": "it has no such database or user: look at DATABASE_URL",
    "no such table": "its tables are missing: flask --app wsgi database upgrade",
    "no such column": "its tables are of another version: flask --app wsgi database upgrade",
    "Connection refused": "nobody listens there: is it running?",
    "the database system is": "it is starting or stopping",
    "too many connections": "it has too many connections",
    "timeout": "it does not answer in time",
    "translate host name": "its host's name is not known",
}
"""The explanations by a phrase of the text, for errors without a code of their own."""


def error_kind(error: Exception) -> str:
    """Return the error's class, code and explanation; never its own text, which may be personal."""
    origin = getattr(error, "orig", None) or error
    code = getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None) or ""
    name = f"{type(origin).__name__} {code}".strip()
    words = _by_code(code) or _by_phrase(str(origin))
    return f"{name}: {words}" if words else name


def _by_code(code: str) -> str:
    return next((words for known, words in BY_CODE.items() if code.startswith(known)), "")


def _by_phrase(text: str) -> str:
    return next((words for phrase, words in BY_PHRASE.items() if phrase in text), "")
