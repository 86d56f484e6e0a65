"""`dwell --help`: the commands in groups, each with a line that is whole at 80 columns."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

GROUPS = {
    "Files": {
        "import": "Load exports into the tables.",
        "export": "Write tables to files that can be imported again.",
        "load": "Keep the tables up to date in your own database.",
        "report": "Write a page about an account, to read and to share.",
    },
    "Analysis": {
        "status": "What is stored, and how much of it is unknown.",
        "findings": "What holds an account's viewers, in sentences.",
        "posts": "An account's posts with every ratio.",
        "benchmarks": "Typical and top ratios for each length.",
        "tiers": "What separates the best posts from the weakest.",
        "trend": "An account over time, by day, week or month.",
        "posting-times": "When an account posts, and how viewers respond.",
        "growth": "Views gained between two observations.",
        "audit": "Which public figure follows measured watch time.",
        "retention": "How viewers leave, second by second.",
        "fit": "Learn from measured watch times, or abstain.",
        "score": "Rank posts by predicted watch time.",
        "audience": "When your followers are on TikTok.",
        "traffic": "Where the views of your videos come from.",
        "sql": "Ask the tables with one SELECT.",
        "mcp": "Let an assistant ask: Model Context Protocol.",
        "reconcile": "Where TikTok's API and Studio's files differ.",
    },
    "Live accounts": {
        "sweep": "Read the newest posts of accounts from a provider.",
        "vet": "Whether a creator is worth working with.",
        "topic": "Whether a hashtag, sound or search is rising.",
        "watchlist": "Named lists of accounts, hashtags and searches.",
        "schedule": "Sweeps to run every day or week.",
        "run": "Run schedules when they are due.",
        "cost": "What the requests to providers cost.",
        "limits": "When each key may send its next request.",
        "replay": "Parse stored responses again after an upgrade.",
        "connect": "Connect your own accounts.",
        "accounts": "Connected accounts, and what each lacks.",
        "disconnect": "End the access to a connected account.",
        "sync": "Read connected accounts: watch time, curves, audience.",
        "syncs": "The last syncs, and what was missing.",
        "track": "Track a public video hour by hour.",
        "videos": "Tracked videos, or the curve of one.",
        "stop": "Stop tracking a video.",
        "usage": "What the account that tracks videos has and uses.",
        "serve": "Serve the tracking API, and read tracked videos.",
        "worker": "Read tracked videos and send webhooks, without the API.",
        "keys": "API keys of the server.",
        "webhooks": "Addresses that are told of events.",
    },
    "Data": {
        "doctor": "Folder, versions, keys seen, disk, and what is wrong.",
        "check": "Is every part of the data folder intact? Repair it.",
        "backup": "Everything that is stored, in one file.",
        "restore": "A backup into an empty data folder.",
        "imports": "What changed the tables: imports, sweeps, syncs.",
        "undo": "Take an import back.",
        "models": "Stored models, and which one score uses.",
        "forget": "Erase everything that is stored about somebody.",
        "seal": "Move the latest rows to the lake now.",
    },
    "Try it": {
        "demo": "Every command on simulated accounts, up to a report.",
        "sandbox": "Serve a simulated TikTok world.",
    },
}
"""Group, then command, then its line; a command without a group is hidden."""


class GroupedCommands(TyperGroup):
    """The root of the commands, whose help lists them in groups."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the groups."""
        del ctx
        for group, lines in GROUPS.items():
            with formatter.section(group):
                formatter.write_dl([(f"{name:<13}", line) for name, line in lines.items()])

    def list_commands(self, ctx: Any) -> list[str]:
        """The names in the order of the groups; hidden ones last."""
        grouped = [name for lines in GROUPS.values() for name in lines]
        return [*grouped, *(name for name in super().list_commands(ctx) if name not in grouped)]
