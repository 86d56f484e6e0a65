from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dwell.errors import BadFileError, UnknownFormatError
from dwell.providers import part as part_module
from dwell.providers.json_rows import NOT_AN_OBJECT, find_rows, stream_rows
from dwell.records import TABLES, Extract, SourceFile

Opened = Callable[..., SourceFile]
ID = "7350810998023949599"


def only(file: SourceFile) -> Extract:
    (extract,) = file.extracts
    return extract


def table(*rows: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


ITEM = {
    "id": ID, "desc": "hi", "createTime": 1711494099, "author": {"id": "681", "uniqueId": "demo"},
    "video": {"duration": 12},
    "stats": {"playCount": 9000000}, "statsV2": {"playCount": "9024473"}, "collectTime": 1711600000,
}  # fmt: skip
APIFY = {"authorMeta/name": "demo", "id": ID, "webVideoUrl": f"https://www.tiktok.com/@creator/video/{ID}",
         "playCount": 5, "diggCount": 4, "hashtags/0/name": "a", "hashtags/1/name": "b",
         "isSlideshow": "false", "isAd": "false"}  # fmt: skip


def test_web_items_as_lines_stay_where_they_are(opened: Opened, tmp_path: Path) -> None:
    extract = only(opened("\n".join(json.dumps(ITEM) for _ in range(3)) + "\n", "items.jsonl"))
    assert (extract.path, extract.layout) == (tmp_path / "items.jsonl", "ndjson")
    columns = extract.shape.columns
    assert columns["views"].names == ("/statsV2/playCount", "/stats/playCount")
    assert columns["observed_at"].names == ("/collectTime",)
    assert columns["followers"].names[0] == "/authorStatsV2/followerCount"
    assert columns["media_type"].equals == ("*",)


@pytest.mark.parametrize(
    "wrap",
    [lambda i: {"itemList": [i, i], "hasMore": True}, lambda i: [i, i], lambda i: {"data": {"itemList": [i, i]}}],
)
def test_web_items_come_out_of_their_wrapper(opened: Opened, wrap: Callable[[Any], Any]) -> None:
    file = opened(wrap(ITEM), "answer.json")
    extract = only(file)
    assert (file.format, extract.layout) == ("web-items", "ndjson")
    assert [json.loads(line) for line in extract.path.read_text().splitlines()] == [ITEM, ITEM]


def test_a_wrapped_item_detail(opened: Opened) -> None:
    extract = only(opened({"itemInfo": {"itemStruct": ITEM}, "statusCode": 0}, "detail.json"))
    assert json.loads(extract.path.read_text()) == ITEM


def test_a_long_list_is_used_where_it_lies(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_module, "MAX_DOCUMENT_BYTES", 100)
    extract = only(opened([ITEM] * 5, "items.json"))
    assert (extract.path, extract.layout) == (tmp_path / "items.json", "array")


def test_a_long_wrapper_is_streamed(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_module, "MAX_DOCUMENT_BYTES", 100)
    monkeypatch.setattr("dwell.providers.json_stream.CHUNK", 64)
    monkeypatch.setattr("dwell.providers.json_rows.MOST_LETTERS", 512)
    pretty = json.dumps({"extra": {"now": 1}, "cursor": [1, 2], "itemList": [ITEM] * 5}, indent=2)
    extract = only(opened(pretty, "items.json"))
    assert [json.loads(line) for line in extract.path.read_text().splitlines()] == [ITEM] * 5
    with pytest.raises(BadFileError, match="cut off"):
        opened(pretty[:-200], "cut.json")


def any_row(item: Mapping[str, Any]) -> str | None:
    """Every object below the outermost is a row."""
    return None if item.keys() & {"d", "a.b", "wrapper", "error", "code", "7"} else "post"


@pytest.mark.parametrize("chunk", [1, 7, 4096])
@pytest.mark.parametrize("most", [60, 100, 1 << 20])
def test_streaming_equals_parsing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, most: int) -> None:
    monkeypatch.setattr("dwell.providers.json_stream.CHUNK", chunk)
    monkeypatch.setattr("dwell.providers.json_rows.MOST_LETTERS", most)
    rows: list[Any] = [{"x": 'br]ace{"'}, None, 7, {"z": "日\n"}, [], {"error": {"code": "no"}}, {"y": 1.5}]
    document = {"d": 12345, "wrapper": [{"d": rows}, {"d": []}, {"d": {"7": {"x": 1}, "8": None}}], "d2": [1, [2]]}
    path = tmp_path / "x.json"
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    parsed = list(find_rows(document, any_row))
    assert [row._replace(text="") for row in stream_rows(path, any_row)] == parsed
    assert [(row.item, row.reason) for row in parsed] == [
        ({"x": 'br]ace{"'}, ""), (None, NOT_AN_OBJECT), (None, NOT_AN_OBJECT), ({"z": "日\n"}, ""), (None, ""),
        (None, "an error of the API, not data (no)"), ({"y": 1.5}, ""), ({"x": 1}, ""), (None, NOT_AN_OBJECT),
    ]  # fmt: skip


ODD = {
    "not a number": ('{"d": [{"a": NaN}, {"a": -Infinity}]}', 2),
    "huge numbers": ('{"d": [{"a": 123456789012345678901234567890, "b": 1e999, "c": 0.12345678901234567890}]}', 1),
    "a byte order mark": ('\ufeff{"d": [{"a": 1}]}', 1),
    "an escaped NUL": ('{"d": [{"a": "x\\u0000y"}]}', 1),
    "half a character": ('{"d": [{"a": "\\ud83d"}]}', 1),
    "a point in a key": ('{"a.b": {"d": [{"a": 1}]}}', 1),
    "values that are not objects": ('{"d": [{"a": 1}, 7, "s", [1], null]}', 5),
    "deep nesting": ('{"d": [{"a": ' + "[" * 900 + "]" * 900 + "}]}", 1),
}
BROKEN = {
    "cut off in an object": '{"d": [{"a": 1}, {"a": 2',
    "cut off after an object": '{"d": [{"a": 1}, {"a": 2}',
    "no comma": '{"d": [{"a": 1} {"a": 2}]}',
    "a comma too many in an object": '{"d": [{"a": 1,}]}',
    "a NUL": '{"d": [{"a": "x\0y"}]}',
    "a line end in a text": '{"d": [{"a": "x\ny"}]}',
    "a comment": '{"d": [{"a": 1} /* x */]}',
    "a zero before a number": '{"d": [{"a": 01}]}',
    "nesting without end": '{"d": [{"a": ' + "[" * 100_000 + "]" * 100_000 + "}]}",
}


@pytest.mark.parametrize("chunk", [3, 1 << 20])
@pytest.mark.parametrize(("text", "items"), ODD.values(), ids=list(ODD))
def test_odd_json_that_is_streamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, items: int, chunk: int
) -> None:
    monkeypatch.setattr("dwell.providers.json_stream.CHUNK", chunk)
    monkeypatch.setattr("dwell.providers.json_rows.MOST_LETTERS", 2_000 if "[[" in text else 90)
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    found = list(stream_rows(path, any_row))
    whole = json.loads(text.removeprefix("\ufeff"))
    expected = whole["a.b"]["d"] if "a.b" in whole else whole["d"]
    assert [repr(row.item) for row in found] == [repr(one if isinstance(one, dict) else None) for one in expected]
    assert [repr(json.loads(row.text)) for row in found if row.text] == [
        repr(one) for one, row in zip(expected, found, strict=True) if row.text
    ]
    assert len(found) == items


@pytest.mark.parametrize("text", BROKEN.values(), ids=list(BROKEN))
@pytest.mark.parametrize("most", [12, 1 << 20])
def test_broken_json_ends_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, most: int) -> None:
    monkeypatch.setattr("dwell.providers.json_rows.MOST_LETTERS", most)
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"."):
        list(stream_rows(path, any_row))


def test_a_comma_too_many_at_the_end_of_the_list_is_forgiven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwell.providers.json_rows.MOST_LETTERS", 1)
    path = tmp_path / "x.json"
    path.write_text('{"d": [{"a": 1}, ]}')
    assert [row.item for row in stream_rows(path, any_row)] == [{"a": 1}]


def test_a_long_list_is_never_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwell.providers.json_stream.CHUNK", 1 << 16)
    monkeypatch.setattr("dwell.providers.json_rows.MOST_LETTERS", 1 << 14)
    path = tmp_path / "x.json"
    path.write_text('{"d": [' + ",".join([json.dumps(ITEM)] * 30_000) + "]}", encoding="utf-8")
    tracemalloc.start()
    try:
        count = sum(1 for _ in stream_rows(path, any_row))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 30_000
    assert path.stat().st_size > 5_000_000
    assert peak < 1_000_000


def test_apify_csv(opened: Opened, tmp_path: Path) -> None:
    file = opened(table(APIFY))
    extract = only(file)
    assert (file.format, extract.layout, extract.path) == ("apify", "csv", tmp_path / "file.csv")
    columns = extract.shape.columns
    assert columns["hashtags"].names == ("hashtags/0/name", "hashtags/1/name")
    assert columns["handle"].names == ("authorMeta/name",)
    assert columns["post_id"].names == ("id", "webVideoUrl")
    assert columns["media_type"].equals == ("true",)
    assert "saves" not in columns


def test_apify_csv_without_an_account_column_uses_the_link(opened: Opened) -> None:
    row = {key: value for key, value in APIFY.items() if key != "authorMeta/name"}
    assert only(opened(table(row))).shape.columns["handle"].names == ("webVideoUrl",)


def test_apify_merged_files(opened: Opened) -> None:
    row = {"authorMeta/name": "demo", "webVideoUrl": "x", "playCount": 1, "video_id": ID,
           "create_time_from_id": "2024-03-26 23:01:39",
           "hashtags": "a|b", "id": "", "createTimeISO": ""}  # fmt: skip
    columns = only(opened(table(row))).shape.columns
    assert columns["post_id"].names == ("id", "video_id", "webVideoUrl")
    assert columns["posted_at"].names == ("createTimeISO", "create_time_from_id", "id", "video_id")
    assert columns["hashtags"].names == ("hashtags",)


@pytest.mark.parametrize("name", ["items.json", "items.jsonl"])
def test_apify_json(opened: Opened, name: str) -> None:
    item = {
        "id": ID,
        "authorMeta": {"name": "demo", "fans": 3},
        "playCount": 5,
        "webVideoUrl": "x",
        "hashtags": [{"name": "a"}],
    }
    content = [item] if name.endswith("json") else f"{json.dumps(item)}\n{json.dumps(item)}\n"
    file = opened(content, name)
    columns = only(file).shape.columns
    assert (file.format, columns["handle"].names[0], columns["hashtags"].names) == (
        "apify",
        "/authorMeta/name",
        ("/hashtags/*/name",),
    )


@pytest.mark.parametrize("name", list(TABLES))
def test_own_export_of_every_table(opened: Opened, name: str) -> None:
    row = {column.name: "1" for column in TABLES[name].columns}
    for content, file_name in ((table(row), "x.csv"), (json.dumps(row) + "\n" + json.dumps(row), "x.jsonl")):
        file = opened(content, file_name)
        extract = only(file)
        assert (file.format, extract.shape.tables) == ("dwell", (name,))
        assert set(extract.shape.columns) == set(row)
        assert extract.layout == ("csv" if file_name.endswith("csv") else "ndjson")


def test_own_export_as_parquet(opened: Opened, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "posts.parquet"
    columns = {
        column.name: pa.array([["a"]] if column.kind == "texts" else ["x"]) for column in TABLES["posts"].columns
    }
    pq.write_table(pa.table(columns), path)
    file = opened(path.read_bytes(), "posts.parquet")
    extract = only(file)
    assert (file.format, extract.layout, extract.shape.tables) == ("dwell", "parquet", ("posts",))
    assert list(extract.shape.columns) == [column.name for column in TABLES["posts"].columns]


def test_own_export_without_its_unknown_keys(opened: Opened) -> None:
    row = {"post_id": ID, "observed_at": "2026-01-01T00:00:00Z", "source": "apify", "comments": 3}
    extract = only(opened(json.dumps(row) + "\n" + json.dumps(row), "x.jsonl"))
    assert extract.shape.tables == ("post_snapshots",)
    assert extract.path.name == "x.jsonl"


@pytest.mark.parametrize("hints", [{}, {"columns": {"views": "n"}}, {"format": "table"}, {"format": "dwell"}])
def test_parquet_of_others_is_to_be_converted(opened: Opened, tmp_path: Path, hints: dict[str, Any]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "others.parquet"
    pq.write_table(pa.table({"link": [f"https://www.tiktok.com/@a/video/{ID}"], "n": [5]}), path)
    with pytest.raises(UnknownFormatError, match=r"dwell did not export.*convert it to CSV or JSON") as caught:
        opened(path.read_bytes(), "others.parquet", **hints)
    assert "--" not in str(caught.value)
