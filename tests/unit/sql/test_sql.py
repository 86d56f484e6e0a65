"""What a SELECT may ask, and what comes back."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.cli.main import main
from dwell.errors import NoDataError, QueryError, StorageError
from dwell.metrics.tiktok_organic.catalog import DERIVED
from dwell.records import TABLES
from dwell.results.arrow_rows import ArrowRows, arrow_kinds
from dwell.settings import Settings

SELECTS = (
    "SELECT count(*) FROM posts",
    "FROM posts LIMIT 1;",
    "TABLE posts",
    "VALUES (1)",
    "SELECT ';' AS \"a;b\" -- ;\nFROM posts /* ; */ ; -- ä",
    "WITH p AS (FROM posts) SELECT count(*) FROM p JOIN posts USING (post_id)",
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT max(n) FROM t",
    "(SELECT 1 AS a) UNION ALL BY NAME (SELECT 2 AS a) ORDER BY a",
    "SELECT handle, avg(views) OVER (PARTITION BY handle) FROM post_snapshots JOIN posts USING (post_id)",
    "SELECT DISTINCT ON (handle) handle, caption FROM posts QUALIFY row_number() OVER () = 1 LIMIT 50 %",
    "FROM posts PIVOT (count(*) FOR handle IN ('demo'))",
    "SELECT unnest(hashtags), [x FOR x IN hashtags IF x > 'a'], list_transform([1], lambda x: x + 1) FROM posts",
    "SELECT s.x.y, CASE WHEN true THEN 1 END, interval 1 day, date '2020-01-01' FROM (SELECT {'y': 1} AS x) AS s",
    "SELECT date_trunc('week', posted_at), median(duration_s), mode(handle), now() > posted_at FROM posts GROUP BY ALL",
    "SELECT * EXCLUDE (caption) FROM posts TABLESAMPLE 50 %",
    "SELECT caption->>'$.a', to_json(hashtags) FROM posts WHERE caption SIMILAR TO '{.*'",
    "SELECT * FROM range(3), generate_series(1, 2) AS g(n)",
    "SELECT COLUMNS('.*_id') FROM posts WHERE handle IN (SELECT handle FROM creators) OR EXISTS (SELECT 1)",
    "DESCRIBE posts",
    "SUMMARIZE creators",
    "SELECT count(*) FROM tiktok_organic_videos",
    'SELECT "POST_ID" FROM "Posts"',
    "SELECT current_date, random() < 2, uuid() IS NULL, current_user",
)


def test_every_form_of_a_select_is_answered(asked: dwell.Workspace) -> None:
    with asked.snapshot() as snapshot:
        for query in SELECTS:
            assert snapshot.sql(query).columns, query


@pytest.mark.parametrize("name", ["posts", "retention", "owned_comments", "tiktok_organic_videos"])
def test_tables_have_the_types_that_are_declared(asked: dwell.Workspace, name: str) -> None:
    found = asked.table(name)
    assert isinstance(found.rows, ArrowRows)
    declared = (DERIVED[name] if name in DERIVED else TABLES[name]).columns
    assert arrow_kinds(found.rows.table) == {column.name: column.kind for column in declared}
    assert asked.sql(f"FROM {name}").to_arrow().schema == found.to_arrow().schema


def test_rows_of_lake_and_journal_are_one_table(asked: dwell.Workspace) -> None:
    found = asked.sql("SELECT caption, posted_at, duration_s, hashtags FROM posts ORDER BY post_id")
    at = datetime(2026, 6, 3, 3, 5, 32, tzinfo=UTC)  # in its id
    assert isinstance(found.rows, ArrowRows)
    assert len(found.rows[1:].table) == 1
    assert list(found.rows) == [("it's; -- fine", at, 12.5, ["a"]), ("\u202e<b>😀</b>", at, 12.5, ["a"])]
    assert found.head(1).rows == [("it's; -- fine", at, 12.5, ["a"])]


def test_the_order_is_that_of_the_query(asked: dwell.Workspace) -> None:
    found = asked.sql("SELECT (range * 7919) % 100003 AS n FROM range(100003) ORDER BY n DESC").column("n")
    assert found == sorted(found, reverse=True)


TYPES = (
    ("1::TINYINT", "count", 1),
    ("3::HUGEINT", "count", 3),
    ("(SELECT sum(range) FROM range(3))", "count", 3),
    ("1.5", "number", 1.5),
    ("'nan'::FLOAT", "number", None),
    ("true", "flag", True),
    ("NULL", "text", None),
    ("date '2020-01-01'", "day", date(2020, 1, 1)),
    ("timestamp '2020-01-01'", "instant", datetime(2020, 1, 1, tzinfo=UTC)),
    ("date 'infinity'", "day", None),
    ("NULL::DATE", "day", None),
    ("NULL::TIMESTAMP", "instant", None),
    ("date '9999-12-31'", "day", date(9999, 12, 31)),
    ("timestamp '-infinity'", "instant", None),
    ("timestamptz '9999-12-31 23:59:59.5+00'", "instant", datetime(9999, 12, 31, 23, 59, 59, 500_000, UTC)),
    ("timestamp '0001-01-01'", "instant", datetime(1, 1, 1, tzinfo=UTC)),
    ("timestamp_s '2020-01-01'", "instant", datetime(2020, 1, 1, tzinfo=UTC)),
    ("interval 1 day", "text", "1 day"),
    ("time '10:00'", "text", "10:00:00"),
    ("['a']", "texts", ["a"]),
    ("[1]", "other", [1]),
    ("[interval 1 day]", "text", '["1 day"]'),
    ("{'a': [1]}", "text", '{"a":[1]}'),
    ("map {'a': 1}", "text", '{"a":1}'),
    ("'x'::BLOB", "text", "x"),
)


def test_the_types_are_few(asked: dwell.Workspace) -> None:
    columns = ", ".join(f"{value} AS c{index}" for index, (value, _, _) in enumerate(TYPES))
    found = asked.sql(f"SELECT {columns}")
    assert list(zip(found.kinds.values(), found.rows[0], strict=True)) == [(kind, shown) for _, kind, shown in TYPES]
    none = asked.sql(f"SELECT {columns} WHERE false")
    assert not len(none)
    assert none.to_arrow().schema == found.to_arrow().schema
    assert none.to_polars().schema == found.to_polars().schema
    assert list(none.to_pandas().dtypes) == list(found.to_pandas().dtypes)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("9007199254740993::DECIMAL(18,0)", 9007199254740993),
        ("sum(9007199254740993::DECIMAL(18,0))", 9007199254740993),
        ("1234567890123.25::DECIMAL(15,2)", 1234567890123.25),
        ("sum(0.1::DECIMAL(18,2))", 0.1),
        ("[0.5::DECIMAL(4,1), NULL]", [0.5, None]),
        ("['nan'::DOUBLE, 'inf'::DOUBLE, 0.5]", [None, None, 0.5]),
        ("['-inf'::FLOAT]", [None]),
        ("""{'a': 'NaN " Infinity'}""", '{"a":"NaN \\" Infinity"}'),
        ("TIMESTAMP_NS '2025-01-01 00:00:00.123456'", datetime(2025, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)),
    ],
)
def test_a_value_is_exact_and_json_can_hold_it(asked: dwell.Workspace, value: str, shown: Any) -> None:
    assert asked.sql(f"SELECT {value} AS v").column("v") == [shown]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("12345678901234567.89::DECIMAL(38,2)", "more digits than a number keeps"),
        ("99999999999999999999::DECIMAL(20,0)", "Failed to cast"),
        ("[12345678901234567.89::DECIMAL(38,2)]", "more digits than a number keeps"),
        ("{'a': 'nan'::DOUBLE}", "NaN or infinity"),
        ("[['inf'::DOUBLE]]", "NaN or infinity"),
        ("MAP {'NaN': '-inf'::DOUBLE}", "NaN or infinity"),
        ("TIMESTAMP_NS '2025-01-01 00:00:00.123456789'", "finer than a microsecond"),
    ],
)
def test_what_no_type_holds_exactly_is_an_error(asked: dwell.Workspace, value: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        asked.sql(f"SELECT {value} AS v")
    assert len(asked.sql(f"SELECT ({value})::VARCHAR AS v")) == 1


def test_names_of_columns_are_distinct(asked: dwell.Workspace) -> None:
    assert asked.sql("SELECT 1 AS a, 2 AS a, 3 AS a_1").columns == ("a", "a_1", "a_1_1")


def test_values_are_bound(asked: dwell.Workspace, hostile: Any) -> None:
    texts = ["it's", "'; COPY posts TO 'x'", *hostile.CONTROLS, *hostile.FORMULAS, *hostile.MARKUP]
    assert asked.sql("SELECT unnest($t) AS t", {"t": texts}).column("t") == texts
    assert asked.sql("SELECT ? + ? AS t", [1, 2]).column("t") == [3]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "SELECT vies FROM post_snapshots",
            'Binder Error: Referenced column "vies" not found in FROM clause! Candidate',
        ),
        ("SELEC 1", 'This SQL can\'t be read: syntax error at or near "SELEC".'),
        ("SELECT * FROM post", "There is no table post: did you mean posts?"),
        ("SELECT * FROM zzzzz", "There is no table zzzzz: choose from account_days, "),
        ("SELECT caption::INT FROM posts", "Conversion Error: Could not convert string"),
        ("SELECT nosuch(1)", "Catalog Error: Scalar Function with name nosuch does not exist! Did you mean"),
        ("SELECT ?", "Invalid Input Error: "),
        ("", "There is no SQL in this text: write a SELECT."),
        (" -- nothing", "There is no SQL in this text: write a SELECT."),
        ("SELECT 1; SELECT 2", "These are 2 statements: only one SELECT"),
        ("SELECT '\ud800'", "This SQL has a character in it that no text can have."),
        ("SELECT '\0'", "This SQL has a character in it that no text can have."),
        ("SHOW TABLES", "SHOW can't be asked: DESCRIBE lists the columns"),
        ("SELECT (1", "This SQL can't be read: syntax error"),
        *(
            (f"SELECT {value} AS x", "Invalid Input Error: A date is outside the years 1 to 9999: cast it to VARCHAR")
            for value in (
                "date '10000-01-01'",
                "timestamp '290000-01-01'",
                "date '0001-01-01' - 1",
                "[date '10000-01-01']",
            )
        ),
        ("SELECT * FROM (" * 400 + "SELECT 1" + ")" * 400, "This SQL is nested too deeply: name its parts"),
        (f"SELECT {'abs(' * 900}1{')' * 900}", "This SQL is nested too deeply: name its parts"),
        ("SELECT 1) UNION (SELECT 2", "This SQL can't be read: syntax error"),
    ],
)
def test_a_fault_is_one_sentence(asked: dwell.Workspace, query: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        asked.sql(query)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
    assert "LINE 1" not in str(caught.value)


def test_one_instant(asked: dwell.Workspace, tmp_path: Path) -> None:
    workspace = dwell.open(tmp_path / "data", create=True)
    with workspace.snapshot() as snapshot:
        file = tmp_path / "new.jsonl"
        row = {"post_id": "7647000000000000009", "observed_at": "2026-06-20T00:00:00Z", "views": 1}
        file.write_text(json.dumps(row | {"source": "dwell-test"}))
        workspace.import_files([file])
        assert snapshot.sql("SELECT count(*) AS n FROM post_snapshots").column("n") == [0]
    assert workspace.sql("SELECT count(*) AS n FROM post_snapshots").column("n") == [1]


def test_limits_of_the_folder_hold(asked: dwell.Workspace) -> None:
    small = dwell.Workspace(Settings(data=asked.settings.data, memory="40MB", threads=1))
    with pytest.raises(StorageError, match="Not enough memory"):
        small.sql("SELECT len(list(range)) FROM range(30000000)")


def test_a_damaged_file_is_named(asked: dwell.Workspace, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(asked.settings.data, tmp_path / "data")
    (file,) = (tmp_path / "data" / "lake" / "posts").rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(StorageError, match=f"{file.name} is damaged"):
        dwell.open(tmp_path / "data").sql("FROM posts")


def test_table(asked: dwell.Workspace) -> None:
    posts = asked.table("posts")
    assert isinstance(posts.rows, ArrowRows)
    assert posts.to_polars()["caption"].to_list() == posts.to_pandas()["caption"].to_list() == posts.column("caption")
    with pytest.raises(NoDataError, match="choose from posts, "):
        asked.table("pots")


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(words)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_command(
    asked: dwell.Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DWELL_DATA", str(asked.settings.data))
    query = "SELECT caption, duration_s FROM posts ORDER BY post_id"
    assert "2 rows." in run(["sql", query], capsys)[1]
    document = json.loads(run(["sql", query, "--json"], capsys)[1])
    assert document["columns"] == [{"name": "caption", "type": "text"}, {"name": "duration_s", "type": "number"}]
    assert document["rows"][0] == {"caption": "it's; -- fine", "duration_s": 12.5}
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT '=1+1' AS a;"))
    assert run(["sql", "-", "--csv"], capsys)[1] == "a\n'=1+1\n"
    assert run(["sql", "SELECT 1 AS a", "-o", str(tmp_path / "a.csv")], capsys)[0] == 0
    assert (tmp_path / "a.csv").read_text() == "a\n1\n"
    assert "No rows; the columns are a." in run(["sql", "SELECT 1 AS a WHERE false"], capsys)[1]
    assert "100 rows. The first 40; --csv, --json or -o FILE has all." in run(["sql", "FROM range(100)"], capsys)[1]
    code, _, error = run(["sql", "SELECT vies FROM post_snapshots", "--json"], capsys)
    assert (code, json.loads(error)["error"]["code"]) == (1, "query")
