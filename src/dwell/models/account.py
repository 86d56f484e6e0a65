"""What is known about one account, as figures: the statements of the report rest on these, and on nothing else.

"Nothing separates them" and "not enough data" are valid findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dwell.models.audit_verdict import SIZES
from dwell.models.confidence_intervals import LEVEL
from dwell.models.coverage_shares import coverage_shares
from dwell.models.medians import Median, median_with_interval, p90
from dwell.results import Result

Row = Mapping[str, Any]
_Figure = dict[str, Any]
COLUMNS = (
    *("finding", "statement", "kind", "verdict", "target", "metric", "level", "group", "value", "low", "high", "n"),
    *("other_group", "other_value", "other_low", "other_high", "other_n"),
    *("effect_name", "effect", "effect_low", "effect_high", "q_value", "clear", "confidence", "comparisons", "reason"),
)
_FALSE_ALARM = 0.05  # 1 - LEVEL, exactly
MIN_LENGTH_POSTS = 6
MIN_HALF_POSTS = 12
MIN_POSTS = 10
MOST_DIFFERENCES = 3
"""Differences between best and weakest posts that become statements, the largest effects first."""


def findings(
    posts: Iterable[Row],
    *,
    tiers: Result | None = None,
    audit: Result | None = None,
    fit: Mapping[str, Any] | None = None,
) -> Result:
    """The findings about one account, those on measured watch time first.

    Args:
        posts: Rows of the `posts` metric of the account, eligible or not.
        tiers: The result of `tiers`.
        audit: The result of `audit`; None for an account without watch time.
        fit: The report of a fit; None without one.

    Returns:
        One row per figure, columns COLUMNS. Rows of one `statement` belong together; its `verdict` is `found` (a
        difference), `nothing` (found in enough data) or `unknown` (too little data, with the `reason`). `value` is
        compared with `other_value`, where there is one; `effect` is the size of the difference. Meta: `posts`,
        `eligible`, `medians`, `lengths`, `rounded`, `coverage`, `fit`.
    """
    rows = list(posts)
    eligible = [post for post in rows if post.get("excluded") is None]
    target = "watch_ratio" if _known(eligible, "watch_ratio") else "engagement_rate"
    lengths = _lengths(eligible, target)
    figures = [
        *_watch_ratio(eligible),
        *_compare_lengths(eligible, lengths, target),
        *_tiers(tiers),
        *_audit(audit),
        *_model(fit),
        *_change(eligible),
        *_above_p90(eligible),
    ]
    known = [post for post in rows if post.get("rounded") is not None]
    meta = {
        "posts": len(rows),
        "eligible": len(eligible),
        "medians": {metric: _median(_known(eligible, metric)) for metric in ("watch_ratio", "engagement_rate")},
        "lengths": lengths,
        "rounded": {"posts": sum(bool(post["rounded"]) for post in known), "known": len(known)},
        "coverage": coverage_shares(fit),
        "fit": fit,
    }
    return Result(COLUMNS, list(_number(figures)), meta)


def _number(figures: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
    """The rows with the number of their statement; a row with `continues` belongs to the statement before it."""
    number = 0
    for figure in figures:
        number += not figure.get("continues")
        row = {**figure, "statement": number}
        yield tuple(row.get(column) for column in COLUMNS)


def _known(posts: Iterable[Row], metric: str) -> list[float]:
    return [post[metric] for post in posts if post.get(metric) is not None]


def _median(values: Sequence[float]) -> dict[str, Any] | None:
    return _interval(median_with_interval(values)) if values else None


def _interval(median: Median, prefix: str = "") -> dict[str, Any]:
    names = ("value", "low", "high", "n")
    return {f"{prefix}{name}": getattr(median, name) for name in names}


def _watch_ratio(eligible: list[Row]) -> list[Row]:
    values = _known(eligible, "watch_ratio")
    about: _Figure = {
        "finding": "watch_ratio",
        "kind": "measured",
        "target": "watch_ratio",
        "metric": "watch_ratio",
    }
    if not values:
        reason = "no measured watch time was imported for this account"
        return [{**about, "verdict": "unknown", "n": 0, "reason": reason}]
    middle = median_with_interval(values)
    about |= {**_interval(middle), "confidence": LEVEL}
    if middle.low is None:
        return [{**about, "verdict": "unknown", "reason": "too few posts have a measured watch time"}]
    return [{**about, "verdict": "found"}]


def _lengths(eligible: list[Row], target: str) -> list[dict[str, Any]]:
    """Median and p90 of each duration bucket; intervals are widened for the number of buckets compared (Bonferroni)."""
    groups: dict[str, list[float]] = {}
    for post in eligible:
        if post.get(target) is not None and post.get("bucket"):
            groups.setdefault(post["bucket"], []).append(post[target])
    compared = [bucket for bucket, values in groups.items() if len(values) >= MIN_LENGTH_POSTS]
    confidence = 1 - _FALSE_ALARM / max(1, len(compared))
    lengths = []
    for bucket, values in groups.items():
        enough = bucket in compared
        middle = median_with_interval(values, confidence)
        ends = {"low": middle.low if enough else None, "high": middle.high if enough else None}
        row = {"bucket": bucket, "metric": target, "n": len(values), "median": middle.value, **ends, "p90": p90(values)}
        lengths.append({**row, "confidence": confidence, "compared": enough})
    return lengths


def _compare_lengths(eligible: list[Row], lengths: list[dict[str, Any]], target: str) -> list[Row]:
    if not eligible:
        return []
    kind = "measured" if target == "watch_ratio" else "public"
    about: _Figure = {"finding": "length", "kind": kind, "target": target, "metric": target}
    compared = [row for row in lengths if row["compared"]]
    if len(compared) < 2:
        reason = f"A length needs at least {MIN_LENGTH_POSTS} eligible posts."
        return [{**about, "verdict": "unknown", "comparisons": len(compared), "reason": reason}]
    best = max(compared, key=lambda row: row["median"])
    worst = min(compared, key=lambda row: row["median"])
    high, low = (Median(row["median"], row["low"], row["high"], row["n"]) for row in (best, worst))
    clear = low.is_below(high)
    about |= {"group": best["bucket"], **_interval(high), "other_group": worst["bucket"], **_interval(low, "other_")}
    verdict = {"verdict": "found" if clear else "nothing", "clear": clear}
    return [{**about, **verdict, "confidence": best["confidence"], "comparisons": len(compared)}]


def _tiers(tiers: Result | None) -> list[Row]:
    rows, meta = (list(tiers), tiers.meta) if tiers is not None else ([], {})
    about: _Figure = {"finding": "best_posts", "kind": "public", "target": "engagement_rate"}
    if not rows:
        return [{**about, "verdict": "unknown", "reason": meta.get("verdict") or "Import more posts of this account."}]
    apart = sorted((row for row in rows if row.get("separates")), key=lambda row: -abs(row["effect"]))
    about |= {"n": meta.get("n_top"), "other_n": meta.get("n_bottom"), "comparisons": len(rows)}
    if apart:
        return [{**about, "verdict": "found", **_tier(row)} for row in apart[:MOST_DIFFERENCES]]
    return [{**about, "verdict": "nothing", **_tier(row), "continues": at > 0} for at, row in enumerate(rows)]


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
    about: _Figure = {
        "finding": "audit",
        "kind": "measured",
        "target": rows[0]["target"] if rows else "watch_ratio",
    }
    if not rows:
        reason = audit.meta.get("verdict") or "Too few posts have both watch time and public counters."
        return [{**about, "verdict": "unknown", "reason": reason}]
    clear = [row.get("verdict") != "cannot tell" for row in rows]
    about |= {"verdict": "found" if any(clear) else "nothing", "comparisons": len(rows), "confidence": LEVEL}
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


def _model(fit: Mapping[str, Any] | None) -> list[Row]:
    if fit is None:
        return []
    about: _Figure = {"finding": "model", "kind": "predicted", "target": fit.get("target")}
    if fit.get("verdict") != "usable":
        reasons = "; ".join(str(reason) for reason in fit.get("reasons") or ())
        return [{**about, "verdict": "unknown", "reason": reasons or "it does not beat simple baselines"}]
    about["verdict"] = "found"
    baselines = {
        name: (entry.get("out_of_fold") or {}).get("r2") for name, entry in (fit.get("baselines") or {}).items()
    }
    simple = {name: float(r2) for name, r2 in baselines.items() if r2 is not None}
    best = max(simple, key=lambda name: simple[name], default=None)
    left_out = {"metric": "r2", "group": "posts_left_out", "value": (fit.get("out_of_fold") or {}).get("r2")}
    against = {"other_group": best, "other_value": None if best is None else simple[best]}
    rows: list[Row] = [{**about, **left_out, "n": fit.get("n"), **against}]
    ahead, interval = (fit.get("forward") or {}).get("r2"), fit.get("interval") or {}
    if ahead is not None:
        rows.append({**about, "continues": True, "metric": "r2", "group": "newest_posts", "value": ahead})
    if interval.get("coverage") is not None:
        share = {"metric": "coverage", "group": "posts_left_out", "value": interval["coverage"]}
        rows.append({**about, "continues": True, **share, "confidence": interval["level"]})
    return rows


def _change(eligible: list[Row]) -> list[Row]:
    """The newer half of the posts against the older."""
    rated = [post for post in eligible if post.get("engagement_rate") is not None]
    dated = sorted(
        (post for post in rated if post.get("posted_at") is not None), key=lambda post: str(post["posted_at"])
    )
    if not dated:
        return []
    about: _Figure = {
        "finding": "change",
        "kind": "public",
        "target": "engagement_rate",
        "metric": "engagement_rate",
    }
    if len(dated) < 2 * MIN_HALF_POSTS:
        posts = f"{len(dated):,} eligible post{'' if len(dated) == 1 else 's'}"
        reason = f"{posts} with a date; {2 * MIN_HALF_POSTS} are needed for two halves."
        return [{**about, "verdict": "unknown", "n": len(dated), "reason": reason}]
    middle = len(dated) // 2
    older, newer = (median_with_interval(_known(half, "engagement_rate")) for half in (dated[:middle], dated[middle:]))
    clear = older.is_below(newer) or newer.is_below(older)
    about |= {"group": "newer_half", **_interval(newer), "other_group": "older_half", **_interval(older, "other_")}
    return [{**about, "verdict": "found" if clear else "nothing", "clear": clear, "confidence": LEVEL}]


def _above_p90(eligible: list[Row]) -> list[Row]:
    high = sum(bool(post.get("above_p90")) for post in eligible)
    if not high or len(eligible) < MIN_POSTS:
        return []
    about: _Figure = {"finding": "above_p90", "kind": "public", "verdict": "found", "target": "engagement_rate"}
    return [{**about, "metric": "posts", "value": high, "n": len(eligible)}]
