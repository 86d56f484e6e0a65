"""A backup that an older dwell would have written is brought up to date when it is restored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import dwell
from dwell.disk.archive import ArchiveWriter
from dwell.settings import Settings
from dwell.state import StateDatabase, open_database
from dwell.state.database import read_layout
from dwell.state.schema import LAYOUT
from dwell.state.tracked_videos import read_detail
from dwell.state.tracking_schema import tracked_videos
from dwell.warehouse import check
from dwell.warehouse.backup import collect_files
from dwell.workspace.restores import restore_backup

from .conftest import WITH_TRACKING


def test_an_older_layout_is_restored_into_either_database(layout: Path, state_url: str | None, tmp_path: Path) -> None:
    with closing(sqlite3.connect("data/live.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    number = read_layout(Path("data/live.db"))
    assert number < LAYOUT
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    folder = collect_files(Path("data"), scratch)
    with ArchiveWriter(tmp_path / "backup.tar") as archive:
        archive.add("state.db", Path("data/live.db"))
        for name, path in folder.files.items():
            archive.add(f"folder/{name}", path)
        archive.finish(
            {
                "format": "dwell-backup",
                "version": 1,
                "dwell": "0.0.1",
                "created_at": "2026-01-01T00:00:00+00:00",
                "layouts": {"folder": 1, "state": number},
                "folder_id": folder.folder_id,
                "rows": {"state": {"watchlists": 3}, "tables": folder.rows},
            }
        )
    other = Settings(data=tmp_path / "other", database=state_url)
    restore_backup(other, tmp_path / "backup.tar")
    assert list(check.find_problems(other.data, state_elsewhere=state_url is not None)) == []
    before, after = dwell.open("data"), dwell.Workspace(other)
    assert after.store.rows() == before.store.rows()
    assert after.benchmarks(creator="@demo_kitchen").rows == before.benchmarks(creator="@demo_kitchen").rows
    assert after.live.watchlists().rows == before.live.watchlists().rows
    assert after.live.cost().rows == before.live.cost().rows
    for workspace in (before, after):
        workspace.live.database.close()


@pytest.mark.parametrize("layout", WITH_TRACKING, indirect=True)
def test_a_backup_of_a_release_is_restored_into_either_database(
    layout: Path, state_url: str | None, tmp_path: Path
) -> None:
    other = Settings(data=tmp_path / "other", database=state_url)
    restore_backup(other, Path("backup.tar"))
    assert list(check.find_problems(other.data, state_elsewhere=state_url is not None)) == []
    with closing(open_database(Path("data"))) as before, closing(open_database(other.data, state_url)) as after:
        assert tracked(after) == tracked(before)
        assert sum(len(snapshots) for _, snapshots, _ in tracked(after)) > 0


def tracked(database: StateDatabase) -> list[Any]:
    """Every tracked video with its snapshots and gaps; sequence numbers go on elsewhere after a restore."""
    with database.reading() as connection:
        found = connection.execute(select(tracked_videos.c.account_id, tracked_videos.c.video_id)).all()
    details = [read_detail(database, account_id, video_id) for account_id, video_id in sorted(found)]
    return [(replace(video, sequence=0, version=0), *rest) for video, *rest in filter(None, details)]
