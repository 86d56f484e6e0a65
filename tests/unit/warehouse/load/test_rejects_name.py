"""The rejects file has the name of its source, whatever that is, without what controls a terminal."""

from __future__ import annotations

import csv
from pathlib import Path

import dwell
from dwell.visible import has_hidden
from dwell.warehouse.load.rejects import rejects_name

BATCH = "0123456789abcdef"


def test_names_of_strangers_become_names_that_every_disk_can_hold(hostile, tmp_path: Path) -> None:
    for text in (*hostile.CAPTIONS, hostile.EVERYTHING, "caf\udce9", "🍝" * 60, "-rf", "..x", "e\u0301" * 100):
        name = rejects_name(Path(text.replace("/", "") + ".csv"), BATCH)
        assert name.endswith("-01234567.csv")
        assert not has_hidden(name)
        assert name[0] not in " .-"
        (tmp_path / name).touch()
    assert rejects_name(Path("Posts of chef_1 (2024).csv"), BATCH) == "Posts of chef_1 (2024)-01234567.csv"


def test_an_import_writes_its_rejects_under_a_safe_name(tmp_path: Path) -> None:
    source = tmp_path / "bad \x1b[31mred\nFORGED.csv"
    with source.open("w", newline="") as file:
        csv.writer(file).writerows([["id", "views"], ["7350810998023949599", "5"], ["none", "5"]])
    workspace = dwell.open(tmp_path / "data", create=True)
    workspace.import_files([source], as_of="2024-05-01", creator="@one")
    (rejects,) = (tmp_path / "data" / "rejects").iterdir()
    assert rejects.name.startswith("bad -[31mred-FORGED-")
