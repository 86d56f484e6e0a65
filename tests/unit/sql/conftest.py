"""A data folder with rows in the lake and in the journal, for SQL."""

from __future__ import annotations

import json

import pytest

import dwell


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dwell.Workspace:
    """Two posts: one sealed, one in the journal."""
    place = tmp_path_factory.mktemp("sql")
    workspace = dwell.open(place / "data", create=True)
    for number, caption in enumerate(("it's; -- fine", "\u202e<b>😀</b>")):
        file = place / f"{number}.jsonl"
        row = {
            "post_id": str(7647000000000000001 + number),
            "observed_at": "2026-06-20T00:00:00Z",
            "views": 10 + number,
        }
        row |= {"handle": "demo", "caption": caption, "posted_at": "2026-06-01T00:00:00Z", "duration_s": 12.5}
        file.write_text(json.dumps(row | {"hashtags": ["a"], "source": "dwell-test"}) + "\n")
        assert not workspace.import_files([file]).failures
        if not number:
            workspace.seal()
    return workspace
