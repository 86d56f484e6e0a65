"""Every option and argument of every command, with texts that are special to SQL, shells, formats and patterns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dwell.cli.command_tree import walk_commands
from dwell.cli.main import make_command

TEXTS = {
    "quotes": "a'b\"c`d;--",
    "braces": "{rows}{0}{}{{",
    "percent": "%s%(x)s%d%",
    "pattern": "*?[a-z]**(.+)$^|",
    "line breaks": "a\nb\r\nc\td",
    "backslashes": "a\\b\\..\\n\\x00\\u0000",
    "NUL": "a\0b",
    "bytes that are not UTF-8": "caf\udce9",
    "half a character": "a\ud83d",
    "10,000 characters": "x" * 10_000,
    "control characters": "\x1b]0;t\x07\x9b2J\u202e",
    "nothing": "",
    "number": "9" * 40,
}

# What a command needs before one of its words can be tried; `{folder}` is a folder of the test.
_NEEDED: dict[str, tuple[str, ...]] = {
    "import": ("{folder}/table.csv",),
    "tiers": ("--creator", "@a_b"),
    "posts": ("--creator", "@a_b"),
    "compare": ("@a_b", "@c_d"),
    "findings": ("--creator", "@a_b"),
    "trend": ("--creator", "@a_b"),
    "posting-times": ("--creator", "@a_b"),
    "growth": ("--creator", "@a_b"),
    "audit": ("--creator", "@a_b"),
    "retention": ("--creator", "@a_b"),
    "fit": ("--creator", "@a_b"),
    "score": ("--creator", "@a_b"),
    "report": ("--creator", "@a_b", "-o", "{folder}/report.html"),
    "audience": ("--creator", "@a_b"),
    "traffic": ("--creator", "@a_b"),
    "export": ("posts", "-o", "{folder}/posts.csv"),
    "load": ("--to", "parquet:{folder}/loaded"),
    "backup": ("{folder}/backup.tar",),
    "restore": ("{folder}/no-backup.tar",),
    "sweep": ("@a_b", "--dry-run"),
    "sync": ("--dry-run",),
    "watchlist add": ("rivals", "@a_b"),
    "watchlist remove": ("rivals",),
    "schedule add": ("daily", "@a_b"),
    "schedule remove": ("daily",),
    "run": ("--once",),
    "forget": ("@a_b", "--dry-run"),
    "undo": ("1a2b3c4d", "--dry-run"),
    "models show": ("watch_ratio-a",),
    "models delete": ("watch_ratio-a", "--yes"),
    "models default": ("watch_ratio-a",),
    "vet": ("@a_b", "--stored"),
    "topic": ("--hashtag", "tag", "--dry-run"),
    "trends": ("--hashtag", "tag", "--dry-run"),
    "connect tiktok": ("--begin",),
    "demo": ("--folder", "{folder}/table.csv/demo"),
}


@dataclass(frozen=True)
class Slot:
    """One place of a command line that takes a text.

    Attributes:
        command: Such as `watchlist add`.
        name: The option, or the argument's name.
        words: What comes before the text, the command included; `{folder}` is a folder.
        after: What comes after it.
    """

    command: str
    name: str
    words: tuple[str, ...]
    after: tuple[str, ...] = ()


def slots() -> list[Slot]:
    """Every option and argument that takes a text, of every command."""
    commands = walk_commands(make_command())
    return [slot for name, command in commands if not hasattr(command, "commands") for slot in _of(command, name)]


def _of(command: Any, name: str) -> Iterator[Slot]:
    needed = _NEEDED.get(name, ())
    for param in command.params:
        if param.param_type_name == "argument":
            options = needed[next((n for n, word in enumerate(needed) if word.startswith("-")), len(needed)) :]
            yield Slot(name, param.name, tuple(name.split()), (*options, "--"))
        elif not (param.is_flag or param.count):
            option = param.opts[-1]
            kept = list(needed)
            if option in kept and not param.multiple:
                place = kept.index(option)
                del kept[place : place + 2]
            elif set(param.opts) & set(kept) and not param.multiple:
                place = kept.index(next(iter(set(param.opts) & set(kept))))
                del kept[place : place + 2]
            yield Slot(name, option, (*name.split(), *kept, option))
