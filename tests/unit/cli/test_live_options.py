"""Times, prices and rates of the live commands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import typer

from dwell.cli import run
from dwell.cli.live_options import parse_since, price_sentence
from dwell.results import Result


def test_start_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwell.clock.now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert parse_since(None) is None
    assert parse_since("7d") == datetime(2026, 11, 13, 12, tzinfo=UTC)
    assert parse_since("24h") == datetime(2026, 11, 19, 12, tzinfo=UTC)
    assert parse_since("2026-11-01") == datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["²d", "99999999999d", "9999999d", "-1d", "d", "soon", "99999d", ""])
def test_an_invalid_time_is_wrong_usage(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwell.clock.now", lambda: datetime(200, 1, 1, tzinfo=UTC))
    with pytest.raises(typer.BadParameter, match="2026-11-01, or 7d"):
        parse_since(text)


@pytest.mark.parametrize(
    ("rate", "words"),
    [(0.0416, "at 0.0416 a minute: 30 s"), (197.0, "at 197 a minute"), (2955.0, "at 2,955 a minute"), (None, "")],
)
def test_a_slow_rate_is_shown(rate: float | None, words: str) -> None:
    meta: dict[str, Any] = {
        "per_minute": rate, "seconds_at_most": 30, "requests_at_most": 2, "requests_expected": 2, "provider": "scavio",
        "credits_at_most": 2, "usd_at_most": 0.01,
    }  # fmt: skip
    assert words in price_sentence(meta)
    assert ("a minute" in price_sentence(meta)) == (rate is not None)


def test_a_leased_run_is_reported() -> None:
    columns = ("schedule", "due_at", "outcome")
    due, until = datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 5, 0, 2, tzinfo=UTC)
    assert run._text(Result(columns, [])) == "Nothing was due."
    stats = run._text(Result(columns, [], {"held": [("nightly", due, until)]}))
    assert stats.startswith("nightly, due at 2026-03-05 00:00 UTC, is held until 00:02:00 UTC: another process")
