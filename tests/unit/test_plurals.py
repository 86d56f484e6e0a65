from __future__ import annotations

import pytest

from dwell.text.plurals import name_counts, pluralize


@pytest.mark.parametrize(("n", "text"), [(0, "0 posts"), (1, "1 post"), (2, "2 posts"), (1200, "1,200 posts")])
def test_one_is_singular(n: int, text: str) -> None:
    assert pluralize(n, "post") == text


def test_named_counts() -> None:
    counts = {"ads": 1, "photos": 2, "pinned": 1, "young": 0, "unknown_views": 1, "creator_snapshots": 1}
    assert name_counts(counts) == "1 ad, 2 photos, 1 pinned, 1 unknown views, 1 creator snapshot"
    assert name_counts({}) == ""
