"""`dwell import --explain`: what each step made of rows, as tables to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from dwell.cli.tables.table import table

if TYPE_CHECKING:
    from dwell.workspace.explanations import Explanation, Explanations

_LONGEST = 160


def split_lines(paths: list[str]) -> tuple[list[str], list[int]]:
    """Files, and numbers behind them, which are lines; a file whose name is a number is still a file."""
    lines = [path for path in paths if path.isdecimal() and not Path(path).exists()]
    files = [path for path in paths if path not in lines]
    if not files:
        raise typer.BadParameter("name a file to explain, and then its lines.", param_hint="PATH...")
    return files, list(map(int, lines))


def explanation_text(done: Explanations) -> str:
    """All files, one after the other.

    Args:
        done: What was explained; its texts are on one line each.
    """
    blocks = [block for explanation in done.files for block in _file(explanation)]
    return "\n\n".join([*blocks, "Dry run: nothing was stored."])


def _file(explanation: Explanation) -> Iterator[str]:
    steps = [(step.step, step.rows, step.note) for step in explanation.steps]
    yield f"{explanation.path.name} ({explanation.format})\n" + table(("step", "rows", "what"), steps)
    for row in explanation.rows:
        place = f"{row.part}: line {row.line}" if row.part else f"line {row.line}"
        reason = (row.reason or "").removeprefix(f"{row.outcome}: ")
        lines = [f"{place}: {row.outcome}" + (f": {reason}" if reason else "")]
        lines += [f"  {_cut(row.text)}"] if row.text else []
        if row.cells:
            cells = [(cell.column, _plain(cell.text), _plain(cell.typed), _plain(cell.checked)) for cell in row.cells]
            lines.append(table(("column", "text", "typed", "checked"), cells))
        lines += [f"  {given.table}: {given.outcome}" for given in row.tables]
        yield "\n".join(lines)
    if explanation.missing_lines:
        yield f"No row at line {', '.join(map(str, explanation.missing_lines))} of {explanation.path.name}."


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _plain(value: Any) -> Any:
    """A value as text, so that a column of several kinds reads as one."""
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else str(value)
