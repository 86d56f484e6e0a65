"""Logging: every record carries the ids of its sweep and request, and none contains a key.

A module logs through `get_logger(__name__)` and passes one mapping, whose values fill in the message and are the fields
of a JSON line. Records are redacted where they are made, so they are safe with any handler, also a notebook's own.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from textwrap import indent
from types import MappingProxyType
from typing import Any

from dwell.redact import redact_secrets
from dwell.visible import mark, mark_line

LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
"""What is printed without `-v`, with `-v`, and with `-vv`."""

_IDS = ("sweep", "request")
_LIBRARIES = (
    "httpcore2.connection", "httpcore2.http11", "httpcore2.http2", "httpcore2.proxy", "httpcore2.socks",
)  # fmt: skip
_CONTEXT: ContextVar[Mapping[str, Any]] = ContextVar("dwell_log_context", default=MappingProxyType({}))


def get_logger(name: str) -> logging.Logger:
    """The logger of a module, whose records are redacted and carry the context.

    Args:
        name: The name of the module.
    """
    logger = logging.getLogger(name)
    logger.addFilter(_complete)  # adding the same filter again changes nothing
    return logger


@contextmanager
def context(**fields: Any) -> Iterator[None]:
    """Add fields to every record that this thread makes meanwhile.

    Args:
        fields: Such as `sweep` and `request`.
    """
    token = _CONTEXT.set({**_CONTEXT.get(), **fields})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


@contextmanager
def print_to_stderr(verbosity: int, *, as_json: bool) -> Iterator[None]:
    """Print the log to stderr meanwhile.

    Args:
        verbosity: How many `-v` were given.
        as_json: One JSON object a line, otherwise text.
    """
    logger = logging.getLogger("dwell")
    handlers, level = logger.handlers, logger.level
    handler = _StderrHandler()
    handler.setFormatter(_JsonFormatter() if as_json else _TextFormatter())
    logger.handlers = [handler]
    logger.setLevel(LEVELS[min(verbosity, len(LEVELS) - 1)])
    try:
        yield
    finally:
        logger.handlers = handlers
        logger.setLevel(level)


def is_verbose() -> bool:
    """Whether more than warnings are logged."""
    return logging.getLogger("dwell").isEnabledFor(logging.INFO)


def redact_libraries() -> None:
    """Redact what the HTTP libraries log at level debug: it includes every header of a response."""
    for name in _LIBRARIES:
        get_logger(name)


def _complete(record: logging.LogRecord) -> bool:
    """Add the context and the fields to a record, and hide keys in its message, fields and traceback."""
    fields = record.args if isinstance(record.args, Mapping) else {}
    record.context = {name: _redact_value(value) for name, value in _CONTEXT.get().items()}
    record.fields = {name: _redact_value(value) for name, value in fields.items()}
    record.msg = _redact(record.getMessage())
    record.args = None
    if record.exc_info:
        # Only the text is kept: another handler would print the exception itself, and its message as it was.
        traceback = redact_secrets(logging.Formatter().formatException(record.exc_info))
        record.exc_text = mark(traceback)
        record.exc_info = None
    return True


def _redact(text: str) -> str:
    """On one line: a provider's text must not be able to start a line of its own, or to control the terminal."""
    return mark_line(redact_secrets(text))


def _redact_value(value: Any) -> Any:
    if value is None or isinstance(value, (bool, float)):
        return value
    text = _redact(str(value))
    return value if isinstance(value, int) and text == str(value) else text


def _time_of(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _StderrHandler(logging.StreamHandler[Any]):
    """Prints to what stderr is at the moment: a progress bar replaces it, so that lines appear above the bar."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """The stream."""
        return sys.stderr


class _TextFormatter(logging.Formatter):
    """`2026-06-10T12:00:00.000Z INFO dwell.live.client [sweep=… request=…] message`."""

    def format(self, record: logging.LogRecord) -> str:
        context = " ".join(f"{name}={value}" for name, value in getattr(record, "context", {}).items())
        parts = [_time_of(record), record.levelname, record.name, f"[{context}]" if context else ""]
        parts.append(record.getMessage())
        line = " ".join(part for part in parts if part)
        # Indented, so that no line of a traceback looks like a record.
        return f"{line}\n{indent(record.exc_text, '    ')}" if record.exc_text else line


class _JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, sweep, request, then the fields of the message."""

    def format(self, record: logging.LogRecord) -> str:
        ids = dict.fromkeys(_IDS) | getattr(record, "context", {})
        fields: Mapping[str, Any] = getattr(record, "fields", {})
        line = {
            "time": _time_of(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **ids,
        }
        line |= {name: value for name, value in fields.items() if name not in line}
        if record.exc_text:
            line["traceback"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)
