"""What people open with a spreadsheet runs nothing, and imports again to the same texts."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from dwell.cli.main import main
from dwell.cli.output import as_csv
from dwell.metrics.topic_columns import TOPIC_POST
from dwell.providers.files import user_table
from dwell.results import Result
from dwell.visible import mark

SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "schemas"
CREATOR = ("--creator", "@chef1.2024")


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(*words):
    assert main([str(word) for word in words]) == 0


def captions(folder, tmp_path):
    run("posts", *CREATOR, "--json", "-o", tmp_path / "posts.json", "--data", folder)
    return {row["post_id"]: row["caption"] for row in json.loads((tmp_path / "posts.json").read_text())["rows"]}


@pytest.fixture(scope="module")
def table(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "posts.csv"
    run("posts", *CREATOR, "-o", path, "--data", folder)
    return path


def test_no_text_of_a_table_is_a_formula(table, folder, hostile, capsys):
    run("posts", *CREATOR, "--csv", "--data", folder)
    printed = capsys.readouterr().out
    assert printed.encode() == table.read_bytes()
    cells = [row["caption"] for row in read(table)]
    assert set(cells) == {f"'{text}" if text in hostile.FORMULAS else text for text in hostile.CAPTIONS}


def test_a_table_imports_again_to_the_same_captions(table, folder, tmp_path, hostile):
    again = tmp_path / "again"
    run("import", table, "--data", again)
    stored = captions(folder, tmp_path)
    assert set(stored.values()) == set(hostile.CAPTIONS)
    assert captions(again, tmp_path) == stored


def test_every_table_with_captions_is_known_as_one_of_dwell(folder, tmp_path):
    """Those that can be imported: a new one needs columns of its own in the list."""
    run("retention", *CREATOR, "-o", tmp_path / "retention.csv", "--data", folder)
    run("posts", *CREATOR, "-o", tmp_path / "posts.csv", "--data", folder)
    scored = re.findall(r'"([a-z_0-9]+)": ', (SCHEMAS / "score.schema.json").read_text())
    headers = [(tmp_path / f"{name}.csv").read_text().split("\n")[0].split(",") for name in ("retention", "posts")]
    for header in (*headers, scored, TOPIC_POST):
        assert len(user_table._OF_RESULTS.intersection(header)) > 1, header


def test_numbers_stay_numbers():
    result = Result(("a", "b", "c", "d"), [(-0.5, -3, "-3", ["=x"]), (None, 0, "+1", [])])
    assert as_csv(result) == 'a,b,c,d\n-0.5,-3,\'-3,"[""=x""]"\n,0,\'+1,[]\n'


def test_an_export_is_exact(folder, tmp_path, hostile):
    run("export", "posts", "--format", "csv", "-o", tmp_path / "posts.csv", "--data", folder)
    assert {row["caption"] for row in read(tmp_path / "posts.csv")} == set(hostile.CAPTIONS)
    again = tmp_path / "again"
    run("import", tmp_path / "posts.csv", "--data", again)
    run("export", "posts", "--format", "csv", "-o", tmp_path / "again.csv", "--data", again)
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "posts.csv").read_bytes()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_table_of_a_query_imports_again_to_the_same_texts(folder, tmp_path, ending, capsys):
    """Its columns are those of an export, which is exact: the guards became part of the captions."""
    file = tmp_path / f"query.{ending}"
    run("sql", "SELECT * FROM posts", "-o", file, "--data", folder)
    run("import", file, "--data", tmp_path / "again")
    assert "about" not in capsys.readouterr().out
    texts = [captions(data, tmp_path) for data in (folder, tmp_path / "again")]
    if ending == "xlsx":  # signs that nobody sees are escaped there
        texts = [{post: mark(text) for post, text in found.items()} for found in texts]
    assert texts[0] == texts[1]


def test_the_rejects_file_runs_nothing(folder, tmp_path, hostile):
    lines = [f'"{text}",x,5\n' for text in hostile.FORMULAS if '"' not in text and "," not in text]
    (tmp_path / "table.csv").write_text("post_id,handle,views\n7640060859301845013,a,5\n" + "".join(lines), newline="")
    run("import", tmp_path / "table.csv", "--as-of", "2026-03-01", "--data", tmp_path / "data")
    for place in (tmp_path / "data", folder):
        (file,) = (place / "rejects").iterdir()
        rows = read(file)
        assert len(rows) > 10
        for row in rows:
            assert int(row["line"]) > 1
            for cell in (row["reason"], row["text"]):
                assert not cell.strip().startswith(tuple("=+-@＝＋－＠"))
