"""Vetting of accounts as they are: ordinary accounts must not be accused."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dwell.models.vetting import vet


def posts(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows as `posts` gives them, by account."""
    found: dict[str, list[dict[str, Any]]] = {}
    with file.open(encoding="utf-8-sig") as lines:
        for line in csv.DictReader(lines):
            names = {"visninger": "views", "likes": "likes", "kommentarer": "comments", "shares": "shares"}
            counts = {plain: int(line[theirs]) for theirs, plain in names.items()}
            if counts["views"] > 0:
                rates = {
                    f"{name[:-1]}_rate": counts[name] / counts["views"] for name in ("likes", "comments", "shares")
                }
                row = {
                    "post_id": line["video_id"],
                    "handle": line["tiktok_handle"],
                    "excluded": None,
                    **counts,
                    **rates,
                }
                row |= {"posted_at": datetime.fromisoformat(line["upload_dato"]).replace(tzinfo=UTC)}
                found.setdefault(line["tiktok_handle"], []).append(row)
    return found


def test_none_of_190_accounts_is_accused_and_most_get_a_verdict(data: Path) -> None:
    accounts = posts(data / "two_snapshots" / "videos_2026-03-30.csv")
    verdicts = Counter(vet(rows).meta["verdict"] for rows in accounts.values())
    assert verdicts.total() == 190
    assert verdicts["suspicious"] == 0
    assert verdicts["cannot tell"] <= 40
    assert verdicts["recommended"] >= 50
