"""`dwell doctor`: facts and findings, an exit code for cron, and never a key."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

import dwell
from dwell.cli.main import main
from dwell.providers.provider_registry import provider_names
from dwell.settings.variables import known_variables

KEY = "a-key-that-nobody-may-see-5e0b7c21f4"
SECRET = base64.urlsafe_b64encode(bytes(range(32))).decode()


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
    monkeypatch.setenv("DWELL_SECRET_KEY", SECRET)
    assert main(["doctor", "--data", str(stored), "--json"]) == 0
    out = capsys.readouterr().out
    assert KEY not in out
    assert SECRET not in out
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


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DWELL_TRACK_INTERVAL_S", "nan", "give a number from 0.05"),
        ("DWELL_MAX_COLUMNS", "abc", "give a whole number"),
        ("DWELL_MEMORY", "lots", "give a size"),
        ("DWELL_THREADS", "-1", "give a number of threads"),
        ("DWELL_DATABASE", KEY, "isn't a database URL"),
        ("DWELL_SECRET_KEY", KEY, "isn't a list of keys"),
        ("DWELL_PLAN_PRO", "many", "give requests a minute"),
        ("DWELL_TRACK_PROVIDER", "tikliveap", "Unknown provider"),
        ("DWELL_WEBHOOK_ALLOW", "10.0.0.0/99", "give networks"),
        ("DWELL_SERVER", "here", "write https://host"),
        ("DWELL_CHROMIUM", "/none/chromium", "names no program"),
        ("DWELL_PAGER", "less '", "close it"),
        ("DWELL_SCAVIO_CREDIT_PRICE", "-1", "isn't a valid price"),
        ("DWELL_MEMROY", "1GB", "Did you mean DWELL_MEMORY?"),
        ("dwell_threads", "2", "Did you mean DWELL_THREADS?"),
        ("DWELL_TIKLIVEAPI_KYE", KEY, "Did you mean DWELL_TIKLIVEAPI_KEY?"),
    ],
)
def test_each_wrong_setting_is_a_finding(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    says: str,
) -> None:
    monkeypatch.setattr("dwell.workspace.health.engine_versions", dict)
    monkeypatch.setenv(variable, value)
    assert main(["doctor", "--data", str(tmp_path / "none"), "--json"]) == 1
    out = capsys.readouterr().out
    wrong = [row for row in json.loads(out)["rows"] if row["ok"] is False]
    assert len(wrong) == 1
    assert says in wrong[0]["cure"]
    assert KEY not in out


def test_every_variable_in_code_and_docs_is_known() -> None:
    root = Path(__file__).parents[3]
    files = [*(root / "src" / "dwell").rglob("*.py"), *(root / "docs").rglob("*.md"), root / "README.md"]
    named = {name for file in files for name in re.findall(r"\bDWELL(?:_[A-Z]+)+(?![A-Z_<{])", file.read_text())}
    examples = {"DWELL_ACME_KEY", "DWELL_TIKLIVEAPI", "DWELL_SCAVIO"}  # a plug-in's; beginnings of names
    assert named - examples <= set(known_variables(provider_names()))
