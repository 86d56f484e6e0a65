"""`-v` and `DWELL_LOG`: what a user reads on stderr, and that the ids are those of the ledger."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dwell_sandbox.server.faults import ScriptedFault
from dwell_sandbox.server.sandbox import Sandbox

from .conftest import calls

KEY = "sandbox-Zx81kfo29dkf"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "posts.csv"
    path.write_text("post_id,handle,observed_at,views,likes\n7350810998023949599,demo_kitchen,2026-03-01,1200,90\n")
    return path


def test_a_sweep_is_logged_with_the_ids_of_the_ledger(
    dwell: Callable[..., Any], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DWELL_LOG", "json")
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", KEY)
    sandbox.script.set([ScriptedFault("status_500")])
    done = dwell("-v", "sweep", "@demo_kitchen", "--posts", "70", "--json")
    assert done.status == 0
    lines = [json.loads(line) for line in done.err.splitlines()]
    assert {tuple(line)[:6] for line in lines} == {("time", "level", "logger", "message", "sweep", "request")}
    assert {line["sweep"] for line in lines} == {done.json["sweep_id"]}
    requests = [line for line in lines if line["logger"] == "dwell.live.request_log"]
    assert [line["request"] for line in requests] == [call["call"] for call in calls(sandbox)]
    assert [(line["attempt"], line["status"]) for line in requests][:2] == [(1, 500), (2, 200)]
    assert any("retrying" in line["message"] for line in lines)
    assert [line["credits"] for line in requests] == [call["credits"] for call in calls(sandbox)]
    assert {"endpoint", "subject", "attempt", "status", "outcome", "duration_ms", "bytes"} <= requests[0].keys()
    assert any("rows read" in line["message"] for line in lines)
    assert not [KEY[at : at + 8] for at in range(len(KEY) - 7) if KEY[at : at + 8] in done.err]


@pytest.mark.parametrize("before", [True, False])
def test_v_may_stand_before_or_after_the_command(dwell: Callable[..., Any], table: Path, *, before: bool) -> None:
    words = ["-v", "import", table] if before else ["import", table, "-v"]
    assert (
        "INFO dwell.workspace.imports posts.csv (table): 1 rows read, 0 known, 0 duplicates, 0 rejected"
        in dwell(*words).err
    )


def test_a_command_is_quiet_without_v(dwell: Callable[..., Any], table: Path) -> None:
    assert dwell("import", table).err == ""
    assert " INFO " in dwell("import", table, "-v").err
    assert dwell("status").err == ""  # the log of one command does not reach into the next


def test_vv_shows_more_than_v(dwell: Callable[..., Any], sandbox: Sandbox) -> None:
    some = dwell("sweep", "@demo_kitchen", "--posts", "35", "--fresh", "-v").err
    more = dwell("sweep", "@demo_kitchen", "--posts", "35", "--fresh", "-v", "-v").err
    assert " DEBUG dwell.http.transport " not in some
    assert " DEBUG dwell.http.transport " in more
    assert " INFO dwell.live.sweep " in some


def test_an_unknown_format_names_the_known_ones(dwell: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELL_LOG", "xml")
    done = dwell("status")
    assert done.status == 2
    assert "write json or text" in done.err


def test_help_loads_no_logging() -> None:
    script = (
        "import sys\nfrom dwell.cli.main import main\nmain(['status', '--help'])\n"
        "sys.stderr.write(str('logging' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "False"
