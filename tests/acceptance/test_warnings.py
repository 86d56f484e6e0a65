"""No command keeps to itself what its `meta` warns of: not as text, not as CSV, not as a chart, not in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import dwell as api
from dwell.cli.fit import report_text
from dwell.cli.main import make_command
from dwell.cli.output import with_warnings
from dwell.cli.tables.layout import layouts_of
from dwell.results import Result
from dwell.workspace.fits import Fit
from dwell_sandbox.exports import COMPETITORS, OWN_ACCOUNT

OWN, RIVAL = f"@{OWN_ACCOUNT}", f"@{COMPETITORS[0]}"
COMMANDS = (
    ("status",),
    ("benchmarks",),
    ("posts", "--creator", OWN),
    ("compare", OWN, RIVAL),
    ("tiers", "--creator", OWN),
    ("trend", "--creator", OWN),
    ("growth", "--creator", OWN),
    ("posting-times", "--creator", OWN),
    ("audit", "--creator", RIVAL),
    ("fit", "--creator", RIVAL),
    ("score", "--creator", RIVAL),
    ("findings", "--creator", OWN),
    ("findings", "--creator", RIVAL),
    ("vet", RIVAL, "--stored"),
)
WARN = {("score", RIVAL), ("fit", RIVAL), ("findings", OWN), ("vet", "--stored")}
"""First and last word of the commands that have something to warn of here, so that the test finds something."""


def collect(document: Any) -> Iterator[str]:
    """Every text of `warnings` and `reasons` in a JSON document, rows left out."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield from collect(value)
        elif key in {"warnings", "reasons"}:
            yield from value


def flat(text: str) -> str:
    return " ".join(text.split())


def columns_known(command: str) -> set[str]:
    """The columns that `--columns` takes before any work: all of the result, so that none of them is refused."""
    return {name for layout in layouts_of(make_command().commands[command]) for name in layout.columns}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_text_and_csv_have_every_warning(
    fitted: tuple[Path, dict[str, Any]], dwell: Callable[..., Any], words: tuple[str, ...]
) -> None:
    data, _ = fitted
    warnings = list(collect(dwell(*words, "--json", data=data).json))
    assert warnings or (words[0], words[-1]) not in WARN
    text, table = dwell(*words, data=data), dwell(*words, "--csv", data=data)
    assert (text.status, table.status) == (0, 0)
    assert set(table.out.splitlines()[0].split(",")) <= columns_known(words[0])
    for warning in warnings:
        assert flat(warning).rstrip(".") in flat(text.out)
        assert flat(warning) in flat(table.err)
        assert flat(warning) not in flat(table.out)


def test_a_chart_and_a_text_file_have_them_as_well(
    fitted: tuple[Path, dict[str, Any]], dwell: Callable[..., Any], tmp_path: Path
) -> None:
    data, _ = fitted
    (warning, *_) = dwell("score", "--creator", RIVAL, "--json", data=data).json["warnings"]
    assert "too narrow by an unknown amount" in warning
    drawn = dwell("score", "--creator", RIVAL, "-o", tmp_path / "ranks.svg", data=data)
    assert warning in drawn.err
    assert "too narrow by an" in (tmp_path / "ranks.svg").read_text()
    dwell("score", "--creator", RIVAL, "-o", tmp_path / "ranks.txt", data=data)
    assert warning in (tmp_path / "ranks.txt").read_text()


def test_a_notebook_has_them(fitted: tuple[Path, dict[str, Any]]) -> None:
    result = api.open(fitted[0]).score(creator=RIVAL)
    assert result.warnings
    for warning in result.warnings:
        assert warning in repr(result)
        assert warning in unescape(result._repr_html_())


def test_the_page_has_them(fitted: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    workspace = api.open(fitted[0])
    for handle, warnings in (
        (RIVAL, workspace.score(creator=RIVAL).warnings),
        (OWN, workspace.findings(creator=OWN).warnings),
    ):
        workspace.report(creator=handle, path=tmp_path / "page.html")
        page = unescape((tmp_path / "page.html").read_text())
        assert warnings
        assert [warning for warning in warnings if warning.rstrip(".") not in page] == []


def test_a_warning_is_not_said_twice() -> None:
    result = Result(
        ("a",), [(1,)], {"warnings": ["Too few\nposts."], "fit": {"reasons": ["none"]}, "verdict": "usable"}
    )
    assert result.warnings == ["Too few\nposts.", "none"]
    assert with_warnings("Too few posts: none", result) == "Too few posts: none\n"
    assert with_warnings("1", result) == "1\n\nWarning: Too few\nposts.\nWarning: none\n"


def test_without_rows_the_verdict_is_a_warning() -> None:
    assert Result(("a",), [], {"verdict": "Too few posts."}).warnings == ["Too few posts."]
    assert Result(("a",), [(1,)], {"verdict": "usable"}).warnings == []


def test_a_fit_of_several_accounts_prints_its_transfer_test() -> None:
    mean = {"mean": 0.84, "low": 0.69, "high": 0.99}
    report: dict[str, Any] = {"target": "watch_ratio", "n": 90, "verdict": "usable", "model_id": "m"}
    report |= {"reasons": [], "baselines": {}, "out_of_fold": {"r2": None}, "creators": ["a", "b", "c"]}
    report["transfer"] = {"creators": 3, "r2": mean, "spearman": {"mean": 0.7, "low": None, "high": None}}
    report["transfer"]["level_shown"] = True
    said = (
        "Each of 3 accounts left out of the fit in turn: R² 0.84 (95% interval 0.69 to 0.99), rank correlation 0.70."
        " Other accounts get a level as well as a rank."
    )
    assert said in report_text(report, Fit.of(report))
    assert "How well it does on other accounts is not known" in report_text(
        {**report, "transfer": None}, Fit.of(report)
    )
