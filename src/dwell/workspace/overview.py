"""A data folder as prompts and notebooks show it: where it is, and how many rows it has."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path

from dwell.results import Result
from dwell.text.plurals import pluralize
from dwell.visible import mark_line

_TOLD = {"posts": "post", "post_snapshots": "snapshot", "watch_times": "watch time"}
"""Table -> what one of its rows is called."""


def to_text(name: str, root: Path, rows: Mapping[str, int]) -> str:
    """One line: `<Workspace: dwell-data; 933 posts, 3,200 snapshots, 149 watch times>`."""
    counts = ", ".join(pluralize(rows[table], word) for table, word in _TOLD.items())
    return mark_line(f"<{name}: {root}; {counts}>")


def to_html(root: Path, rows: Mapping[str, int]) -> str:
    """The folder, and a table of its tables that have rows."""
    stored = Result(("table", "rows"), [(name, number) for name, number in rows.items() if number])
    return f"<p><code>{html.escape(mark_line(str(root)))}</code></p>{stored._repr_html_()}"
