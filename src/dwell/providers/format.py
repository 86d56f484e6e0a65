"""What every importer is: a name, a way to recognise a file by its content, and a way to open it for loading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dwell.providers.part import Layout, Part
from dwell.records import Extract, Hints
from dwell.text.invisible import drop_invisible

CSV: frozenset[Layout] = frozenset({"csv"})
JSON: frozenset[Layout] = frozenset({"ndjson", "array", "document"})


@dataclass(frozen=True)
class Context:
    """What an importer may look at besides the content.

    Attributes:
        file: The path as the user gave it; its name is only a hint.
        hints: What the user stated on the command line.
        scratch: Folder for rewritten copies.
    """

    file: Path
    hints: Hints
    scratch: Path

    @property
    def as_of(self) -> datetime | None:
        """`--as-of` as an instant; without a zone it is in `--tz`, else UTC.

        Raises:
            MissingTimeError: It isn't an ISO date or time.
        """
        return self.hints.as_of_instant()

    @property
    def handle(self) -> str | None:
        """`--creator`, lower case, without @."""
        return self.hints.account


@dataclass
class ReadResult:
    """What an importer made of the parts of one file."""

    extracts: list[Extract] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Format:
    """One importer.

    Attributes:
        name: As in `--format` and in the `source` column.
        description: What it reads, in one line.
        columns: Headers or keys that such a file has, one set for each of its layouts: named when nothing recognises
            a file.
        recognises: Whether one part has this format, by its content.
        read: Opens the parts of one file; called with parts that it recognises, or with any after `--format`.
        kind_of: What a JSON object is to this format: `post`, `user`, `comment`, `row` (of a table that a user made),
            or None. Rows are looked for with it in any wrapper.
        layouts: How the rows of such a file may be laid out.
    """

    name: str
    description: str
    columns: tuple[frozenset[str], ...]
    recognises: Callable[[Part, Context], bool]
    read: Callable[[Sequence[Part], Context], ReadResult]
    kind_of: Callable[[Mapping[str, Any]], str | None] = lambda _: None
    layouts: frozenset[Layout] = JSON


def normalize_header(header: str) -> str:
    """A header as it is compared: lower case, without invisible characters, quotes, or differences in blanks."""
    text = drop_invisible(header).replace("\u00a0", " ").replace("_", " ").strip().strip('"').casefold()
    return " ".join(text.split())
