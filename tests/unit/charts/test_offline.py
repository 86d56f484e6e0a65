"""A notebook draws charts without the network."""

from __future__ import annotations

import re

import altair as alt
import pytest

from dwell.charts import tiers
from dwell.charts.offline import show_offline
from dwell.models.tiers import COLUMNS
from dwell.results import Result

ROW = ("hashtag", "onepan", 0.5, 0.1, 0.4, "difference", 0.2, 0.6, 0.001, 0.01, True)


@pytest.fixture
def drawn() -> alt.TopLevelMixin:
    return show_offline(tiers(Result(COLUMNS, [ROW], {"verdict": "One.", "n_top": 20, "n_bottom": 20})))


def test_a_notebook_gets_a_picture_that_loads_nothing(drawn: alt.TopLevelMixin) -> None:
    for chart in (drawn, drawn.properties(width=300), drawn.copy()):
        bundle = chart._repr_mimebundle_()
        assert set(bundle) == {"image/svg+xml", "text/plain"}
        svg = bundle["image/svg+xml"]
        assert svg.startswith("<svg")
        assert set(re.findall(r"https?://[^\"'<\s]+", svg)) <= {
            "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink",
        }  # fmt: skip
        assert not re.search(r"<script|<image|@import|url\(['\"]?http", svg)


def test_the_chart_is_altairs(drawn: alt.TopLevelMixin) -> None:
    plain = tiers(Result(COLUMNS, [ROW], {"verdict": "One.", "n_top": 20, "n_bottom": 20}))
    assert isinstance(drawn, type(plain))
    assert type(drawn).__name__ == type(plain).__name__


def test_a_chosen_renderer_is_used(drawn: alt.TopLevelMixin) -> None:
    with alt.renderers.enable("mimetype"):
        assert "image/svg+xml" not in str(drawn._repr_mimebundle_())
