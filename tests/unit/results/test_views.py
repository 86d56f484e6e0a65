"""What prompts and notebooks show of results and workspaces."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dwell
from dwell.results import Result

ROW = (
    1234567,
    0.12345,
    None,
    datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    "a caption of many words that takes its time, " * 2,
)
COLUMNS = ("views", "like_rate", "saves", "posted_at", "caption")
META = {"verdict": "Cannot tell: too few.", "warnings": ["Few <b>posts</b>."], "excluded": {"ads": 2, "young": 0}}
SHOWN = Result(COLUMNS, [ROW] * 60, META)


def test_a_prompt_shows_a_few_whole_lines() -> None:
    lines = repr(SHOWN).splitlines()
    assert lines[0] == "<Result: 60 rows, 5 columns>"
    assert lines[1].split() == ["views", "like_rate", "saves", "posted_at"]
    assert lines[2].split() == ["1,234,567", "12.35%", "–", "2026-01-02", "03:04"]
    assert lines[-2:] == ["... 55 more rows; columns not shown: caption", "Warning: Few <b>posts</b>."]
    assert max(map(len, lines)) <= 100
    assert len(lines) == 9
    assert repr(Result((), [])) == "<Result: 0 rows, 0 columns>"


def test_a_prompt_aligns_wide_signs() -> None:
    lines = repr(Result(("handle", "views"), [("日本語", 1), ("a", 22)])).splitlines()
    assert lines[1:] == ["handle  views", "日本語      1", "a          22"]


def test_a_notebook_shows_formatted_numbers_warnings_and_meta() -> None:
    html = SHOWN._repr_html_()
    assert '<td class="number">1,234,567</td><td class="number">12.35%</td><td>2026-01-02 03:04</td>' in html
    assert "the first 50 are shown; without any value: saves" in html
    assert html.count("<tr>") == 1 + 50 + 2
    assert html.index("Few &lt;b&gt;posts&lt;/b&gt;.") < html.index("Cannot tell: too few.") < html.index("<table>")
    assert "ads: 2; young: 0" in html


def test_no_text_becomes_markup(hostile: Any) -> None:
    texts = [*hostile.CONTROLS, *hostile.MARKUP]
    html = Result(
        ("caption", texts[0]), [(text, 1) for text in texts], {texts[0]: texts, "verdict": "a <b>"}
    )._repr_html_()
    inside = html.split("</style>")[1]
    allowed = {"div", "p", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"}
    assert {tag.strip("/") for tag in re.findall(r"<(/?\w+)", inside)} == allowed
    assert not re.search(r"https?:|url\(|@import|src=|href=", html.replace("http://evil.example", ""))
    assert not re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\u2066-\u2069]", html)


def test_workspace_and_snapshot(tmp_path: Path) -> None:
    workspace = dwell.open(tmp_path / "<b>data", create=True)
    assert repr(workspace) == f"<Workspace: {tmp_path / '<b>data'}; 0 posts, 0 snapshots, 0 watch times>"
    assert "<b>" not in workspace._repr_html_()
    with workspace.snapshot() as snapshot:
        assert repr(snapshot).startswith("<Snapshot: ")


def test_imports_are_results(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    done = dwell.open(tmp_path / "data", create=True).import_files([tmp_path / "bad.json"])
    assert isinstance(done, Result)
    assert "bad.json was not loaded: " in repr(done)
    assert "bad.json was not loaded: " in done._repr_html_()
    assert done.to_polars().schema == done.head(0).to_polars().schema
