"""Where a listing begins: one page an hour, whatever the order in which posts were uploaded and published."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dwell.settings import Settings
from dwell.state import StateDatabase, open_database
from dwell.tracking.day_budget import DayBudget
from dwell.tracking.post_reader import Creator, PostReader

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HOUR, DAY = 3_600, 86_400
BEGIN = int(NOON.timestamp()) - 20 * DAY


def made_at(second: int) -> str:
    return str(second << 32)


class Reader(PostReader):
    """A reader of an account whose posts are given: id -> published, and what the provider claims of that."""

    def __init__(self, database: StateDatabase, posts: Mapping[str, tuple[int, int]]) -> None:
        super().__init__(Settings(), database, "tikliveapi", DayBudget(database, None), threading.Event())
        self.posts, self.asked = posts, Counter[str]()

    @contextmanager
    def _client(self) -> Iterator[Any]:
        yield SimpleNamespace(provider=self.provider)

    def _listing_subject(self, client: Any, creator: Creator) -> Any:
        return SimpleNamespace(name=creator.handle, id=creator.creator_id, key=None)

    def _fetch(self, client: Any, request: Any, what: str, subject: str, summarize: Any) -> Any:
        self.asked[what] += 1
        if what == "post":
            payload = self._item(next(post_id for post_id in self.posts if post_id in request.query["url"]))
        else:
            before = int(request.query["cursor"]) or 1 << 60
            newest_first = sorted(self.posts, key=lambda post_id: -self.posts[post_id][0])
            page = [post_id for post_id in newest_first if self.posts[post_id][0] * 1_000 < before][:35]
            payload = {"videos": [self._item(post_id) for post_id in page], "cursor": "1", "hasMore": False}
        response = SimpleNamespace(received_at=NOON, simulated=False, body=b"")
        return SimpleNamespace(payload=payload, response=response, request_id="1")

    def _item(self, post_id: str) -> dict[str, Any]:
        author = {"id": "123", "unique_id": "ann"}
        return {"video_id": post_id, "create_time": self.posts[post_id][1], "play_count": 10, "author": author}


NORMAL = {made_at(BEGIN + n * HOUR): (BEGIN + n * HOUR,) * 2 for n in range(20)}
KINDS: dict[str, dict[str, tuple[int, int]]] = {
    "published as they were uploaded": NORMAL,
    "uploaded at once, the last one published first": {
        made_at(BEGIN + n * 60): (BEGIN + DAY * (20 - n) // 2,) * 2 for n in range(20)
    },
    "the first upload published last": {**NORMAL, made_at(BEGIN - DAY): (BEGIN + 19 * DAY,) * 2},
    "a wrong time of the newest": {**NORMAL, max(NORMAL): (NORMAL[max(NORMAL)][0], 1)},
    "a wrong time of all": {post_id: (published, 1) for post_id, (published, _) in NORMAL.items()},
    "two in the other order": {made_at(BEGIN): (BEGIN + DAY,) * 2, made_at(BEGIN + 60): (BEGIN + 60,) * 2},
}


@pytest.mark.parametrize("posts", KINDS.values(), ids=list(KINDS))
def test_one_page_an_hour(posts: dict[str, tuple[int, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_database(tmp_path)) as database:
        now = [NOON]
        monkeypatch.setattr(database, "now", lambda: now[0])
        reader = Reader(database, posts)
        for _ in range(9):
            found = dict(reader.read_posts(Creator("ann", "123"), posts, "@ann"))
            assert found.keys() == posts.keys()
            now[0] += timedelta(hours=1)
    assert reader.asked == {"user_posts": 9}


def test_a_cursor_that_begins_too_late_costs_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A post of them was pinned, or its time changed: the hour is read from the top, and so are the next six hours."""
    with closing(open_database(tmp_path)) as database:
        now = [NOON]
        monkeypatch.setattr(database, "now", lambda: now[0])
        reader = Reader(database, NORMAL)
        for hour in range(9):
            if hour == 2:
                reader.posts = {post_id: (published + DAY, claimed) for post_id, (published, claimed) in NORMAL.items()}
            assert dict(reader.read_posts(Creator("ann", "123"), NORMAL, "@ann")).keys() == NORMAL.keys()
            now[0] += timedelta(hours=1)
    assert reader.asked == {"user_posts": 9 + 2}
