"""Charts that a notebook draws without the network: as SVG, where Altair alone would load JavaScript from a server."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt

from dwell.charts import render

_UNCHOSEN = "default"


class _Offline:
    """Goes before the class of a chart."""

    def _repr_mimebundle_(self, *args: Any, **options: Any) -> Any:
        """The picture; or what the renderer makes of it that the user has chosen with `altair.renderers.enable`."""
        if alt.renderers.active != _UNCHOSEN:
            return super()._repr_mimebundle_(*args, **options)  # type: ignore[misc]
        return {"image/svg+xml": render.svg(self), "text/plain": f"<{type(self).__name__}>"}


def show_offline(chart: alt.TopLevelMixin) -> alt.TopLevelMixin:
    """The same chart; notebooks show it as a picture, and its copies too."""
    # Altair takes an assignment for a property of the chart.
    object.__setattr__(chart, "__class__", _offline(chart.__class__))
    return chart


@cache
def _offline(kind: type) -> type:
    return type(kind.__name__, (_Offline, kind), {"__doc__": kind.__doc__})
