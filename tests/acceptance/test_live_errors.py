"""Errors of live commands: exit codes, and a sentence that says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dwell_sandbox.server.sandbox import Sandbox

from .conftest import calls


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (("sweep", "not a name"), "@handle"),
        (("sweep",), "--watchlist"),
        (("sweep", "@a", "--provider", "nope"), "tikliveapi"),
        (("sweep", "--watchlist", "nope"), "dwell watchlist add nope @name"),
        (("sweep", "@a", "--provider", "scavio"), "DWELL_SCAVIO_KEY"),
        (("vet", "@nobody_there"), "cannot be vetted"),
        (("schedule", "add", "daily", "@a", "--at", "25:00"), "18:30"),
        (("schedule", "add", "daily", "@a", "--at", "12:00+02:00"), "--tz"),
        (("replay", "--provider", "nope"), "tikliveapi"),
        (("sweep", "https://www.tiktok.com/tag/onepan"), "write #onepan"),
        (("sweep", "https://vm.tiktok.com/ZMabc"), "the long link"),
        (("topic", "--sound", "some song", "--stored"), "numeric id"),
        (("topic", "--search", "  Lemon ", "--stored"), "this search (lemon)"),
        (("topic", "--sound", "https://www.tiktok.com/music/x-735081100?a=1", "--stored"), "this sound (735081100)"),
        (("schedule", "add", "daily", "@a", "--every", "month"), "monday"),
        (("schedule", "add", "daily", "@a", "--cron", "0 7 * *"), "0 7 * * 1-5"),
        (("schedule", "remove", "daily"), "schedules: none"),
    ],
)
def test_errors_exit_with_1_and_say_what_to_do(
    dwell: Callable[..., Any], sandbox: Sandbox, conforms: Callable[..., None], words: tuple[str, ...], cure: str
) -> None:
    dwell("watchlist", "add", "rivals", "@demo_pantry")  # so that there is a data folder
    done = dwell(*words)
    assert (done.status, done.out) == (1, "")
    assert cure in done.err
    if words[:2] != ("schedule", "remove"):  # which has no --json
        conforms(json.loads(dwell(*words, "--json").err), "error")


def test_missing_key_rejected_key_and_readable_settings_file(
    dwell: Callable[..., Any], sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "wrong-4711")
    refused = dwell("sweep", "@demo_kitchen", "--json")
    assert (refused.status, json.loads(refused.err)["error"]["code"]) == (1, "key_refused")
    assert "4711" not in refused.err
    assert len(calls(sandbox)) == 1
    monkeypatch.delenv("DWELL_TIKLIVEAPI_KEY")
    missing = dwell("sweep", "@demo_kitchen", "--json")
    assert (missing.status, json.loads(missing.err)["error"]["code"]) == (1, "settings")
    assert "DWELL_TIKLIVEAPI_KEY" in missing.err
    assert "dwell sandbox" in missing.err
    file = tmp_path / "config" / "dwell" / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[providers.tikliveapi]\nkey = "sandbox-file"\n')
    file.chmod(0o644)
    assert "chmod 600" in dwell("sweep", "@demo_kitchen").err
    file.chmod(0o600)
    file.write_text('[provider.tikliveapi]\nkey = "sandbox-file"\n')
    assert "Unknown setting provider in " in dwell("sweep", "@demo_kitchen").err
    file.write_text('[providers.tikliveapi]\nkey = "sandbox-file"\n')
    assert dwell("sweep", "@demo_kitchen", "--posts", "35").status == 0


@pytest.mark.parametrize(
    "words",
    [
        ("topic",),
        ("schedule", "add", "daily", "@a", "--tz", "Europe/Berln"),
        ("schedule", "add", "daily", "@a", "--tz", "Europe"),
        ("topic", "--hashtag", "a", "--sound", "7350811000000000001"),
        ("sweep", "@a", "--posts", "0"),
        ("sweep", "@a", "--max-credits", "-1"),
        ("vet", "@demo_pantry", "--stored", "--dry-run"),
        ("vet", "@demo_pantry", "--max-credits", "-1"),
        ("vet", "@demo_pantry", "--dry-run", "-o", "plan.png"),
        ("topic", "--hashtag", "onepan", "--stored", "--dry-run"),
        ("cost", "--since", "soon"),
        ("cost", "--since", "²d"),
        ("cost", "--since", "9999999d"),
        ("cost", "--by", "colour"),
        ("watchlist", "add", "rivals"),
    ],
)
def test_wrong_usage_exits_with_2(dwell: Callable[..., Any], sandbox: Sandbox, words: tuple[str, ...]) -> None:
    dwell("watchlist", "add", "rivals", "@demo_pantry")
    assert dwell(*words).status == 2
    assert calls(sandbox) == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DWELL_TIKLIVEAPI_CREDIT_PRICE", "1e300"), ("DWELL_MEMORY", "abc")],
)
def test_invalid_settings_are_named(
    dwell: Callable[..., Any], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    done = dwell("sweep", "@demo_kitchen", "--json")
    assert (done.status, json.loads(done.err)["error"]["code"]) == (1, "settings")
    assert variable in done.err
    assert calls(sandbox) == []
