"""Every command explains itself, with an example."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

COMMANDS = [
    "import",
    "imports",
    "undo",
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
    "models",
    "models list",
    "models show",
    "models delete",
    "models default",
    "report",
    "audience",
    "traffic",
    "reconcile",
    "export",
    "load",
    "check",
    "doctor",
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
    "mcp",
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
    "topic",
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

GROUPS = ("models", "keys", "watchlist", "schedule", "webhooks", "connect")
"""Commands that only hold others."""


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(dwell: Callable[..., Any], command: str) -> None:
    done = dwell(*command.split(), "--help", data=None)
    assert done.status == 0
    assert f"dwell {command}" in done.out
    assert ("Example:" in done.out) is (command not in GROUPS)


def test_help_lists_every_command_in_a_group_on_a_whole_line(dwell: Callable[..., Any]) -> None:
    lines = dwell("--help", data=None).out.partition("\nFiles:")[2].splitlines()
    assert all(len(line) <= 80 and not line.endswith("...") for line in lines)
    assert [line for line in lines if line[:1].strip()] == ["Analysis:", "Live accounts:", "Data:", "Try it:"]
    assert {line.split()[0] for line in lines if line[:3].strip() and line[:1] == " "} == {
        name.split()[0] for name in COMMANDS
    }


@pytest.mark.parametrize("command", GROUPS)
def test_the_lines_of_a_group_are_whole(dwell: Callable[..., Any], command: str) -> None:
    assert "..." not in dwell(command, "--help", data=None).out.partition("\nCommands:")[2]


def test_the_old_name_of_topic_still_works_and_is_not_listed(dwell: Callable[..., Any]) -> None:
    assert "dwell topic --hashtag" in dwell("trends", "--help", data=None).out
    assert "trends" not in dwell("--help", data=None).out
