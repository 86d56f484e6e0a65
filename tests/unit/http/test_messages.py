"""Answers of providers, decoded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dwell.http.messages import HttpResponse


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (r'{"a\u0000": ["x\u0000y\u0000", {"b": "\u0000"}], "n": 0}', {"a": ["xy", {"b": ""}], "n": 0}),
        (r'{"a": "no escape \\u0000"}', {"a": r"no escape \u0000"}),
        (r'["\u0000\ud83d"]', ["\ufffd"]),
        ("not JSON \\u0000", None),
        ("[" * 600 + r'"\u0000"' + "]" * 600, None),
    ],
)
def test_nul_is_left_out(body: str, value: Any) -> None:
    response = HttpResponse(200, {}, body.encode(), received_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert response.json == value
