"""Which function is which command. Each is imported when it is used: all of them cost as much as a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer

from dwell.cli import option_values, verbosity
from dwell.cli.tables import choice

COMMANDS = {
    "import": "import_:import_files",
    "imports": "imports:imports",
    "undo": "imports:undo",
    "status": "status:status",
    "benchmarks": "benchmarks:benchmarks",
    "posts": "posts:posts",
    "findings": "findings:findings",
    "tiers": "tiers:tiers",
    "trend": "trend:trend",
    "posting-times": "posting_times:posting_times",
    "growth": "growth:growth",
    "audit": "audit:audit",
    "retention": "retention:retention",
    "fit": "fit:fit",
    "score": "score:score",
    "models": "models:app",
    "report": "report:report",
    "audience": "audience:audience",
    "traffic": "audience:traffic",
    "reconcile": "reconcile:reconcile",
    "sql": "sql:sql",
    "mcp": "mcp:mcp",
    "export": "export:export",
    "load": "load:load",
    "check": "check:check",
    "doctor": "doctor:doctor",
    "backup": "backup:backup",
    "restore": "restore:restore",
    "seal": "seal:seal",
    "sweep": "sweep:sweep",
    "watchlist": "watchlist:app",
    "schedule": "schedule:app",
    "run": "run:run",
    "serve": "serve:serve",
    "worker": "worker:worker",
    "track": "track:track",
    "videos": "videos:videos",
    "stop": "stop:stop",
    "usage": "usage:usage",
    "keys": "keys:app",
    "webhooks": "webhooks:app",
    "connect": "connect:app",
    "accounts": "accounts:accounts",
    "disconnect": "disconnect:disconnect",
    "sync": "sync:sync",
    "syncs": "sync:syncs",
    "forget": "forget:forget",
    "vet": "vet:vet",
    "topic": "topic:topic",
    "trends": "topic:topic",  # its name before `trend` came
    "cost": "cost:cost",
    "limits": "limits:limits",
    "replay": "replay:replay",
    "sandbox": "sandbox:sandbox",
    "demo": "demo:demo",
}
"""Name of a command -> its module in `dwell.cli`, and the function there, or the app of its subcommands."""

_HIDDEN = {"trends"}


class Commands(Mapping[str, Any]):
    """Name -> command, each made when it is first asked for, with the options that every command has."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _make_command(name, COMMANDS[name])
        return self._made[name]


def _make_command(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    function = getattr(import_module(f"dwell.cli.{module}"), attribute)
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    if isinstance(function, typer.Typer):
        app.add_typer(function, name=name)
    else:
        app.command(name, hidden=name in _HIDDEN)(function)
    command = typer.main.get_group(app).commands[name]
    add_options(command, name)
    return command


def add_options(command: Any, name: str = "") -> None:
    """Give a command and those below it what all of them have: checks of their values, `--wide`, `--columns`, `-v`."""
    option_values.check_values(command, name)
    choice.add_options(command)
    verbosity.add_option(command)
