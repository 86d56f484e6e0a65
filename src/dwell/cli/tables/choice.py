"""`--wide` and `--columns`, on every command that prints a result as a table."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Annotated, Any

import typer

from dwell.cli.command_tree import walk_commands
from dwell.cli.tables.layout import layouts_of
from dwell.text.nearest import did_you_mean


@dataclass(frozen=True)
class Choice:
    """Which columns the user asked for: all with `wide`, else those named; neither means those that fit."""

    wide: bool = False
    columns: tuple[str, ...] = ()

    @property
    def is_made(self) -> bool:
        """Whether the user asked for columns at all."""
        return self.wide or bool(self.columns)

    def check(self, known: Sequence[str]) -> None:
        """Refuse columns that a result lacks.

        Raises:
            typer.BadParameter: The message lists the columns that there are, and the nearest.
        """
        for name in self.columns:
            check_column(name, known, "--columns")


def check_column(name: str, known: Sequence[str], option: str) -> None:
    """Refuse the name of a column that there is not.

    Raises:
        typer.BadParameter: The message lists the columns that there are, and the nearest.
    """
    if name not in known:
        raise typer.BadParameter(
            f"there is no column {name!r}.{did_you_mean(name, known)} Choose from {', '.join(known)}.",
            param_hint=option,
        )


_choice: ContextVar[Choice] = ContextVar("_choice")


def current_choice() -> Choice:
    """What the user asked for of the command that runs now."""
    return _choice.get(Choice())


def add_options(command: Any) -> None:
    """Add the options to the commands of a tree that say what they show.

    Args:
        command: The root of the tree.
    """
    wide, columns = _make_options()
    for _, each in walk_commands(command):
        if layouts_of(each):
            each.params += [wide, columns]


def _set_wide(context: typer.Context, *, value: bool) -> bool:
    _set(context, replace(current_choice(), wide=value))
    return value


def _set_columns(context: typer.Context, value: str | None) -> str | None:
    names = tuple(dict.fromkeys(name.strip() for name in (value or "").split(",") if name.strip()))
    if value is not None and not names:
        raise typer.BadParameter("name at least one column, such as views.", param_hint="--columns")
    choice = replace(current_choice(), columns=names)
    choice.check(list(dict.fromkeys(name for layout in layouts_of(context.command) for name in layout.columns)))
    _set(context, choice)
    return value


def _set(context: typer.Context, choice: Choice) -> None:
    """Keep a choice until the command has ended."""
    token = _choice.set(choice)
    context.call_on_close(lambda: _choice.reset(token))


def _make_options() -> list[Any]:
    """The options as click's objects, which only the making of a command gives."""
    app = typer.Typer(add_completion=False)
    app.command()(_hold_options)
    return list(typer.main.get_command(app).params)


def _hold_options(
    *,
    wide: Annotated[
        bool,
        typer.Option("--wide", callback=_set_wide, expose_value=False, help="Show every column, however long a line."),
    ] = False,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            callback=_set_columns,
            expose_value=False,
            metavar="LIST",
            help="Only these columns, e.g. post_id,views; also in --csv and --json.",
        ),
    ] = None,
) -> None:
    del wide, columns
