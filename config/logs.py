"""Configures the logs: JSON in production, readable lines in development, each with the id of its call.

Entry points call `configure` once. Code that begins a call or a request sets its ids. Decides nothing about what is
logged.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType

from structlog import contextvars, dev, processors, stdlib
from structlog.typing import EventDict, Processor, WrappedLogger

FIRST = ("time", "level", "logger", "event", "call", "request")
"""The fields with which a line of the log begins, in this order."""


def configure(*, production: bool, quiet: bool = False) -> None:
    """Set up the logs of this process: one handler on stderr, and its format.

    `quiet` logs only warnings, for commands that print their result. Handlers that are already set stay, as in tests.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(form(production=production))
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[handler])
    logging.captureWarnings(capture=True)
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # it logs a line whenever it is imported
    if not quiet:
        sys.excepthook = _say_last_words


def begin(**about: str | int) -> None:
    """Set these fields on all further log lines of this thread, and clear those that were set before."""
    contextvars.clear_contextvars()
    contextvars.bind_contextvars(**about)


def add(**about: str | int) -> None:
    """Add these fields to all further log lines of this thread."""
    contextvars.bind_contextvars(**about)


def about(**what: str | int) -> AbstractContextManager[None]:
    """Return a context manager within which all log lines have these fields."""
    return contextvars.bound_contextvars(**what)


# -- the format of a line


def form(*, production: bool) -> logging.Formatter:
    """Return the formatter of log lines: JSON in production, else lines for people."""
    return stdlib.ProcessorFormatter(foreign_pre_chain=_found(), processors=_ending(production=production))


def _found() -> list[Processor]:
    """Return structlog's processors that add fields to a log line: context variables, level, logger and error."""
    return [contextvars.merge_contextvars, stdlib.add_log_level, _name_logger, _without_values]


def _ending(*, production: bool) -> list[Processor]:
    if production:
        stamp, render = processors.TimeStamper(fmt="iso", utc=True, key="time"), processors.JSONRenderer()
        return [stdlib.ProcessorFormatter.remove_processors_meta, stamp, _in_order, render]
    clock = processors.TimeStamper(fmt="%H:%M:%S", utc=False, key="time")
    lines = dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="time")
    return [stdlib.ProcessorFormatter.remove_processors_meta, clock, lines]


def _name_logger(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {**line, "logger": line["_record"].name}


def _in_order(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {name: line[name] for name in [*(each for each in FIRST if each in line), *line]}


# -- errors: only their types and places are logged, because their messages may contain a number or a name


def _without_values(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    _, error, _ = line.pop("exc_info", None) or (None, None, None)
    return {**line, "exception": _where(error)} if error else line


def _where(error: BaseException) -> str:
    """Return the types and tracebacks of an error and of its causes, the first cause first; never their messages."""
    told = [f"{''.join(traceback.format_tb(each.__traceback__))}{type(each).__name__}" for each in _led_to(error)]
    return "\nwhich led to\n".join(reversed(told))


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _say_last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log the error that ends this process, as the last line of the log; Ctrl-C is not logged."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("config.logs").critical("an error has ended this process", exc_info=(kind, error, trace))
