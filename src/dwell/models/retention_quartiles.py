"""What the retention curves of an account's best quarter of posts have in common that the others lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dwell.metrics.retention_columns import FRACTIONS
from dwell.models.effects import Effect, ordinal_effect, q_values, share_effect
from dwell.models.group_comparison import FALSE_CLAIMS, excludes_large
from dwell.results import Result

Curve = Mapping[str, Any]
RANKINGS = ("views", "engagement_rate")
"""What the best quarter may be chosen by. Watch time is none of them: it is the area under the curve itself."""
COLUMNS = (
    *("figure", "top", "rest", "effect_name", "effect", "low", "high", "p_value", "q_value", "n_top", "n_rest"),
    "differs",
)
MIN_POSTS = 8
"""A quarter of fewer posts could not be told from chance."""
_MIN_SUPPORT = 5  # of the posts that have, or lack, what is counted
_WORDS = {"views": "views", "engagement_rate": "engagement rate"}


def extremes(curves: Iterable[Curve], by: str = "views") -> tuple[str | None, list[str]]:
    """The best and the weakest post by views or engagement rate, of one length, so that their seconds compare.

    Args:
        curves: As of `compare_quartiles`.
        by: `views` or `engagement_rate`.

    Returns:
        The duration bucket with the most curves, and the ids of the two posts; of one post where there is only one.
    """
    known = [row for row in _comparable(curves, by) if row["bucket"] is not None]
    if not known:
        return None, []
    sizes = Counter(row["bucket"] for row in known)
    bucket = max(sorted(sizes), key=lambda name: sizes[name])
    ordered = sorted((row[by], row["post_id"]) for row in known if row["bucket"] == bucket)
    return bucket, [post_id for _, post_id in dict.fromkeys((ordered[-1], ordered[0]))]


def quartile_curves(curves: Iterable[Curve], by: str = "views") -> list[dict[str, Any]]:
    """The typical curve of the best and of the weakest quarter, at each 5 % of the length.

    Args:
        curves: As of `compare_quartiles`.
        by: `views` or `engagement_rate`.

    Returns:
        Rows with `group` (`top`, `bottom`), `fraction` 0-1, `n`, `q25`, `median`, `q75`; none where a quarter has
        fewer than 8 posts, or most posts have the same value.
    """
    known = _comparable(curves, by)
    values = np.array([row[by] for row in known], dtype=float)
    q25, q75 = np.quantile(values, [0.25, 0.75]) if known else (0.0, 0.0)
    groups = {"top": [row for row in known if row[by] >= q75], "bottom": [row for row in known if row[by] <= q25]}
    if q25 == q75 or min(map(len, groups.values())) < MIN_POSTS:
        return []
    rows = []
    for group, members in groups.items():
        for place in FRACTIONS:
            shares = [row[f"at_{place}"] for row in members if row[f"at_{place}"] is not None]
            ends = np.quantile(shares, [0.25, 0.5, 0.75]) if shares else [None] * 3
            figures = dict(
                zip(("q25", "median", "q75"), (None if end is None else float(end) for end in ends), strict=True)
            )
            rows.append({"group": group, "fraction": place / 100, "n": len(shares), **figures})
    return rows


def _comparable(curves: Iterable[Curve], by: str) -> list[Curve]:
    return [row for row in curves if row["excluded"] is None and row[by] is not None and row["end_rate"] is not None]


def compare_quartiles(curves: Iterable[Curve], by: str = "views") -> Result:
    """Compare the curves of the posts at or above the upper quartile of views or engagement rate with all others.

    Numbers are compared by Cliff's delta, the share of curves with a bump or a cliff by its difference, each with a
    95 % interval (`effects`). A figure differs where its false discovery rate over all comparisons is at most 5 %, and
    its interval excludes 0. The length is one of the figures, because it shapes every other.

    Args:
        curves: Rows of `retention_curves` of one account; those of eligible posts whose figures are known count.
        by: `views` or `engagement_rate`.

    Returns:
        One row per figure, clearest first; `top` and `rest` are medians, or shares of `has_bump` and `has_cliff`.
        With `meta`: by, n_top, n_rest, q75, verdict. No rows with fewer than 8 posts in the best quarter.
    """
    known = _comparable(curves, by)
    values = np.array([row[by] for row in known], dtype=float)
    q75 = float(np.quantile(values, 0.75)) if known else None
    top = [row for row in known if q75 is not None and row[by] >= q75]
    rest = [row for row in known if q75 is not None and row[by] < q75]
    meta = {"by": by, "n_top": len(top), "n_rest": len(rest), "q75": q75}
    if min(len(top), len(rest)) < MIN_POSTS:
        return Result(COLUMNS, [], {**meta, "verdict": _too_few(len(known), by)})
    found = [*_numbers(top, rest), *_shares(top, rest)]
    chances = q_values([effect.p_value for _, effect, _, _ in found])
    rows = [_row(*comparison, chance) for comparison, chance in zip(found, chances, strict=True)]
    rows.sort(key=lambda row: (not row[-1], row[8], row[7], row[0]))
    return Result(COLUMNS, rows, {**meta, "verdict": _verdict(rows, by)})


Compared = tuple[str, Effect, int, int]

_NUMBERS: dict[str, Callable[[Curve], float | None]] = {
    "hook_loss_1s": lambda row: row["hook_loss_1s"],
    "retention_3s": lambda row: row["retention_3s"],
    "plateau_share": lambda row: plateau_share(row),
    "end_rate": lambda row: row["end_rate"],
    "duration_s": lambda row: row["duration_s"],
}
_EVENTS = {"has_bump": "bumps", "has_cliff": "cliffs"}


def plateau_share(row: Curve) -> float | None:
    """The plateau as a share of the length of the video; null where one of the two is unknown."""
    if row["plateau_s"] is None or not row["duration_s"]:
        return None
    return float(row["plateau_s"] / row["duration_s"])


def _numbers(top: Sequence[Curve], rest: Sequence[Curve]) -> Iterable[Compared]:
    for name, number in _NUMBERS.items():
        mine, theirs = ([value for row in group if (value := number(row)) is not None] for group in (top, rest))
        if min(len(mine), len(theirs)) >= MIN_POSTS and len({*mine, *theirs}) > 1:
            yield name, ordinal_effect(mine, theirs), len(mine), len(theirs)


def _shares(top: Sequence[Curve], rest: Sequence[Curve]) -> Iterable[Compared]:
    for name, counter in _EVENTS.items():
        mine, theirs = ([row[counter] > 0 for row in group if row[counter] is not None] for group in (top, rest))
        have, all_ = sum(mine) + sum(theirs), len(mine) + len(theirs)
        if min(len(mine), len(theirs)) >= MIN_POSTS and min(have, all_ - have) >= _MIN_SUPPORT:
            yield name, share_effect(sum(mine), len(mine), sum(theirs), len(theirs)), len(mine), len(theirs)


def _row(name: str, effect: Effect, n_top: int, n_rest: int, q_value: float) -> tuple[Any, ...]:
    values = (effect.top, effect.bottom, effect.name, effect.value, effect.low, effect.high, effect.p_value)
    differs = q_value <= FALSE_CLAIMS and effect.has_direction
    return (name, *values, q_value, n_top, n_rest, differs)


def _too_few(known: int, by: str) -> str:
    return (
        f"Too few curves to compare the best quarter by {_WORDS[by]} with the others: of {known} eligible posts the"
        f" curve reaches the end of the video, about {4 * MIN_POSTS} are needed."
    )


def _verdict(rows: Sequence[tuple[Any, ...]], by: str) -> str:
    groups = f"between the best quarter by {_WORDS[by]} and the others"
    apart = sum(row[-1] for row in rows)
    if apart:
        verb = "differs" if apart == 1 else "differ"
        return f"{apart} of {len(rows)} figures {verb} {groups}."
    low, high = COLUMNS.index("low"), COLUMNS.index("high")
    if all(excludes_large(row[low], row[high]) for row in rows):
        return f"No large difference {groups}: none of {len(rows)} figures stands out, and large effects are excluded."
    return (
        f"Cannot tell what differs {groups}: none of {len(rows)} figures stands out, and the curves are too few to"
        " exclude a large difference."
    )
