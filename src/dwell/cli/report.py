"""`dwell report`: one page to show a marketing lead."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dwell.cli.options import (
    ByMetric,
    Creator,
    Csv,
    Data,
    Engine,
    FitNow,
    Json,
    Last,
    OnePlatform,
    Since,
    TimeZone,
    Until,
    parse_period,
)
from dwell.cli.output import Output
from dwell.cli.output_files import PAGES, check_output
from dwell.cli.spinner import spinner
from dwell.cli.written_files import remember
from dwell.disk.temporary import temporary_folder
from dwell.visible import mark_line


def _check_page(path: Path) -> Path:
    check_output(path, (*PAGES, ".pdf"))
    return path


def report(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="The page to write, .html or .pdf; - is stdout.",
            metavar="FILE",
            callback=_check_page,
        ),
    ] = Path("report.html"),
    metric: ByMetric = None,
    tz: TimeZone = "UTC",
    fit: FitNow = False,
    since: Since = None,
    until: Until = None,
    last: Last = None,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Write a self-contained HTML page about an account.

    It works offline, in light and dark mode, and prints well. A .pdf is printed by Chromium, if it is installed.
    Of models it shows the account's own that dwell fit stored; without a current one it says so.

    \b
    Example:
      dwell report --creator @demo --tz Europe/Berlin -o report.html
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    if output.suffix.lower() == ".pdf":
        from dwell.report.pdf import require_chromium

        require_chromium()
    to_stdout = str(output) == "-"
    if to_stdout and (as_json or as_csv):
        raise typer.BadParameter("-o - writes the page to stdout, so there is no place for --json or --csv.")
    with temporary_folder("dwell-report-") as folder:
        path = folder / "report.html" if to_stdout else output
        with spinner("Collecting the figures of the page"):
            result = dwell.open(data, engine=engine).report(
                creator=creator,
                platform=platform.value if platform else None,
                path=path,
                metric=metric.value if metric else None,
                tz=tz,
                fit=fit,
                **period,
            )
        if to_stdout:
            sys.stdout.write(path.read_text(encoding="utf-8"))
            return
        remember(path)
    Output(as_json, as_csv).show(result, lambda _: f"Wrote {mark_line(str(output))}")
