from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dwell.errors import DwellError
from dwell.metrics import compile as compiling
from dwell.metrics.compile import bound_sql, sql

SECOND_RUN = """
import sys
from pathlib import Path
from dwell.metrics.compile import sql
text = sql("growth", cache=Path(sys.argv[1]), handle="me")
loaded = {"ibis", "sqlglot", "pandas", "numpy"} & set(sys.modules)
assert not loaded, loaded
sys.stdout.write(text)
"""


def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    text = sql("growth", cache=tmp_path, handle="me")
    done = subprocess.run(
        [sys.executable, "-c", SECOND_RUN, str(tmp_path)], check=True, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.stdout == text


def test_each_question_has_its_own_text(tmp_path: Path) -> None:
    asked = [
        {},
        {"handle": "me"},
        {"handle": "you"},
        {"min_age_h": 10},
        {"include": ("ads",)},
        {"include": ("ads", "young")},
    ]
    texts = {sql("exclusions", cache=tmp_path, **given) for given in asked}
    assert len(texts) == len(asked) == len(list(tmp_path.glob("*.sql")))
    assert sql("exclusions", "spark", tmp_path) not in texts


def test_order_and_kind_of_a_list_do_not_matter(tmp_path: Path) -> None:
    first = sql("exclusions", cache=tmp_path, include=["young", "ads", "ads"])
    assert sql("exclusions", cache=tmp_path, include=("ads", "young")) == first
    assert len(list(tmp_path.glob("*.sql"))) == 1


def test_no_account_and_no_period_are_as_if_not_given(tmp_path: Path) -> None:
    text = sql("exclusions", cache=tmp_path)
    assert bound_sql("exclusions", cache=tmp_path, handle=None, since=None) == (text, {})
    assert len(list(tmp_path.glob("*.sql"))) == 1


def test_a_file_that_is_not_as_it_was_written_is_written_again(tmp_path: Path) -> None:
    text = sql("growth", cache=tmp_path)
    (file,) = tmp_path.glob("*.sql")
    whole = file.read_text(encoding="utf-8")
    for damaged in ("", whole[:-100], whole.replace("likes", "shares"), "SELECT 1", f"COPY x TO 'y';{whole}"):
        file.write_text(damaged, encoding="utf-8")
        assert sql("growth", cache=tmp_path) == text
        assert file.read_text(encoding="utf-8") == whole


def test_an_unusable_folder_is_done_without(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    assert sql("growth", cache=blocked) == sql("growth")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert sql("growth", cache=tmp_path) == sql("growth")
    assert list(tmp_path.iterdir()) == []


def test_many_writers_at_once_leave_whole_texts(tmp_path: Path) -> None:
    text = sql("growth")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: compiling._write_cached(tmp_path / "same.sql", text), range(64)))
    assert [file.name for file in tmp_path.iterdir()] == ["same.sql"]
    assert compiling._read_cached(tmp_path / "same.sql") == text


def test_wrong_names_are_said() -> None:
    with pytest.raises(DwellError, match="benchmarks, metric_counts"):
        sql("benchmark")
    with pytest.raises(DwellError, match="duckdb, spark"):
        sql("growth", "trino")  # type: ignore[arg-type]
