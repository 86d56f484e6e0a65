"""Words of a command line that are not text, such as bytes of another encoding, are refused at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from dwell.text.readable import show_text

_READ = frozenset({("import", "paths"), ("restore", "file")})
"""Arguments whose files exist already, under any name that the system allows."""


def check_words(command: Any, name: str = "") -> None:
    """Checks every option and argument of a command, and of every command below it, before it is used.

    Args:
        command: The command.
        name: Of the command.
    """
    for param in command.params:
        param.callback = _checked(param.callback, any_name=(name, param.name) in _READ)
    for inner_name, inner in getattr(command, "commands", {}).items():
        check_words(inner, inner_name)


def _checked(callback: Callable[[Any, Any, Any], Any] | None, *, any_name: bool) -> Callable[[Any, Any, Any], Any]:
    def check(context: Any, param: Any, value: Any) -> Any:
        for word in value if isinstance(value, (list, tuple)) else (value,):
            _refuse(word, context, param, any_name=any_name)
        return callback(context, param, value) if callback else value

    return check


def _refuse(word: Any, context: Any, param: Any, *, any_name: bool) -> None:
    text = str(word) if isinstance(word, (str, Path)) else ""
    if "\0" in text:
        raise typer.BadParameter("a text can't have a NUL character.", context, param)
    if not any_name and not _is_text(text):
        raise typer.BadParameter(
            f"'{show_text(text)}' isn't text in UTF-8; write it in UTF-8, or choose another name.", context, param
        )


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
