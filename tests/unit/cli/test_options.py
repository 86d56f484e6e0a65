from __future__ import annotations

import pytest
import typer

from dwell.cli.options import parse_age, parse_include


@pytest.mark.parametrize(("text", "value"), [("72h", 72), ("3d", 72), ("1.5d", 36), ("12", 12), ("0h", 0)])
def test_valid_ages(text: str, value: float) -> None:
    assert parse_age(text) == value


@pytest.mark.parametrize("text", ["", "soon", "-1h", "h", "nan", "inf", "3w"])
def test_wrong_ages_are_wrong_usage(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="72h"):
        parse_age(text)


def test_included_names_are_sorted_and_unique() -> None:
    assert parse_include("pinned, ads,ads") == ("ads", "pinned")
    assert parse_include("") == ()


def test_an_unknown_inclusion_is_named() -> None:
    with pytest.raises(typer.BadParameter, match="deleted"):
        parse_include("ads,deleted")
