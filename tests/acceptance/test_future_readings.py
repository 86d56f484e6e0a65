"""A clock that was two years ahead: what it stamped is listed, and set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dwell import clock

POST = "7300000000000000137"


@pytest.fixture
def folder(dwell: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A right reading, then two by a clock that is ahead: of that post, and of another."""

    def write(name: str, days: int, views: dict[str, int]) -> Path:
        at = (clock.now() + timedelta(days=days)).isoformat()
        lines = [f"{post},{at},{number},alice,12.5" for post, number in views.items()]
        file = tmp_path / name
        file.write_text("\n".join(["post_id,observed_at,views,handle,duration_s", *lines]) + "\n")
        return file

    past = write("past.csv", -1, {POST: 100})
    ahead = write("ahead.csv", 730, {POST: 900, "7300000000000000138": 20})
    assert dwell("import", past).status == 0
    assert "observed in the future" in dwell("import", ahead).err
    now = clock.now
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: now() + timedelta(days=730))
        assert dwell("import", ahead).status == 0
    return tmp_path / "data"


def test_rows_of_the_future_are_listed_and_set_aside(
    dwell: Callable[..., Any], folder: Path, conforms: Callable[..., None]
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.db")}
    listed = dwell("check", "--json")
    conforms(listed.json, "check")
    assert (listed.status, listed.json["ok"], listed.json["rows"], listed.json["set_aside"]) == (1, False, [], [])
    found = {one["table"]: one for one in listed.json["future_readings"]}
    snapshots = found["post_snapshots"]
    assert (snapshots["rows"], snapshots["subject"], snapshots["subjects"]) == (2, "posts", 2)
    assert snapshots["subjects_without_others"] == 1
    shown = dwell("check").out
    assert "Every part of the data folder is intact." in shown
    assert "rows about 2 posts" in shown
    assert "1 post without any other row there" in shown
    assert "`dwell check --set-aside-future`" in shown
    assert "stamped later than now" in dwell("check", "--csv").err
    assert {path: path.read_bytes() for path in folder.rglob("*.db")} == before  # to look changes nothing

    done = dwell("check", "--set-aside-future", "--json")
    conforms(done.json, "check")
    assert (done.status, done.json["ok"], done.json["future_readings"]) == (0, True, [])
    moved = {one["table"]: one["rows"] for one in done.json["set_aside"]}
    assert moved["post_snapshots"] == 2
    assert all(Path(one["path"]).is_file() for one in done.json["set_aside"])
    assert dwell("check").out == "Every part of the data folder is intact.\n"
    posts = dwell("posts", "--creator", "@alice", "--json").json["rows"]
    assert [(post["post_id"], post["views"]) for post in posts] == [(POST, 100)]
    assert "observed in the future" in dwell("import", done.json["set_aside"][0]["path"]).err


def test_the_text_names_the_files(dwell: Callable[..., Any], folder: Path) -> None:
    done = dwell("check", "--set-aside-future")
    assert done.status == 0
    assert f"{folder}/set-aside/" in done.out
    assert "post_snapshots.parquet (2 rows)" in done.out


def test_problems_come_first(dwell: Callable[..., Any], folder: Path) -> None:
    dwell("seal")
    next((folder / "lake" / "post_snapshots").rglob("*.parquet")).write_bytes(b"")
    done = dwell("check", "--set-aside-future")
    assert done.status == 1
    assert "Nothing was set aside" in done.out
