"""Every picture that a command writes says whose numbers it shows, from when, how many and from where."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import dwell as api
from dwell_sandbox.exports import COMPETITORS, OWN_ACCOUNT

OWN, RIVAL = f"@{OWN_ACCOUNT}", f"@{COMPETITORS[0]}"
PICTURES = {
    "benchmarks": ("--creator", OWN),
    "tiers": ("--creator", OWN),
    "trend": ("--creator", OWN),
    "posting-times": ("--creator", OWN),
    "growth": ("--creator", OWN),
    "score": ("--creator", RIVAL),
    "vet": (RIVAL, "--stored"),
    "compare": (OWN, RIVAL),
}


def words_of(picture: Path) -> str:
    return unescape(" ".join(re.findall(r">([^<>]+)<", picture.read_text())))


@pytest.mark.parametrize("command", PICTURES)
def test_account_dates_n_and_source(
    fitted: tuple[Path, dict[str, Any]], dwell: Callable[..., Any], tmp_path: Path, command: str
) -> None:
    picture = tmp_path / "picture.svg"
    assert dwell(command, *PICTURES[command], "-o", picture, data=fitted[0]).status == 0
    words = words_of(picture)
    account = [word for word in PICTURES[command] if word.startswith("@")][-1]
    assert re.search(rf"{account} · observed (on )?\d+ \w+ 20\d\d.* · source: \w+", words), words[:400]
    assert re.search(r"\d posts|n = \d|latest \d+|\d+ eligible posts|\d+ bottom posts", words)
    assert "0 minutes" not in words


def test_all_accounts_are_those_of_one_platform(stored: Path, dwell: Callable[..., Any], tmp_path: Path) -> None:
    picture = tmp_path / "all.svg"
    assert dwell("benchmarks", "-o", picture, data=stored).status == 0
    assert "all stored accounts on tiktok · observed" in words_of(picture)


def test_a_split_of_benchmarks_is_drawn(stored: Path, dwell: Callable[..., Any], tmp_path: Path) -> None:
    whole, split = tmp_path / "whole.svg", tmp_path / "split.svg"
    dwell("benchmarks", "-o", whole, data=stored)
    dwell("benchmarks", "--by", "niche", "-o", split, data=stored)
    assert "· cooking" in words_of(split)
    assert "· cooking" not in words_of(whole)


def test_growth_takes_a_limit(stored: Path, dwell: Callable[..., Any]) -> None:
    every = dwell("growth", "--creator", OWN, "--json", data=stored).json["rows"]
    fastest = sorted((row["views_per_hour"] for row in every if row["views_per_hour"] is not None), reverse=True)
    few = dwell("growth", "--creator", OWN, "--limit", "3", "--json", data=stored).json["rows"]
    assert [row["views_per_hour"] for row in few] == fastest[:3]


def test_the_page_names_its_metric_and_repeats_the_context_below_each_picture(
    fitted: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    api.open(fitted[0]).report(creator=OWN, path=tmp_path / "page.html")
    page = unescape((tmp_path / "page.html").read_text())
    assert "Posts are compared by watch ratio: measured for " in page
    assert page.count("<figure>") == page.count(f"{OWN} · observed ")
    assert " 0 minutes" not in page
