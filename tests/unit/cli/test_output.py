from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from dwell.cli.output import Output, as_csv
from dwell.errors import StorageError
from dwell.results import Result

ANSWER = Result(
    ("post_id", "views", "seen_at", "hashtags"), [("7", None, datetime(2026, 1, 2, tzinfo=UTC), ["a"])], {"n": 1}
)


def test_json_keeps_unknown_null(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).show(ANSWER, lambda _: "")
    assert json.loads(capsys.readouterr().out) == {
        "n": 1,
        "rows": [{"post_id": "7", "views": None, "seen_at": "2026-01-02T00:00:00Z", "hashtags": ["a"]}],
    }


def test_csv_leaves_unknown_empty() -> None:
    assert as_csv(ANSWER) == 'post_id,views,seen_at,hashtags\n7,,2026-01-02T00:00:00Z,"[""a""]"\n'


def test_an_object_in_csv_is_json() -> None:
    counted = Result(("rows_new",), [({"posts": 1, "seen": datetime(2026, 1, 2, tzinfo=UTC)},)])
    assert as_csv(counted) == 'rows_new\n"{""posts"": 1, ""seen"": ""2026-01-02T00:00:00Z""}"\n'


@pytest.mark.parametrize(("name", "form"), [("a.json", "json"), ("a.csv", "csv"), ("a.txt", "text"), ("a.png", ".png")])
def test_the_extension_selects_the_format(name: str, form: str) -> None:
    assert Output(path=Path(name)).format == form


def test_json_and_csv_together_are_wrong_usage() -> None:
    with pytest.raises(typer.BadParameter):
        _ = Output(as_json=True, as_csv=True).format


def test_a_chart_file_needs_a_chart(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="chart"):
        Output(path=tmp_path / "x.png").show(ANSWER, lambda _: "")


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="-o"):
        Output(path=tmp_path / "no" / "x.txt").show(ANSWER, lambda _: "text")
