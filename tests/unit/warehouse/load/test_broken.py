"""Files that break their own format: each broken line is one reject, and no row after it is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dwell.errors import BadFileError
from dwell.records import Shape, source_at
from dwell.warehouse.load import json_repair
from dwell.warehouse.load.csv_repair import count_lines, count_records
from dwell.warehouse.load.loaded import Loaded

Bring = Callable[..., Loaded]
Rows = Callable[..., list[dict[str, Any]]]
JSON = Shape(
    "lines",
    ("posts", "post_snapshots"),
    {
        "post_id": source_at("/id"),
        "caption": source_at("/text"),
        "hashtags": source_at("/tags/*/name", "/more/*/name"),
        "views": source_at("/stats/v2", "/stats/v1"),
        "media_type": source_at("/images", equals=("*",)),
        "duration_s": source_at("/length", unit="ms"),
    },
    {"platform": "tiktok"},
)


def lines(loaded: Loaded) -> dict[int, str]:
    return {line: reason for line, reason, _ in loaded.rejects}


def test_a_quote_that_is_never_closed_costs_one_line(bring: Bring, table: Rows) -> None:
    rows = [f'local-{n},"it is {n}",{n}' for n in range(2, 9)]
    rows[3] = 'local-5,"never closed,5'
    loaded = bring("\n".join(["id,caption,views", *rows]))
    assert lines(loaded) == {5: "broken quoting"}
    assert [row["views"] for row in table("post_snapshots", "post_id")] == [2, 3, 4, 6, 7, 8]


def test_the_wrong_number_of_fields_is_a_reject(bring: Bring, table: Rows) -> None:
    loaded = bring('id,caption,views\nlocal-1,"a\nb",1\nlocal-2,2\nlocal-3,c,3,4\nlocal-4,"d ""d""",4\n')
    assert lines(loaded) == {4: "2 fields, not 3", 5: "4 fields, not 3"}
    assert [row["caption"] for row in table("posts", "post_id")] == ["a\nb", 'd "d"']
    assert [text for _, _, text in loaded.rejects] == ["local-2,2", "local-3,c,3,4"]


def test_an_undoubled_quote_is_a_reject(bring: Bring) -> None:
    assert lines(bring('id,caption,views\nlocal-1,"x "y" z",1\nlocal-2,b,2\n')) == {2: "broken quoting"}


def test_bytes_that_are_no_utf8_cost_their_line(bring: Bring) -> None:
    assert lines(bring(b"id,caption,views\nlocal-1,caf\xe9,1\nlocal-2,b,2\n")) == {2: "not UTF-8"}


@pytest.mark.parametrize("text", [
    "id,caption,views\nlocal-1,a,1\nlocal-2,b,2", "\ufeffid,caption,views\r\nlocal-1,a,1\r\nlocal-2,b,2\r\n",
    "id,caption,views\n\nlocal-1,a,1\n\n\nlocal-2,b,2\n", 'id,"caption",views\nlocal-1,"a\n\na",1\nlocal-2,b,2\n',
    "id,caption,views\r\nlocal-1,a,1\nlocal-2,b,2\r\n", " ID ,Caption\u00a0,VIEWS\nlocal-1,a,1\nlocal-2,b,2\n",
])  # fmt: skip
def test_line_ends_and_headers_vary(bring: Bring, text: str) -> None:
    loaded = bring(text)
    assert (loaded.rows_read, loaded.snapshots_new) == (2, 2)


def test_another_delimiter(bring: Bring, table: Rows) -> None:
    assert bring("id;caption;views\nlocal-1;a,b;1.234\n", delimiter=";").rejected == 0
    assert table("post_snapshots")[0]["views"] == 1234


def test_a_file_with_a_header_only_holds_no_rows(bring: Bring) -> None:
    loaded = bring("id,caption,views\n")
    assert (loaded.rows_read, loaded.gained, loaded.warnings) == (0, 0, ("The file holds no rows.",))


def test_lines_of_rejects_after_fields_with_line_ends(bring: Bring) -> None:
    text = 'id,caption,views\nlocal-1,"a\nb\nc",1\n,x,2\n\n,"y\nz",3\nlocal-4,d,4\n'
    assert sorted(lines(bring(text))) == [5, 7]


def test_records_and_lines_are_counted_apart_from_the_engine(tmp_path: Any) -> None:
    path = tmp_path / "made-up.csv"
    path.write_text('a,b\n1,"x\ny"\n\n2,z')
    assert (count_records(path), count_lines(path)) == (2, 5)


def test_a_bad_json_line_is_one_reject(bring: Bring) -> None:
    good = '{"id": "local-1", "stats": {"v1": 1}}\n\n', '{"id": "local-3", "stats": {"v2": "1.2K"}}\n'
    text = good[0] + '{"id": "local-2", \n[1, 2]\n' + good[1] + '{"id": "lo'
    loaded = bring(text, JSON, layout="ndjson")
    assert lines(loaded) == dict.fromkeys((3, 4, 6), "not a JSON object")
    assert (loaded.rows_read, loaded.snapshots_new) == (5, 2)
    assert loaded.rejects[0][2] == '{"id": "local-2", '


@pytest.mark.parametrize("layout", ["ndjson", "array"])
def test_an_object_with_two_values_under_one_key_is_a_reject(bring: Bring, table: Rows, layout: str) -> None:
    """Readers disagree about which of them counts."""
    rows = [
        '{"id": "local-1", "stats": {"v1": 1}}', '{"id": "local-2", "stats": {"v1": 2, "v1": 900}}',
        '{"id": "local-3", "stats": {"v1": 3}, "id": "local-4"}', '{"id": "local-5", "more": {"v1": 5}}',
    ]  # fmt: skip
    loaded = bring("\n".join(rows) if layout == "ndjson" else f"[{','.join(rows)}]", JSON, layout=layout)
    assert lines(loaded) == dict.fromkeys((2, 3), "a key has two values")
    assert [row["post_id"] for row in table("posts", "post_id")] == ["local-1", "local-5"]


def test_json_values_of_every_type(bring: Bring, table: Rows) -> None:
    rows = [
        {"id": "local-1", "stats": {"v1": 5, "v2": None}, "tags": [{"name": "One"}, {"name": "two"}], "length": 1500},
        {"id": "local-2", "stats": {"v1": 5, "v2": "7"}, "text": "so #Three", "tags": [], "images": [1]},
        {"id": "local-3", "stats": {"v1": 6.0}, "more": [{"name": "four"}], "length": 0, "tags": None},
    ]
    assert bring(rows, JSON).rejected == 0
    posts = table("posts", "post_id")
    assert [row["hashtags"] for row in posts] == [["one", "two"], ["three"], ["four"]]
    assert [row["media_type"] for row in posts] == ["video", "photo", "photo"]
    assert [row["duration_s"] for row in posts] == [1.5, None, None]
    assert [row["views"] for row in table("post_snapshots", "post_id")] == [5, 7, 6]


def test_rejects_of_an_array_have_their_positions_among_all_entries(bring: Bring) -> None:
    rows: list[Any] = [{"id": f"local-{n}", "text": 'a, "b" [c], {d}\\', "stats": {"v1": n}} for n in (1, 2)]
    rows[1:1] = [None, "a, [b", 7, {"text": "no, id", "stats": {"v1": 3}}, [1, [2]]]
    for indent in (None, 1):
        loaded = bring(json.dumps(rows, indent=indent), JSON, layout="array", name=f"{indent}.json")
        assert lines(loaded) == {**dict.fromkeys((2, 3, 4, 6), "not a JSON object"), 5: "missing id"}
        assert [json.loads(text) for _, _, text in loaded.rejects] == rows[1:6]


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_last_line_stays_the_last(bring: Bring, end: str) -> None:
    """The engine's threads read a last line without a line end before the lines above it."""
    rows = [f'{{"id": "local-{n}", "stats": {{"v1": 5}}}}' for n in range(4)]
    for _ in range(12):
        loaded = bring("\n".join([*rows, "null"]) + end, JSON, layout="ndjson", dry_run=True)
        assert lines(loaded) == {5: "not a JSON object"}


@pytest.mark.parametrize("layout", ["ndjson", "array"])
def test_half_a_character_costs_nothing(bring: Bring, table: Rows, layout: str) -> None:
    texts = [
        "cut \\ud83d",
        "\\udc00 cut",
        "whole \\ud83d\\ude00",
        "no escape \\\\ud83d",
        "\\ud83d\\ud83d\\ude00",
        "plain",
    ]
    rows = [f'{{"id": "local-{n}", "text": "{text}", "stats": {{"v1": 5}}}}' for n, text in enumerate(texts)]
    content = "\n".join(rows) if layout == "ndjson" else f"[{','.join(rows)}]"
    assert bring(content, JSON, layout=layout).rejected == 0
    assert [row["caption"] for row in table("posts", "post_id")] == [
        "cut \ufffd", "\ufffd cut", "whole \U0001f600", "no escape \\ud83d", "\ufffd\U0001f600", "plain",
    ]  # fmt: skip


@pytest.mark.parametrize("layout", ["ndjson", "array"])
def test_nul_in_json_is_left_out(bring: Bring, table: Rows, layout: str) -> None:
    texts = ["\\u0000", "a\\u0000\\u0000b\\\\\\u0000", "no escape \\\\u0000", "\\\\\\\\u0000"]
    rows = [
        f'{{"id": "local-{n}", "text": "{text}", "tags": [{{"name": "x{text}"}}], "stats": {{"v1": 5}}}}'
        for n, text in enumerate(texts)
    ]
    content = "\n".join(rows) if layout == "ndjson" else f"[{','.join(rows)}]"
    assert bring(content, JSON, layout=layout).rejected == 0
    assert [row["caption"] for row in table("posts", "post_id")] == [
        None, "ab\\", "no escape \\u0000", "\\\\u0000",
    ]  # fmt: skip
    assert [row["hashtags"] for row in table("posts", "post_id")][:2] == [["x"], ["xab\\"]]


@pytest.mark.parametrize("block", [1, 5, 64, 1 << 20])
def test_characters_are_whole_wherever_a_block_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(json_repair, "_BLOCK", block)
    text = r'{"a": "\\ud83d \ud83d\ude00\ud83d\ude00\ud83d x\\\ud83d", "b": "\u00e9\ude00"}'
    (tmp_path / "x.json").write_text(text)
    assert json_repair.replace_half_characters(tmp_path / "x.json", tmp_path / "y.json") == 3
    assert (tmp_path / "y.json").read_text() == text.replace(r"\ude00\ud83d x", r"\ude00\ufffd x").replace(
        r"x\\\ud83d", r"x\\\ufffd"
    ).replace(r"\u00e9\ude00", r"\u00e9\ufffd")


def test_an_array_that_is_cut_off_is_an_error(bring: Bring, table: Rows) -> None:
    with pytest.raises(BadFileError):
        bring('[{"id": "local-1", "stats": {"v1": 1}}, {"id": "loc', JSON, layout="array")
    assert table("posts") == []


def test_a_float_id_in_json_is_refused(bring: Bring) -> None:
    rows: list[Any] = [
        {"id": 7398151412611321000.0, "stats": {"v1": 1}},
        {"id": 7398151412611321104, "stats": {"v1": 2}},
    ]
    assert "float" in lines(bring(rows, JSON))[1]


def test_dates_in_the_words_of_another_language(bring: Bring, table: Rows) -> None:
    rows = [f"{n + 7398151412611321104},8 de septiembre de 202{n} 14:05,5" for n in range(3, 6)]
    loaded = bring("\n".join(["id,seen,views", *rows, "7398151412611321999,8 de septiembro de 2024,5"]), tz="UTC")
    assert [reason for _, reason, _ in loaded.rejects] == ["unreadable observed_at: 8 de septiembro de 2024"]
    assert [f"{row['observed_at']:%Y-%m-%d %H:%M}" for row in table("post_snapshots", "observed_at")] == [
        f"202{n}-09-08 14:05" for n in range(3, 6)
    ]
