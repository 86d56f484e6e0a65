"""What is wrong on purpose in the exports, because real files are damaged too: few rows, all listed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Damage:
    """One kind of damage.

    Attributes:
        file: Prefix of the file name.
        what: What is wrong with it.
        rows: How many rows have it; null if that depends on the seed or the hour of the export.
        becomes: `rejected`: the row is counted and not stored; `null`: the value is unknown, the rest of the row is
            stored; `recovered`: everything can still be read.
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
"""All damage. Two rows are lost (the id, the broken download); the rest is how TikTok Studio writes missing values."""

UNDEFINED = "undefined"


def to_scientific(post_id: str) -> str:
    """The id in scientific notation, as a spreadsheet saves it: most digits are lost."""
    return f"{float(post_id):.2E}"


def truncate_line(line: str) -> str:
    """The first part of a line whose download was interrupted."""
    return line[: len(line) * 3 // 5]
