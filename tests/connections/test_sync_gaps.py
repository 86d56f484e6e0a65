"""A gap is a day on which no video was read, whatever else was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from dwell.workspace import Workspace

from .history_run import recorded


def test_the_day_of_a_reading_is_the_day_on_which_the_videos_came(tmp_path: Path) -> None:
    """A sync may begin before midnight, and read the videos after it."""
    with recorded(tmp_path, 0, datetime(2023, 1, 3, 12, tzinfo=UTC)) as history:
        ws = Workspace(history.trial.settings)
        history.step = 2.0
        for day, hour, minute, second in ((3, 12, 0, 0), (5, 23, 59, 59), (7, 12, 0, 0)):
            history.pass_to(datetime(2023, 1, day, hour, minute, second, tzinfo=UTC), {"demo_kitchen": False})
            history.sync(ws)
        read = {day for _, day in history.oracle.videos.values}
        assert read == {date(2023, 1, 3), date(2023, 1, 6), date(2023, 1, 7)}
        gaps = {row["day"] for row in ws.table("owned_gaps") if row["stream"] == "videos"}
        assert gaps == {date(2023, 1, 4), date(2023, 1, 5)}


def test_days_are_lost_without_analytics_too(tmp_path: Path) -> None:
    """Of such an account views and likes are read, but not watch time."""
    with recorded(tmp_path, 12, datetime(2023, 3, 1, 12, tzinfo=UTC)) as history:
        ws = Workspace(history.trial.settings)
        for day in (1, 5, 6):
            history.pass_to(datetime(2023, 3, day, 12, tzinfo=UTC), {"demo_cooking_7655": False})
            history.sync(ws)
        assert history.oracle.videos.values
        assert [row["day"].day for row in ws.table("owned_gaps") if row["stream"] == "videos"] == [2, 3, 4]
