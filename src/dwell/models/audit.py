"""Which public figure follows the measured watch metrics of an account, or that the data cannot tell.

Posts are compared within their duration bucket (a long video has a low watch ratio whatever its saves), so the
correlation is one of ranks within buckets. Two more figures are given for each ratio: what it adds out of fold to
length and views, and what is lost when it is dropped from all. Length and views are asked like the ratios: where they
follow as closely, no ratio is needed.

Ratios are those that the documentation defines, unsmoothed. The regressions read their square roots, which unlike
logarithms exist for a ratio of 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dwell.metrics.counters import PROXY_RATES
from dwell.models.acceptance import Gain, gain_in_r2
from dwell.models.audit_verdict import MIN_ROWS, SIZES, summarize
from dwell.models.completion import BlendRegressor
from dwell.models.evaluation import REPEATS, splits
from dwell.models.link import Floats, clip_for_score, mean_from_link, to_link
from dwell.models.sample import Integers, Sample, make_sample, require_one_platform
from dwell.models.skill import skill
from dwell.models.targets import CEILINGS, WATCH_TARGETS
from dwell.results import Result

MIN_BUCKET_ROWS = 3
"""A bucket with fewer posts cannot be ranked."""
BOOTSTRAPS = 1000
SEED = 20260001
FALSE_DISCOVERIES = 0.05
COLUMNS = (
    "target",
    "proxy",
    "n",
    "spearman",
    "low",
    "high",
    "gain_r2",
    "gain_low",
    "gain_high",
    "verdict",
    "spearman_overall",
    "q_value",
    "drop_r2",
    "drop_low",
    "drop_high",
)
FIGURES = (*PROXY_RATES, *SIZES)
_SINGLE = tuple(rate for rate in PROXY_RATES if rate != "engagement_rate")


def audit(rows: Sequence[Mapping[str, Any]]) -> Result:
    """Tests for each public ratio, for views and for length, whether it follows each watch metric.

    A figure follows (or runs against) a target where its rank correlation within buckets differs from 0, with the false
    discovery rate over all comparisons limited to 5 % (Benjamini-Hochberg), and its bootstrap interval agrees.
    Otherwise the verdict is `cannot tell`.

    Args:
        rows: Rows of the `posts` metric of one account; only eligible posts with a measured target are used.

    Returns:
        One row per target and figure, columns COLUMNS: `proxy` (a ratio, `duration_s` or `views`), `spearman`, `low`,
        `high` within buckets (95 % bootstrap), `spearman_overall` without buckets; `gain_r2` of a ratio when added to
        length and views, of views when added to length, of length over the mean; `drop_r2` lost when dropped from all.
        Meta: `n`, `full_r2`, `base_r2`, `without_saves_r2`, `ratios_gain` (of the four single ratios together: `r2`,
        `low`, `high`), each by target; `verdict`.

    Raises:
        ModelError: The measured posts are of several platforms.
    """
    from threadpoolctl import threadpool_limits

    require_one_platform(rows)
    lines: list[dict[str, Any]] = []
    meta: dict[str, Any] = {"n": {}, "full_r2": {}, "base_r2": {}, "without_saves_r2": {}, "ratios_gain": {}}
    with threadpool_limits(1):
        for target in WATCH_TARGETS:
            measured = make_sample(rows, target)
            meta["n"][target] = len(measured)
            if len(measured) >= MIN_ROWS and float(np.ptp(clip_for_score(measured.y))) > 0:
                lines += _Regressions(measured, CEILINGS[target]).lines(target, meta)
    _add_verdicts(lines)
    meta["verdict"] = summarize(lines, meta)
    return Result(COLUMNS, [tuple(line[column] for column in COLUMNS) for line in lines], meta)


class _Regressions:
    """Out-of-fold regressions of one target on sets of public figures, each fitted once."""

    def __init__(self, measured: Sample, ceiling: float) -> None:
        self.measured = measured
        self.ceiling = ceiling
        ratios = dict(zip(PROXY_RATES, measured.ratios.T, strict=True))
        self.raw = {**ratios, "duration_s": measured.X[:, 0], "views": measured.X[:, 1]}
        self.columns = {name: np.sqrt(column) for name, column in ratios.items()} | {n: self.raw[n] for n in SIZES}
        self.fitted: dict[tuple[str, ...], Floats] = {}

    def predict(self, *names: str) -> Floats:
        """Predictions from these figures, shape (repetitions, posts); of none, the mean."""
        key = tuple(sorted(names, key=FIGURES[::-1].index))
        if key not in self.fitted:
            chosen = np.column_stack([self.columns[name] for name in key]) if key else np.zeros((len(self.measured), 1))
            self.fitted[key] = _out_of_fold(self.measured, chosen, self.ceiling)
        return self.fitted[key]

    def gain(self, more: Sequence[str], less: Sequence[str], name: str) -> Gain:
        """What `more` figures explain beyond `less`."""
        return gain_in_r2(self.measured.y, self.predict(*more), self.predict(*less), name)

    def r2(self, *names: str) -> float:
        """Out-of-fold R² of these figures."""
        return float(np.mean([skill(self.measured.y, line)["r2"] or 0.0 for line in self.predict(*names)]))

    def lines(self, target: str, meta: dict[str, Any]) -> list[dict[str, Any]]:
        """Rows of the result without verdicts; adds the target's R² to `meta`."""
        every = (*SIZES, *_SINGLE)
        meta["full_r2"][target], meta["base_r2"][target] = self.r2(*every), self.r2(*SIZES)
        meta["without_saves_r2"][target] = self.r2(*(name for name in every if name != "save_rate"))
        together = self.gain(every, SIZES, "ratios")
        meta["ratios_gain"][target] = {"r2": together.r2, "low": together.low, "high": together.high}
        lines = []
        for name in FIGURES:
            if np.isnan(self.raw[name]).all():
                continue
            before = {"duration_s": (), "views": ("duration_s",)}.get(name, SIZES)
            added = self.gain((*before, name), before, name)
            others = tuple(other for other in every if other != name)
            dropped = self.gain(every, others, name) if name in every else None
            figures = {**_correlation(self.measured, self.raw[name]), **_gain_columns(added, dropped)}
            lines.append({"target": target, "proxy": name, **figures})
        return lines


def _out_of_fold(measured: Sample, chosen: Floats, ceiling: float) -> Floats:
    """Out-of-fold predictions of a pooled ridge on these columns, shape (repetitions, posts)."""
    link = to_link(measured.y, ceiling)
    predictions = np.empty((REPEATS, len(measured)))
    for number, line in enumerate(predictions):
        folds = splits(len(measured), number)
        blends = BlendRegressor(members=("ridge",)).fit_many([(chosen[train], link[train]) for train, _ in folds])
        for blend, (train, test) in zip(blends, folds, strict=True):
            spread = float((link[train] - blend.expect(chosen[train])).std())
            line[test] = mean_from_link(blend.expect(chosen[test]), spread, ceiling)
    return predictions


def _gain_columns(added: Gain, dropped: Gain | None) -> dict[str, float | None]:
    gains: dict[str, float | None] = {"gain_r2": added.r2, "gain_low": added.low, "gain_high": added.high}
    ends = (dropped.r2, dropped.low, dropped.high) if dropped else (None, None, None)
    return gains | dict(zip(("drop_r2", "drop_low", "drop_high"), ends, strict=True))


def _correlation(measured: Sample, column: Floats) -> dict[str, Any]:
    """Rank correlation within buckets with its bootstrap interval and p-value, and the one without buckets."""
    from scipy.stats import spearmanr, t

    known = ~np.isnan(column)
    groups = [np.flatnonzero(known & (measured.buckets == bucket)) for bucket in np.unique(measured.buckets)]
    groups = [group for group in groups if len(group) >= MIN_BUCKET_ROWS]
    n = sum(len(group) for group in groups)
    freedom = n - len(groups) - 1
    line: dict[str, Any] = {"n": n, "p_value": 1.0} | dict.fromkeys(("spearman", "low", "high", "spearman_overall"))
    if known.sum() > 2 and np.ptp(column[known]) > 0:
        line["spearman_overall"] = float(spearmanr(column[known], measured.y[known]).statistic)
    if freedom < 1:
        return line
    within = float(_rank_correlation(groups, [group[None, :] for group in groups], column, measured.y)[0])
    if np.isnan(within):
        return line
    rng = np.random.default_rng(SEED)
    draws = [rng.choice(group, (BOOTSTRAPS, len(group))) for group in groups]
    drawn = _rank_correlation(groups, draws, column, measured.y)
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    strength = abs(within) * np.sqrt(freedom / max(1e-12, 1.0 - within**2))
    p_value = float(2 * t.sf(strength, freedom))
    return line | {"spearman": within, "low": float(low), "high": float(high), "p_value": p_value}


def _rank_correlation(groups: Sequence[Integers], draws: Sequence[Integers], left: Floats, right: Floats) -> Floats:
    """Correlation of ranks within groups; NaN where nothing varies.

    Args:
        groups: Row numbers of each group.
        draws: Row numbers drawn from each group, shape (draws, posts of the group).
        left: One value a row.
        right: Another value a row.

    Returns:
        One correlation a draw.
    """

    def ranks(values: Floats) -> Floats:
        places = np.zeros(len(values), dtype=np.intp)
        parts = []
        for group, drawn in zip(groups, draws, strict=True):
            known, places[group] = np.unique(values[group], return_inverse=True)
            parts.append((_ranks(places[drawn], len(known)) - 0.5) / drawn.shape[1] - 0.5)
        return np.concatenate(parts, axis=1)

    x, y = ranks(left), ranks(right)
    size = np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    return np.asarray((x * y).sum(axis=1) / np.where(size > 0, size, np.nan), dtype=np.float64).clip(-1.0, 1.0)


def _ranks(places: Integers, width: int) -> Floats:
    """Ranks from 1 within each line; equal values share their mean rank.

    Lines are draws from the same few values, so counting them is faster than sorting each line.

    Args:
        places: Values as numbers from 0 in their order, shape (draws, posts).
        width: How many different values there are.
    """
    cells = places + np.arange(len(places))[:, None] * width
    counts = np.bincount(cells.ravel(), minlength=len(places) * width).reshape(len(places), width)
    middle = counts.cumsum(axis=1) - (counts - 1) / 2
    return np.asarray(middle.ravel()[cells], dtype=np.float64)


def _add_verdicts(lines: list[dict[str, Any]]) -> None:
    """Adds `q_value` and `verdict` to every line."""
    from scipy.stats import false_discovery_control

    if not lines:
        return
    for line, q_value in zip(lines, false_discovery_control([line["p_value"] for line in lines]), strict=True):
        line["q_value"] = float(q_value)
        clear = q_value < FALSE_DISCOVERIES and line["low"] * line["high"] > 0
        line["verdict"] = "cannot tell" if not clear else "follows" if line["spearman"] > 0 else "against"
