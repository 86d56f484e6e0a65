"""Every backup is read back to equal tables, whatever was stored."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any, get_args

import pytest

from dwell.records import STATES, TABLES, TOPICS, Column, Table
from dwell.settings import Settings
from dwell.warehouse import Store
from dwell.warehouse.columns import quote_text
from dwell.warehouse.export import Format, export
from dwell.workspace import Workspace

from .conftest import Commit

FIRST = 1_709_294_400 << 32
"""Ids of March 2024: multiples of 2**32 look like damaged ones, as many of these do."""

_FREE = (
    "a", "x, y; z", 'a "quoted" word', "two\nlines", "tab\there", "emoji 😀", "-", "none", "null", "NaN", "[]",
    "{}", "#Tag #tag",
    "=1+1", "'7300000000000000137", "0012", "1e5", "Ä", "true", "2024-03-01", "a\\nb", "\\", "''", "%", "12 %",
)  # fmt: skip
_TEXTS = {
    "platform": ("tiktok",), "media_type": ("video", "photo", "long", None),
    "handle": ("alice", "b_c.d", "größe", "0012"),
    "new_handle": ("bob", None), "topic_kind": TOPICS, "topic": ("food", "ß", "a b", "none"), "state": STATES,
    "observed_precision": ("instant", "day", None), "observed_zone": ("UTC", "Europe/Berlin", None),
    "region": ("DE", "US", None),
    "language": ("en", "no", None), "creator_id": ("67", "MS4wLjABAAAA-x_y", None),
    "sound_id": ("7300000000000000137", None),
    "dimension": ("gender", "territory"), "member": ("Female", "DE", "Other"),
    "source": ("table", "apify", "tikliveapi-sandbox"),
    "url": ("https://www.tiktok.com/@alice/video/1", "https://www.tiktok.com/@alice/photo/7300000000000000137", None),
    "value_sources": ('{"views":"apify@0a1b2c3d","saves":"watch-template@99887766"}', None),
    "niche": ("cooking", "none of it", None),
    "stream": ("account_days", "videos"),
    "open_id": ("_000a1B-2c", "x9"), "username": ("alice", "b_c.d", None), "business_category": ("PETS", "BABY"),
    "user_id": ("6800000000000000137", None), "unique_identifier": ("cHJp-dmF0_ZQ==", None),
    "parent_comment_id": (str(FIRST + 1), None), "status": ("PUBLIC", "HIDDEN", None),
    **dict.fromkeys(
        ("profile_image", "profile_deep_link", "image_url", "share_url", "embed_url", "thumbnail_url"),
        ("https://p16.example.com/a.jpeg?x-expires=1&a=b,c", None),
    ),
}  # fmt: skip
_NUMBERS = (0.0, 0.1, 1e-9, 12.345678, 60.28, 123456.789, 1e15, None)
_COUNTS = (0, 1, -3, 999, 17_700, 17_734, 10**12, (1 << 62) + 1, None)


class Drawer:
    """Draws rows of a table that imports can have stored."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def rows(self, table: Table, number: int) -> str:
        """SELECT of so many rows, each with a key of its own."""
        rows: dict[tuple[str, ...], str] = {}
        for index in range(number):
            values = {column.name: self._value(table, column, index) for column in table.columns}
            if table.keeps == "every" and all(values[name] == "NULL" for name in table.observed):
                continue
            shown = ", ".join(f"{sql} AS {name}" for name, sql in values.items())
            rows[tuple(values[name] for name in table.key)] = f"SELECT {shown}"
        return " UNION ALL ".join(rows.values())

    def _value(self, table: Table, column: Column, index: int) -> str:
        value = self._draw(table, column, index)
        if value is None and not column.nullable and column.kind != "texts":
            return self._value(table, column, index)
        kind = {"text": "VARCHAR", "count": "BIGINT", "number": "DOUBLE", "flag": "BOOLEAN", "day": "DATE"}.get(
            column.kind
        )
        if column.kind == "texts":
            return f"[{', '.join(map(quote_text, value or ()))}]::VARCHAR[]"
        if value is None:
            return "NULL"
        if column.kind == "instant":
            return f"TIMESTAMPTZ {quote_text(str(value))}"
        return f"{quote_text(str(value))}::{kind}"

    def _draw(self, table: Table, column: Column, index: int) -> Any:
        name, choose = column.name, self.dice.choice
        if name in {"post_id", "comment_id"}:
            return choose([str(FIRST + (index << 32)), str(FIRST + (index << 32) + 137), f"local-{index:016x}"])
        if name == "duration_s" or (column.kind == "number" and name in {"full_watch_rate", "share", "retention_rate"}):
            return (
                choose([0.001, 0.5, 0.999, 1.0, None])
                if name != "duration_s"
                else choose([0.1, 12.345678, 600.0, None])
            )
        match column.kind:
            case "text":
                return choose(_TEXTS.get(name, (*_FREE, None)))
            case "count" if name == "hour":
                return index % 24
            case "count":
                return choose(_COUNTS)
            case "number":
                return choose(_NUMBERS)
            case "flag":
                return choose([True, False, None])
            case "day":
                return f"2024-03-{1 + index % 28:02d}"
            case "texts":
                return choose([(), ("food",), ("a", "ß", "größe"), ("tag_1", "2024")])
        if name == "posted_at":
            return choose(["2024-03-01 00:00:00+00", "2024-03-01 12:00:00.123456+00", "2024-02-29 23:59:59+00", None])
        return choose(["2024-04-01 00:00:00+00", "2024-05-01 10:11:12.000001+00", "2024-05-01 10:11:12+00"])


def contents(store: Store) -> dict[str, list[str]]:
    return {name: sorted(map(repr, store.query(f"SELECT * FROM {name}", [name]).rows)) for name in TABLES}


@pytest.mark.parametrize("form", get_args(Format))
@pytest.mark.parametrize("seed", range(1, 1 + int(os.environ.get("DWELL_HISTORIES", "1"))))  # more: `make torture`
def test_a_backup_is_read_back_to_equal_tables(
    commit: Commit, store: Store, tmp_path: Path, form: Format, seed: int
) -> None:
    drawer = Drawer(seed)
    commit("all", **{name: drawer.rows(table, 60) for name, table in TABLES.items()})
    before = contents(store)
    (tmp_path / "backup").mkdir()
    assert all(before.values())
    for name in TABLES:
        export(store, name, tmp_path / "backup" / f"{name}.{form}", form)
    workspace = Workspace(Settings(data=tmp_path / "again", threads=1), create=True)
    done = workspace.import_files([tmp_path / "backup"])
    assert [(file.path.name, file.rejects[:2]) for file in done.files if file.rejected or file.duplicates] == []
    assert contents(workspace.store) == before
