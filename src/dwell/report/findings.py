"""What holds viewers, in plain sentences: associations with their uncertainty, never causes.

"Nothing separates them" and "not enough data" are valid results.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwell.charts.formatting import (
    bucket_label,
    column_label,
    format_p_value,
    number,
    percent,
    pluralize,
    sentence_case,
    with_interval,
)
from dwell.charts.tier_forest import dimension_label, side
from dwell.report.content import ReportContent, meta
from dwell.report.finding import Finding, Kind, format_median
from dwell.report.medians import Median, median_with_interval
from dwell.report.section_texts import TITLES

MEASURED: Kind = "measured"
PUBLIC: Kind = "public"
PREDICTED: Kind = "predicted"
MIN_LENGTH_POSTS = 6
MIN_HALF_POSTS = 12
MIN_POSTS = 10
_DIRECTIONS = {
    "duration_s": ("is longer", "is shorter"),
    "caption_length": ("has longer captions", "has shorter captions"),
    "hashtag_count": ("has more hashtags", "has fewer hashtags"),
}
NOT_A_CAUSE = "Posts differ in more than this; it is an association, not an effect of changing it."


def findings(content: ReportContent) -> tuple[Finding, ...]:
    """The statements of the first section, those on measured watch time first."""
    statements = [
        _watch_ratio(content),
        _length(content),
        *_tiers(content),
        _audit(content),
        _model(content),
        _over_time(content),
        _above_p90(content),
    ]
    return tuple(finding for finding in statements if finding is not None)


def _watch_ratio(content: ReportContent) -> Finding | None:
    values = [post["watch_ratio"] for post in content.measured()]
    if not values:
        text = "How long viewers stay is not known: no measured watch time was imported for this account."
        return Finding(
            MEASURED, "unknown", text, "Everything below is based on public counters, which are only a proxy for it."
        )
    middle = median_with_interval(values)
    if middle.low is None:
        text = "How long viewers stay is not known yet: too few posts have a measured watch time."
        return Finding(MEASURED, "unknown", text, f"Median watch ratio {format_median(middle)}.")
    text = f"Half of the posts hold their average viewer for at least {percent(middle.value, 0)} of the video."
    detail = f"Median watch ratio {format_median(middle)}. A ratio over 100% means that viewers let the video loop."
    return Finding(MEASURED, "found", text, detail)


def _length(content: ReportContent) -> Finding | None:
    measured = bool(content.measured())
    target, kind = ("watch_ratio", MEASURED) if measured else ("engagement_rate", PUBLIC)
    groups: dict[str, list[float]] = {}
    for post in content.eligible():
        if post.get(target) is not None and post.get("bucket"):
            groups.setdefault(post["bucket"], []).append(post[target])
    groups = {bucket: values for bucket, values in groups.items() if len(values) >= MIN_LENGTH_POSTS}
    if not content.eligible():
        return None
    if len(groups) < 2:
        text = "Whether length matters is not known: fewer than two lengths have enough posts."
        return Finding(kind, "unknown", text, f"A length needs at least {MIN_LENGTH_POSTS} eligible posts.")
    confidence = 1 - 0.05 / len(groups)
    medians = {bucket_label(bucket): median_with_interval(values, confidence) for bucket, values in groups.items()}
    best = max(medians, key=lambda length: medians[length].value)
    worst = min(medians, key=lambda length: medians[length].value)
    return _compare_lengths(best, medians[best], worst, medians[worst], len(groups), measured=measured)


def _compare_lengths(best: str, high: Median, worst: str, low: Median, lengths: int, *, measured: bool) -> Finding:
    what = "watch ratio" if measured else "engagement rate"
    kind, digits = (MEASURED, 0) if measured else (PUBLIC, 1)
    medians = f"{format_median(high)} for {best}, {format_median(low)} for {worst}"
    detail = f"Median {what}: {medians}. Intervals are widened for {lengths} lengths."
    if not low.below(high):
        text = f"No length stands out in {what}: the highest and the lowest median may be equal."
        return Finding(kind, "nothing", text, detail)
    claim = "hold viewers for the largest part of their length" if measured else "have the highest engagement rate"
    against = f"{percent(high.value, digits)}, against {percent(low.value, digits)} for videos of {worst}"
    easier = "A short video is easier to watch to its end, so compare posts of similar length."
    return Finding(
        kind, "found", f"Videos of {best} {claim}: {against}.", f"{detail} {easier if measured else NOT_A_CAUSE}"
    )


def _tiers(content: ReportContent) -> list[Finding]:
    rows, about = list(content.tiers), meta(content.tiers)
    if not rows:
        text = "What the best posts have in common is not known yet: too few posts are eligible to compare quarters."
        return [Finding(PUBLIC, "unknown", text, str(about.get("verdict") or "Import more posts of this account."))]
    posts = f"{about['n_top']} top and {about['n_bottom']} bottom posts. " if "n_top" in about else ""
    apart = sorted((row for row in rows if row.get("separates")), key=lambda row: -abs(row["effect"]))
    if not apart:
        compared = ", ".join(dict.fromkeys(column_label(str(row["dimension"])) for row in rows))
        text = "Nothing separates the best quarter of posts from the weakest quarter by engagement rate."
        none = "none stands out after controlling false discoveries."
        return [Finding(PUBLIC, "nothing", text, f"{posts}{pluralize(len(rows), 'comparison')} ({compared}); {none}")]
    return [_tier_difference(row, posts) for row in apart[:3]]


def _tier_difference(row: Mapping[str, Any], posts: str) -> Finding:
    label, top, bottom = dimension_label(row), side(row, "top"), side(row, "bottom")
    if row.get("level") in (None, ""):
        more, less = _DIRECTIONS.get(str(row["dimension"]), (f"has more {label.lower()}", f"has less {label.lower()}"))
        claim = f"The best quarter of posts by engagement rate {more if row['effect'] > 0 else less}: median {top}"
        text = f"{claim}, against {bottom} in the weakest quarter."
    else:
        text = (
            f"{label}: {top} of the best quarter of posts by engagement rate, against {bottom} of the weakest quarter."
        )
    odds = format_p_value(row.get("q_value"))
    sure = f", q {odds if odds.startswith('<') else f'= {odds}'}" if row.get("q_value") is not None else ""
    interval = f"95% interval {number(row.get('low'))} to {number(row.get('high'))}{sure}"
    effect = f"{sentence_case(column_label(str(row.get('effect_name'))))} {number(row['effect'])} ({interval}). "
    return Finding(PUBLIC, "found", text, effect + posts + NOT_A_CAUSE)


def _audit(content: ReportContent) -> Finding | None:
    if content.audit is None:
        return None
    known = [row for row in content.audit if row.get("spearman") is not None]
    rows = [row for row in known if row.get("target") == "watch_ratio"] or known
    if not rows:
        verdict = str(meta(content.audit).get("verdict") or "Too few posts have both watch time and public counters.")
        return Finding(MEASURED, "unknown", "Which public ratio follows watch time is not known.", verdict)
    target = column_label(str(rows[0]["target"]))
    clear = sorted((row for row in rows if row.get("verdict") != "cannot tell"), key=lambda row: -abs(row["spearman"]))
    figures = "; ".join(
        f"{_ratio_label(row)} {with_interval(row['spearman'], row.get('low'), row.get('high'))}"
        for row in clear or rows
    )
    correlations = f"Rank correlation among posts of similar length, with 95% interval: {figures}; n = {rows[0]['n']:,}"
    detail = f"{correlations}. For this account; others differ."
    if not clear:
        text = f"No public ratio is shown to follow {target} here: do not use any of them in place of watch time."
        return Finding(MEASURED, "nothing", text, detail)
    return Finding(MEASURED, "found", _ratio_sentence(clear, target), detail)


def _ratio_sentence(clear: list[Mapping[str, Any]], target: str) -> str:
    best = clear[0]
    way = "follows" if best["spearman"] > 0 else "runs against"
    if len(clear) == 1:
        claim = f"{sentence_case(_ratio_label(best))} {way} measured {target} on this account"
        return f"{claim}; no other public ratio is shown to."
    reach = min(abs(best["low"]), abs(best["high"]))
    if any(row["spearman"] < 0 for row in clear):
        ways = [f"{_ratio_label(row)} {'follows' if row['spearman'] > 0 else 'runs against'}" for row in clear]
        return f"{sentence_case(', '.join(ways[:-1]))} and {ways[-1]} measured {target} on this account."
    if any(max(abs(row["low"]), abs(row["high"])) >= reach for row in clear[1:]):
        names = [_ratio_label(row) for row in clear]
        both = f"{', '.join(names[:-1])} and {names[-1]}"
        return f"{sentence_case(both)} follow measured {target}; which of them most closely is not known."
    return f"Of the public ratios, {_ratio_label(best)} {way} measured {target} most closely."


def _ratio_label(row: Mapping[str, Any]) -> str:
    return column_label(str(row["proxy"]))


def _model(content: ReportContent) -> Finding | None:
    fit = content.fit
    if fit is None:
        return None
    target = column_label(str(fit.get("target")))
    if fit.get("verdict") != "usable":
        reasons = "; ".join(str(reason) for reason in fit.get("reasons") or ()) or "it does not beat simple baselines"
        text = f"{sentence_case(target)} cannot be predicted reliably for this account yet."
        return Finding(PREDICTED, "unknown", text, f"The model abstains: {reasons.rstrip('.')}.")
    r2, ahead = (fit.get("out_of_fold") or {}).get("r2"), (fit.get("forward") or {}).get("r2")
    simple = [(entry.get("out_of_fold") or {}).get("r2") for entry in (fit.get("baselines") or {}).values()]
    best = max((value for value in simple if value is not None), default=None)
    newest = "" if ahead is None else f", {number(ahead)} on the newest posts"
    baseline_note = "" if best is None else f"; the best simple baseline reaches {number(best)}"
    text = f"Public counters predict {target} of unseen posts: {percent(r2, 0)} of its variation."
    note = _coverage_note(fit.get("interval") or {})
    detail = f"R² {number(r2)} on posts left out{newest}{baseline_note}; n = {fit.get('n')}.{note}"
    return Finding(PREDICTED, "found", text, detail)


def _coverage_note(interval: Mapping[str, Any]) -> str:
    if interval.get("coverage") is None:
        return ""
    return f" {percent(interval['level'], 0)} intervals contained {percent(interval['coverage'])} of them."


def _over_time(content: ReportContent) -> Finding | None:
    rated = [post for post in content.eligible() if post.get("engagement_rate") is not None]
    dated = sorted(
        (post for post in rated if post.get("posted_at") is not None), key=lambda post: str(post["posted_at"])
    )
    if not dated:
        return None
    if len(dated) < 2 * MIN_HALF_POSTS:
        detail = (
            f"{pluralize(len(dated), 'eligible post')} with a date; {2 * MIN_HALF_POSTS} are needed for two halves."
        )
        return Finding(PUBLIC, "unknown", "Whether engagement changes over time is not known yet.", detail)
    middle = len(dated) // 2
    older, newer = (_median_rate(half) for half in (dated[:middle], dated[middle:]))
    medians = f"{format_median(older)} in the older half of posts, {format_median(newer)} in the newer half"
    detail = f"Median engagement rate: {medians}."
    if not (older.below(newer) or newer.below(older)):
        return Finding(PUBLIC, "nothing", "No change of engagement over time can be distinguished from chance.", detail)
    more = "higher" if older.below(newer) else "lower"
    change = f"{percent(newer.value)}, against {percent(older.value)} before"
    later = "Older posts also had more time to collect reactions."
    return Finding(PUBLIC, "found", f"Engagement is {more} in the newer half of posts: {change}.", f"{detail} {later}")


def _median_rate(posts: list[Mapping[str, Any]]) -> Median:
    return median_with_interval([post["engagement_rate"] for post in posts])


def _above_p90(content: ReportContent) -> Finding | None:
    high = sum(bool(post.get("above_p90")) for post in content.eligible())
    if not high or len(content.eligible()) < MIN_POSTS:
        return None
    verb = "is" if high == 1 else "are"
    text = f"{pluralize(high, 'post')} {verb} above the 90th percentile of their length: worth watching again."
    detail = f"By construction about one post in ten does; the best are listed under “{TITLES['top-posts']}”."
    return Finding(PUBLIC, "found", text, detail)
