"""The headings of columns for people; JSON and CSV have the long names."""

from __future__ import annotations

_HEADINGS = {
    "above_p90": "Top 10%",
    "answers": "Responses",
    "avg_watch_s": "Watched",
    "baseline_n": "Baseline n",
    "basis": "Measured over",
    "bucket": "Length",
    "comment_rate": "Comments/view",
    "comment_rate_median": "Comments/view",
    "confidence": "Confidence",
    "coverage_forward": "Cov. forward",
    "dimension": "Compared",
    "drop_r2": "R² lost without",
    "duration_s": "Length",
    "effect_name": "Kind of effect",
    "engagement_multiple": "Eng. × usual",
    "engagement_rate": "Eng. rate",
    "engagement_rate_change": "Change",
    "engagement_rate_median": "Eng. rate",
    "engagement_rate_p90": "Eng. p90",
    "fields_checked": "Fields",
    "forward_bias": "Fwd. bias",
    "forward_mae": "Fwd. error",
    "forward_r2": "Fwd. R²",
    "forward_spearman": "Fwd. rank corr.",
    "full_watch_rate": "Full watch",
    "full_watch_rate_change": "Change",
    "full_watch_rate_median": "Full watch",
    "gain_high": "Gain high",
    "gain_low": "Gain low",
    "gain_r2": "R² gained",
    "handle": "Account",
    "hours_high": "Hours, high",
    "hours_low": "Hours, low",
    "interval_95": "95% interval",
    "lacks": "Missing",
    "last_observed_at": "Last seen",
    "last_updated": "Updated",
    "like_rate": "Likes/view",
    "like_rate_change": "Change",
    "like_rate_median": "Likes/view",
    "mae": "Error",
    "max_credits": "Credits ≤",
    "next_due_at": "Next",
    "last_due_at": "Last due",
    "out_of_fold_mae": "Error",
    "out_of_fold_r2": "R²",
    "out_of_fold_spearman": "Rank corr.",
    "p_value": "p",
    "path": "File",
    "percentile_high": "Perc. high",
    "percentile_low": "Perc. low",
    "period_start": "From",
    "posts_new": "New posts",
    "posts_with_watch_time": "Watch times",
    "q_value": "q",
    "r2": "R²",
    "reads_as": "Reads as",
    "rolling_r2": "Rolling R²",
    "rounding_explains": "Rounding?",
    "save_rate": "Saves/view",
    "save_rate_change": "Change",
    "save_rate_median": "Saves/view",
    "save_rate_p90": "Saves p90",
    "rows_read": "Rows",
    "sampled": "Sampled",
    "share_momentum": "Shares/h",
    "share_rate": "Shares/view",
    "share_rate_change": "Change",
    "share_rate_median": "Shares/view",
    "snapshots_new": "New snapshots",
    "snapshots_count": "Snapshots",
    "spearman": "Rank corr.",
    "spearman_overall": "Overall",
    "top_tier_share": "In top quarter",
    "uncertain_credits": "Uncertain",
    "unknown_share": "Unknown",
    "usd": "US dollars",
    "watch_ratio_change": "Change",
    "watch_ratio_median": "Watch ratio",
    "watch_times_new": "New watch times",
    "gap_h": "Hours between",
    "views_high": "Views, high",
    "views_low": "Views, low",
    "views_median": "Views",
    "views_median_high": "Views, high",
    "views_median_low": "Views, low",
    "views_percentile": "Views perc.",
    "views_multiple": "Views × usual",
    "views_per_hour": "Views/h",
    "views_per_hour_change": "Change",
    "views_per_hour_high": "Views/h, high",
    "views_per_hour_low": "Views/h, low",
    "views_per_hour_median": "Views/h",
    "views_per_hour_median_high": "Views/h, high",
    "views_per_hour_median_low": "Views/h, low",
    "views_per_hour_n": "Views/h, n",
}
_SUFFIXES = {"_at": "", "_s": "", "_rate_n": " n", "_predicted": " (predicted)", "_predicted_low": " low (predicted)",
             "_predicted_high": " high (predicted)"}  # fmt: skip
_SHORT = {"id": "ID", "url": "URL", "tz": "Time zone", "n": "n"}
_NUMBERS = ("rate", "ratio", "views", "likes", "comments", "shares", "saves", "downloads", "followers", "median", "p90",
            "low", "high", "n", "s", "h", "hours", "usd", "credits", "requests", "multiple", "percentile", "r2", "mae",
            "share", "change", "count", "posts", "rows", "rank", "length")  # fmt: skip


def heading(name: str) -> str:
    """A short heading: `engagement_rate_median` is "Eng. rate", `posted_at` "Posted"."""
    if name in _HEADINGS:
        return _HEADINGS[name]
    for suffix, instead in sorted(_SUFFIXES.items(), key=lambda pair: -len(pair[0])):
        if name.endswith(suffix) and name != suffix:
            return heading(name.removesuffix(suffix)) + instead
    words = [_SHORT.get(word, word) for word in name.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:] if text != "n" else text


def is_number_name(name: str) -> bool:
    """Whether a column of this name has numbers, for one in which every value is unknown."""
    return name.rpartition("_")[2] in _NUMBERS
