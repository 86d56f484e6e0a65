"""Whatever a vendor sends, a parser gives columns or a reason, and never an id that lost digits."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dwell.providers.parser import Parser
from dwell.providers.provider_registry import PROVIDERS
from dwell.testing.mutate import ODD_VALUES, iterate_paths, mutate, value_at
from dwell.testing.payloads import check_item

SAMPLES = Path(__file__).parents[2] / "contract" / "samples"
REAL = Path(__file__).parents[4] / "shared" / "data" / "api_responses"
KINDS = ("post", "user", "comment", "topic")
FUZZ = settings(max_examples=150)

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(ODD_VALUES)
    | st.text(alphabet="0123456789٣²", max_size=22)
)  # fmt: skip
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def objects(tree: Any) -> list[dict[str, Any]]:
    """Every object in a tree."""
    found = [value_at(tree, place) for place in iterate_paths(tree)]
    return [each for each in (tree, *found) if isinstance(each, dict)]


def check(parser: Parser, item: dict[str, Any]) -> None:
    """Every function of a parser, on one object."""
    assert parser.entity(item) in {"post", "user", "comment", None}
    for kind in KINDS:
        check_item(kind, getattr(parser, kind)(item))


NAMES = {
    name: sorted({str(place[-1]) for place in iterate_paths(json.loads((SAMPLES / f"{name}.json").read_text("utf-8")))})
    for name in PROVIDERS
}
"""Names of fields that each provider has."""


@pytest.mark.parametrize("name", PROVIDERS)
def test_objects_of_known_fields_with_odd_values(name: str) -> None:
    parser = PROVIDERS[name].parser
    fields = st.sampled_from(NAMES[name])
    nested = TREES | st.dictionaries(fields, TREES, max_size=4)

    @FUZZ
    @given(st.dictionaries(fields, nested | st.lists(nested, max_size=2), max_size=12))
    def holds(item: dict[str, Any]) -> None:
        check(parser, item)

    holds()


@pytest.mark.parametrize("name", PROVIDERS)
def test_good_objects_with_one_odd_value(name: str) -> None:
    parser = PROVIDERS[name].parser
    good = objects(json.loads((SAMPLES / f"{name}.json").read_text("utf-8")))

    @FUZZ
    @given(st.sampled_from(good), st.data())
    def holds(item: dict[str, Any], data: st.DataObject) -> None:
        field = data.draw(st.sampled_from(sorted(item)) if item else st.just("id"))
        check(parser, {**item, field: data.draw(TREES)})

    holds()


@pytest.mark.parametrize("value", ODD_VALUES, ids=repr)
def test_every_place_of_every_sample_with_every_odd_value(value: Any) -> None:
    for name, provider in PROVIDERS.items():
        for item in objects(json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))):
            for field in item:
                check(provider.parser, {**item, field: value})


@pytest.mark.parametrize(
    "post_id", [7.350810998023949e18, True, "7.35081E+18", "٧٣٥٠٨١٠٩٩٨٠٢٣٩٤٩٥٩٩", ["7350810998023949599"]]
)  # fmt: skip
def test_an_id_that_lost_digits_is_no_id(post_id: Any) -> None:
    for provider in PROVIDERS.values():
        item = dict.fromkeys(("video_id", "id", "aweme_id"), post_id)
        assert "no post id" in str(provider.parser.post({**item, "play_count": 1, "desc": "x"}))


@pytest.mark.parametrize("name", ["tikliveapi", "scavio"])
def test_real_answers_whole_and_damaged(name: str) -> None:
    if not REAL.is_dir():
        pytest.skip(f"there is no real data at {REAL}")
    parser, random, seen = PROVIDERS[name].parser, Random(3), 0
    for path in sorted(REAL.rglob("*.json")):
        tree = json.loads(path.read_text("utf-8"))
        for item in objects(tree)[:300]:
            check(parser, item)
            check(parser, mutate(item, random))
            seen += 1
    assert seen > 1_000
