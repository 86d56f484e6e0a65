"""What the audit of public figures says, in plain sentences; each words figures of `ws.audit`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwell.charts.formatting import column_label, number, sentence_case, with_interval
from dwell.results import Result
from dwell.text.lists import join_words

_WAYS = {"follows": ("rises", "rise"), "against": ("falls", "fall")}
"""A verdict -> what one figure does as the target rises, and what several do."""


def audit_sentences(audit: Result) -> list[str]:
    """One sentence per target: which figures go with it, and what the ratios add to length and views."""
    if not len(audit) or "ratios_gain" not in audit.meta:
        return [str(audit.meta["verdict"])] if audit.meta.get("verdict") else []
    targets = dict.fromkeys(str(row["target"]) for row in audit)
    return [_about(target, [row for row in audit if row["target"] == target], audit.meta) for target in targets]


def _about(target: str, rows: list[dict[str, Any]], meta: Mapping[str, Any]) -> str:
    said = []
    for verdict, (one, several) in _WAYS.items():
        clear = sorted((row for row in rows if row["verdict"] == verdict), key=lambda row: -abs(row["spearman"]))
        if clear:
            names = join_words([column_label(str(row["proxy"])) for row in clear])
            said.append(f"{names} {one if len(clear) == 1 else several} with it")
    shown = "; ".join(said) or "no public figure is shown to go with it"
    together, base = meta["ratios_gain"][target], meta["base_r2"][target]
    gain = with_interval(together["r2"], together["low"], together["high"])
    adds = f"the ratios add {gain}" if together["low"] > 0 else f"it is not shown that the ratios add to it ({gain})"
    name = sentence_case(column_label(target))
    return f"{name}: {shown}. Length and views alone reach R² {number(base)}; {adds}."
