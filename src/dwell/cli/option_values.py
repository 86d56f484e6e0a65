"""What no option or argument of any command takes: numbers beyond every use, and words that are not text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from dwell.cli.command_tree import walk_commands
from dwell.text.readable import show_text

MOST = 1_000_000_000
"""The largest whole number: more posts, days, credits or rows than anybody has, and no database's or date's limit."""

_ANY_NUMBER = frozenset({"--seed"})  # any whole number gives a world
_ANY_NAME = frozenset({("import", "paths"), ("restore", "file")})
"""Arguments whose files exist already, under any name that the system allows."""

_Callback = Callable[[Any, Any, Any], Any] | None


def check_values(command: Any, name: str = "") -> None:
    """Refuse such values in a command and in the commands below it.

    Args:
        command: The command.
        name: Its name; `dwell` itself has none.
    """
    for path, each in walk_commands(command, name):
        for param in each.params:
            kind = getattr(getattr(param, "type_descriptor", None), "annotation", None)
            is_limited = kind is int and getattr(param, "max", None) is None and _ANY_NUMBER.isdisjoint(param.opts)
            param.callback = _checked(
                param.callback, is_limited=is_limited, takes_any_name=(path, param.name) in _ANY_NAME
            )


def _checked(callback: _Callback, *, is_limited: bool, takes_any_name: bool) -> _Callback:
    def check(context: Any, param: Any, value: Any) -> Any:
        for each in value if isinstance(value, (list, tuple)) else (value,):
            refusal = _refuse_number(each) if is_limited else _refuse_word(each, takes_any_name=takes_any_name)
            if refusal:
                raise typer.BadParameter(refusal, context, param)
        return callback(context, param, value) if callback else value

    return check


def _refuse_number(value: Any) -> str | None:
    if isinstance(value, int) and abs(value) > MOST:
        return f"{str(value)[:30]} is too large: give at most {MOST}."
    return None


def _refuse_word(value: Any, *, takes_any_name: bool) -> str | None:
    text = str(value) if isinstance(value, (str, Path)) else ""
    if "\0" in text:
        return "a text can't have a NUL character."
    if not takes_any_name and not _is_text(text):
        return f"'{show_text(text)}' isn't text in UTF-8; write it in UTF-8, or choose another name."
    return None


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
