"""The posts of an account without watch time, best first, each with the interval of its rank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.forest import ForestRow, forest
from dwell.charts.formatting import column_label, day, link, number, post_label, with_interval
from dwell.charts.theme import WIDE, apply_theme, empty_chart, wrap_text
from dwell.results import Result

MAX_POSTS = 20


def scores(
    score: Result | Mapping[str, Any], posts: Iterable[Mapping[str, Any]] = (), *, width: int = WIDE
) -> alt.TopLevelMixin:
    """Predicted rank within the account with its interval; a level is shown only where transfer is proven.

    Args:
        score: The result of a scoring: model_id, level_shown, reasons, rows of post_id, rank, percentile (0-1),
            percentile_low, percentile_high and, where shown, `<target>_predicted`.
        posts: Rows of `posts`, for captions and links.
        width: Whole width, pixels.
    """
    score = score.to_dict() if isinstance(score, Result) else score
    rows = sorted(
        (row for row in score.get("rows") or () if row.get("percentile") is not None), key=lambda row: row["rank"]
    )
    title = "Posts predicted to hold viewers best, within this account"
    if not rows:
        reasons = "; ".join(score.get("reasons") or []) or "no post has the counters that the model needs"
        return empty_chart(title, f"Nothing was scored: {reasons}.", width)
    known = {post["post_id"]: post for post in posts}
    target = str(score.get("target") or "watch_ratio")
    lines = [_row(row, known.get(row["post_id"], {}), target, 38 if width < 500 else 40) for row in rows[:MAX_POSTS]]
    subtitle = [f"Predicted percentile, interval · top {len(lines)} of {len(rows):,} posts{_model(score)}"]
    subtitle.append(
        f"The number at the right is the predicted {column_label(target)}."
        if score.get("level_shown")
        else "A rank only: it is not proven that the level of watch time holds for this account."
    )
    warnings = [line for text in score.get("warnings") or () for line in wrap_text(text, max(40, width // 7))]
    plot = forest(
        lines,
        width=width,
        axis_title="percentile within the account (1 = holds viewers best)",
        domain=(0, 1),
        reference=0.5,
        hue="violet",
    )
    return apply_theme(plot, title, [*subtitle, *warnings])


def _model(score: Mapping[str, Any]) -> str:
    return f" · model of {day(score['trained_at'])}" if score.get("trained_at") else ""


def _row(row: Mapping[str, Any], post: Mapping[str, Any], target: str, limit: int) -> ForestRow:
    text = post_label({**row, **post}, limit)
    level = row.get(f"{target}_predicted")
    spread = with_interval(row["percentile"], row.get("percentile_low"), row.get("percentile_high"))
    tip = f"{row['rank']}. {text}: predicted percentile {spread}"
    note = "" if level is None else number(level)
    return ForestRow(
        f"{row['rank']}. {text}",
        row["percentile"],
        row.get("percentile_low"),
        row.get("percentile_high"),
        clear=True,
        note=note,
        tip=tip,
        url=link(post.get("url")),
    )
