"""A data folder whose captions, niche and reasons come from the list of hostile texts."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dwell.cli.main import main

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
_MEASURED = 8
"""Posts with watch time: too few for a model, which would take longer than all tests of this folder."""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[int, str]]]:
    """Run a command in a terminal: its exit code, and all that it prints."""

    def run(*words: object) -> tuple[int, str]:
        out, err = Terminal(), Terminal()
        with monkeypatch.context() as patch:
            patch.setenv("TERM", "dumb")  # progress bars and spinners are tested apart: they control the terminal
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            status = main([str(word) for word in words])
        return status, out.getvalue() + err.getvalue()

    return run


def make_rows(hostile: ModuleType) -> list[dict[str, Any]]:
    rows = []
    for number, caption in enumerate(hostile.CAPTIONS):
        at, views = START + timedelta(hours=13 * number), 900 + 731 * (number * 7 % 41)
        post = {
            "post_id": str((int(at.timestamp()) << 32) + number), "handle": hostile.HANDLE, "caption": caption,
            "posted_at": at.isoformat(), "duration_s": 6 + number * 5 % 70,
            "url": f"https://www.tiktok.com/@{hostile.HANDLE}/video/{(int(at.timestamp()) << 32) + number}",
        }  # fmt: skip
        for days, factor in ((5, 1.0), (9, 1.6)):
            seen = round(views * factor)
            row = post | {"observed_at": (at + timedelta(days=days)).isoformat(), "views": seen}
            row |= {"likes": seen // (9 + number % 7), "comments": seen // 210, "shares": seen // (120 + number % 50)}
            row |= {"saves": seen // (60 + number % 40)}
            if number < _MEASURED:
                row |= {"avg_watch_s": 2 + number * 3 % 11, "full_watch_rate": round(0.1 + number % 13 / 20, 2)}
            rows.append(row)
    return rows


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, hostile: ModuleType) -> Path:
    """Its one account has a post for each text; a rejects file; a hostile niche, watchlist and schedule."""
    place = tmp_path_factory.mktemp("outgoing")
    rows = make_rows(hostile)
    bad = [{"post_id": f"{text} 7.35E+18", "views": 5} for text in (*hostile.FORMULAS, *hostile.CONTROLS)]
    (place / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*rows, *bad]))
    options = ["--niche", hostile.EVERYTHING, "--data", place / "data", "-o", place / "import.txt"]
    assert main([str(word) for word in ["import", place / "posts.jsonl", *options]]) == 0
    return place / "data"
