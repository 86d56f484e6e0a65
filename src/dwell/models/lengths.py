"""The findings about video length: median and spread of each duration bucket, and which of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from dwell.models.confidence_intervals import LEVEL
from dwell.models.figures import TOO_FEW, Figure, Row, effect_figures, kind_of, median_figures
from dwell.models.group_comparison import Pair, compare_groups
from dwell.models.medians import median_with_interval, p90

MIN_LENGTH_POSTS = 6


def length_groups(eligible: Iterable[Row], target: str) -> dict[str, list[float]]:
    """The known values of each duration bucket."""
    groups: dict[str, list[float]] = {}
    for post in eligible:
        if post.get(target) is not None and post.get("bucket"):
            groups.setdefault(post["bucket"], []).append(post[target])
    return groups


def lengths(
    groups: Mapping[str, Sequence[float]], target: str, watched: Mapping[str, Sequence[float]]
) -> list[dict[str, Any]]:
    """Median with its interval and p90 of each duration bucket, and whether it has enough posts to be compared.

    Args:
        groups: The known values of each bucket.
        target: What they are.
        watched: The known average watch times of each bucket, seconds.
    """
    rows = []
    for bucket, values in groups.items():
        middle = median_with_interval(values)
        row = {"bucket": bucket, "metric": target, "n": len(values), "median": middle.value, "low": middle.low}
        row |= {"high": middle.high, "p90": p90(values), "confidence": LEVEL}
        row["watch_s_median"] = median(watched[bucket]) if bucket in watched else None
        rows.append({**row, "compared": len(values) >= MIN_LENGTH_POSTS})
    return rows


def compare_lengths(groups: Mapping[str, Sequence[float]], target: str) -> list[Row]:
    """The pairs of lengths that differ, the largest difference first; else the pair that differs most."""
    if not groups:
        return []
    about: Figure = {"finding": "length", "kind": kind_of(target), "target": target, "metric": target}
    enough = {bucket: values for bucket, values in groups.items() if len(values) >= MIN_LENGTH_POSTS}
    if len(enough) < 2:
        reason = f"Fewer than two lengths have {MIN_LENGTH_POSTS} eligible posts, which a comparison needs."
        return [{**about, "verdict": "unknown", "comparisons": len(enough), "reason": reason}]
    compared = compare_groups(enough)
    about |= {"verdict": compared.verdict, "p_value": compared.p_value, "confidence": LEVEL}
    about |= {"comparisons": len(compared.pairs), "reason": TOO_FEW if compared.verdict == "unknown" else None}
    shown = [pair for pair in compared.pairs if pair.clear] or compared.pairs[:1]
    return [{**about, "continues": at > 0, **_pair(pair, enough)} for at, pair in enumerate(shown)]


def _pair(pair: Pair, groups: Mapping[str, Sequence[float]]) -> Row:
    """The figures of two lengths, that of the higher median first.

    Where nothing is shown, most values of a length can be higher and its median lower: then the effect is negative.
    """
    names, effect = [pair.higher, pair.lower], effect_figures(pair.effect)
    first, second = (median_with_interval(groups[name]) for name in names)
    if first.value < second.value:
        names.reverse()
        first, second = second, first
        low, high = effect["effect_low"], effect["effect_high"]
        effect |= {"effect": -effect["effect"], "effect_low": -high, "effect_high": -low}
    return {
        "group": names[0],
        **median_figures(first),
        "other_group": names[1],
        **median_figures(second, "other_"),
        **effect,
        "q_value": pair.q_value,
        "clear": pair.clear,
    }
