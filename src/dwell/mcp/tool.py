"""What a tool is: its name and words, its arguments, how it answers, and what its numbers are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dwell.mcp.arguments import Arguments
from dwell.mcp.basis import Figures
from dwell.mcp.folder import Folder
from dwell.metrics.columns import Columns
from dwell.results import Result

PUBLIC = (
    "Counters are what the platform showed; watch time (avg_watch_s, watch_ratio, full_watch_rate) is what the platform"
    " measured. Nothing is predicted."
)


@dataclass(frozen=True, slots=True)
class Tool:
    """One question that an assistant may ask.

    Attributes:
        name: Its name.
        title: What people see.
        description: What it answers, and when to ask it.
        arguments: The model of its arguments.
        ask: Answers: the folder, the arguments and an event that is set when nobody waits any more.
        figures: Which of its columns are measured, public or predicted; those that are no such figures are not in it.
        basis_note: The same in a sentence or two.
        columns: Column of its rows -> (unit, meaning), as far as they are known.
        usual: The columns that it returns where none are named; all of them where empty.
        sends: It sends requests to a provider, which cost credits.
    """

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    ask: Callable[[Folder, Any, threading.Event], Answered]
    figures: Figures = field(default_factory=dict)
    basis_note: str = PUBLIC
    columns: Columns = field(default_factory=dict)
    usual: tuple[str, ...] = ()
    sends: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What a tool found.

    Attributes:
        result: The rows, and what belongs to them.
        period: When these posts were published and read: `first_posted_at`, `last_posted_at`, `first_observed_at`,
            `last_observed_at`; None where no posts are meant.
        posts: How many posts the figures rest on; None where no posts are meant.
        simulated: Whether any of it was invented by a simulation; None where that is not known.
        stored: How many posts are stored of what was asked, used or not; None where no posts are meant.
    """

    result: Result
    period: dict[str, Any] | None = None
    posts: int | None = None
    simulated: bool | None = None
    stored: int | None = None
