"""The order of a file's rows decides nothing, also where rows of one post and time contradict each other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from dwell.records import Extract, Hints, Shape, SourceFile
from dwell.settings import Settings
from dwell.warehouse import Store
from dwell.warehouse.load import merge
from dwell.warehouse.load.loader import load

HEAD = "id,account,seen,views,likes,saves,caption,followers"
CONTRADICTIONS = {
    "of counters, of the account, and of what describes the post": (
        ("{},a,,5,1,,one,10", "{},a,,5,2,,one,10", "{},a,,5,1,7,one,10"),
        ("{},b,,5,1,,one,10", "{},b,,5,1,,one,12", "{},b,,5,1,,one,"),
        ("{},c,,5,1,,one,10", "{},c,,5,1,,two,10", "{},c,,5,1,,,10"),
    ),
    "of a rounded and an exact number": (("{},a,,17.7K,1,,one,10", "{},a,,17734,1,,one,10", "{},a,,17690,2,,one,10"),),
}
"""Kind -> for each of its posts, the rows that contradict each other."""


@pytest.mark.parametrize("posts", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
@pytest.mark.parametrize("few", [0, merge._FEW_ROWS], ids=["views", "tables"])
def test_any_order_gives_the_same_tables(
    posts: tuple[tuple[str, ...], ...], few: int, made: Callable[..., str], posts_shape: Shape, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(merge, "_FEW_ROWS", few)
    found: list[dict[str, Any]] = []
    for number, order in enumerate(list(permutations(range(3)))[:: 1 if few else 5]):
        path = tmp_path / f"{number}.csv"
        lines = [rows[place].format(made("2024-05-01", post)) for post, rows in enumerate(posts, 1) for place in order]
        path.write_text("\n".join([HEAD, *lines]))
        file = SourceFile(path, str(number) * 64, "made-up", (Extract(path, "csv", posts_shape),))
        store = Store.open(Settings(data=tmp_path / f"data{number}", threads=1), create=True)
        assert load(store, file, Hints(as_of="2024-06-01")).rejected == 0
        found.append({name: store.query(f"SELECT * FROM {name}", [name]).rows for name in posts_shape.tables})
    assert all(one == found[0] for one in found)
