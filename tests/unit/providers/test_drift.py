from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dwell.providers.drift import EXPECTED, FieldChange, find_changes
from dwell.providers.provider_registry import PROVIDERS

SAMPLES = Path(__file__).parents[2] / "contract" / "samples"
KINDS = {"comments": "comment", "followers": "user", "following": "user", "profile": "user", "sound": "topic",
         "hashtag": "topic"}  # fmt: skip


def samples(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return found


def payload(name: str, what: Any) -> Any:
    """What is under the envelope, as `read` gives it."""
    body = samples(name)[what]
    inner = body.get("data", body)
    return inner.get("aweme_detail", inner) if what == "post" else inner


def video() -> dict[str, Any]:
    item: dict[str, Any] = payload("tikliveapi", "user_posts")["videos"][0]
    return item


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_samples_of_the_contract_tests_show_no_drift(name: str) -> None:
    provider, seen = PROVIDERS[name], 0
    for what in samples(name):
        kind = KINDS.get(what, "post")
        if what == "usage":
            continue
        if what in provider.streams or what == "posts":
            items = provider.page(what if what != "posts" else "user_posts", payload(name, what)).items
        elif what == "post" and name == "display-api":
            items = tuple(payload(name, what)["videos"])
        else:
            items = (payload(name, what),)
        for item in items:
            assert find_changes(name, kind, item) == [], what
            seen += 1
    assert seen >= 4


def test_the_shape_of_scavios_published_examples_is_known() -> None:
    (item,) = json.loads((SAMPLES / "scavio_examples_shape.json").read_text("utf-8"))["videos"]
    assert find_changes("scavio", "post", item) == []


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"interaction_quality_v2": {"score": 0.5}}, [FieldChange("interaction_quality_v2", "new", "object")]),
        ({"play_count": "12000"}, [FieldChange("play_count", "retyped", "text")]),
        ({"play_count": None}, [FieldChange("play_count", "retyped", "null")]),
        ({"play_count": 12000.5}, [FieldChange("play_count", "retyped", "number")]),
        ({"is_ad": 1}, [FieldChange("is_ad", "retyped", "whole")]),
        ({"is_top": True}, [FieldChange("is_top", "retyped", "flag")]),
        ({"title": None}, []),
        ({"images": ["https://cdn.example/1.jpg"]}, []),
        ({"author": "demo"}, [FieldChange("author", "retyped", "text")]),
        ({"author": {"id": 5, "unique_id": "demo"}}, [FieldChange("author.id", "retyped", "whole")]),
        ({"author": {"id": "5"}}, [FieldChange("author.unique_id", "missing", "")]),
        ({"music_info": {"id": "5", "isrc": "x"}}, [FieldChange("music_info.isrc", "new", "text")]),
        (
            {"video_id": 7350810998023949599, "b": 1.5, "a": True},
            [
                FieldChange("video_id", "retyped", "whole"),
                FieldChange("b", "new", "number"),
                FieldChange("a", "new", "flag"),
            ],
        ),
    ],
)
def test_what_differs(update: dict[str, Any], expected: list[FieldChange]) -> None:
    assert find_changes("tikliveapi", "post", {**video(), **update}) == expected


def test_what_is_missing_and_where_either_will_do() -> None:
    item = video()
    del item["digg_count"], item["video_id"], item["wmplay"]
    assert find_changes("tikliveapi", "post", item) == [
        FieldChange("video_id or id", "missing", ""),
        FieldChange("digg_count", "missing", ""),
    ]
    assert find_changes("tikliveapi", "post", {**item, "id": "7350810998023949599", "digg_count": 1}) == []


def test_missing_counters_of_scavio() -> None:
    (item,) = payload("scavio", "user_posts")["aweme_list"]
    bare = {key: value for key, value in item.items() if key != "statistics"}
    assert find_changes("scavio", "post", bare) == [FieldChange("statistics or play_count", "missing", "")]
    without_saves = {**item, "statistics": {"play_count": 1, "digg_count": 1}}
    assert find_changes("scavio", "post", without_saves) == []


def test_asked_again_it_answers_the_same_and_the_value_does_not_matter() -> None:
    first, again = {**video(), "odd": "a"}, {**video(), "odd": "b", "play_count": 7}
    assert find_changes("tikliveapi", "post", first) == find_changes("tikliveapi", "post", again)


def test_without_a_schema_nothing_is_reported() -> None:
    assert find_changes("elsewhere", "post", {"a": 1}) == []
    assert find_changes("display-api", "comment", {"a": 1}) == []


@pytest.mark.parametrize("item", [{}, {"author": []}, {"author": {}}, {"": None}, {"stats": {"x": {}}}])
def test_odd_objects_are_no_accident(item: dict[str, Any]) -> None:
    for provider, kinds in EXPECTED.items():
        for kind in kinds:
            assert all(isinstance(change, FieldChange) for change in find_changes(provider, kind, item))
