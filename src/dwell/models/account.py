"""What is known about one account, as figures: the statements of the report rest on these, and on nothing else.

"No large difference" and "cannot tell" are valid findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dwell.metrics.metric_choice import DEFAULTS, choose_metric
from dwell.metrics.metric_choice import MIN_POSTS as MIN_WATCHED_POSTS
from dwell.models.audit_verdict import SIZES
from dwell.models.confidence_intervals import LEVEL
from dwell.models.coverage_shares import coverage_shares
from dwell.models.figures import TOO_FEW, Figure, Row, effect_figures, kind_of, median_figures
from dwell.models.group_comparison import compare_periods, excludes_large
from dwell.models.lengths import compare_lengths, length_groups, lengths
from dwell.models.medians import median_with_interval
from dwell.models.quarters import compare_quarters
from dwell.results import Result
from dwell.text.plurals import pluralize

COLUMNS = (
    *("finding", "statement", "kind", "verdict", "target", "metric", "level", "group", "value", "low", "high", "n"),
    *("other_group", "other_value", "other_low", "other_high", "other_n"),
    *("effect_name", "effect", "effect_low", "effect_high", "p_value", "q_value", "clear", "confidence"),
    *("comparisons", "reason"),
)
LENGTH_ALONE = "duration_only"
"""The baseline that knows only the length of a video."""
NO_BETTER = "it does not beat simple baselines"
MIN_HALF_POSTS = 12
MIN_POSTS = 10
MOST_DIFFERENCES = 3
"""Differences between best and weakest posts that become statements, the largest effects first."""


def findings(
    posts: Iterable[Row],
    *,
    metric: Mapping[str, Any] | None = None,
    tiers: Result | None = None,
    audit: Result | None = None,
    fit: Mapping[str, Any] | None = None,
    no_fit: str = "",
) -> Result:
    """The findings about one account: how long viewers stay, then differences, the largest first, then the rest.

    Args:
        posts: Rows of the `posts` metric of the account, eligible or not.
        metric: By which of its columns posts are compared, as `meta["metric"]` of `ws.posts`; the default when None.
        tiers: The result of `tiers`.
        audit: The result of `audit`; None for an account without watch time.
        fit: The report of a fit; None without one.
        no_fit: Why there is none, where there could be one.

    Returns:
        One row per figure, columns COLUMNS. Rows of one `statement` belong together; its `verdict` is `found` (a
        difference), `nothing` (a large difference is excluded) or `unknown` (too little data for either, with the
        `reason`). `value` is compared with `other_value`, where there is one; `effect` is the size of the difference.
        Meta: `posts`, `eligible`, `metric`, `medians`, `quarters`, `lengths`, `rounded`, `coverage`, `fit`.
    """
    rows = list(posts)
    eligible = [post for post in rows if post.get("excluded") is None]
    chosen = dict(metric) if metric is not None else _default_metric(eligible)
    target = chosen["name"]
    groups = length_groups(eligible, target)
    per_length = lengths(groups, target, length_groups(eligible, "avg_watch_s"))
    figures = _by_effect(
        *_watch_ratio(eligible),
        *compare_lengths(groups, target),
        *_tiers(tiers, target),
        *_audit(audit),
        *_model(fit, no_fit),
        *_change(eligible, target),
        *_above_p90(eligible, target),
    )
    known = [post for post in rows if post.get("rounded") is not None]
    meta = {
        "posts": len(rows),
        "eligible": len(eligible),
        "metric": chosen,
        "medians": {
            name: _median(_known(eligible, name)) for name in dict.fromkeys(("watch_ratio", "engagement_rate", target))
        },
        "quarters": compare_quarters(_known(eligible, target), target),
        "lengths": per_length,
        "rounded": {"posts": sum(bool(post["rounded"]) for post in known), "known": len(known)},
        "coverage": coverage_shares(fit),
        "fit": fit,
    }
    return Result(COLUMNS, list(_number(figures)), meta)


_ORDER = {"found": 1, "nothing": 2, "unknown": 3}


def _by_effect(*figures: Row) -> list[Row]:
    """The statements, each with its rows: how long viewers stay first, then what is found, the largest effect first."""
    statements: list[list[Row]] = []
    for figure in figures:
        if figure.get("continues"):
            statements[-1].append(figure)
        else:
            statements.append([figure])

    def place(rows: list[Row]) -> tuple[int, float]:
        first = rows[0]
        if first["finding"] == "watch_ratio":
            return 0, 0.0
        # A gain in R² is no effect between groups of posts, and a count has none: these follow.
        sizes = [abs(row["effect"]) for row in rows if row.get("effect") is not None and first["finding"] != "model"]
        return _ORDER[first["verdict"]], -max(sizes, default=0.0) if first["verdict"] == "found" else 0.0

    return [row for rows in sorted(statements, key=place) for row in rows]


def _number(figures: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
    """The rows with the number of their statement; a row with `continues` belongs to the statement before it."""
    number = 0
    for figure in figures:
        number += not figure.get("continues")
        row = {**figure, "statement": number}
        yield tuple(row.get(column) for column in COLUMNS)


def _default_metric(eligible: Sequence[Row]) -> dict[str, Any]:
    counts = {name: len(_known(eligible, name)) for name in DEFAULTS}
    return choose_metric({"eligible": len(eligible), **counts}).to_dict()


def _known(posts: Iterable[Row], metric: str) -> list[float]:
    return [post[metric] for post in posts if post.get(metric) is not None]


def _median(values: Sequence[float]) -> dict[str, Any] | None:
    return median_figures(median_with_interval(values)) if values else None


def _watch_ratio(eligible: list[Row]) -> list[Row]:
    values = _known(eligible, "watch_ratio")
    about: Figure = {
        "finding": "watch_ratio",
        "kind": "measured",
        "target": "watch_ratio",
        "metric": "watch_ratio",
    }
    if not values:
        reason = "no measured watch time was imported for this account"
        return [{**about, "kind": None, "verdict": "unknown", "n": 0, "reason": reason}]
    middle = median_with_interval(values)
    about |= {**median_figures(middle), "confidence": LEVEL}
    if len(values) < MIN_WATCHED_POSTS or 2 * len(values) < len(eligible):
        posts = f"{len(values):,} of {pluralize(len(eligible), 'eligible post')}"
        reason = f"watch time is measured for only {posts} ({MIN_WATCHED_POSTS} and half of all are needed)"
        return [{**about, "verdict": "unknown", "reason": reason}]
    return [{**about, "verdict": "found"}]


def _tiers(tiers: Result | None, target: str) -> list[Row]:
    rows, meta = (list(tiers), tiers.meta) if tiers is not None else ([], {})
    about: Figure = {"finding": "best_posts", "kind": kind_of(target), "target": target}
    if not rows:
        return [{**about, "verdict": "unknown", "reason": meta.get("verdict") or "Import more posts of this account."}]
    apart = sorted((row for row in rows if row.get("separates")), key=lambda row: -abs(row["effect"]))
    about |= {"n": meta.get("n_top"), "other_n": meta.get("n_bottom"), "comparisons": len(rows)}
    if apart:
        return [{**about, "verdict": "found", **_tier(row)} for row in apart[:MOST_DIFFERENCES]]
    none = all(excludes_large(row.get("low"), row.get("high")) for row in rows)
    about |= {"verdict": "nothing"} if none else {"verdict": "unknown", "reason": TOO_FEW}
    return [{**about, **_tier(row), "continues": at > 0} for at, row in enumerate(rows)]


def _tier(row: Row) -> dict[str, Any]:
    return {
        "metric": row["dimension"],
        "level": row.get("level"),
        "group": "top_quarter",
        "value": row.get("top"),
        "other_group": "bottom_quarter",
        "other_value": row.get("bottom"),
        "effect_name": row.get("effect_name"),
        "effect": row.get("effect"),
        "effect_low": row.get("low"),
        "effect_high": row.get("high"),
        "q_value": row.get("q_value"),
        "clear": bool(row.get("separates")),
        "confidence": LEVEL,
    }


def _audit(audit: Result | None) -> list[Row]:
    """Every public ratio against the watch ratio, or against what else was measured."""
    if audit is None:
        return []
    known = [row for row in audit if row.get("spearman") is not None and row.get("proxy") not in SIZES]
    rows = [row for row in known if row.get("target") == "watch_ratio"] or known
    about: Figure = {
        "finding": "audit",
        "kind": "measured",
        "target": rows[0]["target"] if rows else "watch_ratio",
    }
    if not rows:
        reason = audit.meta.get("verdict") or "Too few posts have both watch time and public counters."
        return [{**about, "verdict": "unknown", "reason": reason}]
    clear = [row.get("verdict") != "cannot tell" for row in rows]
    none = all(excludes_large(row.get("low"), row.get("high")) for row in rows)
    about |= {"verdict": "found" if any(clear) else "nothing" if none else "unknown", "comparisons": len(rows)}
    about |= {"confidence": LEVEL, "reason": None if any(clear) or none else TOO_FEW}
    return [
        {
            **about,
            "continues": at > 0,
            "target": row["target"],
            "metric": row["proxy"],
            "n": row["n"],
            "effect_name": "spearman",
            "effect": row["spearman"],
            "effect_low": row.get("low"),
            "effect_high": row.get("high"),
            "q_value": row.get("q_value"),
            "clear": clear[at],
        }
        for at, row in enumerate(rows)
    ]


def _model(fit: Mapping[str, Any] | None, no_fit: str) -> list[Row]:
    about: Figure = {"finding": "model", "kind": "predicted", "target": "watch_ratio"}
    if fit is None:
        return [{**about, "kind": None, "verdict": "unknown", "reason": no_fit}] if no_fit else []
    about["target"] = fit.get("target")
    if fit.get("verdict") != "usable":
        reasons = "; ".join(str(reason) for reason in fit.get("reasons") or ())
        return [{**about, "verdict": "unknown", "n": fit.get("n"), "reason": reasons or NO_BETTER}]
    about["verdict"] = "found"
    baselines = {
        name: (entry.get("out_of_fold") or {}).get("r2") for name, entry in (fit.get("baselines") or {}).items()
    }
    simple = {name: float(r2) for name, r2 in baselines.items() if r2 is not None}
    best = max(simple, key=lambda name: simple[name], default=None)
    left_out = {"metric": "r2", "group": "posts_left_out", "value": (fit.get("out_of_fold") or {}).get("r2")}
    against = {"other_group": best, "other_value": None if best is None else simple[best]}
    rows: list[Row] = [{**about, **left_out, "n": fit.get("n"), **against}, *_counters_gain(fit, about, simple)]
    ahead, interval = (fit.get("forward") or {}).get("r2"), fit.get("interval") or {}
    if ahead is not None:
        rows.append({**about, "continues": True, "metric": "r2", "group": "newest_posts", "value": ahead})
    if interval.get("coverage") is not None:
        share = {"metric": "coverage", "group": "posts_left_out", "value": interval["coverage"]}
        rows.append({**about, "continues": True, **share, "confidence": interval["level"]})
    return rows


def _counters_gain(fit: Mapping[str, Any], about: Figure, simple: Mapping[str, float]) -> list[Row]:
    """What length alone predicts, and what the public counters add to it."""
    gain = (fit.get("gain") or {}).get(LENGTH_ALONE) or {}
    if LENGTH_ALONE not in simple or gain.get("r2") is None:
        return []
    alone = {"metric": "r2", "group": LENGTH_ALONE, "value": simple[LENGTH_ALONE], "n": fit.get("n")}
    effect = {"effect_name": "gain_r2", "effect": gain["r2"], "effect_low": gain["low"], "effect_high": gain["high"]}
    return [{**about, "continues": True, **alone, **effect, "clear": gain["low"] > 0, "confidence": LEVEL}]


def _change(eligible: list[Row], target: str) -> list[Row]:
    """The newer half of the posts against the older."""
    rated = [post for post in eligible if post.get(target) is not None]
    dated = sorted(
        (post for post in rated if post.get("posted_at") is not None), key=lambda post: str(post["posted_at"])
    )
    if not dated:
        return []
    about: Figure = {
        "finding": "change",
        "kind": kind_of(target),
        "target": target,
        "metric": target,
    }
    if len(dated) < 2 * MIN_HALF_POSTS:
        posts = f"{len(dated):,} eligible post{'' if len(dated) == 1 else 's'}"
        reason = f"{posts} with a date; {2 * MIN_HALF_POSTS} are needed for two halves."
        return [{**about, "verdict": "unknown", "n": len(dated), "reason": reason}]
    middle = len(dated) // 2
    older, newer = (_known(half, target) for half in (dated[:middle], dated[middle:]))
    verdict, effect = compare_periods(older, newer)
    about |= {"group": "newer_half", **median_figures(median_with_interval(newer))}
    about |= {"other_group": "older_half", **median_figures(median_with_interval(older), "other_")}
    about |= {"verdict": verdict, "clear": verdict == "found", "reason": TOO_FEW if verdict == "unknown" else None}
    return [{**about, **effect_figures(effect), "p_value": effect.p_value, "confidence": LEVEL}]


def _above_p90(eligible: list[Row], target: str) -> list[Row]:
    high, known = sum(bool(post.get("above_p90")) for post in eligible), len(_known(eligible, target))
    if not high or known < MIN_POSTS:
        return []
    about: Figure = {"finding": "above_p90", "kind": kind_of(target), "verdict": "found", "target": target}
    return [{**about, "metric": "posts", "value": high, "n": known}]
