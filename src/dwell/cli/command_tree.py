"""All commands of the command line, with their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def walk_commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """A command and all commands below it, each with its name, such as `watchlist add`.

    Args:
        command: The command.
        name: Its name; `dwell` itself has none.
    """
    yield name, command
    for word, inner in getattr(command, "commands", {}).items():
        yield from walk_commands(inner, f"{name} {word}".strip())
