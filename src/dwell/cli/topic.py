"""`dwell topic`: a hashtag, a sound or a search, day by day."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from dwell.cli.fail_on import FailOn, require_verdict
from dwell.cli.live_options import (
    PLAN,
    SIMULATION_NOTE,
    DryRun,
    Fresh,
    MaxCredits,
    Provider,
    check_plan_options,
    cost_lines,
    plan_text,
    progress_bar,
    stop_on_signal,
)
from dwell.cli.options import ChartOut, Csv, Data, Engine, Json
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import paragraph, result_table, table
from dwell.results import Result

_DAYS = ("day", "topic_posts", "posts_added", "sampled", "new_posts", "posts_published", "views_median")
TopicKind = Literal["hashtag", "sound", "search"]


_LAYOUT = Layout(
    essential=("rank", "share_momentum", "shares", "views", "handle"),
    more=("posted_at", "share_rate", "basis", "post_id", "share_momentum_low", "share_momentum_high"),
    rest=("topic_kind", "topic", "url", "observed_at", "listed_rank", "duration_s", "between_h", "age_h"),
    text="caption",
)


@shows(_LAYOUT, PLAN)
def topic(
    *,
    hashtag: Annotated[
        str | None, typer.Option("--hashtag", help="A hashtag, with or without #.", metavar="TAG")
    ] = None,
    sound: Annotated[str | None, typer.Option("--sound", help="A sound: its id or link.", metavar="ID")] = None,
    search: Annotated[str | None, typer.Option("--search", help="Words to search for.", metavar="WORDS")] = None,
    days: Annotated[int, typer.Option("--days", min=1, help="Length of the daily series, in days.", metavar="N")] = 14,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Number of posts to show.", metavar="N")] = 15,
    stored: Annotated[bool, typer.Option("--stored", help="Send nothing: show what is stored.")] = False,
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
    """Show whether a hashtag, sound or search is rising.

    Ranks its posts by share momentum, shows its daily series, and says whether it rises, peaks or fades. It is read
    from a provider unless it was read today. One sample says little: sample it daily, for example with
    dwell schedule add topics "#onepan".

    \b
    Example:
      dwell topic --hashtag onepan --days 14
      dwell topic --hashtag onepan --dry-run
      dwell topic --search "lemon orzo" -o orzo.png
    """
    import dwell

    kind, name = _choose_topic(hashtag, sound, search)
    check_plan_options(stored=stored, dry_run=dry_run)
    printer = Output(as_json, as_csv, output)
    workspace = dwell.open(data, create=not stored, engine=engine)
    if dry_run:
        plan = workspace.live.plan_trends(kind, name, provider=provider, fresh=fresh)
        printer.show(plan, lambda shown: plan_text(shown, full=True))
        return
    if stored:
        result = workspace.topic(kind, name, days=days)
    else:
        with stop_on_signal() as stop, progress_bar(f"Reading {name}") as on_progress:
            result = workspace.live.trends(
                kind,
                name,
                days=days,
                provider=provider,
                max_credits=max_credits,
                fresh=fresh,
                on_progress=on_progress,
                stop=stop,
            )
    printer.show(result, lambda shown: _text(shown.head(limit)), lambda: workspace.charts.topic_days(result))
    lifecycle = result.meta["lifecycle"]
    cannot_tell = lifecycle["stage"] == "cannot tell"
    require_verdict(fail_on, "The stage is not known", [lifecycle["reason"]], abstained=cannot_tell)


def _choose_topic(hashtag: str | None, sound: str | None, search: str | None) -> tuple[TopicKind, str]:
    options: dict[TopicKind, str | None] = {"hashtag": hashtag, "sound": sound, "search": search}
    chosen = [(kind, name) for kind, name in options.items() if name]
    if len(chosen) != 1:
        raise typer.BadParameter("name exactly one of --hashtag, --sound and --search.")
    return chosen[0]


def _text(result: Result) -> str:
    meta = result.meta
    name = f"#{meta['topic']}" if meta["kind"] == "hashtag" else f"{meta['kind']} {meta['topic']}"
    lifecycle, series = meta["lifecycle"], meta["days"]
    provisional = " (provisional: from publishing dates)" if lifecycle["basis"] == "publishing dates" else ""
    days = [row for row in series if row["looks"] or row["posts_published"]]
    return "\n".join(
        [
            f"{name}: {lifecycle['stage']}{provisional}",
            paragraph(f"  {lifecycle['reason']}", "  "),
            "",
            table(_DAYS, [[row[name] for name in _DAYS] for row in days], title="Day by day"),
            "",
            "Shared fastest:",
            "",
            result_table(result, _LAYOUT),
            *(cost_lines(meta) or ["", SIMULATION_NOTE] * meta["simulated"]),
        ]
    )
