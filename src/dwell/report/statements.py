"""The findings about an account in plain sentences: associations with their uncertainty, never causes.

Each sentence words figures of `ws.findings`; none is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from dwell.charts.formatting import (
    bucket_label,
    column_label,
    format_p_value,
    number,
    percent,
    plain_words,
    pluralize,
    sentence_case,
    with_interval,
)
from dwell.charts.tier_words import dimension_label, side
from dwell.metrics.metric_choice import MEASURED
from dwell.report.metric_text import format_pair
from dwell.report.statement import Statement, format_median
from dwell.results import Result
from dwell.text.lists import join_words

Row: TypeAlias = Mapping[str, Any]
Words: TypeAlias = tuple[str, str]
_DIRECTIONS = {
    "duration_s": ("is longer", "is shorter"),
    "caption_length": ("has longer captions", "has shorter captions"),
    "hashtag_count": ("has more hashtags", "has fewer hashtags"),
}
LARGE_EXCLUDED = "Smaller differences are possible; an effect of 0.5 or more is excluded."
NOT_A_CAUSE = "Posts differ in more than this; it is an association, not an effect of changing it."


def statements(findings: Result) -> tuple[Statement, ...]:
    """The statements of the report's first section, in the order of the findings."""
    worded = []
    for _, group in groupby(findings, key=lambda row: row["statement"]):
        rows = list(group)
        text, detail = _WORDS[rows[0]["finding"]](rows, findings.meta)
        worded.append(Statement(rows[0]["kind"], rows[0]["verdict"], _with_posts(text, rows, findings.meta), detail))
    return tuple(worded)


def _with_posts(text: str, rows: Sequence[Row], meta: Row) -> str:
    """The sentence with the number of posts behind it, where that is not the number that the whole answer names."""
    first, n = rows[0], rows[0]["n"]
    if first["finding"] == "model" and meta.get("fit_of_all_times") and n is not None:
        return f"In posts of all times, {text[:1].lower()}{text[1:]}"
    if first["verdict"] == "unknown" or first["finding"] not in {"audit", "model", "change"}:
        return text
    if first["finding"] == "change":
        n += first["other_n"]
    if n == meta["metric"]["n"]:
        return text
    return f"{text.removesuffix('.')} ({n:,} of {pluralize(meta['eligible'], 'eligible post')})."


def level(row: Row, meta: Row) -> str:
    """How long viewers stay, without a full stop: of all posts that are compared, or of those that are measured."""
    share = f"hold their average viewer for at least {percent(row['value'], 0)} of the video"
    if row["n"] == meta["metric"]["n"]:
        return f"Half of the posts {share}"
    return f"Half of the {pluralize(row['n'], 'post')} (of {meta['eligible']:,}) whose watch time is measured {share}"


def _watch_ratio(rows: Sequence[Row], meta: Row) -> Words:
    (row,) = rows
    if row["value"] is None:
        text = f"How long viewers stay is not known: {row['reason']}."
        return text, "Everything below is based on public counters, which are only a proxy for it."
    if row["verdict"] == "unknown":
        text = f"How long viewers stay is not known yet: {row['reason']}."
        return text, f"{level(row, meta)}. Median watch ratio {format_median(row)}."
    looped = "A ratio over 100% means that viewers let the video loop."
    return f"{level(row, meta)}.", f"Median watch ratio {format_median(row)}. {looped}"


def _length(rows: Sequence[Row], meta: Row) -> Words:
    row = rows[0]
    if row["value"] is None:
        return "Whether length matters is not known: fewer than two lengths have enough posts.", str(row["reason"])
    metric, measured = str(row["metric"]), row["metric"] in MEASURED
    what = column_label(metric)
    best, worst = bucket_label(row["group"]), bucket_label(row["other_group"])
    medians = f"{format_median(row)} for {best}, {format_median(row, 'other_')} for {worst}"
    detail = f"Median {what}: {medians}. {_effect(row)} {_pairs(rows)}"
    if row["verdict"] == "nothing":
        return f"No large difference in {what} between lengths.", f"{detail} {LARGE_EXCLUDED}"
    if row["verdict"] == "unknown":
        return f"Whether length matters for {what} is not known.", f"{row['reason']} {detail}"
    claim = "hold viewers for a larger part of their length" if metric == "watch_ratio" else f"have {_higher(metric)}"
    higher, lower = format_pair(metric, row["value"], row["other_value"])
    against = f"{higher}, against {lower} for videos of {worst} ({row['n']:,} and {row['other_n']:,} posts)"
    easier = f"{_seconds(row, meta)}A short video is easier to watch to its end, so compare posts of similar length."
    return f"Videos of {best} {claim}: {against}.", f"{detail} {easier if measured else NOT_A_CAUSE}"


def _seconds(row: Row, meta: Row) -> str:
    """How many seconds viewers stay with videos of both lengths, where that is measured."""
    known = {one["bucket"]: one["watch_s_median"] for one in meta["lengths"]}
    stay = [(name, known[name]) for name in (row["group"], row["other_group"])]
    if any(value is None for _, value in stay):
        return ""
    first, second = (f"{number(value, 1)} s for {bucket_label(name)}" for name, value in stay)
    return f"Median seconds watched: {first}, {second}. "


def _higher(metric: str) -> str:
    """`a higher save rate`, `more views per hour`."""
    words = column_label(metric)
    return f"more {words}" if metric == "views_per_hour" else f"a higher {words}"


def _pairs(rows: Sequence[Row]) -> str:
    """How many pairs of lengths differ, by which tests."""
    clear, pairs = sum(bool(row["clear"]) for row in rows), rows[0]["comparisons"]
    verb = "differs" if clear == 1 else "differ"
    controlled = ", false discoveries controlled at 5%" if pairs > 1 else ""
    odds = _odds(rows[0]["p_value"])
    return f"{clear} of {pluralize(pairs, 'pair')} of lengths {verb} (Kruskal-Wallis p {odds}{controlled})."


def _odds(value: float) -> str:
    """`= 0.021` or `< 0.001`."""
    text = format_p_value(value)
    return text if text.startswith("<") else f"= {text}"


def _effect(row: Row) -> str:
    """The effect with its interval: `Cliff's delta 0.40 (95% interval 0.20 to 0.60, q = 0.006).` as text."""
    name = "q" if row["q_value"] is not None else "p"
    sure = "" if row[f"{name}_value"] is None else f", {name} {_odds(row[f'{name}_value'])}"
    interval = f"95% interval {number(row['effect_low'])} to {number(row['effect_high'])}{sure}"
    return f"{sentence_case(column_label(str(row['effect_name'])))} {number(row['effect'])} ({interval})."


def _best_posts(rows: Sequence[Row], _: Row) -> Words:
    row = rows[0]
    if row["metric"] is None:
        text = "What the best posts have in common is not known yet: too few posts are eligible to compare quarters."
        return text, str(row["reason"])
    posts = f"{row['n']} top and {row['other_n']} bottom posts. " if row["n"] is not None else ""
    if row["verdict"] == "found":
        return _difference(row, posts)
    compared = ", ".join(dict.fromkeys(column_label(str(one["metric"])) for one in rows))
    none = "none stands out after controlling false discoveries."
    detail = f"{posts}{pluralize(row['comparisons'], 'comparison')} ({compared}); {none}"
    if row["verdict"] == "unknown":
        return "What separates the best quarter of posts from the weakest is not known.", f"{detail} {row['reason']}"
    text = f"Nothing separates the best quarter of posts from the weakest quarter by {_by(row)} by much."
    return text, f"{detail} {LARGE_EXCLUDED}"


def _by(row: Row) -> str:
    return column_label(str(row["target"]))


def _difference(row: Row, posts: str) -> Words:
    tier = {"dimension": row["metric"], "level": row["level"], "top": row["value"], "bottom": row["other_value"]}
    label, top, bottom = dimension_label(tier), side(tier, "top"), side(tier, "bottom")
    if row["level"] in (None, ""):
        more, less = _DIRECTIONS.get(str(row["metric"]), (f"has more {label.lower()}", f"has less {label.lower()}"))
        claim = f"The best quarter of posts by {_by(row)} {more if row['effect'] > 0 else less}: median {top}"
        text = f"{claim}, against {bottom} in the weakest quarter."
    else:
        text = f"{label}: {top} of the best quarter of posts by {_by(row)}, against {bottom} of the weakest quarter."
    return text, f"{_effect(row)} {posts}{NOT_A_CAUSE}"


def _audit(rows: Sequence[Row], _: Row) -> Words:
    if rows[0]["verdict"] == "unknown":
        return "Which public ratio follows watch time is not known.", str(rows[0]["reason"])
    target = column_label(str(rows[0]["target"]))
    clear = sorted((row for row in rows if row["clear"]), key=lambda row: -abs(row["effect"]))
    figures = "; ".join(
        f"{_ratio_label(row)} {with_interval(row['effect'], row['effect_low'], row['effect_high'])}"
        for row in clear or rows
    )
    correlations = f"Rank correlation among posts of similar length, with 95% interval: {figures}; n = {rows[0]['n']:,}"
    detail = f"{correlations}. For this account; others differ."
    if not clear:
        text = f"No public ratio is shown to follow {target} here: do not use any of them in place of watch time."
        return text, detail
    return _ratio_sentence(clear, target), detail


def _ratio_sentence(clear: list[Row], target: str) -> str:
    best = clear[0]
    way = "follows" if best["effect"] > 0 else "runs against"
    if len(clear) == 1:
        claim = f"{sentence_case(_ratio_label(best))} {way} measured {target} on this account"
        return f"{claim}; no other public ratio is shown to."
    reach = min(abs(best["effect_low"]), abs(best["effect_high"]))
    if any(row["effect"] < 0 for row in clear):
        ways = [f"{_ratio_label(row)} {'follows' if row['effect'] > 0 else 'runs against'}" for row in clear]
        return f"{sentence_case(join_words(ways))} measured {target} on this account."
    if any(max(abs(row["effect_low"]), abs(row["effect_high"])) >= reach for row in clear[1:]):
        names = [_ratio_label(row) for row in clear]
        both = join_words(names)
        return f"{sentence_case(both)} follow measured {target}; which of them most closely is not known."
    return f"Of the public ratios, {_ratio_label(best)} {way} measured {target} most closely."


def _ratio_label(row: Row) -> str:
    return column_label(str(row["metric"]))


def _model(rows: Sequence[Row], _: Row) -> Words:
    first, target = rows[0], column_label(str(rows[0]["target"]))
    if first["verdict"] == "unknown" and first["n"] is None:
        return f"Whether {target} can be predicted was not tested.", str(first["reason"])
    if first["verdict"] == "unknown":
        text = f"{sentence_case(target)} cannot be predicted reliably for this account yet."
        return text, f"The model abstains: {plain_words(first['reason']).rstrip('.')}."
    newest = "".join(f", {number(row['value'])} on the newest posts" for row in rows if row["group"] == "newest_posts")
    best = first["other_value"]
    baseline = "" if best is None else f"; the best simple baseline reaches {number(best)}"
    share = f"{percent(first['value'], 0)} of its variation"
    text, gain = f"Length and public counters predict {target} of unseen posts: {share}.", ""
    for row in rows:
        if row["effect_name"] == "gain_r2":
            points = f"the counters add {number(100 * row['effect'], 0)} points"
            added = points if row["clear"] else "it is not shown that the counters add anything"
            text = f"{text.rstrip('.')}; length alone predicts {percent(row['value'], 0)}, and {added}."
            spread = with_interval(row["effect"], row["effect_low"], row["effect_high"])
            gain = f" The counters add {spread} to the R² of length alone."
    note = "".join(
        f" {percent(row['confidence'], 0)} intervals contained {percent(row['value'])} of them."
        for row in rows
        if row["metric"] == "coverage"
    )
    return text, f"R² {number(first['value'])} on posts left out{newest}{baseline}; n = {first['n']}.{gain}{note}"


def _change(rows: Sequence[Row], _: Row) -> Words:
    (row,) = rows
    metric, what = str(row["metric"]), _SUBJECTS.get(str(row["metric"]), column_label(str(row["metric"])))
    if row["value"] is None:
        return f"Whether {what} changes over time is not known yet.", str(row["reason"])
    newer = f"{format_median(row)} in the newer half"
    medians = f"Median {column_label(metric)}: {format_median(row, 'other_')} in the older half of posts, {newer}."
    detail = f"{medians} {_effect(row)}"
    if row["verdict"] == "nothing":
        return f"No large change of {what} over time.", f"{detail} {LARGE_EXCLUDED}"
    if row["verdict"] == "unknown":
        return f"Whether {what} changes over time is not known.", f"{row['reason']} {detail}"
    more = "higher" if row["effect"] > 0 else "lower"
    newer_value, older_value = format_pair(metric, row["value"], row["other_value"])
    change = f"{newer_value}, against {older_value} before"
    later = "" if row["kind"] == "measured" else " Older posts also had more time to collect reactions."
    return f"{sentence_case(what)} is {more} in the newer half of posts: {change}.", f"{detail}{later}"


def _above_p90(rows: Sequence[Row], meta: Row) -> Words:
    high = rows[0]["value"]
    verb = "is" if high == 1 else "are"
    text = f"{pluralize(high, 'post')} {verb} above the 90th percentile of their length: worth watching again."
    return text, f"By construction about one post in ten is. This lists them: {_list_above_p90(rows[0], meta)}"


def _list_above_p90(row: Row, meta: Row) -> str:
    """The command that lists the posts of a finding: of the same account, metric and period."""
    options = {name: meta.get(name) for name in ("platform", "since", "until")}
    if (options["since"] or options["until"]) and meta.get("tz") != "UTC":
        options["tz"] = meta.get("tz")
    given = "".join(f" --{name} {value}" for name, value in options.items() if value is not None)
    creator = f" --creator @{meta['handle']}" if "handle" in meta else ""
    return f"dwell posts{creator} --metric {row['target']}{given} --above-p90"


_SUBJECTS = {"engagement_rate": "engagement", "views_per_hour": "the number of views per hour"}
"""Metric -> what changes over time; the others by their names."""

_WORDS: dict[str, Callable[[Sequence[Row], Row], Words]] = {
    "watch_ratio": _watch_ratio,
    "length": _length,
    "best_posts": _best_posts,
    "audit": _audit,
    "model": _model,
    "change": _change,
    "above_p90": _above_p90,
}
"""Name of each finding -> what words it."""
