"""Formats values as text: percentages, counts, seconds, captions and the plain names of columns."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from dwell.metrics.metric_choice import POST_METRICS
from dwell.text.lengths import bucket_label as bucket_label
from dwell.text.plurals import pluralize as pluralize
from dwell.visible import has_hidden, mark_line

UNKNOWN = "unknown"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMES = {
    **POST_METRICS,
    "avg_watch_s": "average watch time",
    "gain_r2": "gain in R²",
    "views_7d": "views at 7 days",
    "duration_s": "length",
    "hook_loss_1s": "lost in the first second",
    "retention_3s": "watching at second 3",
    "plateau_share": "plateau, share of video",
    "end_rate": "reached the end",
    "has_bump": "with a rewatch bump",
    "has_cliff": "with a cliff",
    "caption_length": "caption length",
    "hashtag_count": "hashtags per post",
    "sound_original": "original sound",
    "media_type": "media type",
    "bucket_mean": "mean of the length bucket",
    "bucket_ols": "regression per length bucket",
    "duration_only": "length alone",
    "mean": "the account's mean",
    "cliffs_delta": "Cliff's delta",
    "difference": "difference of shares",
}


def column_label(column: str) -> str:
    """The plain name of a column, metric or model: `save_rate` becomes "save rate"."""
    return _NAMES.get(column, column.replace("_", " "))


_CODE = re.compile(r"(?<![@#/.\w-])[a-z]+(?:_[a-z0-9]+)+(?![\w-]|\.\w)")
_RATES = frozenset({"engagement_rate", "like_rate", "comment_rate", "share_rate", "save_rate", "download_rate"})


def plain_words(text: str) -> str:
    """A sentence with plain names in place of the names of columns and metrics, such as `save_rate`."""
    return _CODE.sub(lambda found: column_label(found[0]) if found[0] in {*_NAMES, *_RATES} else found[0], text)


def percent(value: float | None, digits: int = 1) -> str:
    """A fraction as a percentage, or "unknown"; a value too small for the digits keeps two significant ones."""
    if value is None:
        return UNKNOWN
    if 0 < abs(value) < 0.5 * 10 ** -(digits + 2):
        return f"{100 * value:.2g}%"
    return f"{100 * value:.{digits}f}%"


def format_metric(metric: str, value: float | None, digits: int = 1) -> str:
    """A value of a metric that posts are compared by: a percentage, or views per hour as a number."""
    return pace(value, digits) if metric == "views_per_hour" else percent(value, digits)


def axis_format(metric: str, reach: float, ticks: int) -> str:
    """The d3 format of an axis of such a metric; see `percent_format`."""
    return "~s" if metric == "views_per_hour" else percent_format(reach, ticks)


def metric_unit(metric: str) -> str:
    """What a metric that posts are compared by is a share of, for the line below a title."""
    units = {"watch_ratio": "average watch time ÷ length", "views_per_hour": "between two snapshots"}
    return units.get(metric, "share of views")


def percent_format(reach: float, ticks: int) -> str:
    """The d3 format of a percentage axis on which no two labels are equal: as many decimals as its steps need.

    Args:
        reach: Length of the axis, a fraction.
        ticks: Number of ticks that the axis asks for; the step is d3's: 1, 2 or 5 times a power of ten.
    """
    rough = max(reach, 1e-12) / ticks
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next((nice for nice, least in ((10, 50), (5, 10), (2, 2)) if rough / power >= math.sqrt(least)), 1)
    return f".{max(0, math.ceil(-math.log10(100 * step) - 1e-9))}%"


def number(value: float | None, digits: int = 2) -> str:
    """A number with a true minus sign and thousands separators, or "unknown"; whole numbers without decimals."""
    if value is None:
        return UNKNOWN
    text = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:,.{digits}f}"
    return text.replace("-", "−")


def pace(value: float | None, digits: int = 1) -> str:
    """Views per hour with so many decimals, at least 1, and as many more as show two digits of a small value."""
    digits = max(1, digits)
    if value is not None and 0 < abs(value) < 1:
        digits = max(digits, 1 - math.floor(math.log10(abs(value))))
    return number(value, digits)


def format_p_value(value: float | None) -> str:
    """A p- or q-value with three digits; never 0, which no test can give."""
    return "< 0.001" if value is not None and value < 0.001 else number(value, 3)


def seconds(value: float | None) -> str:
    """`14 s`, or "unknown length"."""
    return f"{UNKNOWN} length" if value is None else f"{number(value, 0)} s"


def with_interval(value: float | None, low: float | None, high: float | None, digits: int = 2) -> str:
    """`0.46 (0.31 to 0.59)`; without an interval, the value alone."""
    if low is None or high is None:
        return number(value, digits)
    return f"{number(value, digits)} ({number(low, digits)} to {number(high, digits)})"


def sentence_case(text: str) -> str:
    """The text with its first letter in upper case and all others unchanged."""
    return text[:1].upper() + text[1:]


def day(value: datetime | date | str | None) -> str:
    """A date as `3 Nov 2026` (the day in the time zone that the value carries), or "unknown"."""
    moment = parse_instant(value)
    return UNKNOWN if moment is None else f"{moment.day} {moment:%b %Y}"


def format_period(since: datetime | str | None, until: datetime | str | None) -> str:
    """`published since 29 Aug 2026, 03:07 UTC`: a period from one instant until before another; "" for all times."""
    ends = [f"{word} {_instant(end)}" for word, end in (("since", since), ("before", until)) if end is not None]
    return f"published {' and '.join(ends)}" if ends else ""


def _instant(value: datetime | str) -> str:
    """The day in UTC, and the time where it is not midnight."""
    moment = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)
    return day(moment) if moment.time() == time() else f"{day(moment)}, {moment:%H:%M} UTC"


def parse_instant(value: datetime | date | str | None) -> datetime | date | None:
    """A date or datetime, from itself or its ISO text."""
    if isinstance(value, str):
        return datetime.fromisoformat(value) if "T" in value or " " in value else date.fromisoformat(value)
    return value


def caption(text: str | None, post_id: str | None = None, limit: int = 60) -> str:
    """The start of a caption on one line; without a caption, the post's id."""
    line = mark_line(re.sub(r"\s+", " ", text or "").strip())
    if not line:
        return f"post {post_id}" if post_id else "(no caption)"
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def post_label(post: Mapping[str, Any], limit: int = 60) -> str:
    """The start of a post's caption; without a caption `post of 3 Nov 2026`, as people know it."""
    if str(post.get("caption") or "").strip():
        return caption(post["caption"], None, limit)
    return "post without a caption" if post.get("posted_at") is None else f"post of {day(post['posted_at'])}"


def link(url: Any) -> str | None:
    """The address when it is a web address; None otherwise, so that a `javascript:` link never reaches a page."""
    if isinstance(url, str) and re.fullmatch(r"https?://[^\s<>\"'\\]+", url, re.IGNORECASE) and not has_hidden(url):
        return url
    return None


def upper_bound(bucket: str) -> float:
    """The upper end of a duration bucket in seconds: 20 for `<=20` and `(10,20]`, infinite for `>60`."""
    if bucket.strip().startswith(">"):
        return float("inf")
    ends = re.findall(r"\d+(?:\.\d+)?", bucket)
    return float(ends[-1]) if ends else float("inf")


def bucket_labels(buckets: Iterable[str]) -> dict[str, str]:
    """Duration buckets, shortest first, each with its label: `up to 10 s`, `10–20 s`, `over 60 s`.

    A bucket without numbers keeps its name and comes last.
    """
    ordered = sorted(set(buckets), key=lambda bucket: (not re.search(r"\d", bucket), upper_bound(bucket), bucket))
    return {bucket: bucket_label(bucket) for bucket in ordered}
