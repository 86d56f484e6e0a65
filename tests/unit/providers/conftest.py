from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dwell.providers.format_registry import read
from dwell.records import Hints, SourceFile

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwell.clock.now", lambda: NOW)
    monkeypatch.setattr("dwell.providers.links.now", lambda: NOW)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


@pytest.fixture
def opened(tmp_path: Path, scratch: Path) -> Callable[..., SourceFile]:
    """Write content to a file and read it: text, bytes, or anything that JSON can hold."""

    def _opened(content: Any, name: str = "file.csv", **hints: Any) -> SourceFile:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        else:
            path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return read(path, Hints(**hints), scratch)

    return _opened
