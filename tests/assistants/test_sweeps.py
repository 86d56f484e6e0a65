"""Reading live accounts through an assistant: off by default, the price first, and one amount for all calls."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import Client

from dwell.errors import BudgetError
from dwell.live import client
from dwell.mcp.allowance import Allowance
from dwell.mcp.folder import Folder
from dwell.mcp.server import make_server
from dwell_sandbox import World
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A simulated provider; how many requests it has had."""
    monkeypatch.setattr(client, "_FIRST_BACKOFF_S", 0.001)
    served = Sandbox(World(0), SimulatedClock(NOON, 0), limits={"tikliveapi": RateLimit(0, 60.0)})
    with serve_in_thread(served) as url:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        monkeypatch.setenv("DWELL_TIKLIVEAPI_URL", f"{url}/tikliveapi")
        monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "sandbox-key")
        monkeypatch.setenv("DWELL_TIKLIVEAPI_LIMIT", "none")
        yield lambda: len(served.request_log.to_json(0, 1000)["calls"])


def test_the_price_comes_first_and_the_amount_holds_for_all_calls(ask: Any, requests: Any, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "data", allow_credits=4)
    wanted = {"names": ["@demo_kitchen"], "posts": 40}
    price = ask(folder, "price_sweep", wanted)
    details = price["details"]
    assert (price["basis"], details["credits_at_most"], details["credits_left"]) == ([], 3, 4)
    assert details["usd_at_most"] > 0
    assert details["requests_at_most"] == 3
    said = ask(folder, "sweep", {**wanted, "max_credits": 2})
    assert said == (
        "Nothing was read: the sweep may cost 3 credits, 0.0003 US dollars. If the user agrees to that price, call it"
        " again with max_credits 3."
    )
    assert "max_credits is missing" in ask(folder, "sweep", wanted)
    assert requests() == 0
    swept = ask(folder, "sweep", {**wanted, "max_credits": 3})
    assert swept["simulated"] is True
    assert any("invented by a simulation" in warning for warning in swept["warnings"])
    assert swept["rows"][0]["posts"] == 70, "whole pages"
    spent = swept["details"]["credits"]
    assert swept["details"]["credits_left"] == 4 - spent > 0
    assert requests() == spent
    refused = ask(folder, "sweep", {"names": ["@demo_pantry"], "posts": 100, "max_credits": 99})
    assert f"of the 4 that this server may spend {4 - spent} are left" in refused
    assert requests() == spent, "nothing was sent"
    assert ask(folder, "posts", {"creator": "demo_kitchen"})["total_rows"] == 70
    folder.close()


def test_a_topic_of_a_simulation_says_so(ask: Any, requests: Any, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "data", allow_credits=9)
    ask(folder, "sweep", {"names": ["#onepan"], "posts": 10, "max_credits": 9})
    answer = ask(folder, "topic", {"kind": "hashtag", "name": "onepan"})
    assert requests() > 0
    assert answer["simulated"] is True
    assert any("invented by a simulation" in warning for warning in answer["warnings"])
    folder.close()


def test_tools_that_cost_say_so(tmp_path: Path) -> None:
    async def run() -> Any:
        async with Client(make_server(Folder(tmp_path, allow_credits=7))) as client:
            return {tool.name: tool for tool in (await client.list_tools()).tools}

    tools = anyio.run(run)
    sweep, price = tools["sweep"], tools["price_sweep"]
    assert "max_credits" in sweep.input_schema["required"]
    assert (sweep.annotations.read_only_hint, sweep.annotations.open_world_hint) == (False, True)
    assert price.annotations.read_only_hint
    assert "This server may spend 7 credits in all." in sweep.description


def test_without_a_key_a_sweep_says_what_to_set(ask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DWELL_TIKLIVEAPI_KEY", "TIKLIVEAPI_KEY", "DWELL_SCAVIO_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = Folder(tmp_path / "data", allow_credits=50)
    said = ask(folder, "sweep", {"names": ["@demo_kitchen"], "max_credits": 50})
    assert "DWELL_TIKLIVEAPI_KEY" in said
    assert folder.allowance is not None
    assert folder.allowance.left == 50
    folder.close()


def test_what_the_ledger_shows_counts_however_a_sweep_ends() -> None:
    allowance, ledger = Allowance(10), [100]

    def read() -> int:
        return ledger[0]

    def fail() -> None:
        with allowance.reserved(6, read):
            ledger[0] += 2
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        fail()
    assert allowance.left == 8

    def lost() -> int:
        ledger.append(0)
        if len(ledger) > 2:
            raise OSError("gone")
        return 0

    with pytest.raises(OSError, match="gone"), allowance.reserved(3, lost):
        pass
    assert allowance.left == 5, "where the ledger cannot be read, all of it counts"


def test_sweeps_at_once_cannot_spend_more_together() -> None:
    allowance, refused = Allowance(10), []
    barrier, done = threading.Barrier(4), threading.Barrier(4)

    def sweep() -> None:
        barrier.wait()
        try:
            with allowance.reserved(4, lambda: 0):
                done.wait()
        except BudgetError as error:
            refused.append(str(error))
            done.wait()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 2
    assert allowance.left == 10, "nothing was spent in the end"
