"""Write the reference pages that come out of the code; a test fails when they are stale."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parent / "reference"


def cli() -> str:
    """`dwell --help` of every command, as a user sees it at 100 columns."""
    import typer

    from dwell.cli.main import app

    parts = ["# Command line\n\nWritten by `make docs` from the commands themselves.\n"]
    for words, command, context in _commands(typer.main.get_command(app)):
        parts.append(f"## {words}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _commands(group: Any, above: Any = None) -> Iterator[tuple[str, Any, Any]]:
    """Every command in a group with its words and context; a group of its own stands before its commands."""
    above = above or group.make_context("dwell", ["status"], terminal_width=100, max_content_width=100)
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        context = type(above)(command, info_name=name, parent=above, terminal_width=100, max_content_width=100)
        yield context.command_path, command, context
        if hasattr(command, "list_commands"):
            yield from _commands(command, context)


def tables() -> str:
    """Every stored table with its key and columns."""
    from dwell.records import TABLES

    parts = ["# Tables\n\nWritten by `make docs` from `dwell.records`. What `dwell export` writes; unknown is null.\n"]
    for table in TABLES.values():
        first = (table.record.__doc__ or "").splitlines()[0]
        keeps = "every observation" if table.keeps == "every" else "the newest known value of each column"
        parts.append(f"## {table.name}\n\n{first} Key: {', '.join(f'`{k}`' for k in table.key)}. Keeps {keeps}.\n")
        parts.append("| column | kind | may be unknown | meaning |\n| --- | --- | --- | --- |")
        parts += [f"| `{c.name}` | {c.kind} | {'yes' if c.nullable else 'no'} | {c.meaning} |" for c in table.columns]
        parts.append("")
    return "\n".join(parts)


def metrics() -> str:
    """Every metric with the columns it returns."""
    from dwell.metrics.catalog import METRICS

    parts = ["# Metrics\n\nWritten by `make docs` from `dwell.metrics.catalog`.\n"]
    for metric in METRICS.values():
        parts.append(f"## {metric.name}\n\n{metric.doc}\n")
        parts += [f"- `{name}`: {meaning}" for name, meaning in metric.parameters.items()]
        parts.append("\n| column | unit | meaning |\n| --- | --- | --- |")
        parts += [f"| `{name}` | {unit} | {meaning} |" for name, (unit, meaning) in metric.columns.items()]
        parts.append("")
    return "\n".join(parts)


PAGES = {"cli.md": cli, "tables.md": tables, "metrics.md": metrics}


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page().rstrip() + "\n", encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
