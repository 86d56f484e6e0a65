"""`dwell sweep`: reads the newest posts of many accounts, at a price known beforehand."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from dwell.cli.live_options import (
    PLAN,
    SIMULATION_NOTE,
    DryRun,
    Fresh,
    MaxCredits,
    Niche,
    Posts,
    Provider,
    Topics,
    Watchlist,
    format_usd,
    plan_text,
    progress_bar,
    stop_on_signal,
)
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import paragraph, result_table
from dwell.cli.terminal import mark_texts, say
from dwell.results import Result
from dwell.text.plurals import pluralize

_FAILED = frozenset({"failed", "refused"})
"""Reasons caused by neither the account nor the user: the exit code tells unattended callers about them."""

_SIGNS = {"account": "", "hashtag": "#", "sound": "sound:", "search": "search:"}


_LAYOUT = Layout(
    essential=("name", "state", "complete", "posts", "lacks"),
    more=("pages", "total"),
    rest=(
        *("kind", "handle", "reason", "repeats", "views_total", "total_unit", "views_total_unit", "title"),
        *("creator_id", "detail", "at", "simulated", "again"),
    ),
)


@shows(_LAYOUT, PLAN)
def sweep(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Accounts as @name, link or numeric id; also #hashtag, sound:ID, search:words.", metavar="NAME..."
        ),
    ] = None,
    *,
    watchlist: Watchlist = None,
    posts: Posts = 200,
    provider: Provider = None,
    niche: Niche = None,
    topics: Topics = 0,
    max_credits: MaxCredits = None,
    dry_run: DryRun = False,
    fresh: Fresh = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> int:
    """Read the newest posts of accounts from a provider.

    Keeps to the provider's rate limit and your budget. The plan and its price are shown first. To
    resume a sweep that was stopped or killed, run the same command again: no page is paid for twice.

    \b
    Example:
      dwell sweep @demo_kitchen @demo_pantry --posts 500 --max-credits 40
      dwell sweep --watchlist rivals --dry-run
    """
    import dwell
    from dwell.workspace.live import SweepRequest

    printer = Output(as_json, as_csv, output)
    request = SweepRequest(tuple(names or ()), watchlist, posts, provider, niche, topics, max_credits, fresh)
    live = dwell.open(data, create=True).live
    if not dry_run:
        live.spec(request)  # without a key nothing is read, and no price is said
    plan = live.plan(request)
    if dry_run:
        printer.show(plan, lambda shown: plan_text(shown, full=True))
        return 0
    if printer.format == "text":
        say(plan_text(mark_texts(plan), full=False), err=True)
    with stop_on_signal() as stop, progress_bar(f"Sweeping {len(plan)} targets") as on_progress:
        result = live.sweep(request, on_progress=on_progress, stop=stop)
    printer.show(result, _text)
    failed = any(row["reason"] in _FAILED for row in result)
    return 1 if failed or result.meta["unfinished"] or not result.meta["complete"] else 0


def _text(result: Result) -> str:
    """The result of a sweep as text."""
    meta = result.meta
    words = {"name": [_SIGNS[row["kind"]] + row["name"] for row in result]}
    return "\n".join([result_table(result, _LAYOUT, words), "", *map(paragraph, _notes(dict(meta), result))])


def _notes(meta: dict[str, Any], result: Result) -> list[str]:
    new_rows = f"{meta['posts_new']:,} new, {meta['snapshots_new']:,} new snapshots of their counters"
    uncertain = f", {meta['uncertain_credits']:,} of the credits uncertain" if meta["uncertain_credits"] else ""
    spent = f"{pluralize(meta['credits'], 'credit')}, {format_usd(meta['usd'])} US dollars{uncertain}"
    lines = [f"{pluralize(meta['posts_read'], 'post')} read: {new_rows}."] if meta["targets"] > meta["topics"] else []
    if meta["topics"]:
        posts, topics = pluralize(meta["topic_posts_read"], "post"), pluralize(meta["topics"], "topic")
        lines.append(f"{posts} of {topics} read and stored separately.")
    lines += [
        f"{pluralize(meta['requests'], 'request')}, {spent}.",
    ]
    incomplete = Counter(row["reason"] for row in result if not row["complete"])
    if incomplete:
        parts = ", ".join(f"{times} {reason.replace('_', ' ')}" for reason, times in incomplete.most_common())
        lines.append(f"Not complete: {len(result) - meta['complete']:,} of {len(result):,} ({parts}).")
    if meta["unfinished"]:
        lines.append("Run the same command again to resume.")
    if meta["rejected"]:
        reasons = "; ".join(f"{times} × {reason}" for reason, times in meta["reject_reasons"].items())
        lines.append(f"{pluralize(meta['rejected'], 'object')} could not be read: {reasons}.")
    if meta["unknown_values"]:
        columns = "; ".join(f"{times} × {column}" for column, times in meta["unknown_values"].items())
        lines.append(f"Values that no counter can have were left unknown: {columns}.")
    if meta["drift"]:
        parts = ", ".join(
            f"{row['object']}.{row['field']} {row['what']} ({row['times']}×)" for row in meta["drift"][:6]
        )
        more = f", and {len(meta['drift']) - 6} more" if len(meta["drift"]) > 6 else ""
        lines.append(
            f"Responses of {meta['provider']} differ from its documentation: {parts}{more}. No row was dropped for it."
        )
    if meta["simulated"]:
        lines.append(SIMULATION_NOTE)
    return lines
