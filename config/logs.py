"""How this service logs: JSON lines in production, readable ones in development, each with the call it belongs to.

Entry points configure it once; whoever begins something new says what the lines are about. Decides nothing to log.
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
"""The fields that a line begins with, where it has them."""

SERVER = ("gunicorn.error", "gunicorn.access")
"""Loggers that bring a form of their own, and are given ours."""


def configure(*, production: bool, quiet: bool = False) -> None:
    """Gives every logger of this process one form, on stderr; quiet for commands, whose answer is not in their log.

    Handlers that somebody has set before, as a test does, stay.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(form(production=production))
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[handler])
    logging.captureWarnings(capture=True)
    for name in SERVER:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # it greets whoever imports it
    if not quiet:
        sys.excepthook = _say_last_words


def begin(**about: str | int) -> None:
    """From here on, the lines of this thread are about this, and no more about what was before."""
    contextvars.clear_contextvars()
    contextvars.bind_contextvars(**about)


def add(**about: str | int) -> None:
    """From here on, the lines of this thread are about this too."""
    contextvars.bind_contextvars(**about)


def about(**what: str | int) -> AbstractContextManager[None]:
    """The lines of this block are about this too."""
    return contextvars.bound_contextvars(**what)


# -- the form of a line


def form(*, production: bool) -> logging.Formatter:
    """What makes a line of a record."""
    return stdlib.ProcessorFormatter(foreign_pre_chain=_found(), processors=_ending(production=production))


def _found() -> list[Processor]:
    """What a line tells besides its event."""
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


# -- errors, whose own words may quote a number or a name: only their kind and their place are told


def _without_values(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    _, error, _ = line.pop("exc_info", None) or (None, None, None)
    return {**line, "exception": _where(error)} if error else line


def _where(error: BaseException) -> str:
    """The kinds of an error and of what led to it, the first one first, and where in the code they happened."""
    told = [f"{''.join(traceback.format_tb(each.__traceback__))}{type(each).__name__}" for each in _led_to(error)]
    return "\nwhich led to\n".join(reversed(told))


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _say_last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends a process is a line like any other; Ctrl-C is no error."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("config.logs").critical("an error has ended this process", exc_info=(kind, error, trace))
