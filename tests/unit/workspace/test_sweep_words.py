"""Sweeps in plain words."""

from __future__ import annotations

import pytest

from dwell.workspace.sweep_request import Asked, SweepRequest, to_request


@pytest.mark.parametrize(
    ("names", "fields", "request_"),
    [
        ("@a", {}, SweepRequest(("@a",))),
        (["@a", "#b"], {"posts": 500}, SweepRequest(("@a", "#b"), posts=500)),
        ((), {"watchlist": "rivals"}, SweepRequest(watchlist="rivals")),
        (SweepRequest(("@a",), posts=5), {"fresh": True}, SweepRequest(("@a",), posts=5, fresh=True)),
    ],
)
def test_words_are_a_request(names: Asked, fields: dict[str, object], request_: SweepRequest) -> None:
    assert to_request(names, fields) == request_
