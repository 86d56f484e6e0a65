"""Every command over a folder in each of 25 damaged states: no traceback, no other number, a sentence that helps."""

from __future__ import annotations

from typing import Any

import pytest

from dwell.cli.main import make_command

from .conftest import Run
from .faults import FAULTS, Fault

_VIDEO, _WEBHOOK = "vid_0hoikrsuz110002rjvncfzl", "wh_4afe72df4b7150154d8a3d98"
_KEY, _ACCOUNT = "key_0hoikrsq5dc3ersnkl8dnus", "acc_0hoikrsq5dc6m6cgbc8h1mt"
OF_A_CREATOR = (
    "posts", "findings", "tiers", "trend", "posting-times", "growth", "audit", "retention", "score", "audience",
    "traffic", "reconcile",
)  # fmt: skip
ANSWERS = [
    "status", "imports", "models list", "benchmarks", *(f"{name} --creator @demo_kitchen" for name in OF_A_CREATOR),
    "export posts --format jsonl", "sql SELECT/**/count(*)/**/FROM/**/posts",
    "import new.jsonl --dry-run", "sweep @demo_kitchen --dry-run",
    "compare @demo_kitchen @demo_pantry", "vet @demo_kitchen --stored",
    "topic --hashtag recipe --stored", "videos", f"videos {_VIDEO}", "usage",
    "accounts", "syncs", "cost", "limits", "watchlist list", "schedule list", "keys list", "webhooks list",
    f"webhooks log {_WEBHOOK}",
]  # fmt: skip
"""What only reads: where such a command succeeds, its answer is that of the whole folder."""
WORK = [
    "doctor", "check", "mcp",
    "undo 00000000 --yes", "models show watch_ratio", "models delete nothing --yes", "models default",
    "report --creator @demo_kitchen -o report.html", "export all -o all", "load --to parquet:out",
    "backup backup.tar", "replay", "import new.jsonl", "fit --creator @demo_kitchen", "seal", "sweep @demo_kitchen",
    "run --once", "track https://www.tiktok.com/@demo_kitchen/video/7647000000000000009", f"stop {_VIDEO}",
    "disconnect demo_kitchen", "sync", "connect tiktok", "watchlist add mine @demo_pantry",
    "watchlist remove mine @demo_pantry", "schedule add mine @demo_pantry", "schedule remove weekly", "keys create",
    f"keys revoke {_KEY}", f"keys top-up {_ACCOUNT} 10",
    f"webhooks add https://example.com/h --event snapshot.created --account {_ACCOUNT}", f"webhooks disable {_WEBHOOK}",
    f"webhooks enable {_WEBHOOK}", f"webhooks rotate {_WEBHOOK}", f"webhooks test {_WEBHOOK}",
    f"webhooks replay {_WEBHOOK} --since 2026-06-01T00:00Z", f"webhooks delete {_WEBHOOK}", "forget @demo_pantry --yes",
    "restore backup.tar --data restored", "check --repair",
]  # fmt: skip
SERVERS = ("serve --port 0", "worker")
"""These end only when they are asked to: `test_servers` starts them."""
WITHOUT_A_FOLDER = {"sandbox", "demo"}


def without_warnings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("Warning: ")]


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    """What each question is answered over the whole folder, once it was asked."""
    return {}


def test_every_command_is_tried() -> None:
    def leaves(group: Any, *above: str) -> list[str]:
        found = []
        for name, command in group.commands.items():
            found += leaves(command, *above, name) if hasattr(command, "commands") else [" ".join([*above, name])]
        return found

    tried = [*ANSWERS, *WORK, *SERVERS]
    untried = {name for name in leaves(make_command()) if not any(line.startswith(name) for line in tried)}
    assert untried == WITHOUT_A_FOLDER | {"trends"}, "it is the old name of topic"
    assert len(FAULTS) >= 25
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_command(fault: Fault, damaged: Any, run: Run, answers: dict[str, str]) -> None:
    if not answers:
        damaged(None)
        answers.update({line: run(line)[1] for line in ANSWERS})
    data = damaged(fault)
    messages = []
    for line in ANSWERS:
        code, out, err = run(line)
        messages.append(err)
        if code == 0 and line.split()[0] not in fault.makes_anew:
            assert without_warnings(out) == without_warnings(answers[line]), line
    for line in WORK:
        messages += run(line)[1:]
    assert any(fault.said in message for message in messages), messages
    assert not list(data.rglob("*.tmp"))
