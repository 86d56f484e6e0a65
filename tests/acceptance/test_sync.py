"""`dwell sync`, `dwell syncs`, and syncs by schedule, as a user types them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from dwell import clock
from dwell.cli.live_options import SIMULATION_NOTE
from dwell_sandbox.server.faults import ScriptedFault
from dwell_sandbox.server.rate_limits import RateLimit

FEW, OTHER = "demo_tech_1051", "demo_tech_1358"


@pytest.fixture
def connect(dwell: Callable[..., Any], sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Connects an account."""
    base = os.environ["DWELL_TIKLIVEAPI_URL"].removesuffix("/tikliveapi") + "/business_api"
    monkeypatch.delenv("DWELL_SECRET_KEY", raising=False)
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_URL", base)
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_APP_ID", "sandbox-client-id")
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_APP_SECRET", "sandbox-client-secret")
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_REDIRECT", "https://dwell.example.com/oauth/tiktok/")
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_LIMIT", "none")
    sandbox.limits = {**sandbox.limits, "business_api": RateLimit(0, 60.0)}

    def run(handle: str, *words: str) -> None:
        begun = dwell("connect", "tiktok", "--begin", "--json", *words)
        parts = urlsplit(begun.json["rows"][0]["consent_address"])
        page = HTTPConnection(parts.netloc, timeout=30)
        page.request("POST", f"{parts.path}?{parts.query}", urlencode({"account": handle, "decision": "allow"}))
        address = page.getresponse().getheader("location")
        page.close()
        assert dwell("connect", "tiktok", "--redirected", address, "--json").status == 0

    return run


def test_a_sync_from_the_command_line(dwell: Callable[..., Any], connect: Callable[..., None]) -> None:
    connect(FEW)
    done = dwell("sync")
    assert done.status == 0
    assert "tiktok_organic_videos_video_view_retention" in done.out
    assert "3 requests in" in done.out
    assert SIMULATION_NOTE in done.out
    assert "to TikTok, at most 40 a minute" in done.err
    again = dwell("sync", "--json")
    assert (again.json["complete"], again.json["unfinished"]) == (1, 0)
    rows = {row["table"]: row["rows"] for row in again.json["rows"]}
    assert rows["tiktok_organic_videos"] > 0


def test_a_dry_run_sends_nothing(dwell: Callable[..., Any], connect: Callable[..., None], sandbox: Any) -> None:
    connect(FEW)
    before = sandbox.request_log.to_json(0, 1000)["calls"]
    done = dwell("sync", "--dry-run")
    assert (done.status, "Dry run: nothing was sent." in done.out) == (0, True)
    planned = dwell("sync", "--dry-run", "--json").json
    assert [row["stream"] for row in planned["rows"]] == ["account", "account_days", "videos"]
    assert planned["seconds_expected"] == 0
    assert sandbox.request_log.to_json(0, 1000)["calls"] == before
    assert dwell("syncs").out.startswith("No account was synced yet")


def test_the_history_of_syncs(dwell: Callable[..., Any], connect: Callable[..., None], sandbox: Any) -> None:
    connect(FEW)
    sandbox.script.set([ScriptedFault("status_404", 99, "business_api", "business/video/list")])
    failed = dwell("sync")
    assert failed.status == 1
    assert "Run the same command again to resume." in failed.out
    assert "not finished" in dwell("syncs").out
    sandbox.script.set([])
    assert dwell("sync").status == 0
    listed = dwell("syncs", "--json").json["rows"]
    assert {row["state"] for row in listed} == {"complete"}
    assert len({row["sync_id"] for row in listed}) == 1
    assert len(dwell("syncs", "--last", "1", "--csv").out.splitlines()) == len(listed) + 1


def test_what_is_wrong_is_said_with_its_cure(dwell: Callable[..., Any], connect: Callable[..., None]) -> None:
    connect(FEW)
    for words, said in (
        (["--since", "31.01.2026"], "write 2026-01-31"),
        (["--tables", "vidoes"], "There is no table 'vidoes' to sync"),
        (["--benchmark", "CATS"], "isn't a business category"),
        (["@nobody"], "'@nobody' is not connected"),
        (["--every", "fortnight"], "isn't a valid schedule"),
        (["--tables", "benchmark"], "--benchmark PETS"),
    ):
        done = dwell("sync", *words)
        assert done.status != 0
        assert said in done.err, words
    assert dwell("disconnect", f"@{FEW}").status == 0
    assert "No account is connected: run dwell connect tiktok." in dwell("sync").err


def test_syncs_by_schedule(dwell: Callable[..., Any], connect: Callable[..., None], monkeypatch: Any) -> None:
    """The first connection makes one for all accounts; `--every` replaces it."""
    connect(FEW)
    (schedule,) = dwell("schedule", "list", "--json").json["rows"]
    assert (schedule["schedule"], schedule["every"], schedule["at"]) == ("sync-tiktok", "day", "06:00")
    done = dwell("sync", "--every", "day", "--at", "00:00", "--json")
    assert (done.status, done.json["schedule"]) == (0, "sync-tiktok")
    (schedule,) = dwell("schedule", "list", "--json").json["rows"]
    assert schedule["at"] == "00:00"
    assert dwell("run", "--once").status == 0
    before = len({row["sync_id"] for row in dwell("syncs", "--json", "--last", 9).json["rows"]})
    now = clock.now()
    monkeypatch.setattr("dwell.clock.now", lambda: now + timedelta(days=1))
    ran = dwell("run", "--once")
    assert ran.status == 0
    assert "1 of 1 accounts complete" in ran.out
    assert len({row["sync_id"] for row in dwell("syncs", "--json", "--last", 9).json["rows"]}) == before + 1
    assert dwell("run", "--once").status == 0
    assert len({row["sync_id"] for row in dwell("syncs", "--json", "--last", 9).json["rows"]}) == before + 1
    assert dwell("schedule", "remove", "sync-tiktok").status == 0


def test_comments_from_the_command_line(dwell: Callable[..., Any], connect: Callable[..., None]) -> None:
    connect(FEW)
    refused = dwell("sync", "--comments", "--json")
    assert {row["state"] for row in refused.json["rows"] if "comments" in row["table"]} == {"not_allowed"}
    connect(FEW, "--comments")
    done = dwell("sync", "--comments", "--json")
    comments = [row for row in done.json["rows"] if row["table"] == "tiktok_organic_videos_comments"]
    assert [(row["state"], row["rows"] > 10) for row in comments] == [("complete", True)]
    assert "text" not in json.dumps(done.json)
