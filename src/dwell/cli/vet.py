"""`dwell vet`: is this creator worth working with?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dwell.charts.formatting import column_label, sentence_case
from dwell.cli.fail_on import FailOn, require_verdict
from dwell.cli.live_options import (
    PLAN,
    DryRun,
    Fresh,
    MaxCredits,
    Niche,
    Provider,
    check_plan_options,
    cost_lines,
    plan_text,
    progress_bar,
    stop_on_signal,
)
from dwell.cli.options import AllRows, ChartOut, Csv, Data, Engine, Json, OnePlatform, Platform
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import FIRST_ROWS, paragraph, result_table
from dwell.results import Result
from dwell.text.plurals import name_counts, pluralize

_SHARES = {"likes_without_comments", "views_without_likes", "identical_ratios", "views_near_median"}


_LAYOUT = Layout(essential=("check", "value", "low", "high", "reads_as", "n"), rest=("norm", "evidence"))


@shows(_LAYOUT, PLAN)
def vet(
    creator: Annotated[str, typer.Argument(help="The account: @handle, link or numeric id.", metavar="@HANDLE")],
    *,
    niche: Niche = None,
    posts: Annotated[int, typer.Option("--posts", min=1, help="Number of latest posts to check.", metavar="N")] = 20,
    platform: OnePlatform = None,
    every: AllRows = False,
    stored: Annotated[bool, typer.Option("--stored", help="Send nothing: check what is stored.")] = False,
    provider: Provider = None,
    max_credits: MaxCredits = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
    fail_on: FailOn = None,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Check whether a creator is worth working with.

    Compares the account's latest posts with norms, its niche, and each other. Reads them from a provider first (one or
    two requests). The verdict comes with its reasons and the number of posts behind it; with too little data it is
    "cannot tell".

    \b
    Example:
      dwell vet @demo_pantry --niche cooking --max-credits 5
      dwell vet @demo_pantry --stored -o vetting.png
    """
    import dwell

    check_plan_options(stored=stored, dry_run=dry_run)
    if platform is Platform.YOUTUBE and not stored:
        raise typer.BadParameter("providers read TikTok: --platform youtube needs --stored.", param_hint="--platform")
    printer = Output(as_json, as_csv, output)
    workspace = dwell.open(data, create=not stored, engine=engine)
    if dry_run:
        plan = workspace.live.plan_vet(creator, niche=niche, posts=posts, provider=provider, fresh=fresh)
        printer.show(plan, lambda shown: plan_text(shown, full=True))
        return
    if stored:
        result = workspace.vet(creator=creator, platform=platform.value if platform else None, niche=niche, posts=posts)
    else:
        with stop_on_signal() as stop, progress_bar(f"Reading {creator}") as on_progress:
            result = workspace.live.vet(
                creator, niche=niche, posts=posts, provider=provider, max_credits=max_credits, fresh=fresh,
                on_progress=on_progress, stop=stop,
            )  # fmt: skip
    printer.show(result, lambda shown: _text(shown, every=every), lambda: workspace.charts.vetting(result))
    cannot_tell = result.meta["verdict"] == "cannot tell"
    require_verdict(
        fail_on, f"@{result.meta['handle']} cannot be judged", result.meta["reasons"], abstained=cannot_tell
    )


def _text(result: Result, *, every: bool) -> str:
    meta = result.meta
    left_out = name_counts(meta["left_out"])
    head = f"@{meta['handle']}: {meta['verdict']}, from {pluralize(meta['n'], 'post')}" + (
        f" (left out: {left_out})" if left_out else ""
    )
    checks = result if every else result.head(FIRST_ROWS)
    words = {name: [_figure(row, name) for row in checks] for name in ("value", "low", "high")}
    words["check"] = [sentence_case(column_label(row["check"])) for row in checks]
    missing = dict.fromkeys(row["evidence"] for row in result if row["reads_as"] == "cannot tell")
    cannot_tell = [f"Cannot tell: {reason}" for reason in missing]
    suspicious = [
        f"{sentence_case(column_label(row['check']))}: {row['evidence']}"
        for row in result
        if row["reads_as"] == "suspicious"
    ]
    return "\n".join(
        [
            paragraph(head),
            *map(paragraph, meta["reasons"]),
            "",
            result_table(checks, _LAYOUT, words, more_rows=len(result) - len(checks)),
            *(["", *map(paragraph, suspicious)] if suspicious else []),
            *(["", *map(paragraph, cannot_tell)] if cannot_tell else []),
            *cost_lines(meta),
            "",
            "For norms, evidence and methods of all checks use --json or -o vetting.csv",
        ]
    )


def _figure(row: Mapping[str, Any], which: str) -> str | None:
    """Format a rate as percent, any other value as a plain number."""
    value = row[which]
    if value is None:
        return None
    rate = "_rate_m" in row["check"] or row["check"] in _SHARES
    return f"{value:.2%}" if rate else f"{value:.2f}"
