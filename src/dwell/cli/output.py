"""Where an answer goes and as what: a table to read, JSON or CSV to compute with, a picture to look at."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

from dwell.cli.cells import cell
from dwell.errors import StorageError
from dwell.results import Result

PICTURES = (".png", ".svg", ".html")
_NEVER_WRAPS = 4_000
_HEADING = 12


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
    def form(self) -> str:
        """`json`, `csv`, `text`, or the ending of a picture."""
        if self.as_json and self.as_csv:
            raise typer.BadParameter("choose one of --json and --csv.")
        if self.as_json or self.as_csv:
            return "json" if self.as_json else "csv"
        ending = self.target.suffix.lower() if self.target else ""
        known = {"": "text", ".txt": "text", ".json": "json", ".csv": "csv", **{name: name for name in PICTURES}}
        if ending not in known:
            raise typer.BadParameter(f"{ending} is no ending of -o; use one of {', '.join(filter(None, known))}.")
        return known[ending]

    def show(self, result: Result, text: Callable[[], str], chart: Callable[[], Any] | None = None) -> None:
        """Print or write one answer.

        Args:
            result: The answer; JSON and CSV are made of it.
            text: Makes the table to read; called only when it is wanted.
            chart: Makes the Altair chart; without one, a picture cannot be written.
        """
        form = self.form
        if form in PICTURES:
            self._picture(form, chart)
        elif form == "json":
            self._write(json.dumps(result.to_dict(), default=jsonable, ensure_ascii=False, indent=2) + "\n")
        elif form == "csv":
            self._write(as_csv(result))
        else:
            self._write(text().rstrip() + "\n")

    def _picture(self, ending: str, chart: Callable[[], Any] | None) -> None:
        if chart is None or self.target is None:
            raise typer.BadParameter(
                f"this command draws no picture, so it cannot write {ending}; use .json, .csv or .txt."
            )
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
            self.target.write_bytes(content.encode() if isinstance(content, str) else content)
            typer.echo(f"Wrote {self.target}", err=True)
        except OSError as error:
            raise StorageError(f"Cannot write {self.target}: {error.strerror}; choose another file with -o.") from error


def jsonable(value: Any) -> Any:
    """What `json` cannot write by itself: instants as ISO 8601 in UTC, paths as text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, Path)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def as_csv(result: Result) -> str:
    """The rows as CSV: unknown is an empty cell, a list is JSON."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(result.columns)
    for row in result.rows:
        writer.writerow([_csv_cell(value) for value in row])
    return buffer.getvalue()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return json.dumps(list(value), ensure_ascii=False)
    return jsonable(value) if isinstance(value, (datetime, date)) else value


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "", most: int = 60) -> str:
    """A table to read: numbers right, names left, texts cut at `most` characters.

    Args:
        columns: Column names, which are the headings too.
        rows: Values, formatted by `cells.cell`.
        title: A line above.
        most: Longest text of a cell.
    """
    texts = [[_cut(cell(name, value), most) for name, value in zip(columns, row, strict=True)] for row in rows]
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    wide = not sys.stdout.isatty()  # in a pipe or a file nothing needs to wrap
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title or None, title_justify="left", title_style="bold")
    for index, name in enumerate(columns):
        numbers = any(isinstance(row[index], (int, float)) and not isinstance(row[index], bool) for row in rows)
        heading = name if wide else _broken(name)
        grid.add_column(Text(heading), justify="right" if numbers else "left", no_wrap=wide or name.endswith("_id"))
    for line in texts:
        grid.add_row(*(Text(text) for text in line))
    console = Console(file=sys.stdout, width=_NEVER_WRAPS if wide else None)
    with console.capture() as captured:
        console.print(grid)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()).strip("\n")


def _broken(name: str) -> str:
    """A long heading on several lines, broken behind underscores."""
    lines = [""]
    for part in re.findall(r"[^_]+_?|_", name):
        if lines[-1] and len(lines[-1]) + len(part) > _HEADING:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
