"""What is wrong on purpose in the exports, because files in life are like that: few rows, all listed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong.

    Attributes:
        file: How the name of the file begins.
        what: What is wrong with it.
        rows: How many rows have it; null where it depends on seed or hour: a title or more, the hours up to midnight.
        becomes: `rejected`: the row is counted and nothing of it is kept; `null`: that value is unknown, the rest
            of the row counts; `recovered`: everything can still be read.
    """

    file: str
    what: str
    rows: int | None
    becomes: Literal["rejected", "null", "recovered"]


DAMAGE = (
    Damage("watch_time_", "an id that a spreadsheet turned into scientific notation", 1, "rejected"),
    Damage("watch_time_", "`undefined` for the average watch time and `-` for the total", 1, "null"),
    Damage("web_demo_trailruns_", "the download of the first file broke off in its last line", 1, "rejected"),
    Damage("Content_", "quotes inside a title are not doubled, and a comma follows", None, "recovered"),
    Damage("Viewers_", "`undefined` viewers on the first day, with zeros beside it that mean nothing", 1, "rejected"),
    Damage("Followers_", "`undefined` followers on the first day", 1, "rejected"),
    Damage("Followers_", "hours of the last day that were still to come, filled with zeros", None, "rejected"),
)
"""All of it. Two rows are spoilt (the id, the broken download); the rest is how TikTok Studio writes what it lacks."""

UNDEFINED = "undefined"


def to_scientific(post_id: str) -> str:
    """The id as a spreadsheet shows it after opening and saving the file: most of it is gone for good."""
    return f"{float(post_id):.2E}"


def truncate_line(line: str) -> str:
    """The first part of a line whose download broke off."""
    return line[: len(line) * 3 // 5]
