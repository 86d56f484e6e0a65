"""Reads what a file provider wrote for the loader, as the loader does."""

from __future__ import annotations

import json
from typing import Any

from dwell.records import Extract


def read_rows(extract: Extract) -> list[dict[str, Any]]:
    """The rows of an extract in JSON lines: every value is text or a list of texts, `line` a number."""
    lines = extract.path.read_text("utf-8").splitlines()
    return [_normalize(json.loads(line, parse_int=str, parse_float=str)) for line in lines]


def _normalize(row: dict[str, Any]) -> dict[str, Any]:
    flags = {True: "true", False: "false"}
    read = {name: flags[value] if isinstance(value, bool) else value for name, value in row.items()}
    return read | {"line": int(row["line"])}
