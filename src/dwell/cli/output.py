"""Writes a result: as a table to read, as JSON or CSV to process, or as a chart."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import typer

from dwell.cli.cells import format_cell
from dwell.cli.output_files import PICTURES
from dwell.cli.streams import can_encode_all
from dwell.cli.terminal import mark_texts, say, table_console
from dwell.disk.permissions import shared_files
from dwell.disk.replace import write_whole
from dwell.results import Result
from dwell.text.csv_rows import csv_row
from dwell.text.spreadsheets import guard_cell
from dwell.visible import escape_json, mark, mark_line

_UNLIMITED_WIDTH = 4_000
_HEADING_WIDTH = 12
_PROSE_WIDTH = 16
_HEIGHT = 25  # without one, a width is ignored in a dumb terminal


@dataclass(frozen=True)
class Output:
    """What the user asked for with `--json`, `--csv` and `-o`."""

    as_json: bool = False
    as_csv: bool = False
    path: Path | None = None

    @property
    def target(self) -> Path | None:
        """The file to write; None, or `-`, is stdout."""
        return None if self.path is None or str(self.path) == "-" else self.path

    @property
    def format(self) -> str:
        """`json`, `csv`, `text`, or the extension of a chart file."""
        if self.as_json and self.as_csv:
            raise typer.BadParameter("choose either --json or --csv.")
        if self.as_json or self.as_csv:
            return "json" if self.as_json else "csv"
        ending = self.target.suffix.lower() if self.target else ""
        known = {"": "text", ".txt": "text", ".json": "json", ".csv": "csv", **{name: name for name in PICTURES}}
        if ending not in known:
            raise typer.BadParameter(f"-o can't write {ending}; use one of {', '.join(filter(None, known))}.")
        return known[ending]

    def show(self, result: Result, text: Callable[[Result], str], chart: Callable[[], Any] | None = None) -> None:
        """Print or write one result with its warnings.

        A text ends with each warning of the result that it does not contain; JSON has them in its keys. CSV and
        pictures have no place for them, so they go to stderr. In CSV, texts that a spreadsheet would run are guarded.

        Args:
            result: The result, for JSON and CSV.
            text: Returns the table to read; called only if it is needed, with the result whose texts are on one line
                each and have visible signs only.
            chart: Returns the Altair chart; None if the command has no chart.
        """
        form = self.format
        if form == "json":
            stream = sys.stdout if self.target is None else None
            self._write(dump_json(result.to_dict(), stream, indent=2) + "\n")
        elif form == "text":
            shown = replace(result, rows=mark_texts(result.rows), meta=mark_texts(result.meta))
            self._write(mark(with_warnings(text(shown), shown)))
        else:
            self._write_chart(form, chart) if form in PICTURES else self._write_csv(as_csv(result))
            for warning in result.warnings:
                say(f"Warning: {mark_line(warning)}", err=True)

    def _write_csv(self, text: str) -> None:
        """As it is into a file or a pipe; a terminal gets visible signs only."""
        self._write(mark(text) if self.target is None and sys.stdout.isatty() else text)

    def _write_chart(self, ending: str, chart: Callable[[], Any] | None) -> None:
        if chart is None or self.target is None:
            raise typer.BadParameter(f"this command has no chart, so -o can't write {ending}; use .json, .csv or .txt.")
        from dwell.charts import render

        drawing = chart()
        if ending == ".png":
            self._write(render.png(drawing))
        else:
            self._write(render.svg(drawing) if ending == ".svg" else render.html(drawing))

    def _write(self, content: str | bytes) -> None:
        if self.target is None:
            sys.stdout.write(str(content))
            return
        try:
            with shared_files():
                write_whole(self.target, content)
            say(f"Wrote {mark_line(str(self.target))}", err=True)
        except OSError as error:
            from dwell.disk.errors import output_error  # with SQLite, which `dwell --help` does not need

            raise output_error(self.target, error) from error


def with_warnings(text: str, result: Result) -> str:
    """The text, and below it each warning of the result that it lacks; line breaks and a last period do not count."""
    shown = " ".join(text.split())
    missing = [warning for warning in result.warnings if " ".join(warning.split()).rstrip(".") not in shown]
    below = "".join(f"Warning: {warning}\n" for warning in missing)
    return text.rstrip() + "\n" + (f"\n{below}" if below else "")


def dump_json(value: Any, stream: IO[str] | None, *, indent: int | None = None) -> str:
    """A value as JSON; signs that a terminal obeys, that nobody sees, or that the stream lacks are escaped in it.

    Args:
        value: What to write.
        stream: Where it goes; None for a file in UTF-8.
        indent: Blanks a level; everything on one line where None.
    """
    plain = stream is not None and not can_encode_all(stream)
    return escape_json(json.dumps(value, default=jsonable, ensure_ascii=plain, indent=indent))


def jsonable(value: Any) -> Any:
    """Convert values that `json` cannot write: times to ISO 8601 in UTC, paths to text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, Path)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def as_csv(result: Result) -> str:
    """The rows as CSV: an unknown value is an empty cell, a list is JSON, a text is guarded against formulas."""
    rows = (map(_csv_cell, row) for row in result.rows)
    text = "".join(map(csv_row, [result.columns, *rows]))
    # A file name can hold bytes that are no UTF-8, which Python keeps as half a pair of surrogates.
    return text.encode("utf-8", "backslashreplace").decode()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return json.dumps(list(value), ensure_ascii=False)
    if isinstance(value, (str, Path)):
        return guard_cell(str(value))
    return jsonable(value) if isinstance(value, (datetime, date)) else value


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "", most: int = 60) -> str:
    """A table to read: numbers right-aligned, text left-aligned and cut at `most` characters; no escape sequences.

    In a terminal, text of several words wraps; nothing else does, so a row can be longer than the terminal is wide.

    Args:
        columns: Column names, used as headings.
        rows: Values, formatted by `cells.format_cell`.
        title: A line above the table.
        most: Maximum length of a cell.
    """
    texts = [
        [_truncate(format_cell(name, value), most) for name, value in zip(columns, row, strict=True)] for row in rows
    ]
    from rich import box
    from rich.table import Table
    from rich.text import Text

    wide = not sys.stdout.isatty()  # no wrapping in a pipe or a file
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=Text(title) if title else None, title_justify="left")
    for index, name in enumerate(columns):
        numbers = any(isinstance(row[index], (int, float)) and not isinstance(row[index], bool) for row in rows)
        heading = name if wide else _wrap_heading(name)
        is_prose = any(isinstance(row[index], str) and " " in row[index] for row in rows)
        longest = max((len(line[index]) for line in texts), default=0)
        grid.add_column(
            Text(heading),
            justify="right" if numbers else "left",
            no_wrap=wide or not is_prose,
            min_width=min(longest, _PROSE_WIDTH) if is_prose else max(longest, *map(len, heading.split("\n"))),
        )
    for line in texts:
        grid.add_row(*(Text(text) for text in line))
    unlimited = table_console(_UNLIMITED_WIDTH, _HEIGHT)
    # Numbers, ids and handles are whole: where they need more than the terminal has, the lines are longer.
    width = max(table_console().width, unlimited.measure(grid).minimum)
    console = unlimited if wide else table_console(width, _HEIGHT)
    with console.capture() as captured:
        console.print(grid)
    return "\n".join(line.rstrip() for line in captured.get().split("\n")).strip("\n")


def _wrap_heading(name: str) -> str:
    """Wrap a long heading after underscores."""
    lines = [""]
    for part in re.findall(r"[^_]+_?|_", name):
        if lines[-1] and len(lines[-1]) + len(part) > _HEADING_WIDTH:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _truncate(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
