"""The result of an audit in a few sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MIN_ROWS = 20
"""Posts that an audit needs."""
SIZES = ("duration_s", "views")
"""Figures that are known of every post: a ratio must add to them."""
CANNOT_TELL = "cannot tell"


def summarize(lines: Sequence[Mapping[str, Any]], meta: Mapping[str, Any]) -> str:
    """Which figures follow each target, and whether any ratio adds to length and views.

    Args:
        lines: Rows of the audit with their verdicts.
        meta: Its R² by target.
    """
    if not lines:
        most = max(meta["n"].values(), default=0)
        have = "1 post has" if most == 1 else f"{most} posts have"
        return f"Cannot tell: {have} a measured watch time, {MIN_ROWS} are needed: import more watch times."
    return " ".join(
        _about(target, [line for line in lines if line["target"] == target], meta) for target in meta["full_r2"]
    )


def _about(target: str, lines: Sequence[Mapping[str, Any]], meta: Mapping[str, Any]) -> str:
    clear = sorted((line for line in lines if line["verdict"] != CANNOT_TELL), key=lambda line: -abs(line["spearman"]))
    named = ", ".join(f"{line['proxy']} {line['verdict']} ({line['spearman']:+.2f})" for line in clear)
    ratios = [line for line in clear if line["proxy"] not in SIZES]
    parts = [named or f"{CANNOT_TELL} for any ratio, views or length"]
    if named and not ratios:
        parts.append(f"{CANNOT_TELL} for any ratio")
    views = next((line for line in clear if line["proxy"] == "views"), None)
    if ratios and views and abs(views["spearman"]) > abs(ratios[0]["spearman"]):
        parts.append(f"views {'follow' if views['spearman'] > 0 else 'run against'} it more closely than any ratio")
    together, base = meta["ratios_gain"][target], meta["base_r2"][target]
    change = f"{_signed(together['r2'])} of R², 95 % interval {_signed(together['low'])} to {_signed(together['high'])}"
    adds = any(line["gain_low"] > 0 for line in lines if line["proxy"] not in SIZES) or together["low"] > 0
    if adds:
        parts.append(f"the ratios add {change}, to length and views (R² {base:.2f})")
    else:
        parts.append(f"no ratio adds anything that shows to length and views (R² {base:.2f}; together {change})")
    if any(line["proxy"] == "save_rate" for line in lines):
        parts.append(f"saves change R² by {_signed(meta['full_r2'][target] - meta['without_saves_r2'][target])}")
    return f"{target}: {'; '.join(parts)}."


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:+.2f}"  # never -0.00
