from __future__ import annotations

import pytest

from dwell.errors import DwellError
from dwell.metrics.buckets import SCHEMES, bucket_of, labels

from .conftest import Ask, World

EDGES = [
    ("proxy", [(0.1, "<=10"), (10, "<=10"), (10.01, "<=20"), (35, "<=35"), (60, "<=60"), (60.5, ">60")]),
    (
        "sweet-spot",
        [(15, "(0,15]"), (15.1, "(15,30]"), (60, "(30,60]"), (120, "(60,120]"), (300, "(120,300]"), (301, ">300")],
    ),
]
CASES = [(scheme, seconds, label) for scheme, cases in EDGES for seconds, label in cases]


@pytest.mark.parametrize(("scheme", "seconds", "label"), CASES)
def test_bounds_belong_to_the_shorter_bucket(scheme: str, seconds: float, label: str, world: World, ask: Ask) -> None:
    world.post("a", duration_s=seconds)
    assert ask("posts", scheme=scheme)[0]["bucket"] == bucket_of(seconds, scheme) == label


@pytest.mark.parametrize("seconds", [None, 0.0, -1.0])
def test_unknown_length_is_in_no_bucket(seconds: float | None, world: World, ask: Ask) -> None:
    world.post("a", duration_s=seconds)
    assert ask("posts")[0]["bucket"] is None
    assert bucket_of(seconds) is None


def test_photos_share_a_bucket_of_their_own(world: World, ask: Ask) -> None:
    world.post("a", media_type="photo", duration_s=None)
    assert [row["bucket"] for row in ask("benchmarks", include=("photos",))] == ["photo"]
    assert ask("benchmarks") == []


def test_rows_come_shortest_first(world: World, ask: Ask) -> None:
    for place, seconds in enumerate((400, 8, 250, 20, 100, 45)):
        world.post(f"p{place}", duration_s=float(seconds))
    assert tuple(row["bucket"] for row in ask("benchmarks", scheme="sweet-spot")) == labels("sweet-spot")


def test_a_wrong_scheme_is_said() -> None:
    with pytest.raises(DwellError, match=", ".join(SCHEMES)):
        bucket_of(5, "quarters")
