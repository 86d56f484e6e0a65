"""The columns of the metric that compares posts, under its own name, as people read them: `save_rate_median`."""

from __future__ import annotations

from dataclasses import replace

from dwell.cli.tables.choice import current_choice
from dwell.cli.tables.layout import Layout
from dwell.results import Result

_PREFIX = "metric_"


def name_metric(result: Result, layout: Layout) -> tuple[Result, Layout]:
    """The result and its layout with `metric_median` as `save_rate_median`; as they are where columns were chosen.

    Where the result has that column already, there is one of them.

    Args:
        result: One with `metric` in its `meta`.
        layout: Its layout.
    """
    if current_choice().columns:
        return result, layout
    metric = str(result.meta["metric"]["name"])
    names = {name: f"{metric}_{name.removeprefix(_PREFIX)}" for name in layout.columns if name.startswith(_PREFIX)}
    twice = [place for place, name in enumerate(result.columns) if names.get(name) in result.columns]
    kept = [place for place in range(len(result.columns)) if place not in twice]
    columns = tuple(names.get(result.columns[place], result.columns[place]) for place in kept)
    rows = [tuple(row[place] for place in kept) for row in result.rows]
    named = [tuple(dict.fromkeys(names.get(name, name) for name in part)) for part in _parts(layout)]
    essential = named[0]
    more = tuple(name for name in named[1] if name not in essential)
    rest = tuple(name for name in named[2] if name not in (*essential, *more))
    return replace(result, columns=columns, rows=rows), Layout(essential, more, rest, layout.text)


def _parts(layout: Layout) -> tuple[tuple[str, ...], ...]:
    return layout.essential, layout.more, layout.rest
