"""Every command explains itself, with an example."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

COMMANDS = [
    "import",
    "status",
    "benchmarks",
    "posts",
    "findings",
    "tiers",
    "trend",
    "posting-times",
    "growth",
    "audit",
    "retention",
    "fit",
    "score",
    "report",
    "audience",
    "traffic",
    "reconcile",
    "export",
    "load",
    "check",
    "backup",
    "restore",
    "seal",
    "sql",
    "limits",
    "sweep",
    "sync",
    "syncs",
    "watchlist",
    "watchlist add",
    "watchlist remove",
    "watchlist list",
    "schedule",
    "schedule add",
    "schedule list",
    "schedule remove",
    "run",
    "serve",
    "worker",
    "webhooks",
    "webhooks add",
    "webhooks list",
    "webhooks disable",
    "webhooks enable",
    "webhooks rotate",
    "webhooks delete",
    "webhooks test",
    "webhooks log",
    "webhooks replay",
    "vet",
    "trends",
    "cost",
    "track",
    "videos",
    "stop",
    "usage",
    "keys",
    "keys create",
    "keys list",
    "keys revoke",
    "keys top-up",
    "connect",
    "connect tiktok",
    "accounts",
    "disconnect",
    "forget",
    "replay",
    "sandbox",
    "demo",
]

GROUPS = ("keys", "watchlist", "schedule", "webhooks", "connect")
"""Commands that only hold others."""


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(dwell: Callable[..., Any], command: str) -> None:
    done = dwell(*command.split(), "--help", data=None)
    assert done.status == 0
    assert f"dwell {command}" in done.out
    assert ("Example:" in done.out) is (command not in GROUPS)


def test_help_lists_every_command(dwell: Callable[..., Any]) -> None:
    listed = dwell("--help", data=None).out.partition("Commands:")[2].splitlines()
    assert {line.split()[0] for line in listed if line[:3].strip()} == {name.split()[0] for name in COMMANDS}
