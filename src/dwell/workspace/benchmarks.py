"""The norms of public ratios by length, and the posts that a picture shows beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dwell.results import Result
from dwell.workspace.metric_choice import find_metric

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant


def benchmarks(snapshot: Instant, by: str, options: Mapping[str, Any], metric: str | None) -> Result:
    """The norms of the eligible posts; in `meta`, how many they are, and why the others are left out."""
    choice = find_metric(snapshot, options, metric)
    result = snapshot.ask("benchmarks", by=by, metric=choice.name, **options)
    left_out = next(iter(snapshot.ask("exclusions", **options)))
    reasons = {name: count for name, count in left_out.items() if name not in {"total", "eligible"}}
    counts = {name: left_out[name] for name in ("total", "eligible")}
    meta = {"scheme": options["scheme"], "by": by, "platform": options["platform"], **counts, "excluded": reasons}
    meta["metric"] = choice.to_dict()
    return Result(result.columns, result.rows, meta)


def dots(snapshot: Instant, rate: str | None, options: Mapping[str, Any]) -> Result:
    """The posts of a strip plot, with what holds for all of them in `meta`."""
    rate = rate or find_metric(snapshot, options).name
    rows = snapshot.ask("post_dots", rate=rate, **options)
    lengths = {
        row["bucket"]: {"bucket": row["bucket"], **{name: row[f"bucket_{name}"] for name in ("n", "median", "p90")}}
        for row in rows
    }
    first: dict[str, Any] = next(iter(rows), {})
    totals = {name: first.get(name, 0) for name in ("total", "total_above_p90")}
    columns = tuple(rate if name == "value" else name for name in rows.columns)
    return Result(columns, rows.rows, {**totals, "lengths": list(lengths.values())})
