"""`dwell import`: loads files that you already have into the tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dwell.cli.explain_import import explanation_text, split_lines
from dwell.cli.options import Csv, Data, Json, Out, check_zone
from dwell.cli.output import Output, dump_json
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.cli.terminal import mark_texts, progress_console, say, text_column
from dwell.records.plausibility import FLAG_WORDS
from dwell.results import Result
from dwell.text.plurals import name_counts, pluralize
from dwell.text.readable import shorten
from dwell.visible import mark_line

if TYPE_CHECKING:
    from dwell.errors import DwellError
    from dwell.workspace.imports import Imports, Loaded


_REJECTS_SHOWN = 5
_FACTOR_DIGITS = 13  # of the largest factor
_REASONS_SHOWN = 4


_LAYOUT = Layout(
    essential=("path", "rows_read", "posts_new", "rejected"),
    more=("snapshots_new", "format", "watch_times_new", "known", "gained", "duplicates"),
    rest=("rejects_file", "rows_new", "rows_updated", "corrected", "flagged", "unknown_values", "warnings"),
)
_FORMATS = Layout(("format", "what"))
_EXPLANATION = Layout(("path", "part", "line", "outcome", "reason", "column", "text", "typed", "checked"))


class DecimalMark(StrEnum):
    """What stands before the fraction of a number."""

    POINT = "."
    COMMA = ","


class DateOrder(StrEnum):
    """How to read 3/4/2024 if nothing in the file shows it."""

    DMY = "dmy"
    MDY = "mdy"


@shows(_LAYOUT, _FORMATS, _EXPLANATION)
def import_files(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files or folders: CSV, JSON, JSONL, XLSX, Parquet, also in .gz or .zip.", metavar="PATH..."
        ),
    ] = None,
    *,
    format: Annotated[
        str | None, typer.Option("--format", help="Skip recognition: `--format help` lists the formats.", metavar="F")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="When rows without a time were observed, e.g. 2026-03-22 or 2026-03-22T09:00Z.",
            metavar="TIME",
        ),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="Maps a column of your own table, e.g. views=Visninger; may be repeated.",
            metavar="FIELD=COLUMN",
        ),
    ] = None,
    creator: Annotated[
        str | None,
        typer.Option(
            "--creator",
            help="The account of rows without one; a file of another account is refused.",
            metavar="@HANDLE",
        ),
    ] = None,
    niche: Annotated[
        str | None, typer.Option("--niche", help="Niche to assign to every creator in the files.", metavar="N")
    ] = None,
    dates: Annotated[
        DateOrder | None, typer.Option("--dates", help="How to read 3/4/2024 if the column itself does not show it.")
    ] = None,
    tz: Annotated[
        str | None,
        typer.Option(
            "--tz", help="Time zone of times without one; UTC by default.", metavar="ZONE", callback=check_zone
        ),
    ] = None,
    decimal: Annotated[
        DecimalMark | None,
        typer.Option("--decimal", help="The decimal mark, if nothing in the file shows whether 1.234 is a thousand."),
    ] = None,
    percent: Annotated[
        bool | None,
        typer.Option("--percent/--fraction", help="Shares without a unit are percentages, or fractions of 1."),
    ] = None,
    suffix: Annotated[
        list[str] | None,
        typer.Option(
            "--suffix",
            help="What a suffix multiplies by, e.g. B=1000 in Turkish; may be repeated.",
            metavar="TEXT=NUMBER",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Store nothing of a file with a reject: --max-rejects 0.")
    ] = False,
    max_rejects: Annotated[
        int | None,
        typer.Option(
            "--max-rejects", min=0, help="Store nothing of a file with more rejects; exit code 1.", metavar="N"
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything except storing.")] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Store nothing; show what each step makes of some rows. Numbers after the files choose lines.",
        ),
    ] = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> int:
    """Load exports into the tables. Rows that are already stored are not added twice.

    The format is recognised by content. A file is loaded completely or not at all; rows that cannot be used
    are counted, and written to a rejects file with line and reason.

    \b
    Example:
      dwell import exports/ --as-of 2026-03-22 --niche cooking
      dwell import my_table.csv --map views=Visninger --creator @demo
      dwell import my_table.csv --explain 17
    """
    import dwell

    shown = Output(as_json, as_csv, output)
    if format == "help":
        formats = dwell.Workspace.formats()
        shown.show(formats, lambda shown: result_table(shown, _FORMATS))
        return 0
    if not paths:
        raise typer.BadParameter("name a file or a folder to import.", param_hint="PATH...")
    if strict and max_rejects is not None:
        raise typer.BadParameter("choose either --strict or --max-rejects.")
    workspace = dwell.open(data, create=True)
    options: dict[str, Any] = {
        "format": format,
        "as_of": as_of,
        "columns": _mapping(map_ or []),
        "creator": creator,
        "niche": niche,
        "dates": dates.value if dates else None,
        "tz": tz,
        "decimal": decimal.value if decimal else None,
        "percent": percent,
        "suffixes": _suffixes(suffix or []),
    }
    if explain:
        files, lines = split_lines(paths)
        explained = workspace.explain_import(files, lines=lines, **options)
        shown.show(explained, lambda _: explanation_text(mark_texts(explained)))
        return _report_failures(explained.failures, as_json=as_json)
    most = 0 if strict else max_rejects
    with _progress() as progress:
        done = workspace.import_files(paths, **options, dry_run=dry_run, max_rejects=most, progress=progress)
    shown.show(done, lambda shown: _text(mark_texts(done), shown, dry_run=dry_run))
    return _report_failures(done.failures, as_json=as_json)


def _report_failures(failures: Sequence[tuple[Path, DwellError]], *, as_json: bool) -> int:
    """Says on stderr which files were not loaded, and why; returns the exit code."""
    for path, error in failures:
        if not as_json:
            say(f"dwell: {mark_line(failure_text(path, error))}", err=True)
    if failures and as_json:
        document = {"error": {"code": failures[0][1].code, "message": failure_text(*failures[0])}}
        say(dump_json(document, sys.stderr), err=True)
    return 1 if failures else 0


def failure_text(path: Path, error: DwellError) -> str:
    """An error with the path of its file, which it names only once."""
    message = str(error)
    if message.startswith(path.name) and not message.startswith(str(path)):
        message = f"{path}{message.removeprefix(path.name)}"
    return shorten(message if str(path) in message else f"{path}: {message}")


def _mapping(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals or not field.strip() or not column.strip():
            raise typer.BadParameter(f"{pair!r} isn't FIELD=COLUMN, as in views=Visninger.", param_hint="--map")
        found[field.strip()] = column.strip()
    return found


def _suffixes(pairs: list[str]) -> dict[str, int]:
    found = {}
    for pair in pairs:
        text, equals, number = pair.partition("=")
        factor = number.strip().replace(",", "").replace("_", "")
        is_number = factor.isdecimal() and len(factor) <= _FACTOR_DIGITS
        if not equals or not text.strip() or not is_number or not 1 <= int(factor) <= 10**12:
            raise typer.BadParameter(f"{pair!r} isn't TEXT=NUMBER, as in B=1000.", param_hint="--suffix")
        found[text.strip().lower()] = int(factor)
    return found


def _text(done: Imports, shown: Result, *, dry_run: bool) -> str:
    names = {"path": [loaded.path.name for loaded in done.files]}
    lines = [result_table(shown, _LAYOUT, names)] if done.files else []
    for loaded in done.files:
        notes = [f"  {note}" for note in _notes(loaded)]
        lines += [f"{loaded.path.name}:", *notes] if notes else []
    if done.skipped_text:
        lines.append(done.skipped_text)
    if dry_run:
        lines.append("Dry run: nothing was stored.")
    return "\n".join(lines)


def _notes(loaded: Loaded) -> Iterator[str]:
    """More about one file; rejects last, the first few with line and reason."""
    if loaded.repeated:
        yield "imported before; nothing was added"
    others = {name: n for name, n in loaded.rows_new.items() if name not in {"posts", "post_snapshots", "watch_times"}}
    if loaded.corrected:
        values = "1 stored value" if loaded.corrected == 1 else f"{loaded.corrected:,} stored values"
        yield f"corrected {values} that an earlier import of this file had read otherwise"
    for what, counts in (
        ("also new", others),
        ("updated", loaded.rows_updated),
    ):
        named = name_counts(counts)
        if named:
            yield f"{what} {named}"
    if loaded.flagged:
        flags = (f"{pluralize(n, 'row')} {FLAG_WORDS.get(name, name)}" for name, n in loaded.flagged.items())
        yield f"stored, but flagged: {', '.join(flags)}"
    yield from (warning.removeprefix(f"{loaded.path.name}: ") for warning in loaded.warnings)
    if loaded.rejected:
        yield f"{loaded.rejected:,} rejected" + (f", all in {loaded.rejects_file}" if loaded.rejects_file else "")
        yield from (f"  line {line}: {reason}" for line, reason, _ in loaded.rejects[:_REJECTS_SHOWN])
        if loaded.rejected > _REJECTS_SHOWN:
            yield "  … " + "; ".join(f"{n:,} × {reason}" for reason, n in loaded.reasons[:_REASONS_SHOWN])


@contextmanager
def _progress() -> Iterator[Callable[[str, str, float], None] | None]:
    """A progress bar per file; nothing if stderr is not a terminal, or shows the log."""
    from dwell import logs

    if not sys.stderr.isatty() or logs.is_verbose():
        yield None
        return
    from rich.progress import BarColumn, Progress, TaskID, TimeElapsedColumn

    bars = Progress(
        text_column("file"),
        BarColumn(),
        text_column("step"),
        TimeElapsedColumn(),
        console=progress_console(),
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def advance(file: str, step: str, fraction: float) -> None:
        if file not in tasks:
            tasks[file] = bars.add_task("", total=1.0, file=mark_line(file), step="")
        bars.update(tasks[file], step=mark_line(step), completed=fraction)

    with bars:
        yield advance
