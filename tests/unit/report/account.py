"""A made-up cooking account with 150 posts: what a report gets, without storage, metrics or models."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any

from dwell.models.account import findings
from dwell.models.tiers import COLUMNS as TIER_COLUMNS
from dwell.report.content import ReportContent
from dwell.results import Result

BUCKETS = ("<=10", "<=20", "<=35", "<=60", ">60")
DISHES = (
    "Miso butter noodles",
    "Crispy potato rösti",
    "One-pan shakshuka",
    "Brown-butter cookies",
    "Charred leek tart",
    "Lemon orzo soup",
)
LINES = (
    "in ten minutes",
    "that never fails",
    "for a rainy Tuesday",
    "my grandmother's way",
    "with three ingredients",
    "you will make twice",
)
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def posts(n: int = 150, *, seed: int = 7, watch_time: bool = True) -> Result:
    """Rows of the `posts` metric with the columns that charts and report read."""
    dice = random.Random(seed)
    rows = [_post(i, n, dice, watch_time=watch_time) for i in range(n)]
    _rank(rows)
    return to_result(rows)


def _post(i: int, n: int, dice: random.Random, *, watch_time: bool) -> dict[str, Any]:
    duration = round(min(170.0, dice.lognormvariate(3.2, 0.65)), 1)
    bucket = next((b for b, top in zip(BUCKETS, (10, 20, 35, 60), strict=False) if duration <= top), ">60")
    posted = NOW - timedelta(days=4 + 300 * (n - i) / n, minutes=dice.randrange(60))
    posted = posted.replace(hour=dice.choice((7, 8, 12, 17, 18, 18, 19, 20)))
    quality = dice.gauss(0, 0.3)
    views = int(dice.lognormvariate(10.2, 1.1))
    rate = min(0.4, 0.058 * (1 - 0.0012 * duration) * 2.718 ** (quality + dice.gauss(0, 0.22)))
    ratio = min(1.4, 1.5 * (duration + 4) ** -0.3 * 2.718 ** (0.6 * quality)) if watch_time and i % 9 else None
    return {
        "post_id": f"74{i:017d}",
        "handle": "saltandspoon",
        "caption": f"{dice.choice(DISHES)} {dice.choice(LINES)} #recipe #dinner",
        "url": f"https://www.tiktok.com/@saltandspoon/video/74{i:017d}",
        "posted_at": posted,
        "observed_at": NOW,
        "duration_s": duration,
        "bucket": bucket,
        "views": views,
        "rounded": views > 10_000,
        "engagement_rate": rate,
        "save_rate": rate * dice.uniform(0.05, 0.25),
        "engagement_multiple": rate / 0.055,
        "watch_ratio": ratio,
        "full_watch_rate": None if ratio is None else min(0.95, 0.55 * ratio),
        "excluded": {3: "pinned", 11: "ads", 57: "ads", 149: "young"}.get(i),
    }


def _rank(rows: list[dict[str, Any]]) -> None:
    for bucket in BUCKETS:
        mine = [row for row in rows if row["bucket"] == bucket and row["excluded"] is None]
        values = sorted(row["engagement_rate"] for row in mine)
        for row in mine:
            row["percentile"] = values.index(row["engagement_rate"]) / max(1, len(values) - 1)
            row["above_p90"] = row["engagement_rate"] > p90(values)


def to_result(rows: list[dict[str, Any]], **meta: Any) -> Result:
    columns = tuple(dict.fromkeys(key for row in rows for key in row))
    return Result(columns, [tuple(row.get(column) for column in columns) for row in rows], meta)


def p90(values: list[float]) -> float:
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]


def benchmarks(found: Result) -> Result:
    rows = []
    for bucket in BUCKETS:
        mine = [post for post in found if post["bucket"] == bucket and post["excluded"] is None]
        if not mine:
            continue
        row: dict[str, Any] = {"bucket": bucket, "n": len(mine), "views_median": median(post["views"] for post in mine)}
        for rate in ("engagement_rate", "save_rate"):
            values = [post[rate] for post in mine]
            row |= {f"{rate}_median": median(values), f"{rate}_p90": p90(values), f"{rate}_n": len(values)}
        rows.append(row)
    return to_result(rows)


def exclusions(found: Result) -> dict[str, int]:
    counts = Counter(post["excluded"] for post in found)
    reasons = {reason: counts[reason] for reason in ("photos", "ads", "pinned", "young", "unknown_views")}
    return {"total": len(found), "eligible": counts[None], **reasons, "unknown_age": 0, "unknown_duration": 0}


def tiers() -> Result:
    rows = [
        ("duration_s", None, 17.2, 33.5, -0.43, "cliffs_delta", -0.62, -0.21, 0.0004, 0.006, True),
        ("caption_length", None, 58.0, 61.0, -0.06, "cliffs_delta", -0.31, 0.2, 0.63, 0.8, False),
        ("hashtag_count", None, 4.0, 4.0, 0.03, "cliffs_delta", -0.22, 0.28, 0.8, 0.86, False),
        ("hashtag", "recipe", 0.78, 0.44, 0.34, "difference", 0.12, 0.53, 0.003, 0.024, True),
        ("hashtag", "dinner", 0.33, 0.39, -0.06, "difference", -0.28, 0.16, 0.6, 0.8, False),
        ("weekday", "2", 0.11, 0.19, -0.08, "difference", -0.25, 0.09, 0.33, 0.66, False),
        ("hour", "18", 0.28, 0.22, 0.06, "difference", -0.14, 0.25, 0.59, 0.8, False),
        ("sound_original", "original", 0.61, 0.47, 0.14, "difference", -0.09, 0.35, 0.24, 0.64, False),
    ]
    return Result(
        TIER_COLUMNS,
        rows,
        {"n_top": 36, "n_bottom": 36, "tz": "Europe/Berlin", "verdict": "2 of 8 comparisons separate top from bottom."},
    )


def posting_times(found: Result) -> Result:
    cells: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for post in found:
        if post["excluded"] is None:
            cells[post["posted_at"].isoweekday(), post["posted_at"].hour].append(post)
    rows = [
        {
            "weekday": weekday,
            "hour": hour,
            "n": len(mine),
            "engagement_rate_median": median(post["engagement_rate"] for post in mine),
        }
        | {"views_median": median(post["views"] for post in mine)}
        for (weekday, hour), mine in sorted(cells.items())
    ]
    return to_result(rows)


def trend(found: Result) -> Result:
    weeks: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for post in found:
        if post["excluded"] is None:
            start = post["posted_at"].date()
            weeks[start - timedelta(days=start.weekday())].append(post)
    rows, before = [], None
    for start, mine in sorted(weeks.items()):
        rate = median(post["engagement_rate"] for post in mine)
        rows.append(
            {"period_start": start, "posts": len(mine), "views_median": median(post["views"] for post in mine)}
            | {
                "engagement_rate_median": rate,
                "save_rate_median": median(post["save_rate"] for post in mine),
                "top_tier_share": 0.25,
            }
            | {"engagement_rate_change": None if before is None else rate - before}
        )
        before = rate
    return to_result(rows)


def growth(found: Result) -> Result:
    rows = [
        {
            "post_id": post["post_id"],
            "from_at": NOW - timedelta(hours=30),
            "to_at": NOW,
            "hours": 30.0,
            "views_from": post["views"] - 40 * (i + 1),
        }
        | {"views_to": post["views"], "views_per_hour": 40 * (i + 1) / 30, "rounding_explains": i < 3}
        for i, post in enumerate(list(found)[:8])
    ]
    return to_result(rows)


def audit() -> Result:
    columns = ("target", "proxy", "n", "spearman", "low", "high", "gain_r2", "gain_low", "gain_high", "verdict")
    rows = [
        ("watch_ratio", "save_rate", 129, 0.46, 0.31, 0.59, 0.041, 0.012, 0.07, "follows"),
        ("watch_ratio", "share_rate", 129, 0.33, 0.17, 0.48, 0.022, 0.001, 0.05, "follows"),
        ("watch_ratio", "like_rate", 129, 0.15, -0.02, 0.31, 0.004, -0.01, 0.02, "cannot tell"),
        ("watch_ratio", "comment_rate", 129, -0.08, -0.25, 0.09, None, None, None, "cannot tell"),
        ("full_watch_rate", "save_rate", 129, 0.41, 0.25, 0.55, 0.03, 0.01, 0.06, "follows"),
        ("full_watch_rate", "like_rate", 129, -0.24, -0.4, -0.07, 0.01, -0.01, 0.03, "against"),
    ]
    return Result(
        columns,
        rows,
        {
            "n": 129,
            "full_r2": 0.79,
            "without_saves_r2": 0.75,
            "verdict": "Saves and shares follow watch time on this account.",
        },
    )


def fit(verdict: str = "usable") -> dict[str, Any]:
    def skill(r2: float, ahead: float) -> dict[str, Any]:
        return {
            "out_of_fold": {"r2": r2, "mae": 0.2 - r2 / 7, "spearman": 0.9 * max(r2, 0.0)},
            "forward": {"r2": ahead, "mae": 0.2 - ahead / 7},
        }

    usable = verdict == "usable"
    return {
        "model_id": "watch-ratio-saltandspoon-2026-11-20" if usable else None,
        "target": "watch_ratio",
        "n": 129,
        "verdict": verdict,
        "reasons": []
        if usable
        else ["its interval of skill includes 0", "129 posts are too few for so weak a relation"],
        **skill(0.81 if usable else 0.02, 0.83 if usable else -0.1),
        "baselines": {
            "mean": skill(-0.01, -0.01),
            "bucket_mean": skill(0.48, 0.52),
            "duration_only": skill(0.5, 0.61),
            "bucket_ols": skill(0.52, -3.4),
        },
        "interval": {
            "level": 0.9,
            "coverage": 0.907,
            "coverage_by_bucket": {"<=10": 0.93, "<=20": 0.88, "<=35": 0.9, "<=60": 0.91, ">60": 0.9},
            "rows_by_bucket": {"<=10": 15, "<=20": 34, "<=35": 40, "<=60": 23, ">60": 17},
            "mean_width": 0.31,
        }
        if usable
        else {},
        "warnings": ["Fit again after 20 Dec 2026: accounts change."],
    }


def score(found: Result, *, level_shown: bool = False) -> dict[str, Any]:
    ranked = sorted((post for post in found if post["excluded"] is None), key=lambda post: -post["engagement_rate"])
    rows = []
    for rank, post in enumerate(ranked, start=1):
        middle = 1 - rank / (len(ranked) + 1)
        row: dict[str, Any] = {"post_id": post["post_id"], "rank": rank, "percentile": middle}
        row |= {"percentile_low": max(0.0, middle - 0.22), "percentile_high": min(1.0, middle + 0.12)}
        level = 0.3 + middle / 2 if level_shown else None
        row |= {
            "watch_ratio_predicted": level,
            "watch_ratio_predicted_low": level and level - 0.1,
            "watch_ratio_predicted_high": level and level + 0.1,
        }
        rows.append(row)
    reasons = [] if level_shown else ["The level has not been shown to carry over to accounts without watch time."]
    return {
        "model_id": "watch-ratio-saltandspoon-2026-11-20",
        "level_shown": level_shown,
        "reasons": reasons,
        "rows": rows,
    }


def content(n: int = 150, **changes: Any) -> ReportContent:
    """The whole report of the made-up account; with n = 0, 1 or 3 what a new account has."""
    found = changes.pop("posts", None) or posts(n, watch_time=changes.pop("watch_time", True))
    full = n >= 20
    fitted = changes.pop("fit", fit() if full else None)
    parts: dict[str, Any] = {
        "handle": "saltandspoon",
        "generated_at": NOW,
        "posts": found,
        "benchmarks": benchmarks(found),
        "exclusions": exclusions(found),
        "tiers": tiers()
        if full
        else Result(tiers().columns, [], {"verdict": f"{n} eligible posts; quarters need at least 16."}),
        "posting_times": posting_times(found),
        "trend": trend(found),
        "growth": growth(found) if full else (),
        "audit": audit() if full else None,
        "status": {
            "first_observed_at": "2026-01-22T08:00:00+00:00" if n else None,
            "last_observed_at": "2026-11-20T08:00:00+00:00" if n else None,
            "unknown_share": {"likes": 0.0, "saves": 0.04, "downloads": 1.0} if n else {},
            "sources": ["apify", "studio_csv"] if n else [],
        },
        "versions": {"dwell": "0.1.0"},
        "tz": "Europe/Berlin",
        "simulated": True,
    }
    parts |= changes
    about = findings(parts["posts"], tiers=parts["tiers"], audit=parts["audit"], fit=fitted)
    return ReportContent(findings=about, **parts)
