"""`dwell report`: one page to show a marketing lead."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dwell.cli.options import Creator, Csv, Data, Engine, Json, OnePlatform, TimeZone
from dwell.cli.output import Output
from dwell.cli.spinner import spinner
from dwell.visible import mark_line


def report(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The page to write.", metavar="FILE")] = Path(
        "report.html"
    ),
    tz: TimeZone = "UTC",
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Write a self-contained HTML page about an account.

    It works offline, in light and dark mode, and prints well.

    \b
    Example:
      dwell report --creator @demo --tz Europe/Berlin -o report.html
    """
    import dwell

    with spinner("Collecting the figures of the page"):
        result = dwell.open(data, engine=engine).report(
            creator=creator, platform=platform.value if platform else None, path=output, tz=tz
        )
    Output(as_json, as_csv).show(result, lambda _: f"Wrote {mark_line(str(output))}")
