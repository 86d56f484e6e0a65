"""A scheduled load is a run of `dwell run` like a sweep."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dwell.errors import SettingsError
from dwell.workspace.live import SweepRequest
from dwell.workspace.loads import LoadRequest


def test_a_scheduled_load_is_done_once_a_day(trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = trial.workspace.live
    live.sweep(SweepRequest(("@demo_kitchen",), posts=35))
    monkeypatch.chdir(tmp_path)
    name = live.schedule_load(LoadRequest("parquet:out"), every="day", at="01:00")
    assert live.schedule_load(LoadRequest(f"parquet:{tmp_path / 'out'}"), every="day", at="02:00") == name
    (row,) = live.schedules()
    assert row["what"] == f"load into parquet:{tmp_path / 'out'}"
    assert len(live.run_due()) == 0  # it was not due since it was added
    later = live.database.now() + timedelta(days=1, hours=3)
    monkeypatch.setattr(type(live.database), "now", lambda _: later)
    monkeypatch.chdir("/")
    (run,) = live.run_due()
    rows = trial.workspace.store.rows()
    assert run["outcome"] == f"{sum(rows.values()):,} rows of {sum(map(bool, rows.values()))} tables loaded"
    assert len(live.run_due()) == 0
    assert {path.parent.name for path in (tmp_path / "out").glob("*/*.parquet")} == {
        name for name in rows if rows[name]
    }


def test_a_schedule_stores_no_password(trial) -> None:
    with pytest.raises(SettingsError, match="PGPASSWORD"):
        trial.workspace.live.schedule_load(LoadRequest("postgresql://me:word@localhost/x"))
    assert len(trial.workspace.live.schedules()) == 0
