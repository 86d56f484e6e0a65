"""Whether groups of posts differ, whether they are shown not to differ much, or whether the data cannot tell.

One omnibus test over all groups (Kruskal-Wallis) comes first. Only where it finds a difference are pairs of groups
compared (Mann-Whitney), with false discoveries controlled over all pairs. "No difference" is a claim of its own: it
needs the interval of every pair to exclude a large difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from dwell.models.effects import Effect, cliffs_delta, ordinal_effect, q_values, variance_inflation

Verdict = Literal["found", "nothing", "unknown"]
FALSE_CLAIMS = 0.05
"""At most this share of accounts without a difference gets the verdict `found`."""
LARGE_EFFECT = 0.5
"""Cliff's delta, difference of shares or rank correlation from which a difference is large.

A Cliff's delta of 0.5: in three of four pairs of posts, the one of the first group has the higher value.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups, the one with the higher values first.

    Attributes:
        higher: Name of the group with the higher values.
        lower: Name of the other group.
        effect: Their difference; its value is never negative.
        q_value: False discovery rate at which this pair would just be called different.
        clear: Whether it is called different.
    """

    higher: str
    lower: str
    effect: Effect
    q_value: float
    clear: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing groups.

    Attributes:
        verdict: `found` where a pair differs, `nothing` where every large difference is excluded, else `unknown`.
        p_value: Of the omnibus test.
        pairs: Every pair of groups, those that differ first, the largest difference first.
    """

    verdict: Verdict
    p_value: float
    pairs: Sequence[Pair]


def compare_groups(groups: Mapping[str, Sequence[float]]) -> Comparison:
    """Compares groups of independent values.

    A pair differs where the omnibus test is significant, its own false discovery rate is at most 5 %, the interval of
    its effect excludes 0 (which Mann-Whitney alone does not ensure for groups of unequal spread), and the medians
    differ in the same direction.

    Args:
        groups: At least two values of each of two groups or more.
    """
    p_value = _kruskal(list(groups.values()))
    pairs = [_pair(groups, *sorted(names)) for names in combinations(groups, 2)]
    chances = q_values([pair.effect.p_value for pair in pairs])
    judged = [_judge(pair, p_value, chance) for pair, chance in zip(pairs, chances, strict=True)]
    judged.sort(key=lambda pair: (not pair.clear, -pair.effect.value, pair.higher, pair.lower))
    found = any(pair.clear for pair in judged)
    return Comparison(verdict_of(found, (pair.effect for pair in judged)), p_value, judged)


def compare_periods(older: Sequence[float], newer: Sequence[float]) -> tuple[Verdict, Effect]:
    """Compares two periods of one series, each in the order of time; the effect is positive where it rose.

    Posts that follow each other resemble each other (a series, a trend, a good month), so fewer independent values are
    behind each period than it has posts. Variance and p-value account for the correlation that the series shows.
    """
    effect = ordinal_effect(newer, older, inflation=variance_inflation([older, newer]))
    found = effect.p_value <= FALSE_CLAIMS and effect.has_direction
    return verdict_of(found, [effect]), effect


def verdict_of(found: bool, effects: Iterable[Effect]) -> Verdict:  # noqa: FBT001
    """`found`; else `nothing` where each interval excludes a large effect, and `unknown` where one does not."""
    if found:
        return "found"
    return "nothing" if all(excludes_large(effect.low, effect.high) for effect in effects) else "unknown"


def excludes_large(low: float | None, high: float | None) -> bool:
    """Whether an interval shows that an effect is not large, in either direction."""
    return low is not None and high is not None and low > -LARGE_EFFECT and high < LARGE_EFFECT


def _pair(groups: Mapping[str, Sequence[float]], first: str, second: str) -> Pair:
    if cliffs_delta(groups[first], groups[second]) < 0:
        first, second = second, first
    return Pair(first, second, ordinal_effect(groups[first], groups[second]), 1.0, clear=False)


def _judge(pair: Pair, omnibus: float, q_value: float) -> Pair:
    clear = omnibus <= FALSE_CLAIMS and q_value <= FALSE_CLAIMS and pair.effect.has_direction
    return replace(pair, q_value=q_value, clear=clear)


def _kruskal(groups: Sequence[Sequence[float]]) -> float:
    """The p-value of Kruskal & Wallis (1952); 1 where all values are equal."""
    from scipy.stats import kruskal

    if len({value for group in groups for value in group}) < 2:
        return 1.0
    return float(kruskal(*groups).pvalue)
