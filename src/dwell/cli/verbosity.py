"""`-v`, before or after a command: prints to stderr what dwell does."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from dwell.cli.command_tree import walk_commands

VARIABLE = "DWELL_LOG"
_FORMATS = ("text", "json")
_META = "dwell.verbosity"


def add_option(command: Any) -> None:
    """Add `-v` to a command and to every command below it.

    Args:
        command: The command.
    """
    option = _make_option()
    for _, each in walk_commands(command):
        each.params.append(option)


def _make_option() -> Any:
    """The option as click's object, which only the making of a command gives."""
    app = typer.Typer(add_completion=False)
    app.command()(_hold_option)
    return typer.main.get_command(app).params[0]


def _configure(context: typer.Context, value: int) -> int:
    """Print the log until the command has ended; without `-v` and `DWELL_LOG`, Python itself prints warnings.

    Raises:
        typer.BadParameter: `DWELL_LOG` is not a format.
    """
    log_format = os.environ.get(VARIABLE) or None
    if log_format not in (None, *_FORMATS):
        raise typer.BadParameter(f"{VARIABLE} is {log_format!r}: write json or text.", param_hint=VARIABLE)
    verbosity = context.meta[_META] = context.meta.get(_META, 0) + value
    if value or (log_format and context.parent is None):
        from dwell import logs  # only here: `dwell --help` needs no logging

        context.find_root().with_resource(logs.print_to_stderr(verbosity, as_json=log_format == "json"))
    return value


def _hold_option(
    verbose: Annotated[
        int,
        typer.Option(
            "-v",
            "--verbose",
            count=True,
            callback=_configure,
            expose_value=False,
            show_default=False,
            help="Print what happens to stderr; -vv prints more.",
        ),
    ] = 0,
) -> None:
    del verbose
