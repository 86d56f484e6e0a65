"""The findings as figures and sentences, and every number of the report as JSON of a command."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import dwell as api
from dwell.cli.output import jsonable
from dwell.report.content import ReportContent
from dwell.report.statements import statements
from dwell.results import Result
from dwell.warehouse import engine_duckdb, journal
from dwell.workspace.page import collect_content
from dwell_sandbox.exports import COMPETITORS, OWN_ACCOUNT

TZ = "Europe/Berlin"


@pytest.mark.parametrize("handle", [OWN_ACCOUNT, COMPETITORS[0]])
def test_figures_and_sentences(
    fitted: tuple[Path, dict[str, Any]], dwell: Callable[..., Any], conforms: Callable[..., None], handle: str
) -> None:
    data, report = fitted
    done = dwell("findings", "--creator", f"@{handle}", "--json", data=data)
    assert done.status == 0
    conforms(done.json, "findings")
    assert done.json["fit"] == (report if handle == OWN_ACCOUNT else None)
    rows = done.json["rows"]
    assert [row["statement"] for row in rows] == sorted(row["statement"] for row in rows)
    shown = dwell("findings", "--creator", f"@{handle}", data=data).out
    found = api.open(data).findings(creator=handle)
    worded = statements(found)
    assert len(worded) == rows[-1]["statement"] >= 5
    for statement in worded:
        assert statement.text in shown
        assert statement.detail in shown
    assert [worded[row["statement"] - 1].text for row in rows] == [row["sentence"] for row in rows]
    lines = dwell("findings", "--creator", f"@{handle}", "--csv", data=data).out.splitlines()
    assert lines[0] == ",".join(found.columns)


def test_the_page_words_the_same_findings_from_one_connection_and_one_journal(
    fitted: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = api.open(fitted[0])
    opened = {"engine": 0, "journal": 0}
    connect, open_journal = engine_duckdb.connect, journal._open

    def count_engine(*words: Any, **options: Any) -> Any:
        opened["engine"] += 1
        return connect(*words, **options)

    def count_journal(*words: Any, **options: Any) -> Any:
        opened["journal"] += 1
        return open_journal(*words, **options)

    monkeypatch.setattr(engine_duckdb, "connect", count_engine)
    monkeypatch.setattr(journal, "_open", count_journal)
    # With a fit, which also asks for topics.
    workspace.report(creator=OWN_ACCOUNT, path=tmp_path / "page.html", fit=True)
    assert opened == {"engine": 1, "journal": 1}
    page = unescape((tmp_path / "page.html").read_text())
    for statement in statements(workspace.findings(creator=OWN_ACCOUNT, fit=True)):
        assert statement.text in page
        assert statement.detail in page


def plain(value: Any) -> Any:
    """As JSON has it."""
    rows = list(value) if isinstance(value, Result) else value
    return json.loads(json.dumps(rows, default=jsonable))


@pytest.mark.parametrize("handle", [OWN_ACCOUNT, COMPETITORS[0]])
def test_everything_on_the_page_is_json_of_a_command(
    fitted: tuple[Path, dict[str, Any]], dwell: Callable[..., Any], handle: str
) -> None:
    data, _ = fitted

    def ask(command: str, *words: str) -> Any:
        done = dwell(command, "--creator", f"@{handle}", *words, "--json", data=data)
        assert done.status == 0, done.err
        return done.json

    with api.open(data).snapshot() as snapshot:
        content = collect_content(snapshot, {"handle": handle}, TZ)
    findings, status = ask("findings", "--tz", TZ), ask("status")
    benchmarks, tiers = ask("benchmarks"), ask("tiers", "--tz", TZ)
    expected = {
        "handle": findings["handle"],
        "findings": findings["rows"],
        "posts": ask("posts")["rows"],
        "benchmarks": benchmarks["rows"],
        "exclusions": {name: benchmarks[name] for name in ("total", "eligible")} | benchmarks["excluded"],
        "comparison": None,
        "comparison_accounts": "",
        "tiers": tiers["rows"],
        "posting_times": ask("posting-times", "--tz", TZ)["rows"],
        "trend": ask("trend")["rows"],
        "growth": ask("growth")["rows"],
        "audit": ask("audit")["rows"] if handle == OWN_ACCOUNT else None,
        "score": ask("score") if handle != OWN_ACCOUNT else None,
        "connected": False,
        # Connections are the folder's, not the account's: the page has none.
        # No curves are among the exports: tests/acceptance/test_retention.py has them.
        "retention": None,
        "retention_posts": [],
        "status": {name: value for name, value in status.items() if name not in {"rows", "connections"}},
        "tz": findings["tz"],
        "period": "",
        "every": ask("trend")["every"],
        "simulated": findings["simulated"],
    }
    not_data = {"generated_at", "versions"}
    assert set(expected) | not_data == {field.name for field in fields(ReportContent)}
    for name, value in expected.items():
        assert plain(getattr(content, name)) == value, name
    meta = {name: value for name, value in findings.items() if name != "rows"}
    assert plain(dict(content.findings.meta)) == meta
    assert plain(dict(content.tiers.meta)) == {name: value for name, value in tiers.items() if name != "rows"}
    assert status["rows"] == [row for row in status["rows"] if row["handle"] == handle]


def test_new_commands_draw_and_say_what_is_missing(stored: Path, dwell: Callable[..., Any], tmp_path: Path) -> None:
    for command in ("growth", "posting-times"):
        picture = tmp_path / f"{command}.svg"
        assert dwell(command, "--creator", f"@{OWN_ACCOUNT}", "-o", picture, data=stored).status == 0
        assert picture.read_text().startswith("<svg")
        table = dwell(command, "--creator", f"@{OWN_ACCOUNT}", data=stored).out
        assert len(table.splitlines()) > 5
    assert dwell("findings", "--creator", "@nobody", data=stored).status == 1
