"""What people read on a terminal: no text of a stranger controls it, hides in it, or looks like a line of ours."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import typer

from dwell.visible import mark, mark_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TextColumn

Value = TypeVar("Value")


def say(text: str, *, err: bool = False) -> None:
    """Print a message.

    Args:
        text: Its lines; what came from outside is on one line already, by `mark_line` or `mark_texts`.
        err: To stderr.
    """
    typer.echo(mark(text), err=err)


def mark_texts(value: Value) -> Value:
    """A value whose texts, at any depth, are on one line each and have visible signs only; others are as they were."""
    return cast("Value", _mark(value))


def _mark(value: Any) -> Any:
    if value is None or isinstance(value, (int, float)):  # most of a large result
        return value
    if isinstance(value, str):
        return mark_line(value)
    if isinstance(value, Path):
        return Path(mark_line(str(value)))
    if isinstance(value, Mapping):
        return {_mark(key): _mark(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(map(_mark, value)) if isinstance(value, tuple) else list(map(_mark, value))
    if hasattr(value, "__struct_fields__"):
        import msgspec  # an object of the API; other commands do without this library

        return msgspec.structs.replace(value, **{name: _mark(getattr(value, name)) for name in value.__struct_fields__})
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (field.name for field in dataclasses.fields(value) if field.init)
        return dataclasses.replace(value, **{name: _mark(getattr(value, name)) for name in fields})
    return value


def progress_console() -> Console:
    """Where bars and spinners are drawn: stderr. Square brackets and colons in a text are no markup."""
    from rich.console import Console

    return Console(stderr=True, markup=False, emoji=False, highlight=False)


def text_column(name: str) -> TextColumn:
    """A column of a progress bar with a field of its task, which `mark_line` made: rich obeys markup otherwise."""
    from rich.progress import TextColumn

    return TextColumn(f"{{task.fields[{name}]}}", markup=False)
