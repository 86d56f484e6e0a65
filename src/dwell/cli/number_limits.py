"""The largest whole number that an option takes, so that no number is too large for a query, a database or a date."""

from __future__ import annotations

from typing import Any

import typer

MOST = 1_000_000_000
"""More posts, days, credits or rows than anybody has."""

_ANY = frozenset({"--seed"})  # any whole number gives a world


def limit_numbers(command: Any) -> None:
    """Refuse larger numbers in every option of a command and of the commands below it.

    Args:
        command: The command.
    """
    for param in command.params:
        kind = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        if kind is int and getattr(param, "max", None) is None and _ANY.isdisjoint(param.opts):
            param.callback = _limited(param.callback)
    for inner in getattr(command, "commands", {}).values():
        limit_numbers(inner)


def _limited(callback: Any) -> Any:
    def check(context: Any, param: Any, value: Any) -> Any:
        if isinstance(value, int) and abs(value) > MOST:
            raise typer.BadParameter(f"{str(value)[:30]} is too large: give at most {MOST}.", ctx=context, param=param)
        return value if callback is None else callback(context, param, value)

    return check
