"""Of how many posts an answer speaks: those that its figures rest on, with their period; the stored ones beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import dwell
from dwell.mcp.folder import Folder

EACH = 12
"""Posts of an account; of each account the first is an ad, and the second one's length is not known."""


def _rows(handle: str, first_id: int) -> list[dict[str, Any]]:
    return [
        {
            "post_id": str(first_id + number), "handle": handle, "caption": "soup", "source": "dwell-test",
            "posted_at": f"2026-03-{number + 1:02}T12:00:00Z", "observed_at": f"2026-05-0{day}T00:00:00Z",
            "duration_s": None if number == 1 else 9, "views": 1000 * day + number, "likes": 90, "comments": 5,
            "shares": 3, "is_ad": number == 0,
        }
        for number in range(EACH)
        for day in ((1, 2) if number < 4 else (1,))
    ]  # fmt: skip


@pytest.fixture(scope="module")
def ask_both(tmp_path_factory: pytest.TempPathFactory, ask: Any) -> Iterator[Callable[..., Any]]:
    """Calls a tool of a folder with two accounts; the first four posts of each were read twice."""
    place = tmp_path_factory.mktemp("evidence")
    file = place / "posts.jsonl"
    rows = [*_rows("soup_house", 7647000000000000100), *_rows("stew_house", 7647000000000000200)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    dwell.open(place / "data", create=True).import_files([file])
    folder = Folder(place / "data")
    yield lambda tool, **arguments: ask(folder, tool, arguments)
    folder.close()


@pytest.mark.parametrize(
    ("tool", "arguments", "n", "first", "stored"),
    [
        ("posts", {"creator": "soup_house"}, EACH, 1, EACH),
        ("tiers", {"creator": "soup_house"}, EACH - 1, 2, EACH),
        ("tiers", {"creator": "soup_house", "include": ["ads"]}, EACH, 1, EACH),
        ("trend", {"creator": "soup_house", "since": "2026-03-07"}, 6, 7, 6),
        ("benchmarks", {"creator": "soup_house"}, EACH - 2, 3, EACH),
        ("benchmarks", {"platform": "tiktok"}, 2 * EACH - 4, 3, 2 * EACH),
        ("compare", {"creators": ["soup_house", "stew_house"]}, 2 * EACH - 2, 2, 2 * EACH),
        ("posting_times", {"creator": "soup_house"}, EACH - 1, 2, EACH),
        ("vet", {"creator": "soup_house", "posts": 5}, 5, 8, EACH),
        ("growth", {"creator": "soup_house"}, 3, 2, EACH),  # of the first, 1000 and 2000 may be rounded
    ],
)
def test_n_and_period_are_those_of_the_posts_that_figures_rest_on(
    ask_both: Callable[..., Any], tool: str, arguments: dict[str, Any], n: int, first: int, stored: int
) -> None:
    answer = ask_both(tool, **arguments)
    assert (answer["n"]["posts"], answer["n"]["posts_stored"]) == (n, stored)
    assert answer["period"]["first_posted_at"] == f"2026-03-{first:02}T12:00:00Z"


def test_the_period_of_growth_has_both_readings(ask_both: Callable[..., Any]) -> None:
    period = ask_both("growth", creator="soup_house")["period"]
    assert (period["first_observed_at"], period["last_observed_at"]) == ("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z")
    assert period["last_posted_at"] == "2026-03-04T12:00:00Z"


def test_the_first_rows_are_the_newest_and_those_without_growth_last(ask_both: Callable[..., Any]) -> None:
    periods = [row["period_start"] for row in ask_both("trend", creator="soup_house", every="day")["rows"]]
    assert periods == sorted(periods, reverse=True)
    assert periods[0] == "2026-03-12"
    growths = ask_both("growth", creator="soup_house")["rows"]
    assert [row["views_per_hour"] is not None for row in growths] == [True] * 3 + [False] * (len(growths) - 3)
    unknown = [row["to_at"] for row in growths[3:]]
    assert unknown == sorted(unknown, reverse=True)


def test_posts_of_several_accounts_say_whose_they_are(ask_both: Callable[..., Any]) -> None:
    assert {row["handle"] for row in ask_both("posts", limit=100)["rows"]} == {"soup_house", "stew_house"}
