"""Times as files write them, taken through the whole import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dwell.warehouse.load.loaded import Loaded
from tests.unit.warehouse.load.conftest import post_id

Bring = Callable[..., Loaded]
Rows = Callable[..., list[dict[str, Any]]]

POST = post_id("2026-01-12")


@pytest.mark.parametrize("as_json", [False, True])
def test_two_readings_of_a_day_told_apart_by_am_and_pm(bring: Bring, table: Rows, as_json: bool) -> None:
    rows = [(POST, "2026-02-10 09:00 AM", 600), (POST, "2026-02-10 09:00\u202fPM", 1000)]
    if as_json:
        from dataclasses import replace

        from dwell.records import source_at
        from tests.unit.warehouse.load.conftest import POSTS

        columns = {"post_id": source_at("/id"), "observed_at": source_at("/seen"), "views": source_at("/views")}
        bring([dict(zip(("id", "seen", "views"), row, strict=True)) for row in rows], replace(POSTS, columns=columns))
    else:
        bring("\n".join(["id,seen,views", *(",".join(map(str, row)) for row in rows)]))
    found = [(str(row["observed_at"])[:16], row["views"]) for row in table("post_snapshots", "observed_at")]
    assert found == [("2026-02-10 09:00", 600), ("2026-02-10 21:00", 1000)]


def test_the_order_of_day_and_month_is_decided_behind_clock_times_too(bring: Bring, table: Rows) -> None:
    rows = [f'{POST},"2/10/2026, 9:00\u202fPM",600', f'{POST},"2/23/2026, 9:00\u202fPM UTC+2",700']
    bring("\n".join(["id,seen,views", *rows]))
    found = [str(row["observed_at"])[:16] for row in table("post_snapshots", "observed_at")]
    assert found == ["2026-02-10 21:00", "2026-02-23 19:00"]


@pytest.mark.parametrize("text", ["2026-02-10 junk", "2026-02-10 09:00:00 junk", "2026-02-10T09:00 CST", "2026-02-1x"])
def test_a_time_with_a_rest_is_unreadable(bring: Bring, table: Rows, text: str) -> None:
    other = post_id("2026-01-13")
    bring(f"id,seen,views\n{POST},{text},600\n{other},2026-02-10,600\n")
    read = [row["post_id"] for row in table("post_snapshots") if str(row["observed_at"]).startswith("2026-02")]
    assert read == [other]
