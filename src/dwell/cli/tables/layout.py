"""Which columns of a result a table always has, which come with width, and which only on request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

Command = TypeVar("Command", bound=Callable[..., Any])
_ATTRIBUTE = "__dwell_layouts__"


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of result.

    A table shows `essential`, then as much of `more` as there is room for, in this order, and `text` last.

    Attributes:
        essential: What the table has at any width.
        more: What comes with width, the most useful first.
        rest: What only `--wide` and `--columns` show.
        text: The free text that takes what is left of a line and may be shortened; None if there is none.
    """

    essential: tuple[str, ...]
    more: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    text: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column, in the order of display."""
        return (*self.essential, *self.more, *self.rest, *filter(None, [self.text]))

    def within(self, columns: Sequence[str]) -> Layout:
        """The layout of a result with these columns: those that it lacks are left out, and all others are in `rest`."""
        there = set(columns)
        known = set(self.columns)
        return Layout(
            tuple(name for name in self.essential if name in there),
            tuple(name for name in self.more if name in there),
            (*(name for name in self.rest if name in there), *(name for name in columns if name not in known)),
            self.text if self.text in there else None,
        )


def with_accounts(layout: Layout) -> Layout:
    """The layout with the account first, for rows that may be of several."""
    rest = tuple(name for name in layout.rest if name != "handle")
    return replace(layout, essential=("handle", *layout.essential), rest=rest)


def shows(*layouts: Layout) -> Callable[[Command], Command]:
    """Decorate the function of a command with the layouts of the results that it can print."""

    def mark(command: Command) -> Command:
        command.__dict__[_ATTRIBUTE] = layouts
        return command

    return mark


def layouts_of(command: Any) -> tuple[Layout, ...]:
    """The layouts of a command of the tree; empty for one that prints no result as a table."""
    return tuple(getattr(command.callback, _ATTRIBUTE, ()))
