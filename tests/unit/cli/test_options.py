from __future__ import annotations

import pytest
import typer

from dwell.cli.options import hours, included


@pytest.mark.parametrize(("text", "value"), [("72h", 72), ("3d", 72), ("1.5d", 36), ("12", 12), ("0h", 0)])
def test_ages(text: str, value: float) -> None:
    assert hours(text) == value


@pytest.mark.parametrize("text", ["", "soon", "-1h", "h", "nan", "inf", "3w"])
def test_wrong_ages_are_wrong_usage(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="72h"):
        hours(text)


def test_included_is_sorted_and_free_of_doubles() -> None:
    assert included("pinned, ads,ads") == ("ads", "pinned")
    assert included("") == ()


def test_what_cannot_be_included_is_named() -> None:
    with pytest.raises(typer.BadParameter, match="deleted"):
        included("ads,deleted")
