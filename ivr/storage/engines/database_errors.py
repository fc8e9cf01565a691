"""Explains an error of the database to the people who operate the service: its meaning, and what to do.

Reads the error's code and known phrases of its text. The text itself, which may be personal, is never returned.
"""

from collections.abc import Mapping

UPGRADE = "flask --app wsgi database upgrade"

NO_TABLES = "its tables are missing: {do}"
OTHER_TABLES = "its tables are of another version: {do}"

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
    "42P01": NO_TABLES,
    "42703": OTHER_TABLES,
    "42P07": OTHER_TABLES,
    "42701": OTHER_TABLES,
    "42710": OTHER_TABLES,
    "42501": "our user may not write there",
    "23502": OTHER_TABLES,
    "SQLITE_CONSTRAINT_NOTNULL": OTHER_TABLES,
    "3F000": "its search_path names no schema that is there: look at the options of DATABASE_URL",
    "42704 index": OTHER_TABLES,
    "42704": "it does not know a setting in the options of DATABASE_URL",
    "55P02": "it cannot be given a setting in the options of DATABASE_URL by a client",
    "22023": "it does not take a value in the options of DATABASE_URL",
    "57P03": "it is starting or stopping",
}
"""The explanations of database errors by the beginning of SQLite's error name, or of PostgreSQL's SQLSTATE and text.

`{do}` stands for what to do about tables that are not as they should be.
"""

NO_HOST = "its host's name is not known"
UNREADABLE = "a part of DATABASE_URL is no value that PostgreSQL's library knows"

BY_PHRASE: Mapping[str, str] = {
    "unsupported startup parameter": "its pooler (PgBouncer) refuses a setting of the connection: look at PGOPTIONS",
    "in statement pooling mode": "its pooler (PgBouncer) shares by statement: set pool_mode = transaction",
    "server login has been failing": "its pooler (PgBouncer) does not reach it: is PostgreSQL running?",
    "cannot connect to server": "its pooler (PgBouncer) does not reach it: is PostgreSQL running?",
    "query_wait_timeout": "its pooler (PgBouncer) has no free connection: raise default_pool_size",
    "no more connections allowed": "its pooler (PgBouncer) has too many connections: raise max_client_conn",
    "no such database": "its pooler (PgBouncer) has no such database: look at DATABASE_URL",
    "no such user": "its pooler (PgBouncer) has no such user: look at DATABASE_URL",
    "SASL authentication failed": "its pooler (PgBouncer) refuses our name or password: look at DATABASE_URL",
    "password authentication failed": "it refuses our name or password: look at DATABASE_URL",
    "no pg_hba.conf entry": "it refuses our address: look at its pg_hba.conf",
    "no such index": OTHER_TABLES,
    "already exists": OTHER_TABLES,
    "there is already": OTHER_TABLES,
    "duplicate column name": OTHER_TABLES,
    "does not exist": "it has no such database or user: look at DATABASE_URL",
    "no such table": NO_TABLES,
    "no such column": OTHER_TABLES,
    "has no column named": OTHER_TABLES,
    "Connection refused": "nobody listens there: is it running?",
    "the database system is": "it is starting or stopping",
    "too many connections": "it has too many connections",
    "timeout": "it does not answer in time",
    "translate host name": NO_HOST,
    "failed to resolve host": NO_HOST,
    "session is read-only": "every host of it is read-only: is one of them the primary?",
    "could not match": UNREADABLE,
    "invalid ": UNREADABLE,
    "bad value for": UNREADABLE,
}
"""The explanations of database errors that have no code of their own, by a phrase of the error's text."""


TAKEN_KEY = ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
"""The error codes that say that another row, written first, has the same unique key."""


def is_taken_key(error: Exception) -> bool:
    """Return whether a database error says that a unique key is taken."""
    return _code(getattr(error, "orig", None) or error) in TAKEN_KEY


LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "57014")
"""The beginnings of the error codes that say that somebody else has locked something, or worked on it, for too long."""


def is_locked(error: Exception) -> bool:
    """Return whether a database error says that somebody else's lock outlasted the time for this transaction."""
    return _code(getattr(error, "orig", None) or error).startswith(LOCKED)


def error_kind(error: Exception, do: str = UPGRADE) -> str:
    """Return a database error's class, code and explanation; never its own text, which may be personal.

    `do` says what to do where the tables are not as they should be.
    """
    origin = getattr(error, "orig", None) or error
    code, text = _code(origin), _text(origin)
    name = f"{type(origin).__name__} {code}".strip()
    words = _by_code(f"{code} {text}") or _by_phrase(text)
    return f"{name}: {words.format(do=do)}" if words else name


def _code(origin: object) -> str:
    return getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None) or ""


def _text(origin: object) -> str:
    """Return an error's text without PostgreSQL's details, which may quote a row, and so hold any phrase."""
    return getattr(getattr(origin, "diag", None), "message_primary", None) or str(origin)


def _by_code(code_and_text: str) -> str:
    return next((words for known, words in BY_CODE.items() if code_and_text.startswith(known)), "")


def _by_phrase(text: str) -> str:
    return next((words for phrase, words in BY_PHRASE.items() if phrase in text), "")
