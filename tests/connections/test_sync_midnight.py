"""A sync that begins before midnight and reads the videos after it: a gap is a day on which no video was read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from dwell.workspace import Workspace

from .history_run import recorded


def test_the_day_of_a_reading_is_the_day_on_which_the_videos_came(tmp_path: Path) -> None:
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
