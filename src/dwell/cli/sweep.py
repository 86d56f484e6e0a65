"""`dwell sweep`: the newest posts of many accounts, at a price known beforehand."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from dwell.cli.live_options import (
    SIMULATED,
    DryRun,
    Fresh,
    MaxCredits,
    Niche,
    Posts,
    Provider,
    Topics,
    Watchlist,
    bar,
    count,
    money,
    planned,
    stopping,
)
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output, table
from dwell.results import Result

_FAILED = frozenset({"failed", "refused"})
"""Ends for which neither the account nor the user is the reason; whoever runs this unattended wants to know."""

_SIGNS = {"account": "", "hashtag": "#", "sound": "sound:", "search": "search:"}
_COLUMNS = ("name", "state", "complete", "posts", "pages", "total", "lacks")


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
    """Read the newest posts of accounts from a provider, within its limits and your budget.

    The plan and its price come first. A sweep that was stopped or killed goes on where it was when the same command is
    given again: no page is paid for twice.

    \b
    Example:
      dwell sweep @demo_kitchen @demo_pantry --posts 500 --max-credits 40
      dwell sweep --watchlist rivals --dry-run
    """
    import dwell
    from dwell.workspace.live import SweepRequest

    shown = Output(as_json, as_csv, output)
    request = SweepRequest(tuple(names or ()), watchlist, posts, provider, niche, topics, max_credits, fresh)
    live = dwell.open(data, create=True).live
    plan = live.plan(request)
    if dry_run:
        shown.show(plan, lambda: planned(plan, whole=True))
        return 0
    if shown.form == "text":
        typer.echo(planned(plan, whole=False), err=True)
    with stopping() as stop, bar(f"Sweeping {len(plan)} targets") as on_progress:
        done = live.sweep(request, on_progress=on_progress, stop=stop)
    shown.show(done, lambda: text(done))
    failed = any(row["reason"] in _FAILED for row in done)
    return 1 if failed or done.meta["unfinished"] or not done.meta["complete"] else 0


def text(done: Result) -> str:
    """What a sweep gave, to read."""
    meta = done.meta
    rows = [[_SIGNS[row["kind"]] + row["name"], *(row[name] for name in _COLUMNS[1:])] for row in done]
    return "\n".join([table(_COLUMNS, rows, most=90), "", *_notes(dict(meta), done)])


def _notes(meta: dict[str, Any], done: Result) -> list[str]:
    counts = f"{meta['posts_new']:,} new, {meta['snapshots_new']:,} new readings of their counters"
    doubt = f", {meta['uncertain_credits']:,} of the credits uncertain" if meta["uncertain_credits"] else ""
    spent = f"{count(meta['credits'], 'credit')}, {money(meta['usd'])} US dollars{doubt}"
    lines = [f"{meta['posts_read']:,} posts read: {counts}."] if meta["targets"] > meta["topics"] else []
    if meta["topics"]:
        lines.append(f"{meta['topic_posts_read']:,} posts of {count(meta['topics'], 'topic')} read, kept apart.")
    lines += [
        f"{count(meta['requests'], 'request')}, {spent}.",
    ]
    lacking = Counter(row["reason"] for row in done if not row["complete"])
    if lacking:
        named = ", ".join(f"{times} {reason.replace('_', ' ')}" for reason, times in lacking.most_common())
        lines.append(f"Not complete: {len(done) - meta['complete']:,} of {len(done):,} ({named}).")
    if meta["unfinished"]:
        lines.append("Give the same command again to go on with what is left.")
    if meta["rejected"]:
        reasons = "; ".join(f"{times} × {reason}" for reason, times in meta["reject_reasons"].items())
        lines.append(f"{meta['rejected']:,} objects were no posts that could be read: {reasons}.")
    if meta["drift"]:
        named = ", ".join(
            f"{row['object']}.{row['field']} {row['what']} ({row['times']}×)" for row in meta["drift"][:6]
        )
        more = f", and {len(meta['drift']) - 6} more" if len(meta["drift"]) > 6 else ""
        lines.append(
            f"{meta['provider']} answers otherwise than documented: {named}{more}. Nothing was dropped for it."
        )
    if meta["simulated"]:
        lines.append(SIMULATED)
    return lines
