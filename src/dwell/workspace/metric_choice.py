"""By which metric the posts of a question are compared: what the user named, else what is known of enough of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dwell.metrics.metric_choice import DEFAULTS, MetricChoice, choose_metric, require_metric

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant

_FILTERS = ("handle", "platform", "include", "min_age_h")


def find_metric(snapshot: Instant, filters: Mapping[str, Any], metric: str | None = None) -> MetricChoice:
    """The metric by which these posts are compared, with the reason and both numbers.

    Args:
        snapshot: Runs the query.
        filters: Parameters that choose posts: handle, platform, include, min_age_h; others are ignored.
        metric: What the user named; None for the default.

    Raises:
        DwellError: Posts can't be compared by it.
    """
    names = DEFAULTS if metric is None else (require_metric(metric),)
    chosen = {name: value for name, value in filters.items() if name in _FILTERS}
    counts = next(iter(snapshot.ask("metric_counts", metrics=names, **chosen)))
    return choose_metric(counts, metric)
