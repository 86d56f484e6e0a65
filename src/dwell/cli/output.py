"""Writes a result: as a table to read, as JSON, CSV or a workbook to process, or as a chart."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import typer

from dwell.cli.output_files import PICTURES, TABLES
from dwell.cli.pager import show_by_pager
from dwell.cli.streams import can_encode_all
from dwell.cli.tables import window
from dwell.cli.tables.choice import current_choice
from dwell.cli.tables.table import paragraph, select_columns
from dwell.cli.terminal import mark_texts, say
from dwell.cli.written_files import remember
from dwell.disk.permissions import shared_files
from dwell.disk.replace import write_whole
from dwell.results import Result
from dwell.text.csv_rows import csv_row
from dwell.text.spreadsheets import guard_cell, unguard_cell
from dwell.visible import escape_json, mark, mark_line


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
        """`json`, `csv`, `xlsx`, `text`, or the extension of a chart file."""
        if self.as_json and self.as_csv:
            raise typer.BadParameter("choose either --json or --csv.")
        if self.as_json or self.as_csv:
            return "json" if self.as_json else "csv"
        ending = self.target.suffix.lower() if self.target else ""
        known = {"": "text", **{name: name.removeprefix(".") for name in TABLES}, ".txt": "text"}
        known |= {name: name for name in PICTURES}
        if ending not in known:
            raise typer.BadParameter(f"-o can't write {ending}; use one of {', '.join(filter(None, known))}.")
        return known[ending]

    def show(self, result: Result, text: Callable[[Result], str], chart: Callable[[], Any] | None = None) -> None:
        """Print or write one result with its warnings.

        A text ends with each warning of the result that it does not contain; JSON has them in its keys. CSV and
        pictures have no place for them, so they go to stderr; a workbook has them as well. In CSV and in a workbook,
        texts that a spreadsheet would run are guarded.

        Args:
            result: The result, for JSON and CSV.
            text: Returns the table to read; called only if it is needed, with the result whose texts are on one line
                each and have visible signs only.
            chart: Returns the Altair chart; None if the command has no chart.
        """
        form = self.format
        result = select_columns(result, choice) if (choice := current_choice()).columns and form != "text" else result
        if form == "json":
            stream = sys.stdout if self.target is None else None
            self._write(dump_json(result.to_dict(), stream, indent=2) + "\n")
        elif form == "text":
            shown = replace(result, rows=mark_texts(result.rows), meta=mark_texts(result.meta))
            with window.no_window() if self.target else nullcontext():
                self._write_text(mark(with_warnings(_period(shown) + text(shown), shown)))
        else:
            if form in PICTURES:
                self._write_chart(form, chart)
            elif form == "xlsx":
                from dwell.cli.workbook import make_workbook

                self._write(make_workbook(result))
            else:
                self._write_csv(as_csv(result))
            for warning in result.warnings:
                say(f"Warning: {mark_line(warning)}", err=True)

    def _write_text(self, text: str) -> None:
        """Into the file, or to stdout; on a terminal that is lower than the text, by a pager."""
        if self.target is not None or not show_by_pager(text, wide=current_choice().wide):
            self._write(text)

    def _write_csv(self, text: str) -> None:
        """As it is into a file or a pipe; a terminal gets visible signs only."""
        self._write(mark(text) if self.target is None and sys.stdout.isatty() else text)

    def _write_chart(self, ending: str, chart: Callable[[], Any] | None) -> None:
        if chart is None or self.target is None:
            raise typer.BadParameter(
                f"this command has no chart, so -o can't write {ending}; use one of {', '.join(TABLES)}."
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
            with shared_files():
                write_whole(self.target, content)
            remember(self.target)
            say(f"Wrote {mark_line(str(self.target))}", err=True)
        except OSError as error:
            from dwell.disk.errors import output_error  # with SQLite, which `dwell --help` does not need

            raise output_error(self.target, error) from error


def _period(result: Result) -> str:
    """A line that says when the posts of a result were published, where the user named a period."""
    from dwell.charts.formatting import format_period

    words = format_period(result.meta.get("since"), result.meta.get("until"))
    return f"Posts {words}.\n" if words else ""


def with_warnings(text: str, result: Result) -> str:
    """The text, and below it each warning of the result that it lacks; line breaks and a last period do not count."""
    shown = " ".join(text.split())
    missing = [warning for warning in result.warnings if " ".join(warning.split()).rstrip(".") not in shown]
    below = "".join(paragraph(f"Warning: {warning}") + "\n" for warning in missing)
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
    """The rows as CSV: an unknown value is an empty cell, lists and objects are JSON, texts guard against formulas.

    Where a text has a guard and the columns are those of an export, which is exact, the header is in quotation marks:
    so `dwell import` tells them apart.
    """
    guarded = False
    lines = []
    for row in result.rows:
        cells = [_csv_cell(value) for value in row]
        guarded = guarded or any(isinstance(cell, str) and unguard_cell(cell) != cell for cell in cells)
        lines.append(csv_row(cells))
    if guarded:
        from dwell.records import find_table

        guarded = find_table(result.columns) is not None
    text = "".join([csv_row(result.columns, quoted=guarded), *lines])
    # A file name can hold bytes that are no UTF-8, which Python keeps as half a pair of surrogates.
    return text.encode("utf-8", "backslashreplace").decode()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=jsonable)
    if isinstance(value, (str, Path)):
        return guard_cell(str(value))
    return jsonable(value) if isinstance(value, (datetime, date)) else value
