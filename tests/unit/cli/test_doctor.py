"""`dwell doctor`: facts and findings, an exit code for cron, and never a key."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

import dwell
from dwell.cli.main import main

KEY = "a-key-that-nobody-may-see-5e0b7c21f4"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("doctor")
    (place / "table.csv").write_text("id,views\n7350810998023949599,5\n")
    workspace = dwell.open(place / "data", create=True)
    assert not workspace.import_files([place / "table.csv"], as_of="2024-05-01", creator="@one").failures
    return place / "data"


def test_facts_of_a_folder_without_any_key(
    stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", KEY)
    monkeypatch.setenv("DWELL_SECRET_KEY", KEY)
    assert main(["doctor", "--data", str(stored), "--json"]) == 0
    out = capsys.readouterr().out
    assert KEY not in out
    document = json.loads(out)
    assert document["ok"] is True
    facts = {(row["part"], row["name"]): row["value"] for row in document["rows"]}
    assert facts["data", "folder"] == str(stored.resolve())
    assert facts["data", "layout"].isdecimal()
    assert facts["versions", "dwell"] == dwell.__version__
    assert {name for part, name in facts if part == "versions"} >= {"Python", "DuckDB", "SQLite", "polars"}
    assert (facts["keys", "tikliveapi"], facts["keys", "scavio"]) == ("set", "not set")
    assert facts["keys", "DWELL_SECRET_KEY"] == "set"
    assert facts["check", "folder"] == "every part is intact"
    assert main(["doctor", "--data", str(stored)]) == 0
    out = capsys.readouterr().out
    assert KEY not in out
    assert out.startswith("Nothing is wrong.\n\nData\n  folder")


def test_a_damaged_folder_and_a_wrong_setting_are_findings(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = shutil.copytree(stored, tmp_path / "data")
    data.chmod(0o700)
    (data / "journal.db").write_bytes((data / "journal.db").read_bytes()[:5_000])
    monkeypatch.setenv("DWELL_TIKLIVEAPI_LIMIT", "many")
    assert main(["doctor", "--data", str(data)]) == 1
    out = capsys.readouterr().out
    assert "problems:\n" in out
    assert "tikliveapi: cannot be read. " in out
    assert "journal.db" in out


def test_a_full_disk_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10, 5, 5_000_000))
    assert main(["doctor", "--data", str(tmp_path / "none")]) == 1
    out = capsys.readouterr().out
    assert out.startswith("1 problem:\n  free: 5.0 MB. Less than 1 GB is free: free some")
    assert "there is no data yet" in out
