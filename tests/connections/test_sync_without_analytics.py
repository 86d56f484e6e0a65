"""An account whose owner has not turned analytics on: what TikTok shows of it all the same is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from dwell.workspace import Workspace

from .history_run import recorded


def test_the_followers_of_each_day_are_stored(tmp_path: Path) -> None:
    """The profile comes with `followers_count` of the last seven days; nothing else shows them."""
    with recorded(tmp_path, 12, datetime(2023, 3, 1, 12, tzinfo=UTC)) as history:
        history.pass_to(history.trial.clock.at, {"demo_cooking_7655": False})
        ws = Workspace(history.trial.settings)
        history.sync(ws)
        assert list(ws.table("tiktok_organic_account_metrics"))
