"""Every command on the simulated account: its JSON contract and exit codes."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dwell_sandbox.exports import COMPETITORS, OWN_ACCOUNT

OPTIONS = {"handle": "--creator", "as_of": "--as-of", "niche": "--niche"}


def test_import_counts_every_row_once(
    dwell: Callable[..., Any], exports: list[Any], conforms: Callable[..., None]
) -> None:
    scrape = next(export for export in exports if export.path.suffix == ".jsonl" and OWN_ACCOUNT in export.path.name)
    first = dwell("import", scrape.path, "--as-of", scrape.hints["as_of"], "--json")
    again = dwell("import", scrape.path, "--as-of", scrape.hints["as_of"], "--json")
    conforms(first.json, "import")
    before, after = first.json["files"][0], again.json["files"][0]
    assert first.status == again.status == 0
    assert before["rows_read"] == len(scrape.path.read_text().splitlines())
    assert before["posts_new"] + before["known"] + before["duplicates"] + before["rejected"] == before["rows_read"]
    assert before["posts_new"] > 100
    assert (after["posts_new"], after["snapshots_new"], after["known"]) == (
        0,
        0,
        before["rows_read"] - before["rejected"],
    )


def test_dry_run_stores_nothing(dwell: Callable[..., Any], exports: list[Any]) -> None:
    scrape = exports[0]
    tried = dwell("import", scrape.path, "--as-of", scrape.hints["as_of"], "--dry-run", "--json")
    assert tried.json["files"][0]["posts_new"] > 0
    assert dwell("status", "--json").json["tables"]["posts"] == 0


def test_seal(dwell: Callable[..., Any], stored: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(stored, copy)
    waiting = dwell("status", "--json", data=copy).json["storage"]
    (row,) = dwell("seal", "--json", data=copy).json["rows"]
    assert row["rows_moved"] == waiting["unsealed_rows"]
    after = dwell("status", "--json", data=copy).json
    assert after["storage"] == {"unsealed_rows": 0, "rows_outside_rollup": 0, "sealed_at": row["sealed_at"]}
    assert after["tables"] == dwell("status", "--json", data=stored).json["tables"]
    assert "No rows were waiting." in dwell("seal", data=copy).out


def test_status(dwell: Callable[..., Any], stored: Path, conforms: Callable[..., None]) -> None:
    done = dwell("status", "--json", data=stored)
    conforms(done.json, "status")
    assert done.json["tables"]["watch_times"] > 100
    assert {row["handle"] for row in done.json["rows"]} >= {OWN_ACCOUNT, *COMPETITORS}
    assert "Unknown in newest snapshots" in dwell("status", data=stored).out


@pytest.mark.parametrize("by", ["bucket", "creator-size", "niche"])
@pytest.mark.parametrize("scheme", ["proxy", "sweet-spot"])
def test_benchmarks(
    dwell: Callable[..., Any], stored: Path, conforms: Callable[..., None], by: str, scheme: str
) -> None:
    done = dwell("benchmarks", "--by", by, "--scheme", scheme, "--json", data=stored)
    conforms(done.json, "benchmarks")
    eligible = done.json["total"] - sum(
        done.json["excluded"][name] for name in ("young", "ads", "pinned", "photos", "unknown_views")
    )
    assert eligible == done.json["eligible"]
    assert done.json["excluded"]["ads"] > 0
    if by == "bucket":
        assert len(done.json["rows"]) >= 4


def test_include_adds_excluded_posts(dwell: Callable[..., Any], stored: Path) -> None:
    strict = dwell("benchmarks", "--json", data=stored).json
    loose = dwell("benchmarks", "--json", "--include", "ads,pinned", data=stored).json
    assert loose["eligible"] == strict["eligible"] + strict["excluded"]["ads"] + strict["excluded"]["pinned"]
    assert (loose["excluded"]["ads"], loose["excluded"]["pinned"]) == (0, 0)


def test_posts_are_sorted_and_limited(dwell: Callable[..., Any], stored: Path) -> None:
    rows = dwell(
        "posts",
        "--creator",
        f"@{OWN_ACCOUNT}",
        "--above-p90",
        "--limit",
        "5",
        "--sort",
        "save_rate",
        "--json",
        data=stored,
    ).json["rows"]
    assert 0 < len(rows) <= 5
    assert all(row["above_p90"] for row in rows)
    rates = [row["save_rate"] for row in rows]
    assert rates == sorted(rates, reverse=True)


def test_a_creator_may_be_a_link(dwell: Callable[..., Any], stored: Path) -> None:
    link = f"https://www.tiktok.com/@{OWN_ACCOUNT.upper()}?lang=en"
    assert (
        dwell("posts", "--creator", link, "--json", data=stored).json
        == dwell("posts", "--creator", f"@{OWN_ACCOUNT}", "--json", data=stored).json
    )


@pytest.mark.parametrize("command", ["tiers", "trend", "audit"])
def test_queries_about_an_account(dwell: Callable[..., Any], stored: Path, command: str) -> None:
    done = dwell(command, "--creator", f"@{OWN_ACCOUNT}", "--json", data=stored)
    assert done.status == 0
    assert done.json["rows"]
    table = dwell(command, "--creator", f"@{OWN_ACCOUNT}", data=stored).out
    assert len(table.splitlines()) > 3
    rows = list(csv.DictReader(io.StringIO(dwell(command, "--creator", f"@{OWN_ACCOUNT}", "--csv", data=stored).out)))
    assert len(rows) == len(done.json["rows"])
    assert list(rows[0]) == list(done.json["rows"][0])


def test_fit_reports_its_skill(fitted: tuple[Path, dict[str, Any]], conforms: Callable[..., None]) -> None:
    _, report = fitted
    conforms(report, "fit")
    assert report["verdict"] == "usable"
    assert report["out_of_fold"]["r2"] > report["baselines"]["bucket_ols"]["out_of_fold"]["r2"]


def test_score_shows_a_rank_and_no_level(
    fitted: tuple[Path, dict[str, Any]], dwell: Callable[..., Any], conforms: Callable[..., None]
) -> None:
    data, report = fitted
    done = dwell("score", "--creator", f"@{COMPETITORS[0]}", "--limit", "10", "--json", data=data)
    conforms(done.json, "score")
    assert done.json["model_id"] == report["model_id"]
    assert done.json["level_shown"] is False
    assert done.json["reasons"]
    assert [row["rank"] for row in done.json["rows"]] == list(range(1, 11))
    assert all(row["percentile_low"] <= row["percentile"] <= row["percentile_high"] for row in done.json["rows"])
    assert all(row["watch_ratio_predicted"] is None for row in done.json["rows"])


def test_report_is_one_file(fitted: tuple[Path, dict[str, Any]], dwell: Callable[..., Any], tmp_path: Path) -> None:
    data, _ = fitted
    page = tmp_path / "report.html"
    assert dwell("report", "--creator", f"@{OWN_ACCOUNT}", "-o", page, data=data).status == 0
    text = page.read_text()
    assert OWN_ACCOUNT in text
    assert 'src="http' not in text


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_an_export_of_everything_imports_again(
    dwell: Callable[..., Any], stored: Path, tmp_path: Path, form: str
) -> None:
    backup = tmp_path / "backup"
    written = dwell("export", "all", "--format", form, "-o", backup, "--json", data=stored).json["rows"]
    restored = tmp_path / "restored"
    filled = [row["path"] for row in written if row["rows"]]
    assert dwell("import", *filled, data=restored).status == 0
    before, after = (dwell("status", "--json", data=data).json for data in (stored, restored))
    for status in (before, after):
        assert status.pop("storage")  # how rows are stored is not what is stored
    assert before == after
    for name, data in (("original", stored), ("again", restored)):
        assert dwell("export", "all", "--format", "jsonl", "-o", tmp_path / name, data=data).status == 0
    for row in written:
        original, again = (
            sorted((tmp_path / name / f"{row['table']}.jsonl").read_text().splitlines())
            for name in ("original", "again")
        )
        assert again == original, row["table"]
    dwell("export", "posts", "--format", "jsonl", "-o", tmp_path / "posts.jsonl", data=stored)
    one_table = (tmp_path / "posts.jsonl").read_text().splitlines()
    assert sorted(one_table) == sorted((tmp_path / "original" / "posts.jsonl").read_text().splitlines())


@pytest.mark.parametrize("ending", ["png", "svg", "html"])
def test_chart_files(dwell: Callable[..., Any], stored: Path, tmp_path: Path, ending: str) -> None:
    picture = tmp_path / f"strip.{ending}"
    assert dwell("benchmarks", "--creator", f"@{OWN_ACCOUNT}", "-o", picture, data=stored).status == 0
    assert picture.stat().st_size > 5_000


def test_errors_say_what_to_do(
    dwell: Callable[..., Any], stored: Path, conforms: Callable[..., None], tmp_path: Path
) -> None:
    missing = dwell("status", data=tmp_path / "nowhere")
    assert missing.status == 1
    assert "dwell import" in missing.err
    unknown = dwell("posts", "--creator", "@nobody", "--json", data=stored)
    assert unknown.status == 1
    conforms(json.loads(unknown.err), "error")
    assert unknown.out == ""
    wrong = dwell("tiers", "--json", data=stored)
    assert wrong.status == 2
    conforms(json.loads(wrong.err), "error")
    assert dwell("benchmarks", "--min-age", "soon", data=stored).status == 2


def test_an_unknown_file_names_its_columns(dwell: Callable[..., Any], tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("apples,pears\n1,2\n")
    done = dwell("import", odd)
    assert done.status == 1
    assert "apples" in done.err


def test_explain_shows_the_steps_of_a_row_and_stores_nothing(
    dwell: Callable[..., Any], conforms: Callable[..., None], tmp_path: Path
) -> None:
    post = (1_700_000_000 << 32) + 7_777_777
    path = tmp_path / "mine.csv"
    path.write_text(f"post_id,views,likes\n{post},1.2K,7\n12,4,7\n{post + 2},9,1\n")
    words = ("import", path, "--explain", "--as-of", "2026-01-01", "--creator", "@demo")
    shown = dwell(*words, 2)
    assert shown.status == 0
    steps = [line.split()[0] for line in shown.out.splitlines() if line.startswith(("raw ", "text ", "typed "))]
    assert steps == ["raw", "text", "typed"]
    assert "line 2: new" in shown.out
    assert ["views", "1.2K", "1200", "1200"] in [line.split() for line in shown.out.splitlines()]
    assert "line 3" not in shown.out
    document = dwell(*words, "--json").json
    conforms(document, "explain")
    assert [(row["line"], row["outcome"]) for row in document["files"][0]["rows"]] == [
        (2, "new"),
        (3, "rejected"),
        (4, "new"),
    ]
    assert dwell("status", "--json").json["tables"]["posts"] == 0


def test_explain_takes_several_files_and_says_what_it_cannot_find(dwell: Callable[..., Any], tmp_path: Path) -> None:
    post = (1_700_000_000 << 32) + 7_777_777
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"post_id,views,likes\n{post},1,7\n")
    (tmp_path / "c.csv").write_text("apples\n1\n")
    files = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    done = dwell("import", *files, "--explain", "9", "--as-of", "2026-01-01")
    assert done.status == 1
    assert "No row at line 9 of a.csv." in done.out
    assert "No row at line 9 of b.csv." in done.out
    assert "c.csv" in done.err
    lonely = dwell("import", "--explain", "9")
    assert lonely.status == 2
    assert "name a file to explain" in lonely.err


def test_every_kind_of_export_is_explained(
    dwell: Callable[..., Any], exports: list[Any], stored: Path, conforms: Callable[..., None]
) -> None:
    before = dwell("status", "--json", data=stored).json["tables"]
    for export in exports:
        words = [word for key, value in export.hints.items() for word in (OPTIONS[key], value)]
        done = dwell("import", export.path, "--explain", *words, "--json", data=stored)
        assert done.status == 0, done.err
        conforms(done.json, "explain")
        (file,) = done.json["files"]
        assert file["rows"], export.path
        assert {row["outcome"] for row in file["rows"]} <= {"known", "duplicate", "rejected"}, export.path
        assert any(cell["text"] is not None for row in file["rows"] for cell in row["columns"])
    assert dwell("status", "--json", data=stored).json["tables"] == before
